"""Cases in `fixtures/`: readable sources and a recipe in, the finished document out.

`python -m fixturelib.build CASE [FILE]` writes one (with `tests` on the module path); see `fixtures/README.md`.
"""

from __future__ import annotations

import base64
import io
import json
import re
import struct
import sys
import tomllib
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

from fixturelib import (
    archives,
    cfb,
    disc,
    encrypt,
    excel,
    lnk,
    mails,
    oforms,
    onenote,
    ooxml,
    outlook,
    pdf,
    powerpoint,
    pst,
    rtf,
    summary,
    word,
    xlsb,
)
from fixturelib.formulas import Assembler
from fixturelib.ovba import MSFORMS, OFFICE, STDOLE, Module, Project
from fixturelib.transform import TRANSFORMS

FIXTURES: Final = Path(__file__).resolve().parents[2] / "fixtures"

Spec = dict[str, Any]


def cases() -> list[str]:
    return sorted(path.parent.name for path in FIXTURES.glob("*/recipe.toml"))


def build(case: str) -> tuple[str, bytes]:
    """The name and the bytes of a finished case, the same every time. Raises RecipeError when the recipe is wrong."""
    name, data = _Case(FIXTURES / case).build()
    return name, data


def want(case: str) -> dict[str, Any]:
    """What a scan of the case should say."""
    found: dict[str, Any] = json.loads((FIXTURES / case / "want.json").read_text("utf-8"))
    return found


class RecipeError(Exception):
    """A recipe asks for what there is not."""


@dataclass
class Layer:
    """One table of a recipe, its keys handed out one by one so that a misspelt one is noticed."""

    case: _Case
    spec: Spec
    input: tuple[str, bytes]
    """Name and bytes of the layer before."""

    def take(self, key: str, default: Any = None) -> Any:
        value = self.spec.pop(key, default)
        return self.case.fill(value) if isinstance(value, str) else value

    def file(self, key: str) -> str:
        """Text of the file that a key names, filled in; "" without the key."""
        return self.case.text(name) if (name := self.spec.pop(key, "")) else ""

    def rest(self) -> Spec:
        """Every key that is left."""
        left, self.spec = self.spec, {}
        return {key: self.case.fill(value) if isinstance(value, str) else value for key, value in left.items()}

    def inputs(self) -> list[tuple[str, bytes]]:
        """What `of` names, or the layer before."""
        names = self.spec.pop("of", None)
        return [self.input] if names is None else [self.case.made[name] for name in names]


Maker = Callable[[Layer], bytes]
MAKERS: Final[dict[str, Maker]] = {}


def maker(*names: str) -> Callable[[Maker], Maker]:
    def register(function: Maker) -> Maker:
        MAKERS.update(dict.fromkeys(names, function))
        return function

    return register


@dataclass
class _Case:
    folder: Path
    made: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    making: str = ""
    """What makes the layer under way."""
    values: dict[str, str] = field(default_factory=dict)

    def build(self) -> tuple[str, bytes]:
        recipe = tomllib.loads((self.folder / "recipe.toml").read_text("utf-8"))
        for name, spec in recipe.get("values", {}).items():
            self.values[name] = self._value(dict(spec))
        done = ("", b"")
        for spec in recipe["layer"]:
            layer = Layer(self, dict(spec), done)
            make, id_ = layer.take("make"), layer.take("id", "")
            name = layer.take("name", f"{self.folder.name}.{make}")
            if make not in MAKERS:
                raise RecipeError(f"{self.folder.name}: nothing makes {make!r}; there are {', '.join(MAKERS)}")
            self.making = make
            done = (name, MAKERS[make](layer))
            if layer.spec:
                raise RecipeError(f"{self.folder.name}: {make} does not know {', '.join(layer.spec)}")
            if id_:
                self.made[id_] = done
        return done

    def text(self, name: str) -> str:
        return self.fill((self.folder / name).read_text("utf-8"))

    def fill(self, text: str) -> str:
        """The text with each `{{name}}` replaced by the value of that name."""

        def value(match: re.Match[str]) -> str:
            if match[1] not in self.values:
                raise RecipeError(f"{self.folder.name}: no value is called {match[1]!r}")
            return self.values[match[1]]

        return re.sub(r"\{\{([a-z][a-z0-9_]*)\}\}", value, text)

    def _value(self, spec: Spec) -> str:
        text = self.fill(spec["text"]) if "text" in spec else self.text(spec["file"])
        for step in spec.get("do", ()):
            name, *arguments = [step] if isinstance(step, str) else step
            text = TRANSFORMS[name](text, *arguments)
        return text


