r"""Rich Text Format (RTF Specification 1.9.1): objects, fields, templates and text, read the way Word reads them.

Word forgives nearly everything: `{\rt` is enough of a head, groups may stay open, control words may stand between the
hexadecimal digits of an object. All of that is used to keep objects from being found, and all of it is counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from emoscan.parse import Malformed

MAX_OBJECTS: Final = 500
MAX_FIELDS: Final = 2_000
MAX_DEPTH: Final = 20_000
MAX_TEXT: Final = 4 << 20


class RtfObject(Struct, frozen=True):
    start: int
    """Offset of its data in the file."""
    data: bytes
    class_name: str = ""
    attributes: frozenset[str] = frozenset()
    """Control words of the object: objemb, objautlink, objupdate, objocx …"""
    junk: int = 0
    """Things between the digits that no writer of documents puts there."""
    binary: bool = False
    r"""Given by `\bin`, in part at least."""


class Document(Struct, frozen=True):
    objects: tuple[RtfObject, ...]
    fields: tuple[str, ...]
    """Instructions of the fields, nested ones spelled out inside."""
    templates: tuple[str, ...]
    text: str
    shape_properties: tuple[tuple[str, int], ...] = ()
    """(name, length of the value) of `\\sn` and `\\sv` with values that are long."""
    head: bytes = b""
    """The first control word as it stands."""
    stores: tuple[bytes, ...] = ()
    """Data of `\\datastore` and `\\objdata`-like destinations of other names."""
    more: bool = False
    end: int = 0
    """Where the outermost group closes; Word does not read what follows."""


# One token at a time, none of them more than once over the same bytes.
_TOKEN: Final = re.compile(
    rb"([{}])"
    rb"|\\(?:([a-zA-Z]{1,250}+)(-?[0-9]{1,20}+)?+ ?+|'(..)?|([^a-zA-Z']))"
    rb"|[^{}\\]++"
    rb"|\\",
    re.DOTALL,
)
_NOT_HEX: Final = bytes(byte for byte in range(256) if byte not in b"0123456789abcdefABCDEF")
_BLANK: Final = b" \t\r\n\f\v\0"

SKIP, TEXT, DATA, CLASS, FIELD, TEMPLATE, STORE, NAME, VALUE, LOOK = range(10)
"""What becomes of the text of a group."""

_DESTINATIONS: Final[dict[bytes, int]] = {
    b"objdata": DATA,
    b"objclass": CLASS,
    b"fldinst": FIELD,
    b"template": TEMPLATE,
    b"datastore": STORE,
    b"sn": NAME,
    b"sv": VALUE,
    b"object": LOOK,
    **dict.fromkeys(
        (
            b"fonttbl", b"colortbl", b"stylesheet", b"listtable", b"listoverridetable", b"revtbl", b"rsidtbl", b"generator", b"info", b"pict", b"themedata",
            b"colorschememapping", b"latentstyles", b"xmlnstbl", b"filetbl", b"objname", b"objalias", b"objsect", b"bkmkstart", b"bkmkend", b"blipuid", b"listtext",
            b"pnseclvl", b"nonshppict", b"fontemb", b"keywords", b"oleclsid", b"wgrffmtfilter", b"mmathPr", b"passwordhash", b"userprops",
        ),
        SKIP,
    ),
}  # fmt: skip
_DIVERTED: Final = frozenset(
    b"""
    aftncn aftnsep aftnsepc annotation atnauthor atndate atnid atnparent atnref atrfend atrfstart author background bkmkend bkmkstart blipuid
    buptim category colorschememapping colortbl comment company creatim datafield datastore defchp defpap do doccomm docvar dptxbxtext ebcend
    ebcstart factoidname falt fchars ffdeftext ffentrymcr ffexitmcr ffformat ffhelptext ffl ffname ffstattext field file filetbl fldinst fldrslt
    fldtype fontemb fonttbl footer footerf footerl footerr footnote formfield ftncn ftnsep ftnsepc g generator gridtbl header headerf headerl
    headerr hl hlfr hlinkbase hlloc hlsrc hsv info keywords latentstyles lchars levelnumbers leveltext lfolevel linkval list listlevel listname
    listoverride listoverridetable listpicture liststylename listtable listtext lsdlockedexcept macc maccPr mailmerge malnScr manager margPr
    margSz mbar mbarPr mbaseJc mbegChr mborderBox mborderBoxPr mbox mboxPr mchr mcount mctrlPr md mdPr mdeg mdegHide mden mdiff me mendChr
    meqArr meqArrPr mf mfName mfPr mfunc mfuncPr mgroupChr mgroupChrPr mgrow mhideBot mhideLeft mhideRight mhideTop mlim mlimLoc mlimLow
    mlimLowPr mlimUpp mlimUppPr mm mmPr mmaddfieldname mmathPict mmaxDist mmc mmcJc mmcPr mmconnectstr mmconnectstrdata mmcs mmdatasource
    mmheadersource mmmailsubject mmodso mmodsofilter mmodsofldmpdata mmodsomappedname mmodsoname mmodsorecipdata mmodsosort mmodsosrc
    mmodsotable mmodsoudl mmodsoudldata mmodsouniquetag mmquery mmr mnary mnaryPr mnoBreak mnum moMath moMathPara moMathParaPr mobjDist mopEmu
    mphant mphantPr mplcHide mpos mr mrPr mrad mradPr msPre msPrePr msSub msSubPr msSubSup msSubSupPr msSup msSupPr msepChr mshow mshp
    mstrikeBLTR mstrikeH mstrikeTLBR mstrikeV msub msubHide msup msupHide mtransp mtype mvertJc mvfmf mvfml mvtof mvtol mzeroAsc mzeroDesc
    mzeroWid nesttableprops nonesttables objalias objclass object objname objsect oldcprops oldpprops oldsprops oldtprops oleclsid operator
    panose password passwordhash pgp pgptbl picprop pict pn pnaiu pnaiud pnseclvl pntext pntxta pntxtb printim propname protend protstart
    protusertbl result revtbl revtim rxe shp shpgrp shpinst shppict shprslt shptxt sn sp staticval stylesheet subject sv svb tc template
    themedata title txe ud upr userprops wgrffmtfilter windowcaption writereservation writereservhash xe xform xmlattrname xmlattrvalue xmlclose
    xmlname xmlnstbl xmlopen
    """.split()
)
"""Control words of the specification that begin a destination: inside an object's data, what follows them is no data."""
_OBJECT_WORDS: Final = frozenset(
    b"objemb objlink objautlink objsub objpub objicemb objhtml objocx objupdate objlock objattph linkself".split()
)  # fmt: skip
_BREAKS: Final = {b"par": "\n", b"line": "\n", b"tab": "\t", b"cell": "\t", b"row": "\n", b"sect": "\n", b"page": "\n", b"lquote": "'", b"rquote": "'",
                  b"ldblquote": '"', b"rdblquote": '"', b"emdash": "-", b"endash": "-"}  # fmt: skip


