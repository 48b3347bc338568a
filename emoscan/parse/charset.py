"""Text of mails in whatever character set they say, or do not say, they are in.

A label is looked up in a table, never in the codec registry: it comes out of a sample. Labels mean what Windows takes
them to mean (WHATWG Encoding Standard): Shift_JIS is CP932, ISO-8859-1 is Windows-1252. ISO-2022-JP and EUC-JP are
read with the NEC and IBM rows that Windows writes into them (①㈱髙) and with half-width kana, which Python's codecs
refuse.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from typing import Final

from msgspec import Struct


class Decoded(Struct, frozen=True):
    text: str
    charset: str
    """What it was decoded with."""
    sure: bool = True
    """The label named it and every byte fitted."""


_JIS, _EUC_JP = "iso-2022-jp", "euc-jp"

# Labels with everything but letters and digits taken out.
_LABELS: Final[dict[str, str]] = {
    **dict.fromkeys("utf8 unicode11utf8 xunicode20utf8 utf8mb4".split(), "utf-8"),
    **dict.fromkeys("ascii usascii ansix341968 iso646us".split(), "ascii"),
    **dict.fromkeys("iso88591 latin1 l1 windows1252 cp1252 xcp1252 xansi 88591 iso88591windows1252".split(), "cp1252"),
    **dict.fromkeys(
        "shiftjis sjis xsjis mskanji windows31j cswindows31j cp932 shiftjis2004 shiftjisx0213 xmscp932 cp943 ms932".split(), "cp932"
    ),
    **dict.fromkeys(
        (
            "iso2022jp csiso2022jp iso2022jp1 iso2022jp2 iso2022jp3 iso2022jp2004 iso2022jpext iso2022jpms cp50220 cp50221 cp50222 jis"
            " xwindowsiso2022jp"
        ).split(),
        _JIS,
    ),
    **dict.fromkeys("eucjp xeucjp ujis eucjpms cp51932 cseucpkdfmtjapanese eucjpwin".split(), _EUC_JP),
    **dict.fromkeys("gb2312 gbk gb18030 cp936 xgbk chinese csgb2312 euccn windows936 gb231280".split(), "gb18030"),
    **dict.fromkeys("big5 big5hkscs cp950 xxbig5 cnbig5 csbig5 windows950".split(), "cp950"),
    **dict.fromkeys("euckr ksc56011987 ksc5601 cp949 windows949 uhc korean ksc56011989 cseuckr ksx1001".split(), "cp949"),
    **{f"iso8859{n}": f"iso8859-{n}" for n in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)},
    **{f"latin{n}": f"iso8859-{n}" for n in (2, 3, 4)},
    **dict.fromkeys("iso88599 latin5 windows1254 cp1254".split(), "cp1254"),
    **dict.fromkeys("iso885911 tis620 cp874 windows874".split(), "cp874"),
    **dict.fromkeys("iso88598i iso88598e logical".split(), "iso8859-8"),
    "latin9": "iso8859-15",
    **{f"{prefix}{n}": f"cp{n}" for n in (1250, 1251, 1253, 1255, 1256, 1257, 1258) for prefix in ("windows", "cp", "win")},
    "win1252": "cp1252",
    **{
        f"{prefix}{n}": f"cp{n}"
        for n in (437, 737, 775, 850, 852, 855, 857, 858, 860, 861, 862, 863, 865, 866, 869)
        for prefix in ("cp", "ibm", "dos")
    },
    "koi8r": "koi8-r",
    "koi8": "koi8-r",
    "koi8u": "koi8-u",
    **dict.fromkeys("macintosh mac xmacroman macroman".split(), "mac-roman"),
    "xmaccyrillic": "mac-cyrillic",
    "hzgb2312": "hz",
    "hz": "hz",
    "iso2022kr": "iso2022_kr",
    "utf7": "utf-7",
    "unicode11utf7": "utf-7",
    "utf16": "utf-16",
    "utf16le": "utf-16-le",
    "unicode": "utf-16",
    "utf16be": "utf-16-be",
    "utf32": "utf-32",
    "viscii": "cp1258",
}

_NOT_ASCII_BASED: Final = frozenset({"utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7", "hz", "iso2022_kr"})
_PUNCTUATION: Final = re.compile(r"[^a-z0-9]+")


def codec_of(label: str) -> str:
    """The name of the codec a label stands for, "" when it stands for none."""
    return _LABELS.get(_PUNCTUATION.sub("", label[:100].lower()), "")


def decode(data: bytes, label: str = "", likely: str = "") -> Decoded:
    """The text. Never raises: bytes that fit nothing become replacement characters.

    `likely` is a label to prefer where this one says nothing: that of the mail around a raw header.
    """
    codec = codec_of(label)
    if data.isascii() and codec not in _NOT_ASCII_BASED:
        if b"\x1b" in data and (b"\x1b$" in data or b"\x1b(" in data):
            return Decoded(decode_jis(data), _JIS, codec == _JIS)
        if codec == _JIS and (b"\x0e" in data or b"\x0f" in data):
            return Decoded(decode_jis(data), _JIS)
        return Decoded(data.decode("ascii"), "ascii", bool(codec))
    if codec and codec != "ascii":
        text = _strictly(data, codec)
        if text is not None:
            return Decoded(text, codec)
        if codec == "utf-8" and _mostly_utf8(data, 1):
            return Decoded(data.decode("utf-8", "replace"), "utf-8", sure=False)
    guessed = guess(data, codec_of(likely))
    if guessed.sure or not codec or codec == "ascii":
        return Decoded(guessed.text, guessed.charset, sure=False)
    return Decoded(_readers[codec](data) if codec in _readers else data.decode(codec, "replace"), codec, sure=False)


def guess(data: bytes, likely: str = "") -> Decoded:
    """Text in an unknown character set; `sure` says that there were good reasons. `likely` is a codec to try early."""
    for bom, encoding in ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if data.startswith(bom):
            return Decoded(data[len(bom) :].decode(encoding, "replace"), encoding)
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        pass
    if b"\x1b$" in data:
        return Decoded(decode_jis(data), _JIS)
    japanese = _japanese(data, kana_alone=likely in {"", "ascii", "cp932", _JIS, _EUC_JP})
    if japanese is not None:
        return japanese
    if likely and likely != "ascii":
        text = _strictly(data, likely)
        if text is not None:
            return Decoded(text, likely)
    if _mostly_utf8(data, 10):
        return Decoded(data.decode("utf-8", "replace"), "utf-8")
    return _detected(data)


def _strictly(data: bytes, codec: str) -> str | None:
    """The text if every byte fits. For the Japanese ones of ours, if no replacement character was needed."""
    reader = _readers.get(codec)
    if reader is not None:
        text = reader(data)
        return None if "\ufffd" in text else text
    try:
        return data.decode(codec)
    except UnicodeDecodeError:
        pass
    except ValueError:  # utf-7 raises it too
        return None
    return data.decode("latin-1") if codec == "cp1252" else None  # the five bytes Windows leaves undefined


SAMPLE: Final = 1 << 14

_KANA: Final = re.compile("[\u3041-\u30fe]")
_HALF_KANA: Final = re.compile("[\uff61-\uff9f]")
_HAN: Final = re.compile("[\u4e00-\u9fff]")


def _japanese(data: bytes, *, kana_alone: bool) -> Decoded | None:
    """CP932 or EUC-JP, when the text is Japanese by one of them and no other way.

    `kana_alone`: half-width kana and nothing else will do, as which many a text in another character set can be read.
    """
    best: Decoded | None = None
    best_score = 0.0
    for codec, reader in (("cp932", _cp932), (_EUC_JP, decode_euc_jp)):
        text = reader(data[:SAMPLE])
        bad = text.count("\ufffd")
        foreign = sum(c > "\x7f" for c in text)
        if not foreign or bad * 50 > foreign:
            continue
        kana, half, han = (len(pattern.findall(text)) for pattern in (_KANA, _HALF_KANA, _HAN))
        common = sum(c in _COMMON_KANJI for c in text) if han and not kana else 0
        score = (kana * 2 + han * 0.5 + common * 2 + half * 0.3 - bad * 5) / foreign
        plausible = (kana and kana * 12 >= foreign - half) or (common * 3 >= han >= 2) or (kana_alone and half == foreign >= 3)
        if plausible and score > best_score:
            best, best_score = Decoded(reader(data), codec), score
    return best


# The kanji of the newspapers, and those of business mail: a name without kana that is made of them is Japanese.
_COMMON_KANJI: Final = frozenset(
    "日一国会人年大十二本中長出三同時政事自行社見月分議後前民生連五発間対上部東者党地合市業内相方四定今回新場金員九入選立開手米力学問高代明実円関決"
    "子動京全目表戦経通外最言氏現理調体化田当八六約主題下首意法不来作性的要用制治度務強気小七成期公野協取都和統以機平総加山思家話世受区領多県続進"
    "正安設保改数記院女初北午指権心界支第産結百派点教報済書府活原先共得解名交資予川向際査勝面委告軍文反元重近千考判認画海参売利組知案道信策集在件"
    "団別物側任引使求所次水半品昨論計死官増係感特情投示変打男基私各始島直両朝革価式確村提運終挙果西勢減台広容必応演電歳住争談能無再位置企真流格有"
    "疑口過局少放税検藤町常校料沢裁状工建語球営空職証土与急止送援供可役構木割聞身費付施切由説転食比難防補車優夫研収断井何南石足違消境神番規術護展"
    "請求納品注文書申込添付資料確認送付御中様株式会社有限"
)


def _mostly_utf8(data: bytes, times: int) -> bool:
    """UTF-8 with a flaw or two, as of a text that was cut: so many times more characters that fit than do not."""
    text = data[:SAMPLE].decode("utf-8", "replace")
    bad = text.count("\ufffd")
    return sum(c > "\x7f" for c in text) - bad >= times * bad > 0


def _detected(data: bytes) -> Decoded:
    """What chardet makes of it, where it names a codec of ours that fits; Windows-1252 otherwise."""
    from chardet import detect

    foreign = len(data) - len(data.translate(None, bytes(range(128, 256))))
    if foreign >= 4:
        found = detect(data[:SAMPLE])
        codec = codec_of(found.get("encoding") or "")
        if codec:  # its confidence is low for short texts, where its first choice is still the best there is
            text = _strictly(data, codec)
            if text is not None:
                return Decoded(text, codec, sure=False)
    return Decoded(data.decode("cp1252", "replace"), "cp1252", sure=False)


# ------------------------------------------------------------------ Japanese

_DESIGNATIONS: Final[tuple[tuple[bytes, str], ...]] = (
    (b"(B", "ascii"),
    (b"(J", "ascii"),
    (b"(H", "ascii"),
    (b"(I", "kana"),
    (b"$@", "0208"),
    (b"$B", "0208"),
    (b"$(@", "0208"),
    (b"$(B", "0208"),
    (b"$(D", "0212"),
    (b"$(O", "0213"),
    (b"$(Q", "0213"),
    (b"$(P", "0213 plane 2"),
    (b"$A", "gb2312"),
    (b"$(C", "ksc5601"),
)
"""Escape sequences of ISO-2022-JP, -1, -2 and -2004 (RFC 1468, 1554, 2237) and of Windows' CP50221."""

