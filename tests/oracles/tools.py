"""The other tools, each as a function from a path to the text it recovers. Runs in their environment, not in emoscan's.

    tools.py TOOL                 reads paths, one a line, and writes one JSON object a line
    tools.py --versions           the versions of all tools that are installed

Every answer holds `urls`, `commands`, `strings` (found in what the tool recovered, by one and the same reading for all tools),
`ms`, and `error` (empty, or what it ended with). The caller kills what takes too long.
"""

from __future__ import annotations

import base64
import importlib.metadata
import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

Tool = Callable[[Path], str]
Evaluate = Callable[[str], str]

DISTRIBUTIONS = ("binary-refinery", "pyminusone", "XLMMacroDeobfuscator")

_START = re.compile(r"(?=(?:https?|ftp)://)", re.IGNORECASE)
_URL = re.compile(r"(?:https?|ftp)://[\w.-]{1,253}\.[\w-]{1,63}(?::\d{1,5})?(?:/[^\s\x00-\x20\x7f\"'`<>|(){}\[\]\\^,;]*)?", re.IGNORECASE)
_LITERAL = re.compile(r'"(?:[^"\r\n]|"")*"' + r"|'(?:[^'\r\n]|'')*'")
_COMMAND = re.compile(
    r"\s*(?:\S{0,200}\\)?(?:cmd|powershell|pwsh|mshta|[wc]script|regsvr32|rundll32|certutil|bitsadmin|wmic|msiexec)(?:\.exe)?\s+\S",
    re.IGNORECASE,
)
_BASE64 = re.compile(r"[A-Za-z0-9+/]{40,}={0,2}")
SHORTEST_STRING = 8
LAYERS = 3


def urls_in(text: str) -> list[str]:
    """URLs in their order, each once; one that another begins in ("http://a@http://b") ends there."""
    found = (match for part in _START.split(text) if (match := _URL.match(part)))
    return list(dict.fromkeys(match[0].rstrip(".,;:!@*+#$~-") for match in found))


def strings_in(text: str) -> list[str]:
    """String literals of VBA, PowerShell and formulas, without their quotes."""
    return list(
        dict.fromkeys(
            literal for match in _LITERAL.findall(text) if len(literal := match[1:-1].replace(match[0] * 2, match[0])) >= SHORTEST_STRING
        )
    )


def commands_in(strings: list[str]) -> list[str]:
    return [string for string in strings if _COMMAND.match(string)]


def encoded_scripts(text: str) -> Iterator[str]:
    """What stands in a text as Base64 of UTF-16, as the argument of `-EncodedCommand` does."""
    for run in dict.fromkeys(_BASE64.findall(text)):
        inner = base64.b64decode(run[: len(run) // 4 * 4])
        if inner[1::2].count(0) > len(inner) * 0.45:
            yield inner.decode("utf-16-le", "replace")


def layers(texts: list[str], evaluate: Evaluate) -> str:
    """The texts, and the scripts in Base64 inside them, evaluated; none of the tools opens these by itself, an analyst would."""
    out = list(texts)
    for _ in range(LAYERS):
        texts = [evaluate(script) for text in texts for script in encoded_scripts(text)]
        out += texts
    return "\n".join(out)


def text_of(path: Path) -> str:
    data = path.read_bytes()
    return data.decode("utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig", "replace")


def unit_text(unit: Any, data: bytes) -> list[str]:
    """What a unit of binary-refinery makes of some bytes."""
    return [bytes(chunk).decode("utf-8", "replace") for chunk in data | unit]


def refinery_ps1() -> Tool:
    from refinery import dps1

    def evaluate(script: str) -> str:
        return "\n".join(unit_text(dps1, script.encode()))

    return lambda path: layers([text := text_of(path), evaluate(text)], evaluate)


def refinery_vba() -> Tool:
    """Each module evaluated, the texts of forms and their controls as they are, and PowerShell that is encoded in them."""
    from refinery import dps1, dvba, vbamc, vbastr

    def run(path: Path) -> str:
        data = path.read_bytes()
        office = data.startswith((b"\xd0\xcf\x11\xe0", b"PK\x03\x04"))
        modules = [bytes(module) for module in data | vbamc] if office else [data]
        texts = [text for module in modules for text in unit_text(dvba, module)]
        texts += unit_text(vbastr, data) if office else []
        return layers(texts, lambda script: "\n".join(unit_text(dps1, script.encode())))

    return run


def refinery_bat() -> Tool:
    """The command lines that the emulated batch file starts, and PowerShell that is encoded in them."""
    from refinery import bat, dps1

    return lambda path: layers(unit_text(bat, text_of(path).encode()), lambda script: "\n".join(unit_text(dps1, script.encode())))


def refinery_js() -> Tool:
    from refinery import djs

    return lambda path: "\n".join(unit_text(djs, text_of(path).encode()))


def refinery_xlm() -> Tool:
    from refinery import xlmdeobf

    return lambda path: "\n".join(unit_text(xlmdeobf, path.read_bytes()))


def minusone() -> Tool:
    from pyminusone import deobfuscate_powershell

    return lambda path: layers([text := text_of(path), deobfuscate_powershell(text)], deobfuscate_powershell)


def xlmdeobfuscator() -> Tool:
    from XLMMacroDeobfuscator.deobfuscator import process_file

    def run(path: Path) -> str:
        lines = process_file(
            file=str(path), noninteractive=True, extract_only=False, with_ms_excel=False, start_with_shell=False, return_deobfuscated=True,
            silent=True, day=0, output_formula_format="[[INT-FORMULA]]", start_point="", timeout=0,
        )  # fmt: skip
        return "\n".join(lines)

    return run


TOOLS: dict[str, Callable[[], Tool]] = {
    "refinery-vba": refinery_vba,
    "refinery-ps1": refinery_ps1,
    "refinery-bat": refinery_bat,
    "refinery-js": refinery_js,
    "refinery-xlm": refinery_xlm,
    "minusone": minusone,
    "xlmdeobfuscator": xlmdeobfuscator,
}


def answer(tool: Tool, path: Path) -> dict[str, Any]:
    """What a tool says of a file. Whatever it fails with is a part of the answer: it is measured, not mended."""
    started = time.perf_counter()
    error = text = ""
    try:
        text = tool(path)
    except (Exception, SystemExit, RecursionError) as failure:
        error = f"{type(failure).__name__}: {failure}"[:200]
    ms = (time.perf_counter() - started) * 1000
    raw = path.read_bytes()
    strings = [string for string in strings_in(text) if string.encode() not in raw]
    return {"urls": urls_in(text), "commands": commands_in(strings), "strings": strings, "ms": ms, "error": error}


def versions() -> str:
    return ", ".join(f"{name} {importlib.metadata.version(name)}" for name in DISTRIBUTIONS)


def main() -> None:
    if sys.argv[1] == "--versions":
        print(versions())
        return
    out = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a tool prints is no answer
    tool = TOOLS[sys.argv[1]]()
    for line in sys.stdin:
        print(json.dumps(answer(tool, Path(line.rstrip("\n")))), file=out, flush=True)


if __name__ == "__main__":
    main()
