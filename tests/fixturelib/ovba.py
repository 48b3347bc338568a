"""Writer of VBA projects (MS-OVBA): compression, `dir`, `PROJECT`, `PROJECTwm`, module streams; whole or damaged.

Performance caches are filled with noise where a module says no p-code for itself (`pcode.py`). They are there so that the
source does not begin where the stream begins.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from fixturelib.cfb import Storage, compound
from fixturelib.pcode import Compiler

CHUNK: Final = 4096

ModuleType = Literal["standard", "class", "document", "form"]

# First attributes of a class module, by what the class is an instance of (MS-OVBA 2.3.4.3, MS-VBAL 4.2).
WORD_DOCUMENT: Final = "1Normal.ThisDocument"
EXCEL_WORKBOOK: Final = "0{00020819-0000-0000-C000-000000000046}"
EXCEL_SHEET: Final = "0{00020820-0000-0000-C000-000000000046}"
PLAIN_CLASS: Final = "0{FCFB3D2A-A0FA-1068-A738-08002B3371B5}"


# Compression (MS-OVBA 2.4.1) ------------------------------------------------------------------------------------------


def compress(data: bytes, *, raw: bool = False, bad_signature: Collection[int] = ()) -> bytes:
    """A CompressedContainer. With `raw`, whole chunks are stored as they are (an uncompressed chunk).

    `bad_signature` numbers chunks whose header gets another signature than 0b011.
    """
    out = bytearray(b"\x01")
    for number, at in enumerate(range(0, len(data), CHUNK)):
        chunk = data[at : at + CHUNK]
        packed = b"" if raw and len(chunk) == CHUNK else _pack_chunk(chunk)
        compressed = 0 < len(packed) <= CHUNK
        if not compressed:
            packed = chunk.ljust(CHUNK, b"\0")
        signature = 0b101 if number in bad_signature else 0b011
        out += struct.pack("<H", len(packed) - 1 | signature << 12 | compressed << 15) + packed
    return bytes(out)


def _pack_chunk(chunk: bytes) -> bytes:
    """Token sequences: a flag byte, then up to eight literals or copy tokens."""
    out = bytearray()
    seen: dict[bytes, list[int]] = {}
    at = 0
    while at < len(chunk):
        flags_at, flags = len(out), 0
        out.append(0)
        for bit in range(8):
            if at >= len(chunk):
                break
            length, offset = _longest(chunk, at, seen)
            if length:
                flags |= 1 << bit
                out += struct.pack("<H", (offset - 1) << (16 - _offset_bits(at)) | (length - 3))
            else:
                length = 1
                out.append(chunk[at])
            for passed in range(at, at + length):
                seen.setdefault(chunk[passed : passed + 3], []).append(passed)
            at += length
        out[flags_at] = flags
    return bytes(out)


def _offset_bits(at: int) -> int:
    """MS-OVBA 2.4.1.3.19.1: bits of a copy token that hold the offset, at this place of the chunk."""
    return max((at - 1).bit_length(), 4)


def _longest(chunk: bytes, at: int, seen: dict[bytes, list[int]]) -> tuple[int, int]:
    """Length and offset of the longest earlier copy of what follows; (0, 0) below three bytes."""
    most = min((0xFFFF >> _offset_bits(at)) + 3, len(chunk) - at) if at else 0
    best, offset = 0, 0
    for candidate in reversed(seen.get(chunk[at : at + 3], ()) if most >= 3 else ()):
        if best and chunk[candidate : candidate + best + 1] != chunk[at : at + best + 1]:
            continue
        length = 3
        while length < most and chunk[candidate + length] == chunk[at + length]:
            length += 1
        if length > best:
            best, offset = length, at - candidate
            if best == most:
                break
    return best, offset


# Project --------------------------------------------------------------------------------------------------------------


@dataclass
class Module:
    """A module. `source` is its code, without the attribute lines that `attributes` puts in front of it."""

    name: str
    source: str = ""
    type: ModuleType = "standard"
    base: str = ""
    """VB_Base: what a class module is an instance of; empty for what its type usually is."""
    controls: Sequence[str] = ()
    """VB_Control lines of a document module: "TextBox1, 0, 0, MSForms, TextBox"."""
    stream: str = ""
    """Name of its stream, when it is another than the module's."""
    docstring: str = ""
    read_only: bool = False
    private: bool = False
    cache: int = 512
    """Bytes of performance cache in front of the source; none, with a `_VBA_PROJECT` of nothing but its head, is a purged project."""
    pcode: str = ""
    """What the cache holds instead of noise, in the language of `pcode.py`."""
    no_source: bool = False
    """The source is overwritten with zeros."""
    listed: bool = True
    """Whether `dir` and `PROJECT` name it; a module that is not is only a stream."""
    in_project: bool = True
    """Whether `PROJECT` names it: one that is in `dir` only does not show in the editor."""
    in_wm: bool = True
    offset_error: int = 0
    """Added to MODULEOFFSET."""
    bad_signature: Collection[int] = ()
    """Chunks of its source with a broken header."""
    raw: bool = False
    """Store whole chunks without compression."""
    truncate: int = 0
    """Bytes cut off the end of the stream."""

    def text(self) -> str:
        """The whole source, attributes included, line ends CR LF."""
        body = self.source.replace("\r\n", "\n").replace("\n", "\r\n")
        return "".join(f"Attribute {line}\r\n" for line in self.attributes()) + body

    def attributes(self) -> list[str]:
        lines = [f'VB_Name = "{self.name}"']
        if self.type != "standard":
            base = self.base or {"document": WORD_DOCUMENT, "class": PLAIN_CLASS, "form": _form_base(self.name)}[self.type]
            shown = self.type == "document"
            flags = {
                "GlobalNameSpace": False,
                "Creatable": False,
                "PredeclaredId": self.type != "class",
                "Exposed": shown,
                "TemplateDerived": base.startswith("1"),
                "Customizable": shown,
            }
            lines += [f'VB_Base = "{base}"', *(f"VB_{name} = {value}" for name, value in flags.items())]
        return lines + [f'VB_Control = "{control}"' for control in self.controls]