_HIGH: Final = bytes(byte | 0x80 for byte in range(256))
_KANA_OF: Final = "".join(chr(0xFF61 + byte - 0x21) if 0x21 <= byte <= 0x5F else chr(byte) for byte in range(128))

# Where Python's EUC-JP follows JIS and Windows another mapping: ～ ∥ － ¢ £ ¬
_AS_WINDOWS: Final = str.maketrans("\u301c\u2016\u2212\u00a2\u00a3\u00ac", "\uff5e\u2225\uff0d\uffe0\uffe1\uffe2")


def decode_jis(data: bytes) -> str:
    """ISO-2022-JP in the widest sense. Never raises."""
    first, *pieces = data.split(b"\x1b")
    out = [_ascii(first)]
    mode = "ascii"
    for piece in pieces:
        for designation, name in _DESIGNATIONS:
            if piece.startswith(designation):
                mode, piece = name, piece[len(designation) :]
                break
        else:
            if piece.startswith(b"&@"):
                continue
            out.append("\x1b")
        out.append(_JIS_SETS[mode](piece))
    return "".join(out)


def _ascii(piece: bytes) -> str:
    """ASCII, with shifts to kana (SO, SI) and raw 8-bit bytes as some programs mix in."""
    if b"\x0e" in piece:
        start, _, rest = piece.partition(b"\x0e")
        kana, _, after = rest.partition(b"\x0f")
        return _ascii_plain(start) + _kana(kana) + _ascii_plain(after.translate(None, b"\x0e\x0f"))
    return _ascii_plain(piece.translate(None, b"\x0f"))