class _Group(Struct):
    what: int
    starred: bool = False
    opens: bool = True
    """Nothing has stood in it yet, so that a control word names its destination."""
    owner: bool = False
    """The destination began with this group."""
    aside: bool = False
    """Inside an object's data: begun by a starred word that is no destination we know."""


def parse(data: bytes) -> Document:
    """Raises Malformed when it does not begin like RTF."""
    start = len(data[:64]) - len(data[:64].lstrip())
    if not data.startswith(b"{\\rt", start):
        raise Malformed("it does not begin like RTF")
    return _Reader(data, start).read()


class _Reader:
    def __init__(self, data: bytes, start: int) -> None:
        self.data, self.at = data, start
        self.groups: list[_Group] = [_Group(TEXT, opens=False)]
        self.objects: list[RtfObject] = []
        self.fields: list[str] = []
        self.templates: list[str] = []
        self.stores: list[bytes] = []
        self.properties: list[tuple[str, int]] = []
        self.text: list[bytes] = []
        self.text_size = 0
        self.pieces: dict[int, list[bytes]] = {what: [] for what in (DATA, CLASS, FIELD, TEMPLATE, STORE, NAME, VALUE)}
        self.data_start = self.junk = 0
        self.binary = self.more = False
        self.attributes: set[str] = set()
        self.class_name = ""
        self.code_page = "cp1252"
        self.name = ""
        self.skip = 1
        """Characters to leave out after `\\u` (uc)."""
        self.leave = 0

    def read(self) -> Document:
        end = len(self.data)
        for match in iter(self._next, None):
            mark, word, number, code, symbol = match.groups()
            if mark == b"{":
                self._open()
            elif mark == b"}":
                self._close()
                if len(self.groups) == 1:
                    end = self.at
                    break
            elif word is not None:
                self._word(word, number)
            elif match[0].startswith(b"\\'"):
                self._hex_symbol(code)
            elif symbol is not None:
                self._symbol(symbol)
            else:
                self._text(match[0])
        while len(self.groups) > 1:
            self._close()
        return Document(
            tuple(self.objects),
            tuple(self.fields),
            tuple(self.templates),
            b"".join(self.text).decode(self.code_page, "replace"),
            tuple(self.properties),
            self.data[:32].split(b"\\", 2)[1][:20] if b"\\" in self.data[:32] else b"",
            tuple(self.stores),
            self.more,
            end,
        )

    def _next(self) -> re.Match[bytes] | None:
        match = _TOKEN.match(self.data, self.at)
        self.at = match.end() if match else self.at
        return match

    # ------------------------------------------------------------ groups

    def _open(self) -> None:
        if len(self.groups) >= MAX_DEPTH:
            self.more = True
            return
        self.groups.append(_Group(self.groups[-1].what))

    def _close(self) -> None:
        if len(self.groups) < 2:
            return
        group = self.groups.pop()
        if group.aside:
            self.pieces[DATA].append(b")")
        if group.owner:
            self._finish(group.what)
        elif group.what == LOOK and self.groups[-1].what != LOOK:
            self.attributes, self.class_name = set(), ""

    def _finish(self, what: int) -> None:
        pieces = self.pieces.get(what)
        if pieces is None:
            return
        raw = b"".join(pieces)
        pieces.clear()
        if what == DATA:
            self._object(raw)
        elif what == CLASS:
            self.class_name = raw.strip(_BLANK).decode(self.code_page, "replace")[:200]
        elif what == STORE:
            self.stores.append(_from_hex(raw))
        elif what == NAME:
            self.name = raw.strip(_BLANK).decode("cp1252")[:100]
        elif what == VALUE:
            if len(raw) > 200:
                self.properties.append((self.name, len(raw)))
        else:
            text = " ".join(raw.decode(self.code_page, "replace").split())
            kept = self.fields if what == FIELD else self.templates
            if text and len(kept) < MAX_FIELDS:
                kept.append(text)
            elif text:
                self.more = True

    def _object(self, raw: bytes) -> None:
        if len(self.objects) >= MAX_OBJECTS:
            self.more = True
            return
        readings = [_from_hex(digits) for digits in _readings(raw)]
        data = next((reading for reading in readings if _looks_right(reading)), readings[0])
        if data:
            self.objects.append(RtfObject(self.data_start, data, self.class_name, frozenset(self.attributes), self.junk, self.binary))

    # ------------------------------------------------------------ tokens

    def _word(self, word: bytes, number: bytes | None) -> None:
        group = self.groups[-1]
        self.leave = 0
        if word == b"bin":
            self._bin(number)
            return
        destination = _DESTINATIONS.get(word)
        if group.what == DATA and not group.owner and word in _DIVERTED:
            self.junk += 1
            group.what, group.opens = SKIP, False
            return
        if destination is None and group.starred and group.opens:
            if group.what == DATA:
                self.junk += 1
                group.aside, group.opens = True, False
                self.pieces[DATA].append(b"(")
                return
            destination = SKIP
        if destination is not None and (group.opens or destination in (DATA, CLASS)):
            self._enter(group, destination)
        elif group.what == DATA:
            self.junk += 1
        if word in _OBJECT_WORDS:
            self.attributes.add(word.decode("ascii"))
        elif word == b"u" and number is not None:
            self._unicode(int(number))
        elif word == b"uc" and number is not None:
            self.skip = max(0, min(int(number), 8))
        elif word == b"ansicpg" and number is not None:
            self._set_code_page(number)
        elif word in _BREAKS and group.what in (TEXT, FIELD):
            self._keep(group.what, _BREAKS[word].encode("ascii"))
        group.opens = False

    def _enter(self, group: _Group, destination: int) -> None:
        if group.what == DATA and destination != DATA:
            self.junk += 1
        if destination == DATA and group.what == DATA and group.owner:
            return
        if destination == LOOK and group.what != LOOK:
            self.attributes, self.class_name = set(), ""
        if destination == FIELD and any(g.owner and g.what == FIELD for g in self.groups[-40:-1]):
            group.what = FIELD  # an instruction inside an instruction becomes part of it
            return
        group.what = destination
        group.owner = True
        if destination == DATA:
            self.data_start, self.junk, self.binary = self.at, 0, False
            self.pieces[DATA].clear()

    def _set_code_page(self, number: bytes) -> None:
        import codecs

        try:
            codecs.lookup(f"cp{int(number)}")
        except LookupError:
            return
        self.code_page = f"cp{int(number)}"

    def _bin(self, number: bytes | None) -> None:
        """The next so many bytes as they are; a length that is missing or below zero is none."""
        length = max(0, int(number or 0))
        raw = self.data[self.at : self.at + length]
        self.at += len(raw)
        if self.groups[-1].what == DATA:
            self.binary = True
            self.pieces[DATA].append(raw.hex().encode("ascii"))
        elif self.groups[-1].what == STORE:
            self.pieces[STORE].append(raw.hex().encode("ascii"))

    def _hex_symbol(self, code: bytes | None) -> None:
        group = self.groups[-1]
        group.opens = False
        if group.what == DATA:
            self.junk += 1
            self.pieces[DATA].append(_MARK)
            return
        if self.leave:
            self.leave -= 1
            return
        try:
            self._keep(group.what, bytes.fromhex((code or b"").decode("ascii")))
        except ValueError:  # covers UnicodeDecodeError
            return

    def _symbol(self, symbol: bytes) -> None:
        group = self.groups[-1]
        if symbol == b"*":
            group.starred = True
            return
        group.opens = False
        if group.what == DATA:
            self.junk += 1
        elif symbol in b"{}\\":
            self._keep(group.what, symbol)
        elif symbol == b"~":
            self._keep(group.what, b" ")
        elif symbol in b"\r\n" and group.what == TEXT:
            self._keep(TEXT, b"\n")

    def _text(self, text: bytes) -> None:
        group = self.groups[-1]
        if group.what == DATA:
            digits = text.translate(None, _NOT_HEX)
            odd = len(text.translate(None, _BLANK)) - len(digits)
            self.junk += odd
            if digits:
                self.pieces[DATA].append(digits)
            group.opens = group.opens and not digits
            return
        plain = text.replace(b"\r", b"").replace(b"\n", b"")
        if plain:
            group.opens = False
        if self.leave and plain:
            left = min(self.leave, len(plain))
            plain, self.leave = plain[left:], self.leave - left
        self._keep(group.what, plain)

    def _unicode(self, number: int) -> None:
        self._keep(self.groups[-1].what, chr(number & 0xFFFF).encode(self.code_page, "replace"))
        self.leave = self.skip

    # ------------------------------------------------------------ keeping

    def _keep(self, what: int, text: bytes) -> None:
        if not text:
            return
        if what == TEXT:
            if self.text_size < MAX_TEXT:
                self.text.append(text)
                self.text_size += len(text)
        elif what in self.pieces and what != DATA:
            self.pieces[what].append(text)


