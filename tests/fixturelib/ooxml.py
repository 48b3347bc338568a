"""Writer of Office Open XML packages (ECMA-376): .docx .docm .dotm .xlsx .xlsm .xltm .pptx .pptm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal
from xml.sax.saxutils import escape, quoteattr

from fixturelib.archives import Member, zip_file
from fixturelib.word import Run

DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
REL: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
VBA_REL: Final = "http://schemas.microsoft.com/office/2006/relationships/vbaProject"
MS: Final = "http://schemas.microsoft.com/office/2006/relationships"
NAMES: Final = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)
SHEET_NAMES: Final = (
    'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
SLIDE_NAMES: Final = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
)
CUSTOM_FMTID: Final = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"

WORD_TYPES: Final = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
    "docm": "application/vnd.ms-word.document.macroEnabled.main+xml",
    "dotx": "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml",
    "dotm": "application/vnd.ms-word.template.macroEnabledTemplate.main+xml",
}
EXCEL_TYPES: Final = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
    "xlsm": "application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    "xltm": "application/vnd.ms-excel.template.macroEnabled.main+xml",
    "xlam": "application/vnd.ms-excel.addin.macroEnabled.main+xml",
}
POWERPOINT_TYPES: Final = {
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml",
    "pptm": "application/vnd.ms-powerpoint.presentation.macroEnabled.main+xml",
}


@dataclass
class Relationship:
    type: str
    target: str
    external: bool = False


@dataclass
class Package:
    """Parts, their content types and relationships. `extra` members are put behind, and may repeat names."""

    parts: dict[str, bytes] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    """Content type by part name."""
    relationships: dict[str, list[Relationship]] = field(default_factory=dict)
    """By the part they start from; "" is the package."""
    extra: list[Member] = field(default_factory=list)
    content_types: bool = True
    """Whether there is a `[Content_Types].xml`."""

    def add(self, name: str, data: bytes | str, type_: str = "") -> None:
        self.parts[name] = (DECLARATION + data).encode() if isinstance(data, str) else data
        if type_:
            self.types[name] = type_

    def relate(self, source: str, type_: str, target: str, *, external: bool = False) -> str:
        """A relationship; its id."""
        found = self.relationships.setdefault(source, [])
        found.append(Relationship(type_, target, external))
        return f"rId{len(found)}"

    def members(self) -> list[Member]:
        """Every member of the ZIP archive, in the order in which Office writes them."""
        out = [Member("[Content_Types].xml", self._content_types())] if self.content_types else []
        for source, relationships in self.relationships.items():
            folder, slash, name = source.rpartition("/")
            out.append(Member(f"{folder}{slash}_rels/{name}.rels", _relationships(relationships)))
        return out + [Member(name, data) for name, data in self.parts.items()] + self.extra

    def file(self, **options: object) -> bytes:
        """The package; `options` are those of a ZIP member (see `archives.Member`)."""
        return zip_file([replace(member, **options) for member in self.members()])  # type: ignore[arg-type]

    def _content_types(self) -> bytes:
        defaults = {"rels": "application/vnd.openxmlformats-package.relationships+xml", "xml": "application/xml"}
        defaults |= {"png": "image/png", "vml": "application/vnd.openxmlformats-officedocument.vmlDrawing"}
        rows = "".join(f'<Default Extension="{e}" ContentType="{t}"/>' for e, t in defaults.items())
        rows += "".join(f'<Override PartName="/{escape(n)}" ContentType="{t}"/>' for n, t in self.types.items())
        return f'{DECLARATION}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{rows}</Types>'.encode()


def _relationships(relationships: list[Relationship]) -> bytes:
    rows = "".join(
        f'<Relationship Id="rId{number}" Type="{r.type}" Target={quoteattr(r.target)}{" TargetMode=" + quoteattr("External") if r.external else ""}/>'
        for number, r in enumerate(relationships, 1)
    )
    return (
        f'{DECLARATION}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{rows}</Relationships>'.encode()
    )


@dataclass
class Box:
    """A text box on a page of Word (20.4.2, and the shapes of Word 2010)."""

    name: str
    text: str = ""
    alt: str = ""
    title: str = ""


@dataclass
class ActiveX:
    """A control on a page: its CLSID, what it holds (`oforms`), and how it is kept."""

    name: str
    clsid: str
    data: bytes
    """For "storage" a compound file, for "stream" the control's own stream, for "bag" nothing."""
    persistence: Literal["storage", "stream", "bag"] = "storage"
    bag: dict[str, str] = field(default_factory=dict)