def _ascii_plain(piece: bytes) -> str:
    return piece.decode("ascii") if piece.isascii() else _cp932(piece)


def _kana(piece: bytes) -> str:
    return "".join(_KANA_OF[byte & 0x7F] for byte in piece)


def _jis_x_0208(piece: bytes) -> str:
    try:
        return piece.translate(_HIGH).decode("euc_jp").translate(_AS_WINDOWS)
    except UnicodeDecodeError:
        return _rows(piece.translate(bytes(byte & 0x7F for byte in range(256))))


def _rows(piece: bytes) -> str:
    """Pairs of JIS bytes by way of CP932, which knows the NEC and IBM rows. Control characters stand for themselves."""
    out: list[str] = []
    shifted = bytearray()
    at, end = 0, len(piece)
    while at < end:
        row = piece[at]
        cell = piece[at + 1] if at + 1 < end else 0
        if not 0x21 <= row <= 0x7E:
            shifted.append(row)
            at += 1
        elif not 0x21 <= cell <= 0x7E:
            out += (_cp932(bytes(shifted)), "\ufffd")
            shifted.clear()
            at += 1
        else:
            lead = (row - 0x21 >> 1) + 0x81
            shifted.append(lead if lead <= 0x9F else lead + 0x40)
            shifted.append(cell + 0x7E if not row & 1 else cell + 0x1F + (cell >= 0x60))
            at += 2
    return "".join(out) + _cp932(bytes(shifted))


