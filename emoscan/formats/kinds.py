"""What a piece of content is, by its magic bytes: everything that is no ZIP, no compound file, no mail and no text.

Where a magic is short, a second look at the structure behind it keeps ordinary data from being taken for the format.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Final

from emoscan.parse import cms
from emoscan.parse.bundle import MAGIC, VBA_PROJECT, XLM_WORKBOOK, kind_of
from emoscan.registry import Look, sniffs

Signature = tuple[int, bytes]
"""Offset (from the end where negative) and the bytes that stand there."""

SIGNATURES: Final[dict[str, tuple[Signature, ...]]] = {
    # MS-ONESTORE 2.3.1: guidFileType of .one and of .onetoc2
    "office.onenote": ((0, bytes.fromhex("e4525c7b8cd8a74daeb15378d02996d3")), (0, bytes.fromhex("a12fff43d9ef764c9ee210ea5722765f"))),
    "office.activemime": ((0, b"ActiveMime"),),
    "office.access": ((4, b"Standard Jet DB\0"), (4, b"Standard ACE DB\0")),
    # MS-OXRTFCP 2.1.3.1.1: COMPTYPE
    "office.rtf-compressed": ((8, b"LZFu"), (8, b"MELA")),
    # MS-SHLLINK 2.1: HeaderSize, LinkCLSID
    # Word 2 to 6 and Excel 2 to 4 before they wrote compound files; BOF records of MS-XLS and its forerunners
    "office.word-old": ((0, b"\xdb\xa5\x2d\0"), (0, b"\xdc\xa5"), (0, b"\x9b\xa5\x21\0"), (0, b"\xfe\x37\0\x1c")),
    "office.biff": (
        (0, b"\x09\0\x04\0"),
        (0, b"\x09\0\x06\0\0\0\x10\0"),
        (0, b"\x09\0\x06\0\0\0\x40\0"),
        (0, b"\x09\0\x06\0\x02\0\x10\0"),
        (0, b"\x09\0\x06\0\x02\0\x40\0"),
        (0, b"\x09\x02\x06\0"),
        (0, b"\x09\x04\x06\0"),
        (0, b"\x09\x08\x08\0\0\x05"),
        (0, b"\x09\x08\x10\0\0\x06"),
    ),
    "windows.lnk": ((0, bytes.fromhex("4c0000000114020000000000c000000000000046")),),
    "windows.chm": ((0, b"ITSF\x03\0\0\0"), (0, b"ITSF\x02\0\0\0")),
    "windows.registry-hive": ((0, b"regf"),),
    "windows.event-log": ((0, b"ElfFile\0"),),
    "mail.pst": ((0, b"!BDN"),),
    "mail.tnef": ((0, b"\x78\x9f\x3e\x22"),),
    "archive.7z": ((0, b"7z\xbc\xaf\x27\x1c"),),
    "archive.rar": ((0, b"Rar!\x1a\x07"), (0, b"RE~^")),
    "archive.cab": ((0, b"MSCF\0\0\0\0"), (0, b"ISc(")),
    "archive.bzip2": ((4, bytes.fromhex("314159265359")), (4, bytes.fromhex("177245385090"))),
    "archive.xz": ((0, b"\xfd7zXZ\0"), (0, b"\x5d\0\0")),
    "archive.lzip": ((0, b"LZIP\x01"),),
    "archive.zstd": ((0, b"\x28\xb5\x2f\xfd"),),
    "archive.lz4": ((0, b"\x04\x22\x4d\x18"),),
    "archive.ace": ((7, b"**ACE**"),),
    "archive.wim": ((0, b"MSWIM\0\0\0"),),
    "archive.egg": ((0, b"EGGA\0\x01"),),
    "archive.alz": ((0, b"ALZ\x01"),),
    "archive.ar": ((0, b"!<arch>\n"),),
    "archive.rpm": ((0, b"\xed\xab\xee\xdb"),),
    # ECMA-119 8.1.2 in the volume descriptors from sector 16 on; of raw images with 2,352 bytes a sector the data starts at 16 or 24
    "disk.iso": ((0x8001, b"CD001"), (0x8801, b"CD001"), (0x9001, b"CD001"), (0x9311, b"CD001"), (0x9319, b"CD001")),
    # ECMA-167 2/9.1 in the volume recognition sequence
    "disk.udf": (
        *((0x8001 + 0x800 * sector, b"NSR02") for sector in range(8)),
        *((0x8001 + 0x800 * sector, b"NSR03") for sector in range(8)),
    ),
    "disk.vhd": ((0, b"conectix"), (-512, b"conectix"), (-511, b"conectix")),
    "disk.vhdx": ((0, b"vhdxfile"),),
    "disk.vmdk": ((0, b"KDMV"),),
    "disk.dmg": ((-512, b"koly\0\0\0\x04"),),
    "disk.fat": ((54, b"FAT12   "), (54, b"FAT16   "), (82, b"FAT32   ")),
    "disk.ntfs": ((3, b"NTFS    "),),
    "binary.elf": ((0, b"\x7fELF"),),
    "binary.dex": ((0, b"dex\n03"),),
    "binary.wasm": ((0, b"\0asm\x01\0\0\0"),),
    "image.png": ((0, b"\x89PNG\r\n\x1a\n"),),
    "image.jpeg": ((0, b"\xff\xd8\xff"),),
    "image.gif": ((0, b"GIF87a"), (0, b"GIF89a")),
    "image.tiff": ((0, b"II*\0"), (0, b"MM\0*")),
    "image.psd": ((0, b"8BPS\0\x01"),),
    "image.jp2": ((0, b"\0\0\0\x0cjP  \r\n\x87\n"), (0, b"\xff\x4f\xff\x51")),
    "image.jxr": ((0, b"II\xbc\x01"),),
    "image.djvu": ((0, b"AT&TFORM"),),
    # MS-EMF 2.3.4.2: RecordType EMR_HEADER at 0, signature at 40
    "image.emf": ((40, b" EMF"),),
    "image.xcf": ((0, b"gimp xcf "),),
    "audio.midi": ((0, b"MThd\0\0\0\x06"),),
    "audio.ogg": ((0, b"OggS\0"),),
    "audio.flac": ((0, b"fLaC\0"),),
    "audio.au": ((0, b".snd\0\0\0"),),
    "audio.amr": ((0, b"#!AMR"),),
    "video.matroska": ((0, b"\x1a\x45\xdf\xa3"),),
    "video.asf": ((0, bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")),),
    "video.mpeg": ((0, b"\0\0\x01\xba"), (0, b"\0\0\x01\xb3")),
    "video.flv": ((0, b"FLV\x01"),),
    # What people send besides and that holds nothing that runs: folder views of macOS, measurements, maps, models, stores of keys
    "data.dsstore": ((0, b"\0\0\0\1Bud1"),),
    "data.icc": ((36, b"acsp"),),
    "data.hdf5": ((0, b"\x89HDF\r\n\x1a\n"),),
    "data.parquet": ((0, b"PAR1"),),
    "data.numpy": ((0, b"\x93NUMPY"),),
    "data.matlab": ((0, b"MATLAB 5.0 MAT-file"),),
    "data.statistics": ((0, b"$FL2@(#)"), (0, b"$FL3@(#)"), (0, b"<stata_dta><header>")),
    "data.shapefile": ((0, b"\0\0\x27\x0a" + bytes(20)),),
    "data.dbase": ((0, b"\x03"), (0, b"\x83"), (0, b"\x8b")),
    "data.gettext": ((0, b"\xde\x12\4\x95\0\0\0\0"), (0, b"\x95\4\x12\xde\0\0\0\0")),
    "data.keystore": ((0, b"\xfe\xed\xfe\xed\0\0\0\2"), (0, b"\x03\xd9\xa2\x9a\x67\xfb\x4b"), (4, b"\2\1\3\x30")),
    "image.dicom": ((128, b"DICM\2\0"),),
    "image.jxl": ((0, b"\0\0\0\x0cJXL \r\n\x87\n"),),
    "image.raw": ((0, b"FUJIFILMCCD-RAW "),),
    "image.pcx": ((0, b"\x0a\5\1"), (0, b"\x0a\3\1"), (0, b"\x0a\2\1")),
    "image.tga": ((-18, b"TRUEVISION-XFILE.\0"),),
    "image.model": ((0, b"glTF\1\0\0\0"), (0, b"glTF\2\0\0\0"), (0, b"Kaydara FBX Binary  \0"), (0, b"3D Geometry File Format ")),
    "audio.aac": ((0, b"\xff\xf1"), (0, b"\xff\xf9")),
    "audio.caf": ((0, b"caff\0\1"),),
    "video.quicktime": ((4, b"moov\0\0"), (4, b"mdat"), (4, b"wide\0\0\0\0mdat"), (4, b"free\0"), (4, b"skip\0")),
    # Drawings may hold macros and objects: named, and said to be unread
    "document.dwg": ((0, b"AC10"),),
    "font.opentype": ((0, b"OTTO\0"), (0, b"ttcf\0"), (0, b"true\0")),
    "font.woff": ((0, b"wOFF"), (0, b"wOF2")),
    "data.sqlite": ((0, b"SQLite format 3\0"),),
    "data.pgp": ((0, b"-----BEGIN PGP MESSAGE-----"), (0, b"\x84"), (0, b"\x85")),
}


def _has(kind: str, signatures: tuple[Signature, ...]) -> Callable[[Look], bool]:
    check = SECOND_LOOK.get(kind)

    def test(look: Look) -> bool:
        data = look.data
        for at, magic in signatures:
            if data.startswith(magic, at) if at >= 0 else data[at:].startswith(magic):
                return check is None or check(data)
        return False

    return test


def _boot_sector(data: bytes) -> bool:
    """A jump instruction at the start and the signature at the end of the sector (FAT specification 3.1); the disk in a fixed VHD is that's."""
    return data[:1] in (b"\xeb", b"\xe9") and data[510:512] == b"\x55\xaa" and not data[-512:].startswith(b"conectix")