def _form_base(name: str) -> str:
    return f"0{guid(name + ' base')}{guid(name + ' type')}"


@dataclass
class Reference:
    """A reference to a type library. `kind` "project" is another document, "control" one with an extended library."""

    name: str
    libid: str
    kind: Literal["registered", "project", "control"] = "registered"


STDOLE: Final = Reference("stdole", r"*\G{00020430-0000-0000-C000-000000000046}#2.0#0#C:\Windows\System32\stdole2.tlb#OLE Automation")
OFFICE: Final = Reference(
    "Office",
    r"*\G{2DF8D04C-5BFA-101B-BDE5-00AA0044DE52}#2.8#0#C:\Program Files\Common Files\Microsoft Shared\OFFICE16\MSO.DLL"
    "#Microsoft Office 16.0 Object Library",
)
MSFORMS: Final = Reference(
    "MSForms",
    r"*\G{0D452EE1-E08F-101A-852E-02608C4D0BB4}#2.0#0#C:\Windows\SysWOW64\FM20.DLL#Microsoft Forms 2.0 Object Library",
    "control",
)


@dataclass
class Project:
    """A VBA project and what is wrong with it."""

    modules: Sequence[Module]
    forms: dict[str, Storage] = field(default_factory=dict)
    """Designer storages by the name of their form module (see `oforms.py`)."""
    name: str = "Project"
    code_page: int = 1252
    references: Sequence[Reference] = (STDOLE, OFFICE)
    constants: str = ""
    locked: str = ""
    """Password against viewing; empty leaves the project open."""
    omit: Collection[str] = ()
    """Streams that are left out: PROJECT, PROJECTwm, VBA/dir, VBA/_VBA_PROJECT."""
    dir_damage: int = 0
    """Bytes of the compressed `dir` that are kept, when above zero."""
    _offsets: dict[int, int] = field(default_factory=dict)

    @property
    def encoding(self) -> str:
        return {65001: "utf-8", 10000: "mac_roman"}.get(self.code_page, f"cp{self.code_page}")

    def storage(self) -> Storage:
        """The storage that holds the project: "Macros" of a Word document, `_VBA_PROJECT_CUR` of a workbook."""
        root = Storage()
        compiler = Compiler()
        caches = {id(m): compiler.cache(m.pcode) if m.pcode else noise(m.name, m.cache) for m in self.modules}
        self._offsets = {key: len(cache) for key, cache in caches.items()}
        for module in self.modules:
            root.put(f"VBA/{module.stream or module.name}", caches[id(module)] + self._packed_source(module))
        packed = compress(self._dir())
        root.put("VBA/dir", packed[: self.dir_damage] if self.dir_damage else packed)
        root.put("VBA/_VBA_PROJECT", compiler.stream() if compiler.names else self._vba_project())
        root.put("PROJECT", self._project())
        root.put("PROJECTwm", self._wm())
        for name, form in self.forms.items():
            root.put(name, form)
        for path in self.omit:
            parent, _, name = path.rpartition("/")
            here = root.get(parent) if parent else root
            assert isinstance(here, Storage)
            del here.entries[name]
        return root

    def file(self) -> bytes:
        """`vbaProject.bin` as it lies in an OOXML package."""
        return compound(self.storage())

    def _packed_source(self, module: Module) -> bytes:
        source = module.text().encode(self.encoding, "replace")
        packed = compress(source, raw=module.raw, bad_signature=module.bad_signature)
        if module.no_source:
            return bytes(len(packed))
        return packed[: len(packed) - module.truncate]

    def _dir(self) -> bytes:
        """MS-OVBA 2.3.4.2."""

        def record(id_: int, data: bytes) -> bytes:
            return struct.pack("<HI", id_, len(data)) + data

        def both(id_: int, text: str, wide: int) -> bytes:
            return record(id_, self._encode(text)) + record(wide, text.encode("utf-16-le"))

        out = record(0x01, struct.pack("<I", 1))  # SYSKIND: 32-bit Windows
        out += record(0x02, struct.pack("<I", 0x409)) + record(0x14, struct.pack("<I", 0x409))
        out += record(0x03, struct.pack("<H", self.code_page))
        out += record(0x04, self._encode(self.name)) + both(0x05, "", 0x40)
        out += record(0x06, b"") + record(0x3D, b"") + record(0x07, bytes(4)) + record(0x08, bytes(4))
        out += struct.pack("<HIIH", 0x09, 4, 1_561_500_000, 2)
        out += both(0x0C, self.constants, 0x3C)
        for reference in self.references:
            out += both(0x16, reference.name, 0x3E) + _reference(reference, self._encode(reference.libid))
        listed = [module for module in self.modules if module.listed]
        out += record(0x0F, struct.pack("<H", len(listed))) + record(0x13, b"\xff\xff")
        for module in listed:
            stream = module.stream or module.name
            out += both(0x19, module.name, 0x47) + both(0x1A, stream, 0x32) + both(0x1C, module.docstring, 0x48)
            out += record(0x31, struct.pack("<I", max(self._offsets.get(id(module), module.cache) + module.offset_error, 0)))
            out += record(0x1E, bytes(4)) + record(0x2C, b"\xff\xff")
            out += record(0x21 if module.type == "standard" else 0x22, b"")
            out += record(0x25, b"") * module.read_only + record(0x28, b"") * module.private
            out += record(0x2B, b"")
        return out + record(0x10, b"")

    def _encode(self, text: str) -> bytes:
        return text.encode(self.encoding, "replace")

    def _vba_project(self) -> bytes:
        """MS-OVBA 2.3.4.1, with the version of Office 2016."""
        if not any(module.cache for module in self.modules):
            return struct.pack("<HHBH", 0x61CC, 0xFFFF, 0, 0)
        return struct.pack("<HHBH", 0x61CC, 0x00AF, 0, 1) + noise("_VBA_PROJECT", 900)

    def _project(self) -> bytes:
        """MS-OVBA 2.3.1."""
        id_ = guid(self.name)
        lines = [f'ID="{id_}"']
        for module in self.modules:
            if not (module.listed and module.in_project):
                continue
            if module.type == "form":
                lines.append("Package={AC9F2F90-E877-11CE-9F68-00AA00574A4F}")
            key = {"standard": "Module", "class": "Class", "document": "Document", "form": "BaseClass"}[module.type]
            lines.append(f"{key}={module.name}" + "/&H00000000" * (module.type == "document"))
        lines += [f'Name="{self.name}"', 'HelpContextID="0"', 'VersionCompatible32="393222000"']
        for seed, (name, value) in enumerate(_protection(self.locked).items(), 0x5B):
            lines.append(f'{name}="{encrypt(value, id_, seed)}"')
        lines += ["", "[Host Extender Info]", "&H00000001={3832D640-CF90-11CF-8E43-00A0C911005A};VBE;&H00000000", ""]
        lines += ["[Workspace]", *(f"{m.name}=26, 26, 1128, 514, " for m in self.modules if m.listed and m.in_project), ""]
        return self._encode("\r\n".join(lines))

    def _wm(self) -> bytes:
        """MS-OVBA 2.3.3."""
        names = [m.name for m in self.modules if m.listed and m.in_wm]
        return b"".join(self._encode(n) + b"\0" + n.encode("utf-16-le") + b"\0\0" for n in names) + b"\0\0"