def _start(properties: Mapping[str, str], custom: Mapping[str, str]) -> Package:
    package = Package()
    if properties:
        names = {"Title": "dc:title", "Subject": "dc:subject", "Author": "dc:creator", "Comments": "dc:description"}
        names |= {"Keywords": "cp:keywords", "Category": "cp:category", "Last Author": "cp:lastModifiedBy"}
        rows = "".join(f"<{names[k]}>{escape(v)}</{names[k]}>" for k, v in properties.items() if k in names)
        package.add(
            "docProps/core.xml",
            '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
            f'xmlns:dc="http://purl.org/dc/elements/1.1/">{rows}</cp:coreProperties>',
            "application/vnd.openxmlformats-package.core-properties+xml",
        )
        core = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"
        package.relate("", core, "docProps/core.xml")
        for name in ("Company", "Manager"):
            if name in properties:
                package.add(
                    "docProps/app.xml",
                    '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
                    + "".join(f"<{n}>{escape(properties[n])}</{n}>" for n in ("Manager", "Company") if n in properties)
                    + "</Properties>",
                    "application/vnd.openxmlformats-officedocument.extended-properties+xml",
                )
        if "docProps/app.xml" in package.parts:
            package.relate("", f"{REL}/extended-properties", "docProps/app.xml")
    if custom:
        rows = "".join(
            f'<property fmtid="{CUSTOM_FMTID}" pid="{pid}" name={quoteattr(name)}><vt:lpwstr>{escape(value)}</vt:lpwstr></property>'
            for pid, (name, value) in enumerate(custom.items(), 2)
        )
        package.add(
            "docProps/custom.xml",
            '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" '
            f'xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">{rows}</Properties>',
            "application/vnd.openxmlformats-officedocument.custom-properties+xml",
        )
        package.relate("", f"{REL}/custom-properties", "docProps/custom.xml")
    return package


def _vba(package: Package, source: str, vba: bytes, part: str) -> None:
    """The macro project, at whatever part name, reached by its relationship."""
    if vba:
        package.add(part, vba, "application/vnd.ms-office.vbaProject")
        package.relate(source, VBA_REL, "/" + part)


def word(
    text: str | Sequence[Run] = "",
    *,
    kind: str = "docm",
    vba: bytes = b"",
    vba_part: str = "word/vbaProject.bin",
    controls: Sequence[ActiveX] = (),
    variables: Mapping[str, str] | None = None,
    properties: Mapping[str, str] | None = None,
    custom: Mapping[str, str] | None = None,
    template: str = "",
    boxes: Sequence[Box] = (),
) -> Package:
    """A Word document. `template` is an address that settings.xml.rels names as attachedTemplate."""
    package = _start(properties or {}, custom or {})
    main = "word/document.xml"
    package.relate("", f"{REL}/officeDocument", main)
    runs = [Run(line + "\r") for line in text.split("\n")] if isinstance(text, str) else list(text)
    body = _paragraphs(runs) + "".join(_control(package, main, "word", n, c) for n, c in enumerate(controls, 1))
    body += "".join(_box(number, box) for number, box in enumerate(boxes, 1))
    package.add(main, f"<w:document {NAMES}><w:body>{body}<w:sectPr/></w:body></w:document>", WORD_TYPES[kind])
    _vba(package, main, vba, vba_part)
    settings = ""
    if template:
        rel = package.relate("word/settings.xml", f"{REL}/attachedTemplate", template, external=True)
        settings += f'<w:attachedTemplate r:id="{rel}"/>'
    if variables:
        rows = "".join(f"<w:docVar w:name={quoteattr(name)} w:val={quoteattr(value)}/>" for name, value in variables.items())
        settings += f"<w:docVars>{rows}</w:docVars>"
    package.add(
        "word/settings.xml",
        f"<w:settings {NAMES}>{settings}</w:settings>",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.settings+xml",
    )
    package.relate(main, f"{REL}/settings", "settings.xml")
    return package


