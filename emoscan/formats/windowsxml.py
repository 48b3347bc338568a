"""Small XML files of Windows and of style sheets that start or fetch: .settingcontent-ms, .library-ms, .search-ms, tasks, scripts in XSL, modules of OpenOffice."""

from __future__ import annotations

import re
from html import unescape
from typing import Final

from emoscan.context import Context
from emoscan.model import Artifact, Child, Fact, Yields
from emoscan.parse.lazy import lazy
from emoscan.parse.text import as_bytes, text_of
from emoscan.registry import step

LONGEST: Final = 8 << 20
MOST: Final = 100
SETTINGS: Final = 100_000
"""Characters of the longest settings shortcut that is looked at."""

_DEEP_LINK: Final = lazy(r"<DeepLink\s{0,9}>([^<]{1,8000})<", re.IGNORECASE)
_LOCATION: Final = lazy(
    r"<(?:url|location|include|iconreference)\b(?:[^<>]{0,400}\bpath\s{0,9}=\s{0,9}\"([^\"<]{1,2000})\"|[^<>]{0,400}>([^<]{1,2000})<)",
    re.IGNORECASE,
)
_TASK: Final = lazy(r"<Command\s{0,9}>([^<]{1,4000})</Command\s{0,9}>\s{0,200}(?:<Arguments\s{0,9}>([^<]{0,16000})<)?", re.IGNORECASE)
_SCRIPT: Final = lazy(r"<(?:\w{1,20}:)?script\b([^<>]{0,400})>", re.IGNORECASE)
_LANGUAGE: Final = lazy(r"\blanguage\s{0,9}=\s{0,9}[\"']([^\"'<>]{1,40})", re.IGNORECASE)
_MODULE: Final = lazy(r"<script:module\b([^<>]{0,1000})>([^<]*+)<")
_MODULE_NAME: Final = lazy(r"\bscript:name\s{0,9}=\s{0,9}\"([^\"<]{1,200})")

LANGUAGES: Final = {
    "jscript": "script.js",
    "javascript": "script.js",
    "vbscript": "script.vbs",
    "vbs": "script.vbs",
    "jscript.encode": "script.encoded",
    "vbscript.encode": "script.encoded",
    "c#": "script.csharp",
    "csharp": "script.csharp",
    "cs": "script.csharp",
}