def _lzma_alone(data: bytes) -> bool:
    """The old .lzma: a window that is a power of two or half more, a size that is not stated or sensible, and the coder's first byte."""
    window, size = int.from_bytes(data[1:5], "little"), int.from_bytes(data[5:13], "little")
    return data[0] == 0xFD or (window.bit_count() in (1, 2) and data[13:14] == b"\0" and (size == (1 << 64) - 1 or size < 1 << 36))


def _dbase(data: bytes) -> bool:
    """A date, and a header of 32 bytes a field that ends in CR where it says (dBASE III Plus, table file header)."""
    header = int.from_bytes(data[8:10], "little")
    return 1 <= data[2] <= 12 and 1 <= data[3] <= 31 and header >= 65 and header % 32 == 1 and data[header - 1 : header] == b"\r"


def _openpgp(data: bytes) -> int:
    """The tag of an OpenPGP packet of the old form (RFC 4880 4.2, 5.1, 5.2, 5.5) that reads like one: 1 a session key, 2 a signature, 6 a key; else 0."""
    if not 0x80 <= data[0] < 0xC0 or data[0] & 3 > 1 or len(data) < 16:
        return 0
    tag, width = data[0] >> 2 & 15, 1 + (data[0] & 3)
    length, body = int.from_bytes(data[1 : 1 + width]), data[1 + width :]
    algorithm = {1: 9, 2: 2, 6: 5}.get(tag)
    if algorithm is None or not 16 <= length <= len(body) or body[0] != (3 if tag == 1 else 4):
        return 0
    return tag if body[algorithm] in (1, 2, 3, 16, 17, 18, 19, 22) else 0


