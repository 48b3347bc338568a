"""BinHex, AppleSingle and MacBinary: one file and its name in an envelope."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from emoscan.context import Context
from emoscan.model import Artifact, Child, Problem, Yields
from emoscan.parse import Malformed, charset, macfiles
from emoscan.registry import Look, sniffs, step


@sniffs("archive.binhex", text=True)
def is_binhex(look: Look) -> int:
    return 90 if macfiles.BINHEX in look.data[:4_096] else 0


@sniffs("archive.applesingle", magic=b"\x00\x05\x16\x00")
def is_apple_single(_look: Look) -> bool:
    return True


@sniffs("data.appledouble", magic=b"\x00\x05\x16\x07")
def is_apple_double(_look: Look) -> bool:
    """What macOS keeps of a file beside its content: an icon, a place on the desktop."""
    return True


@sniffs("archive.macbinary", first=frozenset((0,)))
def is_mac_binary(look: Look) -> bool:
    return macfiles.is_mac_binary(look.data)


_READERS: Final[dict[str, tuple[str, Callable[[bytes, Context], macfiles.File]]]] = {
    "archive.binhex": ("BinHex", lambda data, ctx: macfiles.binhex(data, ctx.budget.grow)),
    "archive.applesingle": ("AppleSingle", lambda data, _: macfiles.apple_single(data)),
    "archive.macbinary": ("MacBinary", lambda data, _: macfiles.mac_binary(data)),
}


@step("macintosh file", tuple(_READERS))
def open_envelope(artifact: Artifact, ctx: Context) -> Yields:
    format_, read = _READERS[artifact.kind]
    try:
        name, content = read(artifact.data, ctx)
    except Malformed as error:
        yield Problem("malformed", format_, f"the file was not read: {error}")
        return
    if content:
        yield Child(content, label=charset.decode(name).text, how=f"unpacked, {format_}")