def _paragraphs(runs: Sequence[Run]) -> str:
    out, paragraph = "", ""
    for run in runs:
        pieces = run.text.split("\r")
        for number, piece in enumerate(pieces):
            if piece:
                paragraph += f'<w:r>{_look(run)}<w:t xml:space="preserve">{escape(piece)}</w:t></w:r>'
            if number < len(pieces) - 1:
                out, paragraph = f"{out}<w:p>{paragraph}</w:p>", ""
    return out + (f"<w:p>{paragraph}</w:p>" if paragraph else "")


def _look(run: Run) -> str:
    look = "<w:vanish/>" * run.hidden
    look += f'<w:color w:val="{run.color:06X}"/>' if run.color is not None else ""
    look += f'<w:sz w:val="{round(run.size * 2)}"/>' if run.size else ""
    return f"<w:rPr>{look}</w:rPr>" if look else ""


def _box(number: int, box: Box) -> str:
    lines = "".join(f'<w:p><w:r><w:t xml:space="preserve">{escape(line)}</w:t></w:r></w:p>' for line in box.text.split("\n"))
    about = f'id="{number}" name={quoteattr(box.name)} descr={quoteattr(box.alt)} title={quoteattr(box.title)}'
    return (
        f'<w:p><w:r><w:drawing><wp:anchor simplePos="0"><wp:extent cx="914400" cy="914400"/><wp:docPr {about}/><a:graphic>'
        '<a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp><wps:cNvSpPr txBox="1"/><wps:spPr/>'
        f"<wps:txbx><w:txbxContent>{lines}</w:txbxContent></wps:txbx></wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing></w:r></w:p>"
    )


def _control(package: Package, source: str, folder: str, number: int, control: ActiveX) -> str:
    """The XML that stands in the text for a control; adds its parts."""
    part, binary = f"{folder}/activeX/activeX{number}.xml", f"{folder}/activeX/activeX{number}.bin"
    names = 'xmlns:ax="http://schemas.microsoft.com/office/2006/activeX" '
    names += f'xmlns:r="{REL}"'
    if control.persistence == "bag":
        rows = "".join(f"<ax:ocxPr ax:name={quoteattr(n)} ax:value={quoteattr(v)}/>" for n, v in control.bag.items())
        how = f'ax:persistence="persistPropertyBag">{rows}</ax:ocx>'
    else:
        rel = package.relate(part, f"{MS}/activeXControlBinary", f"activeX{number}.bin")
        package.add(binary, control.data, "application/vnd.ms-office.activeX")
        how = f'ax:persistence="{"persistStorage" if control.persistence == "storage" else "persistStreamInit"}" r:id="{rel}"/>'
    package.add(part, f'<ax:ocx ax:classid="{{{control.clsid}}}" {names} {how}', "application/vnd.ms-office.activeX+xml")
    rel = package.relate(source, f"{REL}/control", f"activeX/activeX{number}.xml")
    shape = f"_x0000_i{1024 + number}"
    return (
        f'<w:p><w:r><w:object w:dxaOrig="1440" w:dyaOrig="360"><v:shape id="{shape}" style="width:72pt;height:18pt"/>'
        f'<w:control r:id="{rel}" w:name={quoteattr(control.name)} w:shapeid="{shape}"/></w:object></w:r></w:p>'
    )


Cell = str | int | float


@dataclass
class Sheet:
    """A worksheet, or with `macro` an Excel 4 macro sheet. A text that begins with "=" is a formula."""

    name: str
    cells: dict[str, Cell] = field(default_factory=dict)
    state: Literal["visible", "hidden", "veryHidden"] = "visible"
    macro: bool = False
    code_name: str = ""
    white: bool = False
    """White font for every cell."""