def _adts(data: bytes) -> bool:
    """Two frames of AAC where the first one's length says (ISO/IEC 14496-3, 1.A.2.2)."""
    length = int.from_bytes(data[3:6]) >> 5 & 0x1FFF
    return length > 7 and data[length : length + 2] == data[:2]


SECOND_LOOK: Final[dict[str, Callable[[bytes], bool]]] = {
    "archive.xz": _lzma_alone,
    "archive.bzip2": lambda data: data.startswith(b"BZh") and data[3:4] in b"123456789",
    "disk.fat": _boot_sector,
    "disk.ntfs": _boot_sector,
    "image.emf": lambda data: data.startswith(b"\1\0\0\0"),
    "office.access": lambda data: data.startswith(b"\0\1\0\0"),
    "image.psd": lambda data: len(data) > 26,
    "mail.pst": lambda data: data[8:10] == b"SM",
    "data.dbase": lambda data: len(data) > 66 and _dbase(data),
    "data.icc": lambda data: len(data) > 128 and int.from_bytes(data[:4]) == len(data),
    "data.keystore": lambda data: data[:1] in (b"\xfe", b"\x03", b"\x30"),  # of PKCS #12: SEQUENCE { INTEGER 3 (RFC 7292 section 4)
    "data.pgp": lambda data: data[:1] == b"-" or _openpgp(data) == 1,
    "image.pcx": lambda data: len(data) > 128 and data[3] in (1, 2, 4, 8) and data[64] == 0 and 0 < data[65] < 5,
    "audio.aac": _adts,
    "video.quicktime": lambda data: data[:4] == b"\0\0\0\1" or b"moov" in data,
    "document.dwg": lambda data: data[4:6].isdigit() and data[6:11] == bytes(5),
}

