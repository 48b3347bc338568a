"""Indicators: what a sample names of the world outside, as facts `ioc.*`, refanged and normalised.

Better none than a wrong one: a domain needs a public suffix and is never read out of code, where `System.Net` and
`report.name` look just like it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from emoscan.context import Context
from emoscan.model import Artifact, Fact, Problem, Yields
from emoscan.parse import Malformed
from emoscan.parse.bundle import VBA_PROJECT, XLM_WORKBOOK, read_bundle, strings_of
from emoscan.parse.lazy import lazy
from emoscan.parse.literals import LANGUAGES, Token, fold, tokens
from emoscan.parse.text import looks_like_text, lowered, text_of
from emoscan.parse.urls import Url, find_urls, host_of, refang, registrable
from emoscan.registry import step

MOST: Final = 2_000
"""Indicators of one artifact that are told of."""

LONGEST: Final = 8 << 20
"""Characters of one text that are searched."""


class Indicator(Struct, frozen=True):
    type: str
    value: str
    start: int = 0
    role: str = "reference"
    confidence: float = 1.0


# ---------------------------------------------------------------- what is no indicator

NAMESPACES: Final = lazy(
    r"[a-z]{2,5}://(?:schemas\.|(?:www\.)?(?:w3\.org|openxmlformats\.org|purl\.org|purl\.oclc\.org|xmlns\.com|ogp\.me|tempuri\.org|openoffice\.org/20"
    r"|relaxng\.org|exslt\.org|dublincore\.org|sodipodi\.sourceforge\.net|inkscape\.org/namespaces|opengis\.net|topografix\.com|web\.resource\.org/cc"
    r"|creativecommons\.org/ns|iptc\.org/std|cipa\.jp|aiim\.org|microsoft\.com/(?:office|xml|windows|schema|package|sql|wbem|winfx)/?|openformats\.org|json-schema\.org"
    r"|java\.sun\.com/(?:xml|dtd|jsp)|apache\.org/(?:xml|xslt)|xml\.apache\.org|oasis-open\.org|docs\.oasis-open\.org|ns\.adobe\.com|macromedia\.com/go)|ns\.)",
    re.IGNORECASE,
)
"""Names of vocabularies that look like URLs and are fetched by nobody."""

# Top level domains that are also endings of files, or of members in code.
_AMBIGUOUS: Final = frozenset((
    "zip", "mov", "py", "sh", "pl", "rs", "cc", "so", "md", "ps", "cab", "name", "do", "id", "is", "in", "at", "as", "to", "me", "my", "ai", "app", "dev", "java",
    "prof", "zone", "run", "open", "data", "new", "now", "map", "top", "tv", "ms", "ml", "st", "sc", "tm", "ac", "ad", "bat", "com", "exe", "doc", "docs", "cf", "pm",
))  # fmt: skip


# ---------------------------------------------------------------- the step


@step("iocs", takes=("script.*", "text.*", "mail.rfc822", "windows.*"), order=70, simplified=True)
def find_indicators(artifact: Artifact, ctx: Context) -> Yields:
    """Facts `ioc.*` of everything a text names."""
    seen: set[tuple[str, str]] = set()
    for indicator in _of(artifact, ctx):
        key = (indicator.type, indicator.value)
        if key in seen:
            continue
        if len(seen) >= MOST:
            yield Problem("limit", "indicators", f"more than {MOST:,} indicators in one artifact; the rest is not listed")
            return
        seen.add(key)
        yield Fact(f"ioc.{indicator.type}", indicator.value, confidence=indicator.confidence, detail={"role": indicator.role})


def _of(artifact: Artifact, ctx: Context) -> Iterator[Indicator]:
    if artifact.kind in BUNDLES:
        yield from _of_bundle(artifact)
    elif artifact.kind == "mail.rfc822":
        yield from _of_mail(artifact.data)
    elif looks_like_text(artifact.data):
        text = text_of(artifact.data)
        ctx.budget.spend(len(text) // 64)
        yield from find(text[:LONGEST], artifact.kind)


BUNDLES: Final = (VBA_PROJECT, XLM_WORKBOOK)


def _of_bundle(artifact: Artifact) -> Iterator[Indicator]:
    """What stands in the document around the macros; their source is an artifact of its own."""
    try:
        bundle = read_bundle(artifact.data, artifact.kind)
    except Malformed:
        return
    texts = [text for place, text in strings_of(bundle) if not place.startswith("module ")]
    fetching: bool | None = None
    for text in dict.fromkeys(texts):
        if not _may_hold(text):  # most cells
            continue
        for indicator in find(text, "script.xlm" if artifact.kind == XLM_WORKBOOK else "text.csv"):
            if indicator.type == "url" and fetching is None:
                fetching = fetches("\n".join(texts))
            yield Indicator(indicator.type, indicator.value, role="download" if fetching and indicator.type == "url" else indicator.role)


_ADDRESSES: Final = lazy(
    rb"^(?:from|reply-to|return-path|sender|x-originating-ip|x-sender-ip):([^\r\n]{0,1000}(?:\r?\n[ \t][^\r\n]{0,1000}){0,4})",
    re.IGNORECASE | re.MULTILINE,
)


def _of_mail(data: bytes) -> Iterator[Indicator]:
    """Who a mail says it is from. Its parts are artifacts of their own."""
    head = re.split(rb"\r?\n\r?\n", data[:65_536], maxsplit=1)[0]
    for line in _ADDRESSES.finditer(head):
        text = line[1].decode("latin-1")
        for indicator in (*_mail_addresses(text), *_ipv4(text, [])):
            yield Indicator(indicator.type, indicator.value, role="sender")


# ---------------------------------------------------------------- one text

VERBS: Final = (
    "downloadfile", "downloadstring", "downloaddata", "openread", "webclient", "webrequest", "invoke-restmethod", "iwr ", "irm ", "bitstransfer", "bitsadmin",
    "certutil", "curl ", "curl.exe", "wget ", "xmlhttp", "urldownloadto", "winhttp", "internetopen", "internetread", "mshta", "msiexec", "regsvr32",
    "responsebody", ".navigate", "installproduct", "ftp -s", "net.sockets", "tcpclient",
)  # fmt: skip
"""Words of scripts that fetch something."""


def fetches(text: str) -> bool:
    return any(map(lowered(text).__contains__, VERBS))


_SAID: Final = lazy(
    r"write-(?:host|output|verbose|warning|error|debug)|\bmsgbox\b|^\s*echo\b|\bthrow\b|^[ \t]{0,40}\.(?:link|notes|example|description)\b|licen[sc]e|project ?uri|copyright|see also",
    re.IGNORECASE | re.MULTILINE,
)
"""What a line says that only shows a URL to people."""

_SPLIT_AT: Final = lazy(r"""(?:s(?<!\ws)plit\b["']?\)?[ ]{0,4}\(?[^()\n"']{0,80}|-[ci]?split[ ]{0,4})(["'])([^"'\n]{1,40})\1""")
"""In lower case."""
_LOOKS_CODE: Final = ("script.",)
ROLES: Final = {"text.html": "link", "text.plain": "link", "windows.url": "link", "windows.iqy": "download"}


def find(text: str, kind: str = "text.plain") -> list[Indicator]:
    """The indicators of a text of this kind, in its order, URLs first."""
    code = kind.startswith(_LOOKS_CODE)
    text = _as_read(text, kind)
    if not code and not _may_hold(text):
        return []
    refanged = refang(text) if not code else text
    urls = (
        [url for url in find_urls(refanged, code=code, splits=_split_at(refanged) if code else ()) if not NAMESPACES.match(url.value)]
        if ":" in refanged
        else []
    )
    roles = _roles(refanged, kind, urls)
    found = [Indicator("url", url.value, url.start, role, _certainty(url)) for url, role in zip(urls, roles, strict=True)]
    spans = [(url.start, url.end) for url in urls]
    found += _mail_addresses(refanged)
    found += _ipv4(refanged, spans)
    if not code:
        found += _ipv6(refanged)
        found += _domains(refanged, spans)
    found += _asked_for(refanged) if code else ()
    found += _paths(refanged)
    found += _registry_keys(refanged)
    return found


_MARKS: Final = (".", ":", "\\")
"""Every indicator has one of them, or a dot that is written out."""


def _may_hold(text: str) -> bool:
    return any(map(text.__contains__, _MARKS)) or "dot" in text.lower()


def _split_at(text: str) -> tuple[str, ...]:
    """Literals that the script splits something at."""
    lower = lowered(text)
    if "://" not in text or "split" not in lower:
        return ()
    return tuple(dict.fromkeys(text[m.start(2) : m.end(2)] for m in _SPLIT_AT.finditer(lower)))[:8]


def _certainty(url: Url) -> float:
    return 0.5 if url.cut or url.masked else 1.0


def _as_read(text: str, kind: str) -> str:
    """The text as the program it is for reads it: noise characters dropped, entities and escapes undone."""
    if kind == "script.cmd" and "^" in text:
        text = text.replace("^", "")
    if kind == "script.powershell" and "`" in text:
        text = _NEWLINE_TICK.sub(" ", text).replace("`", "")
    text = _quotes_shown(text, kind)
    if kind in {"text.html", "text.xml", "script.hta", "script.wsf"} and "&" in text:
        from html import unescape

        text = unescape(text)
    language = LANGUAGES.get(kind)
    return _quotes_shown(fold(text, language), kind) if language in {"vba", "powershell", "js"} else text


def _quotes_shown(text: str, kind: str) -> str:
    """A token that stands for the quote is one: in the text as it is written, or only once its pieces are put together."""
    lower = lowered(text) if kind == "script.powershell" else ""
    for call in _MASKED_QUOTE.finditer(lower):
        if lower.endswith(call[1], 0, call.start()):
            return text.replace(text[call.start() - len(call[1]) : call.start()], "'")
    return text


# A layer that has yet to be undone has a token for the quote: "…/abc.Split(abc@abc)".
_MASKED_QUOTE: Final = lazy(r"\.split\(([a-z0-9]{2,8})[^\w\s'\"]{1,3}\1\)")
_NEWLINE_TICK: Final = lazy(r"`[nrt0]")


def _roles(text: str, kind: str, urls: list[Url]) -> list[str]:
    """What each URL is for: "download" where a script fetches something and the URL is not in a comment or a line for people."""
    if not urls:
        return []
    if not kind.startswith(_LOOKS_CODE):
        return [ROLES.get(kind, "reference")] * len(urls)
    language = LANGUAGES.get(kind)
    comments = [t for t in tokens(text, language) if t.type == "comment"] if language else []
    if not fetches(_without(text, comments)):
        return ["reference"] * len(urls)
    roles, number = [], 0
    for url in urls:
        while number < len(comments) and comments[number].end <= url.start:
            number += 1
        in_comment = number < len(comments) and comments[number].start <= url.start
        line = text[max(text.rfind("\n", 0, url.start), url.start - 300) + 1 : url.start]
        roles.append("reference" if in_comment or _SAID.search(line) else "download")
    return roles


def _without(text: str, spans: list[Token]) -> str:
    pieces, at = [], 0
    for span in spans:
        pieces.append(text[at : span.start])
        at = span.end
    return " ".join((*pieces, text[at:]))


# ---------------------------------------------------------------- the other types

_MAIL_HOST: Final = lazy(r"@([\w-]{1,63}(?:\.[\w-]{1,63}){1,8})(?![\w@-])", re.ASCII)
_MAIL_USER: Final = lazy(r"(?<![\w.+@/-])[\w.+-]{1,64}\Z", re.ASCII)
_QUAD: Final = lazy(r"(?<![\w.%-])(?:\d{1,3}\.){3}\d{1,3}(?![\w%-])(?!\.\d)", re.ASCII)
_INNER_QUAD: Final = lazy(r"\.\d{1,3}\.\d{1,3}\.\d", re.ASCII)
"""In every address from its first dot on: a pattern that begins with a letter is found much faster."""
_VERSION: Final = lazy(
    r"(?<![a-z])(?:v|ver|vers|version|release|build|rev|assembly\w{0,12}|required\w{0,12}|oid|section|chapter|chrome|firefox|safari|msie|opera|edg|trident|gecko|webkit)\W{0,12}\Z",
    re.IGNORECASE,
)
_INNER_SEXTET: Final = lazy(r":[0-9A-Fa-f]{1,4}:")
"""In every address of version 6 that counts."""
_IPV6: Final = lazy(r"(?<![\w:.\]])(?:[0-9a-f]{1,4}:{1,2}){2,7}[0-9a-f]{1,4}(?![\w:])", re.IGNORECASE | re.ASCII)
_HOST_BEGINS: Final = lazy(r"(?<![\w.@/\\=%$-])[a-z0-9][a-z0-9-]{0,62}\Z", re.IGNORECASE | re.ASCII)
_HOST: Final = lazy(
    r"(?<![\w.@/\\=%$-])[a-z0-9][a-z0-9-]{0,62}(?:\.[a-z0-9-]{1,63}){1,8}(?![\w@\\-])(?!\.\w)(?!\()", re.IGNORECASE | re.ASCII
)
_ASKED: Final = lazy(
    r"(?:nslookup|resolve-dnsname|gethost(?:entry|addresses|byname)|test-connection|tcpclient)[^\n;|]{0,80}?[\s(\"',]"
    r"([a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8})\.?(?![\w.-])",
    re.IGNORECASE | re.ASCII,
)
_ASKING: Final = ("nslookup", "resolve-dnsname", "gethost", "test-connection", "tcpclient")
_ROOT: Final = lazy(r"(?:(?<!\w)[a-z]:|%[a-z()0-9]{2,24}%|\$env:[a-z]{2,24}|(?<![\\\w:.])\\\\[\w.-]{2,64})\Z", re.IGNORECASE)
"""What a path begins with, before its first separator: drive, variable, name of a server."""
_SEPARATOR: Final = lazy(r"\\{1,2}(?=[^\s\\\"'`<>|*?,;:()])")
_REST: Final = lazy(r"""[^\s"'`<>|*?,;:\x00-\x1f()]{2,260}""")
_QUOTED_REST: Final = lazy(r"""[^"'<>|*?;:\x00-\x1f]{2,260}(?=["'])""")
_HALF: Final = lazy(r"[a-z]:\\(?:program|documents)\Z|\\\\(?:software|microsoft|system|s|w|d|b)\\", re.IGNORECASE)
"""A path that was cut at a blank, or the escaped backslashes of a regular expression."""
_KEY: Final = lazy(
    r"(?<![\w\\])(HKEY_(?:LOCAL_MACHINE|CURRENT_USER|CLASSES_ROOT|USERS|CURRENT_CONFIG)|HKLM|HKCU|HKCR|HKU)(:?)\\{1,2}([\w .\\{}()-]{2,250})",
    re.IGNORECASE | re.ASCII,
)
_HIVES: Final = {
    "HKEY_LOCAL_MACHINE": "HKLM",
    "HKEY_CURRENT_USER": "HKCU",
    "HKEY_CLASSES_ROOT": "HKCR",
    "HKEY_USERS": "HKU",
    "HKEY_CURRENT_CONFIG": "HKCC",
}
_HIVE_WORDS: Final = ("hkey_", "hklm", "hkcu", "hkcr", "hku\\", "hku:")


def _mail_addresses(text: str) -> Iterator[Indicator]:
    if "@" not in text:
        return
    for match in _MAIL_HOST.finditer(text):
        user = _MAIL_USER.search(text, max(0, match.start() - 65), match.start())
        host = host_of(match[1]) if user else ""
        if user and registrable(host):
            yield Indicator("email", f"{user[0]}@{host}", user.start())


def _ipv4(text: str, taken: list[tuple[int, int]]) -> Iterator[Indicator]:
    if not _INNER_QUAD.search(text):
        return
    for match in _QUAD.finditer(text):
        parts = [int(part) for part in match[0].split(".")]
        if (
            any(part > 255 for part in parts)
            or parts[0] in {0, 127}
            or parts[0] >= 224
            or parts[1:] == [0, 0, 0]
            or any(len(p) > 1 and p[0] == "0" for p in match[0].split("."))
        ):
            continue
        if _inside(match.start(), taken) or _VERSION.search(text, max(0, match.start() - 24), match.start()):
            continue
        yield Indicator("ipv4", match[0], match.start())


def _ipv6(text: str) -> Iterator[Indicator]:
    if not _INNER_SEXTET.search(text):
        return
    import ipaddress

    for match in _IPV6.finditer(text):
        try:
            address = ipaddress.IPv6Address(match[0])
        except ValueError:
            continue
        if match[0].count(":") > 3 and any(letter.isdigit() for letter in match[0]) and not address.is_loopback:
            yield Indicator("ipv6", str(address), match.start())


def _domains(text: str, taken: list[tuple[int, int]]) -> Iterator[Indicator]:
    """Bare host names of prose."""
    at = 0
    while (at := text.find(".", at)) >= 0:
        label = _HOST_BEGINS.search(text, max(0, at - 64), at)
        match = _HOST.match(text, label.start()) if label else None
        at = match.end() if match else at + 1
        if match is None:
            continue
        host = host_of(match[0])
        if not host or (host[0].isdigit() and _QUAD.match(host)) or _inside(match.start(), taken):
            continue
        labels = host.split(".")
        top = labels[-1]
        if len(labels[-2]) < 2 or labels[0].isdigit():
            continue
        plain = match[0].islower() or match[0].isupper() or host.startswith("www.")
        if (
            plain
            and registrable(host)
            and (top not in _AMBIGUOUS or host.startswith("www.") or (top == "com" and host.count(".") >= 1 and host != "command.com"))
        ):
            yield Indicator("domain", host, match.start())


def _asked_for(text: str) -> Iterator[Indicator]:
    """Host names a script asks the name service for, or connects to."""
    if not any(map(lowered(text).__contains__, _ASKING)):
        return
    for match in _ASKED.finditer(text):
        host = host_of(match[1])
        if registrable(host):
            yield Indicator("domain", host, match.start(1), role="contact")


def _paths(text: str) -> Iterator[Indicator]:
    """Paths of Windows. Separators are looked for first, then what stands before them."""
    at = 0
    while (at := text.find("\\", at)) >= 0:
        separator = _SEPARATOR.match(text, at)
        at += 1
        if separator is None:
            continue
        at = separator.end()
        root = _ROOT.search(text, max(0, separator.start() - 68), separator.start())
        if root is None:
            continue
        quoted = text[root.start() - 1 : root.start()] in {"'", '"'}
        rest = (_QUOTED_REST.match(text, at) if quoted else None) or _REST.match(text, at)
        if rest is None:
            continue
        at = rest.end()
        path = (root[0] + "\\" + rest[0].replace("\\\\", "\\")).rstrip(" .)]}\\")
        if len(path) > 6 and not _HALF.match(path):
            yield Indicator("file_path", path, root.start())


def _registry_keys(text: str) -> Iterator[Indicator]:
    if "\\" not in text:
        return
    if not any(map(lowered(text).__contains__, _HIVE_WORDS)):
        return
    for match in _KEY.finditer(text):
        hive = _HIVES.get(match[1].upper(), match[1].upper())
        key = match[3].replace("\\\\", "\\").partition("  ")[0].partition(" -")[0].rstrip(" .\\-(")
        if key:
            yield Indicator("registry_key", f"{hive}\\{key}", match.start())


def _inside(at: int, spans: list[tuple[int, int]]) -> bool:
    number = bisect_right(spans, (at, 1 << 62)) - 1
    return number >= 0 and spans[number][0] <= at < spans[number][1]
