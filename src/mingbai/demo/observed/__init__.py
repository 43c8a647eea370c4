"""The observed layer (报送数据): what offices really send, from the register, damaged as files are."""

from mingbai.demo.observed.building import build

__all__ = ["build"]