for _kind, _signatures in SIGNATURES.items():
    _first = frozenset(magic[0] for _, magic in _signatures) if not any(at for at, _ in _signatures) else None
    sniffs(_kind, first=_first)(_has(_kind, _signatures))


# ---------------------------------------------------------------- documents


@sniffs("document.pdf")
def is_pdf(look: Look) -> bool:
    """Readers look for the header in the first 1,024 bytes (ISO 32000-1, implementation note 13)."""
    data = look.data
    if data.startswith(b"%PDF-"):
        return True
    return b"%PDF-1." in data[:1024] and not data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")) and b"startxref" in data[-2048:]


@sniffs("office.rtf")
def is_rtf(look: Look) -> bool:
    r"""Word takes anything that begins with `{\rt`, and skips white space before it."""
    return look.data[:64].lstrip().startswith(b"{\\rt")


@sniffs("office.mht")
def is_mht(look: Look) -> bool:
    """A web page saved as one file: MIME parts with locations, and nothing that says it went through the mail.

    It may stand behind the header of another format; Word reads on to the first line it knows.
    """
    head = look.data[:8192].lower()
    if b"mime-version:" not in head or b"content-type:" not in head:
        return False
    start = head.find(b"mime-version:") if head.startswith((b"%pdf", b"\x89png", b"gif8")) else 0
    headers = head[start:].replace(b"\r\n", b"\n").split(b"\n\n", 1)[0]
    fields = {line.split(b":", 1)[0] for line in headers.split(b"\n") if b":" in line}
    if b"mime-version" not in fields or fields & {b"to", b"received", b"message-id", b"return-path", b"delivered-to"}:
        return False
    return b"multipart/related" in headers or b"content-location" in fields


# ---------------------------------------------------------------- archives


@sniffs("archive.gzip", magic=b"\x1f\x8b\x08")
def is_gzip(look: Look) -> bool:
    """RFC 1952: the three upper flag bits are reserved."""
    return len(look.data) >= 18 and not look.data[3] & 0xE0


@sniffs("archive.compress", magic=b"\x1f\x9d")
def is_compress(look: Look) -> bool:
    return len(look.data) > 3 and 9 <= look.data[2] & 0x1F <= 16


@sniffs("archive.tar")
def is_tar(look: Look) -> bool:
    """The checksum counts itself as blanks (POSIX.1-1988, 10.1.1); archives of old have no magic."""
    block = look.data[:512]
    if len(block) < 512 or not block[0]:
        return False
    try:
        stated = int(block[148:156].strip(b" \0") or b"-1", 8)
    except ValueError:
        return False
    return stated == sum(block) - sum(block[148:156]) + 8 * 32


@sniffs("archive.arj", magic=b"\x60\xea")
def is_arj(look: Look) -> bool:
    """Header size at most 2,600 and no smaller than the first header, file type 2 of the main header."""
    data = look.data
    return len(data) > 34 and 10 <= int.from_bytes(data[2:4], "little") <= 2_600 and data[4] >= 30 and data[10] == 2


@sniffs("archive.lzh", magic=b"-l", at=2)
def is_lzh(look: Look) -> bool:
    data = look.data
    return data[4:5] in (b"h", b"z") and data[5:6] in b"0123456789dsx" and data[6:7] == b"-" and len(data) > 21 and data[20] in (0, 1, 2, 3)


# ---------------------------------------------------------------- programs

PROGRAM: Final = (b"MZ", b"ZM")


@sniffs("binary.pe", magic=PROGRAM)
def is_pe(look: Look) -> bool:
    return program_kind(look) == "binary.pe"


@sniffs("binary.dotnet", magic=PROGRAM)
def is_dotnet(look: Look) -> bool:
    return program_kind(look) == "binary.dotnet"


