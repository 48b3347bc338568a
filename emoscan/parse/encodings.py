"""Encodings of bytes as text, read the way tolerant readers do."""

from __future__ import annotations

import binascii


def from_base64(written: str, least: int = 0) -> bytes:
    """The bytes of base64 without blanks, padded or not, in the usual alphabet or the one for URLs; b"" when it is none,
    or shorter than `least` characters.
    """
    body = written.rstrip("=")
    if "-" in body or "_" in body:
        if "+" in body or "/" in body:
            return b""
        body = body.replace("-", "+").replace("_", "/")
    if len(body) < least:
        return b""
    if len(body) % 4 == 1:
        body = body[:-1]
    try:
        return binascii.a2b_base64(body + "=" * (-len(body) % 4))
    except (binascii.Error, ValueError):  # ValueError: not ASCII
        return b""