# Documents ------------------------------------------------------------------------------------------------------------


def _project(layer: Layer, controls: list[oforms.Control]) -> Project | None:
    """The macro project of a document from the tables `modules`, `forms` and `vba`."""
    specs = layer.take("modules", [])
    forms = {name: _form(layer, name, spec) for name, spec in layer.take("forms", {}).items()}
    options = layer.take("vba", {})
    if not specs:
        return None
    modules: list[Module] = []
    for spec in map(dict, specs):
        source = layer.case.text(spec.pop("file")) if "file" in spec else ""
        if "pcode" in spec:
            spec["pcode"] = layer.case.text(spec["pcode"])
        if spec.get("type") == "document" and controls and not any(m.controls for m in modules):
            spec["controls"] = [oforms.control_line(control, number) for number, control in enumerate(controls)]
        modules.append(Module(source=source, **spec))
    modules += [Module(name, type="form") for name in forms if name not in {m.name for m in modules}]
    references = [STDOLE, *([MSFORMS] if forms or controls else []), OFFICE]
    return Project(modules, forms=forms, references=references, **options)


def _form(layer: Layer, name: str, spec: Spec) -> cfb.Storage:
    texts = {key: layer.case.fill(spec[key]) for key in ("caption", "tag") if key in spec}
    return oforms.user_form(name, [_control(layer, child) for child in spec.get("controls", [])], **texts)


def _control(layer: Layer, spec: Spec) -> oforms.Control:
    filled: dict[str, Any] = {key: layer.case.fill(value) if isinstance(value, str) else value for key, value in spec.items()}
    filled["controls"] = [_control(layer, child) for child in spec.get("controls", [])]
    return oforms.Control(**filled)


def _runs(layer: Layer) -> str | list[word.Run]:
    """Text from the keys `text` (a file), `hidden` and `white` (files whose text nobody sees)."""
    text, hidden, white = layer.file("text"), layer.file("hidden"), layer.file("white")
    runs = [word.Run(line + "\r") for line in text.rstrip("\n").split("\n") if text or not (hidden or white)]
    runs += [word.Run(line + "\r", hidden=True) for line in hidden.split("\n") if line]
    return runs + word.white(line for line in white.split("\n") if line)


@maker("doc")
def _doc(layer: Layer) -> bytes:
    controls = [_control(layer, spec) for spec in layer.take("controls", [])]
    first = layer.take("first_object", 1_631_005_539)
    password, scheme = layer.take("password", ""), layer.take("scheme", "cryptoapi")
    loops, slack = layer.take("loops", []), layer.take("slack", 0)
    document = word.Document(
        _runs(layer),
        _project(layer, controls),
        {first + number: (control.prog_id, oforms.page_control(control)) for number, control in enumerate(controls)},
        _filled(layer, "variables"),
        _properties(layer),
    )
    if password:
        return encrypt.doc(document, password, scheme)
    return cfb.compound(document.storage(), loops=loops, slack=bytes(slack))


def _filled(layer: Layer, key: str) -> dict[str, str]:
    return {name: layer.case.fill(value) for name, value in layer.take(key, {}).items()}


def _properties(layer: Layer) -> dict[str, bytes]:
    return summary.streams(_filled(layer, "properties"), _filled(layer, "custom"))


@maker("docx", "docm", "dotm")
def _word(layer: Layer) -> bytes:
    controls = [_control(layer, spec) for spec in layer.take("controls", [])]
    vba = _project(layer, controls)
    persistence = layer.take("persistence", "storage")
    write = {"storage": oforms.binary_storage, "stream": oforms.binary_stream}[persistence]
    active = [ooxml.ActiveX(control.name, control.clsid, write(control), persistence) for control in controls]
    kind = layer.case.fill(layer.take("kind", "docm" if vba else "docx"))
    texts = {key: layer.take(key) for key in ("vba_part", "template") if key in layer.spec}
    tables: dict[str, Any] = {key: _filled(layer, key) for key in ("variables", "properties", "custom")}
    boxes = [ooxml.Box(**{key: layer.case.fill(value) for key, value in spec.items()}) for spec in layer.take("boxes", [])]
    package = ooxml.word(_runs(layer), kind=kind, vba=vba.file() if vba else b"", controls=active, boxes=boxes, **tables, **texts)
    return _finished(layer, package)


