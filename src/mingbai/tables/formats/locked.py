"""Files behind a password (加密文件): decrypted in memory; the password is never kept or shown."""

from __future__ import annotations

import io
import logging
import re

from mingbai.tables.formats.ole import OleFile
from mingbai.tables.formats.sheet import UnreadableError

# The program itself encrypts read-only workbooks with this one, and opens them without asking.
_PROGRAMS_OWN = "VelvetSweatshop"
_ROUNDS = re.compile(rb'spinCount="([0-9]+)"')
_MAX_ROUNDS = 10_000_000


def unlock(raw: bytes, ole: OleFile, password: str | None) -> bytes:
    """The file without its encryption.

    TABLE-022: it asks for a password and none is given. TABLE-031: the password is wrong. TABLE-032:
    a way of encrypting that is not known, or one that would keep the machine busy for hours.
    """
    info = ole.stream("EncryptionInfo") if ole.has("EncryptionInfo") else b""
    if any(len(said) > 8 or int(said) > _MAX_ROUNDS for said in _ROUNDS.findall(info)):
        raise UnreadableError("TABLE-032")
    for attempt in (_PROGRAMS_OWN, password):
        if attempt is not None:
            code, found = _attempt(raw, attempt)
            if found is not None:
                return found
            if code != "TABLE-031":
                # Raised outside every handler: an error that carried the library's own on its back
                # would carry its frames too, and the password in them.
                raise UnreadableError(code)
    raise UnreadableError("TABLE-022" if password is None else "TABLE-031")


def _attempt(raw: bytes, password: str) -> tuple[str, bytes | None]:
    """The decrypted file, or the number of what hindered."""
    # Here, because it brings a cryptography library that few folders need.
    import msoffcrypto
    from msoffcrypto.exceptions import InvalidKeyError

    # At the level of debugging it writes keys, and what they are made of, into the log.
    logging.getLogger("msoffcrypto").setLevel(logging.WARNING)
    out = io.BytesIO()
    try:
        file = msoffcrypto.OfficeFile(io.BytesIO(raw))
        file.load_key(password=password)
        file.decrypt(out)
    except InvalidKeyError:
        return "TABLE-031", None
    except Exception:  # the library raises whatever its parts do; damaged and unknown look alike
        return "TABLE-032", None
    return "", out.getvalue()
