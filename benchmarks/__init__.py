"""Measurements of the engine. Nothing here is part of the product."""