@sniffs("binary.dos", magic=PROGRAM)
def is_dos(look: Look) -> bool:
    return program_kind(look) == "binary.dos"


def program_kind(look: Look) -> str:
    """Which of the programs that begin with MZ it is, "" for none (PE/COFF specification, sections 2 to 3.4)."""
    if "program" not in look.memo:
        look.memo["program"] = _program_kind(look.data)
    return str(look.memo["program"])


def _program_kind(data: bytes) -> str:
    if not data.startswith(PROGRAM) or len(data) < 64:
        return ""
    header = int.from_bytes(data[60:64], "little")
    if data[header : header + 4] == b"PE\0\0":
        optional = header + 24
        directories = optional + (112 if data[optional : optional + 2] == b"\x0b\x02" else 96)
        clr = data[directories + 14 * 8 : directories + 15 * 8]
        return "binary.dotnet" if len(clr) == 8 and any(clr[:4]) else "binary.pe"
    if b"This program " in data[:512] or b"This program must be" in data[:512]:
        return "binary.pe"  # cut off before its second header, or damaged on purpose
    last, pages, _, paragraphs = struct.unpack_from("<4H", data, 2)
    plausible = last < 512 and 0 < pages * 512 <= len(data) + 512 and 2 <= paragraphs <= 0x1000
    return "binary.dos" if plausible else ""


@sniffs("binary.class", magic=b"\xca\xfe\xba\xbe")
def is_java_class(look: Look) -> bool:
    """The magic is shared with Mach-O for several processors, where the number of them stands in place of the version."""
    return int.from_bytes(look.data[4:8]) >= 45


