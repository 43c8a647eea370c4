"""Whether a port is free (端口), and which other one is."""

from __future__ import annotations

import socket

from mingbai.config.errors import error

#: So many ports above the one that is taken are tried for one to propose.
_TRIED = 50


def check_free(host: str, port: int) -> None:
    """Raises SERVE-006 when the address is taken: granian would share the port with another server."""
    if detail := _taken(host, port):
        above = range(port + 1, min(port + 1 + _TRIED, 65536))
        other = next((one for one in above if not _taken(host, one)), "")
        raise error("SERVE-006", host=host, port=port, detail=detail, other=other or "…")


def _taken(host: str, port: int) -> str:
    """Why the address cannot be used; nothing when it can."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host.strip("[]"), port))
        except OSError as problem:
            return problem.strerror or type(problem).__name__
    return ""