@maker("word2003xml")
def _word_2003_xml(layer: Layer) -> bytes:
    """Word 2003 XML of `text`, or with `body` (a file) as it is; its macro project lies in ActiveMime (a header of 50 bytes, then zlib), in base64."""
    vba = _project(layer, [])
    paragraphs = "".join(f"<w:p><w:r><w:t>{escape(line)}</w:t></w:r></w:p>" for line in layer.file("text").splitlines())
    paragraphs = layer.file("body") or paragraphs
    macros = b""
    if vba is not None:
        plain = vba.file()
        head = b"ActiveMime\0\0\x01\xf0\x04\0\0\0\xff\xff\xff\xff\0\0\x07\xf0" + struct.pack("<IIII", 4, 4, 0, len(plain))
        macros = base64.encodebytes(head.ljust(50, b"\0") + zlib.compress(plain))
    data = f'<w:docSuppData><w:binData w:name="editdata.mso">{macros.decode()}</w:binData></w:docSuppData>' if macros else ""
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n<?mso-application progid="Word.Document"?>\r\n'
        f'<w:wordDocument xmlns:w="http://schemas.microsoft.com/office/word/2003/wordml" w:macrosPresent="{"yes" if macros else "no"}">{data}'
        f"<w:body>{paragraphs}</w:body></w:wordDocument>"
    ).encode()


@maker("xlsx", "xlsm", "xltm")
def _excel(layer: Layer) -> bytes:
    vba = _project(layer, [])
    sheets = [ooxml.Sheet(cells=_cells(layer, spec), **spec) for spec in map(dict, layer.take("sheets", [{"name": "Sheet1"}]))]
    kind = layer.take("kind", "xlsm" if vba else "xlsx")
    package = ooxml.excel(sheets, kind=kind, vba=vba.file() if vba else b"", names=_filled(layer, "names"))
    return _finished(layer, package)


def _cells(layer: Layer, spec: Spec) -> dict[str, Any]:
    return {place: layer.case.fill(v) if isinstance(v, str) else v for place, v in spec.pop("cells", {}).items()}


def _finished(layer: Layer, package: ooxml.Package) -> bytes:
    """A package, encrypted when there is a password."""
    password, scheme, spins = layer.take("password", ""), layer.take("scheme", "agile"), layer.take("spins", 100_000)
    if not password:
        return package.file()
    if scheme == "standard":
        return encrypt.standard(package.file(), password)
    return encrypt.agile(package.file(), password, spins=spins)


@maker("xls")
def _xls(layer: Layer) -> bytes:
    vba = _project(layer, [])
    password, scheme = layer.take("password", ""), layer.take("scheme", "cryptoapi")
    specs = [dict(spec) for spec in layer.take("sheets", [{"name": "Sheet1"}])]
    names = _filled(layer, "names")
    assembler = Assembler([spec["name"] for spec in specs], {name: number for number, name in enumerate(names, 1)})
    sheets = []
    for spec in specs:
        cells = {place: _formula(value, assembler) for place, value in _cells(layer, spec).items()}
        sheets.append(excel.Sheet(cells=cells, **spec))
    defined = [
        excel.Name(
            excel.AUTO_OPEN if name == "Auto_Open" else name,
            tokens=assembler.assemble(formula) if formula else b"\x1c\x1d",
            macro=not formula,
        )
        for name, formula in names.items()
    ]
    workbook = excel.Workbook(sheets, defined, vba=vba, streams=_properties(layer))
    lost = layer.take("lost", 0)
    if lost:
        workbook.streams["Workbook"] = workbook.stream()[:-lost]
    return encrypt.xls(workbook, password, scheme) if password else workbook.file()


def _formula(value: Any, assembler: Assembler) -> Any:
    """A cell as the writer wants it: formulas as tokens; a table holds tokens in hexadecimal."""
    if isinstance(value, dict):
        return excel.Formula(bytes.fromhex(value["tokens"]))
    return excel.Formula(assembler.assemble(value[1:])) if isinstance(value, str) and value.startswith("=") else value


@maker("xlsb")
def _xlsb(layer: Layer) -> bytes:
    sheets = [ooxml.Sheet(cells=_cells(layer, spec), **spec) for spec in map(dict, layer.take("sheets", []))]
    return _finished(layer, xlsb.workbook(sheets, _filled(layer, "names")))