@step("windows xml", "text.xml")
def open_xml(artifact: Artifact, ctx: Context) -> Yields:
    text = text_of(artifact.data[:LONGEST])
    ctx.budget.spend(len(text) // 64)
    if len(text) < SETTINGS and "deeplink" in text.lower():
        yield from _settings(text, ctx)
    if "<libraryDescription" in text or "<persistedQuery" in text or "<searchConnectorDescription" in text:
        yield from _locations(text)
    if "<Exec" in text and "schemas.microsoft.com/windows/2004/02/mit/task" in text:
        yield from _tasks(text, ctx)
    if "<jnlp" in text:
        yield from _web_start(text)
    if "schemas.microsoft.com/appx/appinstaller" in text or "urn:schemas-microsoft-com:asm.v" in text:
        yield from _installed_from(text)
    if "schemas.microsoft.com/developer/msbuild" in text or "<UsingTask" in text:
        yield from _build(text, ctx)
    if "XSL/Transform" in text:
        yield from _scripts(text, ctx)
    if "<script:module" in text:
        yield from _modules(text, ctx)


def _settings(text: str, ctx: Context) -> Yields:
    """A shortcut to a page of the settings: its link is a command line that runs without being asked about."""
    for match in _DEEP_LINK.finditer(text):
        command = unescape(match[1]).strip()
        ctx.budget.grow(len(command), "command line")
        yield Fact("effect.run", command, "settings shortcut")
        yield Child(as_bytes(command), "script.cmd", how="command line of a settings shortcut")


def _locations(text: str) -> Yields:
    """Folders that a library or a saved search shows as if they were here."""
    for number, match in enumerate(_LOCATION.finditer(text)):
        if number >= MOST:
            return
        target = unescape(match[1] or match[2]).strip()
        if target.startswith(("\\\\", "//")) or "://" in target:
            yield Fact("link.external", target, "folder of a library")


def _tasks(text: str, ctx: Context) -> Yields:
    for number, match in enumerate(_TASK.finditer(text)):
        if number >= MOST:
            return
        command = " ".join(filter(None, (unescape(match[1]).strip(), unescape(match[2] or "").strip())))
        ctx.budget.grow(len(command), "command line")
        yield Fact("effect.schedule", command, "task as XML")
        yield Child(as_bytes(command), "script.cmd", how="command line of a task")


_CODEBASE: Final = lazy(r"<jnlp\b[^<>]{0,2000}\bcodebase\s{0,9}=\s{0,9}[\"']([^\"'<>]{1,2000})", re.IGNORECASE)
_JAR: Final = lazy(r"<(?:jar|nativelib|extension)\b[^<>]{0,2000}\bhref\s{0,9}=\s{0,9}[\"']([^\"'<>]{1,2000})", re.IGNORECASE)
_PACKAGE: Final = lazy(
    r"<(?:\w{1,20}:)?(mainpackage|mainbundle|package|bundle|deploymentprovider)\b[^<>]{0,2000}\b(?:uri|codebase)\s{0,9}=\s{0,9}[\"']([^\"'<>]{1,2000})",
    re.IGNORECASE,
)
_EXEC: Final = lazy(r"<exec\b[^<>]{0,2000}\bcommand\s{0,9}=\s{0,9}(?:\"([^\"<>]{1,16000})\"|'([^'<>]{1,16000})')", re.IGNORECASE)
_CODE: Final = lazy(r"<code\b[^<>]{0,400}>", re.IGNORECASE)


def _web_start(text: str) -> Yields:
    """The programs that Java Web Start fetches and runs."""
    base = _CODEBASE.search(text)
    for number, match in enumerate(_JAR.finditer(text)):
        if number >= MOST:
            return
        address = unescape(match[1]).strip()
        if base is not None and "://" not in address[:10]:
            address = unescape(base[1]).strip().rstrip("/") + "/" + address.lstrip("/")
        yield Fact("effect.download", address, "Java Web Start")
        yield Fact("effect.load", address, "Java Web Start")


def _installed_from(text: str) -> Yields:
    """Where App Installer and ClickOnce fetch the program."""
    for number, match in enumerate(_PACKAGE.finditer(text)):
        if number >= MOST:
            return
        if "://" in match[2][:10] or match[2].startswith("\\\\"):
            yield Fact("link.external", unescape(match[2]).strip(), "package to install")


def _build(text: str, ctx: Context) -> Yields:
    """A project that MSBuild builds: the commands it runs, and the code it compiles and calls."""
    for number, match in enumerate(_EXEC.finditer(text)):
        if number >= MOST:
            break
        command = unescape(match[1] or match[2]).strip()
        ctx.budget.grow(len(command), "command line")
        yield Fact("effect.run", command, "MSBuild task")
        yield Child(as_bytes(command), "script.cmd", how="command line of an MSBuild task")
    if "codetaskfactory" in text.lower():
        for number, match in enumerate(_CODE.finditer(text)):
            if number >= MOST:
                return
            end = text.lower().find("</code", match.end())
            body = text[match.end() : end if end >= 0 else len(text)].strip().removeprefix("<![CDATA[").removesuffix("]]>")
            ctx.budget.grow(len(body), "code of a project")
            yield Fact("effect.load", body[:200], "MSBuild inline task")
            yield Child(as_bytes(body), "script.csharp", how="code of an MSBuild task")


def _scripts(text: str, ctx: Context) -> Yields:
    """Scripts in a style sheet, which wmic and msxsl run."""
    for number, match in enumerate(_SCRIPT.finditer(text)):
        if number >= MOST:
            return
        language = _LANGUAGE.search(match[1])
        kind = LANGUAGES.get(language[1].lower(), "script.js") if language else "script.js"
        end = text.find("</", match.end())
        cdata = text.find("<![CDATA[", match.end(), match.end() + 400)
        if cdata >= 0:
            close = text.find("]]>", cdata)
            body = text[cdata + 9 : close if close >= 0 else len(text)]
        else:
            body = unescape(text[match.end() : end if end >= 0 else len(text)])
        if body.strip():
            content = as_bytes(body)
            ctx.budget.grow(len(content), "script of a style sheet")
            yield Child(content, kind, how="script of the style sheet")


def _modules(text: str, ctx: Context) -> Yields:
    """Basic of OpenOffice and LibreOffice: close enough to VBA to be read as that."""
    for number, match in enumerate(_MODULE.finditer(text)):
        if number >= MOST:
            return
        name = _MODULE_NAME.search(match[1])
        source = unescape(match[2])
        if source.strip():
            content = as_bytes(source)
            ctx.budget.grow(len(content), "macro module")
            yield Child(content, "office.vba-source", label=unescape(name[1]) if name else "", how="Basic module")
