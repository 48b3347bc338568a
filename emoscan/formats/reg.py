"""Files of the registry editor: what they would have Windows start, and code that they keep in values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from emoscan.context import Context
from emoscan.model import Artifact, Child, Fact, Problem, Yields
from emoscan.parse import Malformed, reg
from emoscan.parse.lazy import lazy
from emoscan.parse.text import as_bytes
from emoscan.registry import sniff, step

MOST_FACTS: Final = 500
"""Values that are listed."""
LONG: Final = 200
"""Characters or bytes of a value that may be more than a setting."""

_RUNS_CODE: Final = lazy(
    r"\b(?:powershell|pwsh|mshta|wscript|cscript|regsvr32|rundll32|certutil|bitsadmin)\b.{0,200}?(?:https?:|\b(?:vb|java)script:|-e[a-z]{0,13}\s|frombase64|\biex\b|invoke-|registry|hk(?:cu|lm)|gp\s|get-itemproperty|\.(?:vbs|js|hta|ps1|sct)\b)",
    2 | 16,
)
_CODE: Final = lazy(
    r"frombase64string|\[reflection\.assembly\]|invoke-expression|\biex\b|createobject\s*\(|activexobject|downloadstring|TVqQAAM|TVpQAAI", 2
)
_WEAKENS: Final = lazy(
    r"\\office\\[^\\]+\\[^\\]+\\security\\(?:vbawarnings|accessvbom|trusted locations\\|protectedview\\)"
    r"|\\windows defender\\(?:disable|exclusions\\|real-time protection\\)|\\policies\\system\\enablelua$|\\windows script host\\settings\\enabled$"
)
"""Values that switch protection off."""


@step("reg", takes="windows.reg")
def read_registry_file(artifact: Artifact, ctx: Context) -> Yields:
    """Values that are written, commands that Windows would start because of them, scripts and programs kept in them."""
    from emoscan.evaluate.com.registry import normal

    ctx.budget.spend(len(artifact.data) // 8 + 1)
    ctx.budget.grow(len(artifact.data), "registry file")
    try:
        for count, value in enumerate(reg.parse(artifact.data)):
            ctx.budget.spend(1)
            path = normal(f"{value.key}\\{value.name}")
            if not value.type:
                if count < MOST_FACTS:
                    yield Fact("effect.delete", path, "registry file")
                continue
            if count < MOST_FACTS:
                shown = value.text or value.data[:100].hex(" ")
                yield Fact("effect.registry", path, "registry file", detail={"value": shown[:2_000], "type": value.type})
            yield from _contents(value, path, ctx)
    except Malformed as error:
        yield Problem("malformed", "reg", f"{error}; its values were not read")


def _contents(value: reg.Value, path: str, ctx: Context) -> Iterator[Child | Fact]:
    """What a value holds, where it is more than a setting."""
    from emoscan.evaluate.com.registry import AUTOSTART

    low = path.lower() + ("\\" if path.endswith("\\") else "")
    where = {"key": value.key, "name": value.name}
    starts = AUTOSTART.search(low) is not None
    if _WEAKENS.search(low):
        yield Fact("registry.weakens", path, value.text or value.data.hex(), detail=where)
    if value.text and starts:
        ctx.budget.grow(len(value.text), path)
        yield Child(as_bytes(value.text), "script.cmd", path, "started by this registry value")
        if _RUNS_CODE.search(value.text):
            yield Fact("registry.payload", value.text[:2_000], "command that Windows starts", detail=where)
        return
    content = value.data if value.data and value.type == "REG_BINARY" else as_bytes(value.text)
    if len(content) < LONG and not content.startswith(b"MZ"):
        return
    kind = sniff(content)[0]
    if (
        not content.startswith(b"MZ")
        and not kind.startswith(("script.", "binary.", "archive.", "office.", "data.zlib", "data.shellcode"))
        and not _CODE.search(value.text)
    ):
        if not _ENCODED.fullmatch(value.text):
            return
        kind = kind if kind != "data.unknown" else "text.plain"
    ctx.budget.grow(len(content), path)
    yield Fact("registry.payload", value.text[:2_000] or f"{len(content):,} bytes, {kind}", kind, detail=where)
    yield Child(content, kind, path, "kept in this registry value")


_ENCODED: Final = lazy(r"\s*[A-Za-z0-9+/\r\n]{400,}={0,2}\s*")