@maker("ppt")
def _ppt(layer: Layer) -> bytes:
    return powerpoint.Presentation(layer.take("slides", [[]]), _project(layer, []), layer.take("compressed", default=True)).file()


@maker("pptx", "pptm")
def _powerpoint(layer: Layer) -> bytes:
    vba = _project(layer, [])
    kind = layer.take("kind", "pptm" if vba else "pptx")
    return _finished(layer, ooxml.powerpoint(layer.take("slides", [[]]), kind=kind, vba=vba.file() if vba else b""))


# Archives -------------------------------------------------------------------------------------------------------------

ARCHIVE_OPTIONS: Final = ("directory", "end", "truncate", "adjust")


@maker("zip")
def _zip(layer: Layer) -> bytes:
    """Members are what `of` names or the layer before, under their own names; further `members` hold a text each."""
    members = [archives.Member(name, data) for name, data in layer.inputs()] if not layer.take("alone", default=False) else []
    options = {key: layer.take(key) for key in ARCHIVE_OPTIONS if key in layer.spec}
    texts = layer.take("members", [])
    how = {key: _lies(value) for key, value in layer.rest().items()}
    members = [replace(member, **how) for member in members]
    for spec in map(dict, texts):
        name, charset = layer.case.fill(spec.pop("name")), spec.pop("charset", "")
        text = layer.case.fill(spec.pop("text", ""))
        members.append(archives.Member(name.encode(charset) if charset else name, text.encode(), **{**how, **spec}))
    return archives.zip_file(members, **options)


def _lies(value: Any) -> Any:
    """Names in the lies of a header are bytes."""
    return {k: v.encode() if isinstance(v, str) else v for k, v in value.items()} if isinstance(value, dict) else value


@maker("repacked")
def _repacked(layer: Layer) -> bytes:
    """The ZIP of the layer before with members left out (`drop`), taken twice from another (`again` of the layers in `of`) and lies in `lies`."""
    import io
    import zipfile

    def members(data: bytes) -> list[archives.Member]:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            return [archives.Member(info.filename, file.read(info)) for info in file.infolist()]

    drop, again = layer.take("drop", []), layer.take("again", [])
    lies = {name: {"central": _lies(lie)} for name, lie in layer.take("lies", {}).items()}
    kept = [member for member in members(layer.input[1]) if member.name not in drop]
    more = (
        [member for _, data in layer.inputs() for member in members(data) if member.name in again] if again else layer.take("of", []) or []
    )
    return archives.zip_file([replace(member, **lies.get(str(member.name), {})) for member in [*kept, *more]])


@maker("repack")
def _repack(layer: Layer) -> bytes:
    """A package written anew: without the parts in `drop`, and with the parts in `twice` of another layer (`of`) behind those of the same name."""
    drop, twice = layer.take("drop", []), layer.take("twice", [])
    others = [zipfile.ZipFile(io.BytesIO(data)) for _, data in layer.inputs()] if "of" in layer.spec else []
    package = zipfile.ZipFile(io.BytesIO(layer.input[1]))
    lies = {key: _lies(layer.take(key, {})) for key in ("local", "central")}
    members = [archives.Member(name, package.read(name)) for name in package.namelist() if name not in drop]
    members += [archives.Member(name, other.read(name), **lies) for other in others for name in other.namelist() if name in twice]
    return archives.zip_file(members)


@maker("nested-bomb")
def _nested_bomb(layer: Layer) -> bytes:
    return archives.nested_bomb(layer.take("levels"), layer.take("width"), bytes(layer.take("core")))


@maker("directory-bomb")
def _directory_bomb(layer: Layer) -> bytes:
    return archives.directory_bomb(layer.take("entries"), bytes(layer.take("core")))


@maker("overlap-bomb")
def _overlap_bomb(layer: Layer) -> bytes:
    return archives.overlap_bomb(layer.take("files"), bytes(layer.take("core")))


# Shortcuts and pages ----------------------------------------------------------------------------------------------------


@maker("lnk")
def _lnk(layer: Layer) -> bytes:
    """A shortcut; `overlay` is a file whose text stands behind its end."""
    overlay = layer.file("overlay").encode()
    return lnk.Shortcut(overlay=overlay, **layer.rest()).file()


@maker("html")
def _html(layer: Layer) -> bytes:
    """A page out of `page` (a file), in which `@@FILE@@` becomes the layer before in base64; `reversed` turns that round."""
    written = base64.b64encode(layer.input[1]).decode("ascii")
    return layer.file("page").replace("@@FILE@@", written[::-1] if layer.take("reversed", default=False) else written).encode()


