"""What a name says against what the content is, and what is hidden in the name itself."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from emoscan.context import Context
from emoscan.model import UNKNOWN_KIND, Artifact, Fact, Yields, of_kind
from emoscan.parse.lazy import lazy
from emoscan.registry import step

# fmt: off
EXPECTED: Final[dict[str, tuple[str, ...]]] = {
    **dict.fromkeys(("doc", "dot", "xls", "xlt", "xla", "ppt", "pot", "pps"), ("office.ole", "office.biff", "office.word-old", "office.encrypted")),
    **dict.fromkeys(("docx", "docm", "dotx", "dotm", "xlsx", "xlsm", "xltx", "xltm", "xlsb", "xlam", "pptx", "pptm", "potx", "potm", "ppsx", "ppsm"),
                    ("office.ooxml", "office.encrypted")),
    **dict.fromkeys(("odt", "ods", "odp", "ott", "ots"), ("office.odf",)),
    "rtf": ("office.rtf",), "pdf": ("document.pdf",), "one": ("office.onenote",), "msg": ("mail.msg",), "eml": ("mail.*", "text.*"),
    "slk": ("windows.slk",), "iqy": ("windows.iqy",), "reg": ("windows.reg",), "lnk": ("windows.lnk",), "url": ("windows.url",), "chm": ("windows.chm",),
    "zip": ("archive.zip", "archive.*"), "rar": ("archive.rar", "archive.*"), "7z": ("archive.7z", "archive.*"), "cab": ("archive.cab", "archive.*"),
    "gz": ("archive.gzip",), "tgz": ("archive.gzip",), "bz2": ("archive.bzip2",), "xz": ("archive.xz",), "tar": ("archive.tar",), "jar": ("archive.zip",),
    **dict.fromkeys(("iso", "img"), ("disk.*",)), "vhd": ("disk.vhd",), "vhdx": ("disk.vhdx",),
    **dict.fromkeys(("jpg", "jpeg", "png", "gif", "bmp", "tif", "tiff", "ico", "webp", "emf", "wmf"), ("image.*", "archive.gzip")),
    **dict.fromkeys(("mp3", "wav", "wma", "mp4", "avi", "mov", "mpg", "wmv"), ("audio.*", "video.*")),
    **dict.fromkeys(("htm", "html", "shtml"), ("text.*", "script.hta")), "xml": ("text.*", "office.word2003xml", "office.excel2003xml", "office.flatopc"),
    **dict.fromkeys(("txt", "log", "md"), ("text.*", "mail.rfc822")), "csv": ("text.*",), "mht": ("office.mht", "mail.rfc822"), "mhtml": ("office.mht", "mail.rfc822"),
    **dict.fromkeys(("bat", "cmd"), ("script.cmd", "text.*", "script.powershell")), "ps1": ("script.*", "text.*"), "vbs": ("script.*", "text.*"), "js": ("script.*", "text.*"),
    **dict.fromkeys(("exe", "dll", "scr", "ocx", "cpl", "sys"), ("binary.*",)),
}
"""Kinds (patterns, `of_kind`) that content of a name with this extension may be."""

WORDS: Final = {
    "archive.zip": "a ZIP archive", "archive.7z": "a 7z archive", "archive.rar": "a RAR archive", "archive.cab": "a cabinet", "archive.tar": "a tar archive",
    "archive.gzip": "gzip data", "archive": "an archive", "disk": "an image of a disk",
    "office.ole": "an OLE document", "office.ooxml": "an Office Open XML document", "office.encrypted": "an encrypted Office document",
    "office.rtf": "an RTF document", "office.mht": "a web archive", "office.onenote": "a OneNote section", "office.odf": "an OpenDocument file",
    "office": "an Office document", "document.pdf": "a PDF", "mail": "a mail", "text.html": "a web page", "text.xml": "XML", "text": "text",
    "script.powershell": "a PowerShell script", "script.cmd": "a batch file", "script.vbs": "a VBScript", "script.js": "a JScript", "script.hta": "an HTML application",
    "script.wsf": "a Windows script file", "script.vba": "VBA source", "script": "a script",
    "binary.pe": "a Windows program", "binary.dotnet": "a .NET program", "binary": "a program", "windows.lnk": "a shortcut", "windows.reg": "a registry file",
    "windows": "a Windows file", "image": "a picture", "audio": "sound", "video": "video", "font": "a font",
}

RUNS: Final = frozenset((
    "exe", "scr", "com", "pif", "cpl", "dll", "ocx", "msi", "msix", "appx", "bat", "cmd", "ps1", "vbs", "vbe", "js", "jse", "wsf", "wsh", "hta", "sct", "lnk",
    "url", "jar", "chm", "reg", "application", "appref-ms", "gadget", "xll", "html", "htm", "shtml", "svg",
))
"""Extensions of what runs, or opens in a browser, when it is double-clicked."""

SHOWN: Final = frozenset((
    "doc", "docx", "docm", "xls", "xlsx", "xlsm", "ppt", "pptx", "pdf", "rtf", "odt", "txt", "csv", "jpg", "jpeg", "png", "gif", "bmp", "tif", "tiff", "mp3",
    "mp4", "avi", "wav", "zip", "rar", "7z", "eml", "msg", "one",
))
"""Extensions people take for harmless."""
# fmt: on

BIDI: Final = lazy("[\u202a-\u202e\u2066-\u2069]")
INVISIBLE: Final = lazy(
    "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b\u2060\u2061-\u2064\u2800\u3164\ufeff\uffa0]|(?<![^\x00-\x7f])[\u200c\u200d]"
)
"""Characters that take no room or look like a blank. Joiners count between ASCII only: emoji and some scripts need them."""

PADDED: Final = lazy(r"[\s\u2800\u3164]{5,}+\.\s*+\w{1,12}\s*+$")
TRAILING: Final = lazy(r"\.[A-Za-z0-9]{2,12}[ .\u00a0\u3000]++$")
DOTS: Final = str.maketrans({"\uff0e": ".", "\u2024": ".", "\u3002": ".", "\uff61": ".", "\ufe52": "."})


def clean(name: str) -> str:
    """The name as Windows would take it: without characters that cannot be seen, full-width forms folded, no end of dots and blanks."""
    seen = INVISIBLE.sub("", BIDI.sub("", name.partition("\0")[0]))
    return unicodedata.normalize("NFKC", seen.translate(DOTS)).rstrip(" .\t")


def extension(name: str) -> str:
    """The extension that counts, lower case, "" for none."""
    base = re.split(r"[\\/]", clean(name))[-1]
    stem, dot, ending = base.rpartition(".")
    ending = ending.strip().lower()
    return ending if dot and stem and ending.isalnum() and len(ending) <= 12 else ""


def tricks(name: str) -> list[str]:
    """What is done to a name to make it look like another; empty for an honest one."""
    if len(name) > 4_096 or not name:
        return []
    found = []
    ending = extension(name)
    if BIDI.search(name):
        found.append("right-to-left override" if "\u202e" in name else "direction mark")
    if INVISIBLE.search(name.removeprefix("\ufeff")):
        found.append("invisible character")
    if "\0" in name.rstrip("\0") and "." in name:
        found.append("NUL character")
    if any(letter in name for letter in map(chr, DOTS)) and ending in RUNS | SHOWN and not name.lower().endswith("." + ending):
        found.append("full-width extension")
    if ending in RUNS | SHOWN and PADDED.search(name):
        found.append("blanks before the extension")
    if ending in RUNS | SHOWN and TRAILING.search(name):
        found.append("trailing dot or blank")
    parts = [part.strip().lower() for part in re.split(r"[\\/]", clean(name))[-1].split(".")]
    if len(parts) > 2 and parts[-1] in RUNS and parts[-2] in SHOWN:
        found.append("double extension")
    return found


def word_for(kind: str) -> str:
    return WORDS.get(kind) or WORDS.get(kind.partition(".")[0], "something else")


@step("names", takes="*", order=-10)
def look_at_names(artifact: Artifact, ctx: Context) -> Yields:
    """Facts `name.trick` and `type.mismatch` for every name the artifact goes by."""
    for name in ctx.names:
        ending = extension(name)
        for trick in tricks(name):
            yield Fact("name.trick", trick, detail={"name": name, "extension": ending})
        expected = EXPECTED.get(ending)
        if (
            expected
            and artifact.data
            and artifact.kind != UNKNOWN_KIND
            and not any(of_kind(artifact.kind, pattern) for pattern in expected)
        ):
            said = f"named .{ending}, is {word_for(artifact.kind)}"
            yield Fact("type.mismatch", said, detail={"name": name, "extension": ending, "kind": artifact.kind})
