"""What nobody looks into: content of a kind without a reader, and content nobody knows, must never pass for clean."""

from __future__ import annotations

from typing import Final

from emoscan.context import Context
from emoscan.model import UNKNOWN_KIND, Artifact, Fact, Problem, Yields
from emoscan.registry import step, steps_for

HOLDS_MORE: Final = ("archive.*", "disk.*", "office.*", "document.*", "mail.*", "windows.*", "data.pkcs7", "data.pgp")
"""Kinds that hold what a scan is after, so that a reader is needed."""


def has_reader(kind: str) -> bool:
    """Whether a step was written for just this kind; steps for `*` or a whole family look at the surface only."""
    return any(kind in step.takes for step in steps_for(kind) if step.name != UNREAD)


UNREAD: Final = "unread"


@step(UNREAD, takes=(*HOLDS_MORE, UNKNOWN_KIND), order=80)
def say_what_is_not_read(artifact: Artifact, ctx: Context) -> Yields:
    name = f" {ctx.name!r}" if ctx.name else ""
    if not artifact.data:
        if ctx.is_input:
            yield Problem("malformed", "empty", f"the input{name} is empty: there is nothing to look at")
    elif artifact.kind == UNKNOWN_KIND:
        yield Problem("unmodelled", "unknown", f"the format of{name or ' the content'} is not known; nothing inside was looked at")
    elif not has_reader(artifact.kind):
        what = INSTEAD.get(artifact.kind, f"there is no reader for {artifact.kind}")
        yield Problem("unmodelled", artifact.kind, f"{what}; nothing inside{name} was looked at")


INSTEAD: Final = {
    "archive.ace": "ACE archives are not read",
    "disk.vmdk": "VMware disks are not read",
    "disk.dmg": "disks of macOS are not read",
}
"""What is said of kinds that people meet, and what to do about them."""


@step("program", takes="binary.*", order=80)
def say_what_program(artifact: Artifact, _ctx: Context) -> Yields:
    """A program is not analysed further; that there is one is a fact."""
    yield Fact("content.program", PROGRAMS.get(artifact.kind, artifact.kind), how=_form(artifact.data) if artifact.kind in PORTABLE else "")


PORTABLE: Final = ("binary.pe", "binary.dotnet")
PROGRAMS: Final = {
    "binary.pe": "Windows program",
    "binary.dotnet": ".NET program",
    "binary.msi": "Windows Installer package",
    "binary.dos": "DOS program",
    "binary.elf": "Linux program",
    "binary.macho": "macOS program",
    "binary.class": "Java class",
    "binary.dex": "Android program",
    "binary.wasm": "WebAssembly",
    "binary.flash": "Flash movie",
}


def _form(data: bytes) -> str:
    """DLL, driver or program, by Characteristics and Subsystem of the PE headers; a DLL with the function that Excel calls is an add-in."""
    header = int.from_bytes(data[60:64], "little")
    flags, subsystem = int.from_bytes(data[header + 22 : header + 24], "little"), int.from_bytes(data[header + 92 : header + 94], "little")
    if subsystem == 1:
        return "driver"
    if flags & 0x2000:
        return "Excel add-in" if b"\0xlAutoOpen\0" in data else "DLL"
    return "EXE"