@maker("iso")
def _iso(layer: Layer) -> bytes:
    """An image of a disc with what `of` names or the layer before, and `files` (`name`, `text`); `hidden` are names of hidden ones."""
    hidden = layer.take("hidden", [])
    files = [*layer.inputs(), *((spec["name"], layer.case.fill(spec["text"]).encode()) for spec in layer.take("files", []))]
    return disc.image([disc.File(name, data, name in hidden) for name, data in files])


@maker("pdf")
def _pdf(layer: Layer) -> bytes:
    """A PDF with `links`, the files of `of`, and a `script` (a file) that runs when it is opened; `packed` puts links into an object stream."""
    links = [f"<< /Type /Annot /Subtype /Link /A << /S /URI /URI ({link}) >> >>".encode() for link in layer.take("links", [])]
    made = layer.inputs() if "of" in layer.spec else []
    script = layer.file("script").encode()
    opens = b" /OpenAction << /S /JavaScript /JS 2 0 R >>" if script else b""
    objects: list[bytes | tuple[bytes, bytes]] = [b"<< /Type /Catalog" + opens + b" >>", (b"", script)]
    for name, data in made:
        objects.append(f"<< /Type /Filespec /F ({name}) /UF ({name}) /EF << /F {len(objects) + 2} 0 R >> >>".encode())
        objects.append((b"/Type /EmbeddedFile /Filter /FlateDecode", zlib.compress(data)))
    packed = layer.take("packed", default=False)
    return pdf.Pdf([*objects, *([] if packed else links)], links if packed else [], **layer.rest()).file()


@maker("rtf")
def _rtf(layer: Layer) -> bytes:
    """An RTF document with `text` (a file), `fields`, `template` and `packages` (`name`, `file`, `words`, `disguise`)."""
    packages = []
    for spec in map(dict, layer.take("packages", [])):
        content = rtf.package(spec.pop("name"), layer.case.text(spec.pop("file")).encode())
        packages.append(rtf.Object(rtf.ole1("Package", content), **spec))
    return rtf.document(layer.file("text").rstrip("\n"), packages, **layer.rest())


@maker("one")
def _one(layer: Layer) -> bytes:
    """A OneNote section with the `texts` of its pages, `files` (`name`, `file`), `pictures` (names) and, with `of`, what layers have made."""
    files = [onenote.File(spec["name"], layer.case.text(spec["file"]).encode(), spec.get("source", "")) for spec in layer.take("files", [])]
    pictures = [onenote.File(name, PNG, picture=True) for name in layer.take("pictures", [])]
    made = [onenote.File(name, data) for name, data in layer.inputs()] if "of" in layer.spec else []
    return onenote.section([*pictures, *files, *made], layer.take("texts", []))


PNG: Final = bytes.fromhex("89504e470d0a1a0a0000000d494844520000000100000001080600000037") + bytes(40)
"""The beginning of a picture of one dot."""


# Mails ----------------------------------------------------------------------------------------------------------------


@maker("eml")
def _eml(layer: Layer) -> bytes:
    """A mail: `headers`, `body` (a file) and perhaps `html`, and the layer before as attachment unless `of` says otherwise.

    Broken on purpose: `nested` multiparts around the text, `open` (the last boundary is not there), `other_name` in Content-Type,
    `junk` between the lines of base64.
    """
    charset, encoding = layer.take("charset", "utf-8"), layer.take("encoding", None)
    content = mails.text(layer.file("body"), charset, encoding=encoding)
    if html := layer.file("html"):
        content = mails.alternative(content, mails.text(html, charset, "html", encoding))
    style, type_ = layer.take("name_style", "rfc2231"), layer.take("type", "application/octet-stream")
    other, junk, close = layer.take("other_name", ""), layer.take("junk", ""), not layer.take("open", default=False)
    content = mails.nested(layer.take("nested", 0), content)
    forwarded = type_ == "message/rfc822"
    attached = [
        mails.forwarded(data)
        if forwarded
        else mails.attachment(name, data, type_, style="plain" if name.isascii() else style, other_name=other)
        for name, data in layer.inputs()
        if name
    ]
    headers = [(name, _header(layer, one)) for name, value in layer.take("headers").items() for one in _listed(value)]
    data = mails.mail(headers, mails.mixed(content, *attached, close=close) if attached else content)
    return _strewn(data, junk.encode()) if junk else data