def _cp932(data: bytes) -> str:
    try:
        return data.decode("cp932")
    except UnicodeDecodeError:
        return data.decode("cp932", "replace")


def decode_euc_jp(data: bytes) -> str:
    """EUC-JP with the rows Windows adds to it (CP51932, eucJP-ms). Never raises."""
    try:
        return data.decode("euc_jp").translate(_AS_WINDOWS)
    except UnicodeDecodeError:
        pass
    if len(data) > MAX_BY_PIECES:
        return data.decode("euc_jp", "replace")
    return "".join(_euc_piece(match) for match in _EUC.finditer(data))


MAX_BY_PIECES: Final = 1 << 20
_EUC: Final = re.compile(
    rb"[\x00-\x7f]++|(?:[\xa1-\xfe][\xa1-\xfe])++|(?:\x8e[\xa1-\xdf])++|(?:\x8f[\xa1-\xfe][\xa1-\xfe])++|(.)", re.DOTALL
)


def _euc_piece(match: re.Match[bytes]) -> str:
    piece = match[0]
    if match[1] is not None:
        return "\ufffd"
    if piece[0] < 0x80:
        return piece.decode("ascii")
    if piece[0] >= 0xA1:
        return _jis_x_0208(piece)
    return piece.decode("euc_jp", "replace")


def _by(codec: str, prefix: bytes) -> Callable[[bytes], str]:
    """Reader of 7-bit pairs as the 8-bit codec has them, each after `prefix`."""

    def read(piece: bytes) -> str:
        high = piece.translate(_HIGH)
        return b"".join(prefix + high[at : at + 2] for at in range(0, len(high), 2)).decode(codec, "replace")

    return read


_JIS_SETS: Final[dict[str, Callable[[bytes], str]]] = {
    "ascii": _ascii,
    "kana": _kana,
    "0208": _jis_x_0208,
    "0212": _by("euc_jp", b"\x8f"),
    "0213": _by("euc_jis_2004", b""),
    "0213 plane 2": _by("euc_jis_2004", b"\x8f"),
    "gb2312": _by("gb2312", b""),
    "ksc5601": _by("euc_kr", b""),
}

_readers: Final[dict[str, Callable[[bytes], str]]] = {_JIS: decode_jis, _EUC_JP: decode_euc_jp}