@sniffs("binary.macho", magic=(b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe"))
def is_macho(look: Look) -> bool:
    return not look.data.startswith(b"\xca\xfe\xba\xbe") or 0 < int.from_bytes(look.data[4:8]) < 45


@sniffs("binary.flash", magic=(b"FWS", b"CWS", b"ZWS"))
def is_flash(look: Look) -> bool:
    return len(look.data) > 20 and 0 < look.data[3] < 60 and int.from_bytes(look.data[4:8], "little") < 1 << 30


# ---------------------------------------------------------------- pictures, sound, fonts


@sniffs("image.bmp", magic=b"BM")
def is_bmp(look: Look) -> bool:
    """BITMAPFILEHEADER: reserved fields zero; then the size of one of the known info headers."""
    data = look.data
    return data[6:10] == b"\0\0\0\0" and int.from_bytes(data[14:18], "little") in (12, 16, 40, 52, 56, 64, 108, 124)


@sniffs("image.ico", magic=(b"\0\0\1\0", b"\0\0\2\0"))
def is_icon(look: Look) -> bool:
    data = look.data
    count = int.from_bytes(data[4:6], "little")
    offset = int.from_bytes(data[18:22], "little")
    return 0 < count < 256 and len(data) > 22 and data[9] == 0 and 6 + 16 * count <= offset <= len(data)


@sniffs("image.wmf", first=frozenset(b"\xd7\1\2"))
def is_wmf(look: Look) -> bool:
    """MS-WMF 2.3.2.2 and 2.3.2.3: the placeable header, or the type, size and version of the plain one."""
    data = look.data
    return data.startswith(b"\xd7\xcd\xc6\x9a\0\0") or (data[:4] in (b"\1\0\x09\0", b"\2\0\x09\0") and data[4:6] in (b"\0\1", b"\0\3"))


@sniffs("image.webp", magic=b"RIFF")
def is_webp(look: Look) -> bool:
    return look.data[8:12] == b"WEBP"


@sniffs("audio.wav", magic=(b"RIFF", b"RIFX"))
def is_wave(look: Look) -> bool:
    return look.data[8:12] == b"WAVE"


@sniffs("video.avi", magic=b"RIFF")
def is_avi(look: Look) -> bool:
    return look.data[8:12] == b"AVI "


@sniffs("audio.aiff", magic=b"FORM")
def is_aiff(look: Look) -> bool:
    return look.data[8:12] in (b"AIFF", b"AIFC")


@sniffs("audio.mp3", first=frozenset(b"I\xff"))
def is_mp3(look: Look) -> bool:
    """An ID3 tag, or two frames of MPEG audio where the first one's length says."""
    data = look.data
    if data.startswith(b"ID3"):
        return len(data) > 10 and data[3] < 5 and not any(byte & 0x80 for byte in data[6:10])
    length = _mpeg_frame(data[:4])
    return bool(length) and bool(_mpeg_frame(data[length : length + 4]))


_MP3_RATES: Final = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0)
_MP3_SAMPLES: Final = (44_100, 48_000, 32_000, 0)


def _mpeg_frame(header: bytes) -> int:
    """Length of an MPEG-1 layer III frame (ISO/IEC 11172-3, 2.4.2.3), 0 when it is none."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xFE != 0xFA:
        return 0
    rate, samples = _MP3_RATES[header[2] >> 4], _MP3_SAMPLES[header[2] >> 2 & 3]
    return 144_000 * rate // samples + (header[2] >> 1 & 1) if rate and samples else 0


@sniffs("image.stl")
def is_model(look: Look) -> bool:
    """Triangles of a solid: 80 bytes of anything, their number, and fifty bytes each to the end."""
    count = int.from_bytes(look.data[80:84], "little")
    return count > 0 and len(look.data) == 84 + 50 * count


@sniffs("video.mp4", magic=b"ftyp", at=4)
def is_mp4(look: Look) -> bool:
    return look.data[8:12] not in HEIF_BRANDS


@sniffs("image.heif", magic=b"ftyp", at=4)
def is_heif(look: Look) -> bool:
    return look.data[8:12] in HEIF_BRANDS


HEIF_BRANDS: Final = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif", b"avis", b"jxl ")


@sniffs("font.truetype", magic=b"\0\1\0\0\0")
def is_truetype(look: Look) -> bool:
    """OpenType table directory: the search range follows from the number of tables."""
    tables, search = int.from_bytes(look.data[4:6]), int.from_bytes(look.data[6:8])
    return 0 < tables < 64 and search == 16 * (1 << (tables.bit_length() - 1))


@sniffs("font.eot", magic=b"LP", at=34)
def is_embedded_font(look: Look) -> bool:
    return look.data[8:12] in (b"\0\0\1\0", b"\1\0\2\0", b"\2\0\2\0") and len(look.data) > 82


# ---------------------------------------------------------------- signatures, bundles


@sniffs("data.pkcs7", first=frozenset(b"0-"))
def is_pkcs7(look: Look) -> bool:
    """A CMS message that is sealed or carries its content (RFC 5652 section 3): encrypted mail, opaque signed mail."""
    return _cms(look.data) == "message" or (look.data.startswith(b"-----BEGIN ") and bool(cms.armoured(look.data)))


@sniffs("data.signature")
def is_signature(look: Look) -> bool:
    """A detached signature (CMS, OpenPGP), an X.509 certificate or an OpenPGP key: nothing is inside that could be read."""
    return _cms(look.data) == "signature" or _openpgp(look.data[:8_192] or b"\0") in (2, 6)


_SIGNED: Final = bytes.fromhex("2a864886f70d010702")
_PKCS7: Final = bytes.fromhex("06092a864886f70d0107")
_SMIME: Final = bytes.fromhex("060b2a864886f70d01091001")
"""Compressed and time-stamped messages (RFC 3274, RFC 5544)."""
_DATA: Final = bytes.fromhex("06092a864886f70d010701")


def _cms(data: bytes) -> str:
    if data[:1] != b"\x30":
        return ""
    at = data.find(_PKCS7, 0, 16)
    if at < 0:
        if data.find(_SMIME, 0, 16) >= 0:
            return "message"
        # X.509 (RFC 5280 4.1): a sequence in a sequence that begins with its version, [0] INTEGER
        return "signature" if data[4:6] == b"\x30\x82" and data[8:13] == b"\xa0\x03\x02\x01\x02" else ""
    if data[at + 2 : at + 11] != _SIGNED:
        return "message"
    # EncapsulatedContentInfo: id-data and nothing after it is a detached signature
    inner = data.find(_DATA, at + 11, at + 160)
    after = data[inner + 11 : inner + 13]
    return "signature" if inner >= 0 and (after[:1] != b"\xa0") else "message"


@sniffs(VBA_PROJECT, magic=MAGIC)
def is_vba_bundle(look: Look) -> bool:
    return kind_of(look.data) == VBA_PROJECT


@sniffs(XLM_WORKBOOK, magic=MAGIC)
def is_xlm_bundle(look: Look) -> bool:
    return kind_of(look.data) == XLM_WORKBOOK