def _strewn(data: bytes, junk: bytes) -> bytes:
    """Junk behind every fourth line of what is in base64 to its end."""
    lines = data.split(b"\r\n")
    whole = [len(line) == 76 and line.isascii() and b" " not in line and b"=" not in line[:70] for line in lines]
    return b"\r\n".join(line + junk if number % 4 == 0 and whole[number] else line for number, line in enumerate(lines))


@maker("msg", "tnef")
def _outlook(layer: Layer) -> bytes:
    """Outlook's message file or winmail.dat: `subject`, `from`, `address`, `body` (a file) or `rtf` (text), `to` (name and address)."""
    message = _message(layer)
    return message.file() if layer.case.making == "msg" else outlook.tnef(message)


@maker("pst")
def _data_file(layer: Layer) -> bytes:
    """Outlook's data file: one message, in `folder`, attached to another if there is an `outer` subject; `version`, `cipher`."""
    inner = _message(layer)
    outer = layer.take("outer", "")
    message = outlook.Message([(outlook.SUBJECT, outlook.TEXT16, outer)], [], [outlook.Attached(outer, inner)]) if outer else inner
    root = pst.Folder("", folders=[pst.Folder(layer.take("folder", "Inbox"), [message])])
    return pst.pst(root, layer.take("version", pst.UNICODE), layer.take("cipher", 1))


def _message(layer: Layer) -> outlook.Message:
    properties: list[outlook.Property] = [
        (outlook.SUBJECT, outlook.TEXT16, layer.take("subject", "")),
        (outlook.SENDER_NAME, outlook.TEXT16, layer.take("from", "")),
        (outlook.SENDER_ADDRESS, outlook.TEXT16, layer.take("address", "")),
        (outlook.BODY, outlook.TEXT16, layer.file("body")),
    ]
    if rtf := layer.take("rtf", ""):
        properties.append((outlook.RTF, outlook.BINARY, outlook.packed_rtf(rtf.encode())))
    properties = [one for one in properties if one[2]]
    attached = [outlook.Attached(name, data) for name, data in layer.inputs() if name]
    return outlook.Message(properties, [tuple(layer.take("to"))] if "to" in layer.spec else (), attached)


@maker("mbox")
def _mbox(layer: Layer) -> bytes:
    """A folder of the mails in `of`."""
    return b"".join(b"From box@victim.example Mon Mar  8 17:40:03 2021\n" + data + b"\n\n" for _, data in layer.inputs())


@maker("png")
def _png(layer: Layer) -> bytes:
    """A picture: grey, `width` by `height`."""
    return picture(layer.take("width", 240), layer.take("height", 60))


def picture(width: int, height: int) -> bytes:
    """PNG (W3C recommendation, 11): header, one row of grey after the other, end."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = b"".join(b"\0" + bytes([200]) * width for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _header(layer: Layer, value: str | Spec) -> str | bytes:
    """A header: a text, or a table with `name` and `address`, or with `text` to be encoded; both with `charset`."""
    if isinstance(value, str):
        return layer.case.fill(value)
    charset = value.get("charset", "utf-8")
    if "address" in value:
        return mails.person(value["name"], value["address"], charset)
    return mails.encoded_word(layer.case.fill(value["text"]), charset, letter=value.get("letter", "B"), every=value.get("every", 0))


# Anything -------------------------------------------------------------------------------------------------------------


@maker("file")
def _file(layer: Layer) -> bytes:
    """The text of a source itself."""
    return layer.file("file").encode(layer.take("charset", "utf-8"))


@maker("cut")
def _cut(layer: Layer) -> bytes:
    """The layer before, without its last bytes."""
    return layer.input[1][: -layer.take("bytes")]


@maker("pad")
def _pad(layer: Layer) -> bytes:
    """The layer before, with zeros behind it up to a size of so many `mib`."""
    return layer.input[1].ljust(layer.take("mib") << 20, b"\0")


def main(arguments: list[str]) -> int:
    """Write a case to a file, by default under its own name."""
    match arguments:
        case [case, *rest] if case in cases() and len(rest) < 2:
            name, data = build(case)
            path = Path(rest[0]) if rest else Path(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            print(f"{path}: {len(data):,} bytes")
            return 0
        case _:
            print("usage: python -m fixturelib.build CASE [FILE]\ncases:", *cases(), sep="\n  ", file=sys.stderr)
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