def excel(
    sheets: Sequence[Sheet],
    *,
    kind: str = "xlsm",
    vba: bytes = b"",
    vba_part: str = "xl/vbaProject.bin",
    names: Mapping[str, str] | None = None,
    properties: Mapping[str, str] | None = None,
    custom: Mapping[str, str] | None = None,
) -> Package:
    """A workbook. `names` are defined names with what they refer to: {"_xlnm.Auto_Open": "Macro1!$A$1"}."""
    package = _start(properties or {}, custom or {})
    main = "xl/workbook.xml"
    package.relate("", f"{REL}/officeDocument", main)
    rows, strings = "", list[str]()
    for number, sheet in enumerate(sheets, 1):
        folder, type_, rel = ("worksheets", "worksheet", f"{REL}/worksheet")
        if sheet.macro:
            folder, type_, rel = "macrosheets", "macrosheet", f"{MS}/xlMacrosheet"
        part = f"xl/{folder}/sheet{number}.xml"
        ms_type = "application/vnd.ms-excel.macrosheet+xml"
        content = ms_type if sheet.macro else "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
        package.add(part, _sheet(sheet, type_, strings), content)
        state = "" if sheet.state == "visible" else f' state="{sheet.state}"'
        id_ = package.relate(main, rel, f"{folder}/sheet{number}.xml")
        rows += f'<sheet name={quoteattr(sheet.name)} sheetId="{number}"{state} r:id="{id_}"/>'
    defined = "".join(f"<definedName name={quoteattr(n)}>{escape(v)}</definedName>" for n, v in (names or {}).items())
    defined = f"<definedNames>{defined}</definedNames>" if defined else ""
    code = '<workbookPr codeName="ThisWorkbook"/>' if vba else ""
    package.add(main, f"<workbook {SHEET_NAMES}>{code}<sheets>{rows}</sheets>{defined}</workbook>", EXCEL_TYPES[kind])
    package.relate(main, f"{REL}/sharedStrings", "sharedStrings.xml")
    package.add(
        "xl/sharedStrings.xml",
        f"<sst {SHEET_NAMES}>" + "".join(f'<si><t xml:space="preserve">{escape(s)}</t></si>' for s in strings) + "</sst>",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml",
    )
    package.relate(main, f"{REL}/styles", "styles.xml")
    package.add("xl/styles.xml", _STYLES, "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml")
    _vba(package, main, vba, vba_part)
    return package


_STYLES: Final = (
    f"<styleSheet {SHEET_NAMES}>"
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><sz val="11"/><color rgb="FFFFFFFF"/><name val="Calibri"/></font></fonts>'
    '<fills count="1"><fill><patternFill patternType="none"/></fill></fills><borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf/><xf fontId="1" applyFont="1"/></cellXfs></styleSheet>'
)


def _sheet(sheet: Sheet, element: str, strings: list[str]) -> str:
    rows: dict[int, str] = {}
    for place, value in sorted(sheet.cells.items(), key=lambda item: cell_place(item[0])):
        row, _ = cell_place(place)
        style = ' s="1"' if sheet.white else ""
        if isinstance(value, str) and value.startswith("="):
            cell = f'<c r="{place}"{style}><f>{escape(value[1:])}</f><v>0</v></c>'
        elif isinstance(value, str):
            if value not in strings:
                strings.append(value)
            cell = f'<c r="{place}"{style} t="s"><v>{strings.index(value)}</v></c>'
        else:
            cell = f'<c r="{place}"{style}><v>{value!r}</v></c>'
        rows[row] = rows.get(row, "") + cell
    data = "".join(f'<row r="{row + 1}">{cells}</row>' for row, cells in rows.items())
    namespace = SHEET_NAMES
    if element == "macrosheet":
        excel_2006 = "http://schemas.microsoft.com/office/excel/2006/main"
        return f'<xm:macrosheet {namespace} xmlns:xm="{excel_2006}"><sheetData>{data}</sheetData></xm:macrosheet>'
    code = f"<sheetPr codeName={quoteattr(sheet.code_name)}/>" if sheet.code_name else ""
    return f"<worksheet {namespace}>{code}<sheetData>{data}</sheetData></worksheet>"


def cell_place(name: str) -> tuple[int, int]:
    """Row and column, both from 0, of a cell named as in "AB12"."""
    letters = name.rstrip("0123456789")
    column = 0
    for letter in letters.upper():
        column = column * 26 + ord(letter) - 64
    return int(name[len(letters) :]) - 1, column - 1