def _reference(reference: Reference, libid: bytes) -> bytes:
    """MS-OVBA 2.3.4.2.2.3 to 2.3.4.2.2.6."""
    sized = struct.pack("<I", len(libid)) + libid
    if reference.kind == "project":
        body = sized + sized + struct.pack("<IH", 1_561_500_000, 2)
        return struct.pack("<HI", 0x0E, len(body)) + body
    body = sized + bytes(6)
    if reference.kind == "registered":
        return struct.pack("<HI", 0x0D, len(body)) + body
    extended = sized + bytes(6) + bytes.fromhex("e11e450d8fe01a10852e02608c4d0bb4") + bytes(4)
    return struct.pack("<H", 0x33) + sized + struct.pack("<HI", 0x2F, len(body)) + body + struct.pack("<HI", 0x30, len(extended)) + extended


# Protection (MS-OVBA 2.4.3, 2.4.4) ------------------------------------------------------------------------------------


def encrypt(data: bytes, project_id: str, seed: int) -> str:
    """The hexadecimal text that `PROJECT` holds of CMG, DPB and GC."""
    key = sum(project_id.encode()) & 0xFF
    out = [seed, seed ^ 2, seed ^ key]
    plain_before, cipher_before, cipher_two_before = key, out[2], out[1]
    for plain in bytes((seed & 6) // 2) + struct.pack("<I", len(data)) + data:
        cipher = plain ^ ((cipher_two_before + plain_before) & 0xFF)
        out.append(cipher)
        plain_before, cipher_two_before, cipher_before = plain, cipher_before, cipher
    return bytes(out).hex().upper()


def _protection(password: str) -> dict[str, bytes]:
    if not password:
        return {"CMG": bytes(4), "DPB": b"\0", "GC": b"\xff"}
    return {"CMG": struct.pack("<I", 1), "DPB": password_hash(password), "GC": b"\0"}


def password_hash(password: str) -> bytes:
    """MS-OVBA 2.4.4.1: SHA-1 of password and key; bytes that would be zero are one, and a bit tells which they are."""
    key = b"\x11\x22\x33\x44"
    digest = hashlib.sha1(password.encode("cp1252") + key).digest()
    kept = key + digest
    bits = sum((byte != 0) << number for number, byte in enumerate(kept))
    grbits = struct.pack("<I", bits)[:3]
    return b"\xff" + grbits + bytes(byte or 1 for byte in kept) + b"\0"


# Made-up but fixed values ---------------------------------------------------------------------------------------------


def guid(text: str) -> str:
    digest = hashlib.sha256(text.encode()).hexdigest().upper()
    return f"{{{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-A{digest[17:20]}-{digest[20:32]}}}"


def noise(seed: str, length: int) -> bytes:
    """Bytes without meaning, the same for the same seed."""
    return hashlib.shake_128(seed.encode()).digest(length)


def project(modules: Iterable[Module] | str, **options: object) -> Project:
    """A project; a text makes the code of its one module "Module1"."""
    if isinstance(modules, str):
        modules = [Module("ThisDocument", type="document"), Module("Module1", modules)]
    return Project(list(modules), **options)  # type: ignore[arg-type]