_MARK: Final = b"'"
"""Stands for a `\\'hh` between the digits of an object."""
_ODD_MARK: Final = re.compile(rb"[0-9a-fA-F](?:'')*+'(?!')")


def _readings(raw: bytes) -> Iterator[bytes]:
    r"""The digits of an object, in every way that versions of Word may read them.

    Of `\'hh` between them it leaves out the two characters, and with them the digit in front when that is the first of a pair; or
    always the digit in front; or none. A group that begins with a starred word is left out when Word does not know the word.
    """
    for digits in (_without_asides(raw), raw.translate(None, b"()")) if b"(" in raw else (raw,):
        if _MARK not in digits:
            yield digits
            continue
        kept = bytearray()
        for number, piece in enumerate(digits.split(_MARK)):
            if number and len(kept) & 1:
                kept.pop()
            kept += piece
        yield bytes(kept)
        yield _ODD_MARK.sub(b"", digits).replace(_MARK, b"")
        yield digits.replace(_MARK, b"")


def _without_asides(raw: bytes) -> bytes:
    depth, kept = 0, []
    for piece in re.split(rb"([()])", raw):
        if piece == b"(":
            depth += 1
        elif piece == b")":
            depth = max(0, depth - 1)
        elif not depth:
            kept.append(piece)
    return b"".join(kept)


def _looks_right(data: bytes) -> bool:
    """Whether an object's header stands at the start (2.2.4 of [MS-OLEDS]): embedded or linked, and a class name of some letters."""
    return data[4:8] in (b"\1\0\0\0", b"\2\0\0\0") and 0 < int.from_bytes(data[8:12], "little") < 256


def _from_hex(raw: bytes) -> bytes:
    digits = raw.translate(None, _NOT_HEX)
    return bytes.fromhex(digits[: len(digits) & ~1].decode("ascii"))