def powerpoint(slides: Sequence[Sequence[str]], *, kind: str = "pptm", vba: bytes = b"", vba_part: str = "ppt/vbaProject.bin") -> Package:
    """A presentation: the texts of each slide, each in a shape of its own."""
    package = _start({}, {})
    main, master, layout = "ppt/presentation.xml", "ppt/slideMasters/slideMaster1.xml", "ppt/slideLayouts/slideLayout1.xml"
    package.relate("", f"{REL}/officeDocument", main)
    package.add("ppt/theme/theme1.xml", _THEME, "application/vnd.openxmlformats-officedocument.theme+xml")
    colors = " ".join(f'{n}="{v}"' for n, v in _COLOR_MAP.items())
    layouts = f'<p:sldLayoutIdLst><p:sldLayoutId id="2147483649" r:id="{package.relate(master, f"{REL}/slideLayout", "/" + layout)}"/>'
    package.relate(master, f"{REL}/theme", "/ppt/theme/theme1.xml")
    _slide(package, master, "sldMaster", [], f"<p:clrMap {colors}/>{layouts}</p:sldLayoutIdLst>")
    package.relate(layout, f"{REL}/slideMaster", "/" + master)
    _slide(package, layout, "sldLayout", [])
    masters = f'<p:sldMasterIdLst><p:sldMasterId id="2147483648" r:id="{package.relate(main, f"{REL}/slideMaster", "/" + master)}"/>'
    rows = ""
    for number, texts in enumerate(slides, 1):
        part = f"ppt/slides/slide{number}.xml"
        package.relate(part, f"{REL}/slideLayout", "/" + layout)
        _slide(package, part, "sld", texts)
        rows += f'<p:sldId id="{255 + number}" r:id="{package.relate(main, f"{REL}/slide", "/" + part)}"/>'
    sizes = '<p:sldSz cx="9144000" cy="6858000"/><p:notesSz cx="6858000" cy="9144000"/>'
    body = f"{masters}</p:sldMasterIdLst><p:sldIdLst>{rows}</p:sldIdLst>{sizes}"
    package.add(main, f"<p:presentation {SLIDE_NAMES}>{body}</p:presentation>", POWERPOINT_TYPES[kind])
    _vba(package, main, vba, vba_part)
    return package


def _slide(package: Package, part: str, element: str, texts: Sequence[str], after: str = "") -> None:
    """A slide, or the layout or master that one needs."""
    shapes = "".join(
        f'<p:sp><p:nvSpPr><p:cNvPr id="{n + 1}" name="TextBox {n}"/><p:cNvSpPr txBox="1"/><p:nvPr/></p:nvSpPr>'
        f'<p:spPr><a:xfrm><a:off x="914400" y="{n * 914400}"/><a:ext cx="4572000" cy="457200"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></p:spPr>'
        f"<p:txBody><a:bodyPr/><a:p><a:r><a:t>{escape(text)}</a:t></a:r></a:p></p:txBody></p:sp>"
        for n, text in enumerate(texts, 1)
    )
    tree = '<p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>' + shapes
    content = f"<p:{element} {SLIDE_NAMES}><p:cSld><p:spTree>{tree}</p:spTree></p:cSld>{after}</p:{element}>"
    kind = {"sld": "slide", "sldLayout": "slideLayout", "sldMaster": "slideMaster"}[element]
    package.add(part, content, f"application/vnd.openxmlformats-officedocument.presentationml.{kind}+xml")


_COLOR_MAP: Final = {"bg1": "lt1", "tx1": "dk1", "bg2": "lt2", "tx2": "dk2", "hlink": "hlink", "folHlink": "folHlink"} | {
    f"accent{n}": f"accent{n}" for n in range(1, 7)
}
_THEME: Final = (
    '<a:theme xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" name="Office"><a:themeElements><a:clrScheme name="Office">'
    + "".join(
        f'<a:{name}><a:srgbClr val="{value}"/></a:{name}>'
        for name, value in zip(
            ["dk1", "lt1", "dk2", "lt2", *(f"accent{n}" for n in range(1, 7)), "hlink", "folHlink"],
            ["000000", "FFFFFF", "44546A", "E7E6E6", *["4472C4"] * 6, "0563C1", "954F72"],
        )
    )
    + '</a:clrScheme><a:fontScheme name="Office"><a:majorFont><a:latin typeface="Calibri"/><a:ea typeface=""/><a:cs typeface=""/></a:majorFont>'
    '<a:minorFont><a:latin typeface="Calibri"/><a:ea typeface=""/><a:cs typeface=""/></a:minorFont></a:fontScheme>'
    '<a:fmtScheme name="Office"><a:fillStyleLst/><a:lnStyleLst/><a:effectStyleLst/><a:bgFillStyleLst/></a:fmtScheme>'
    "</a:themeElements></a:theme>"
)
