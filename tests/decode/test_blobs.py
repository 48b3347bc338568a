"""Base64, hexadecimal, character codes, compression: what is found, and what is left alone."""

import base64
import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from linear import assert_linear

from emoscan.budget import Budget, LimitReached, Limits
from emoscan.context import Context
from emoscan.decode import base64 as base64_step
from emoscan.decode import charcodes, compressed
from emoscan.decode import hex as hex_step
from emoscan.model import Artifact, Child, Problem
from emoscan.parse.bundle import Control, Document, Module, VbaProject, dump
from emoscan.registry import discover

discover()

CODE = "$a = New-Object Net.WebClient; Write-Output 'INERT'"
B64 = base64.b64encode(CODE.encode()).decode()
WIDE = base64.b64encode(CODE.encode("utf-16-le")).decode()
STEPS = {"base64": base64_step.sweep, "hex": hex_step.sweep, "charcodes": charcodes.sweep}


def run(step, text, kind="script.powershell", **limits):
    data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    return list(step(Artifact(kind, data), Context(Budget(Limits(**limits)))))


def children(items):
    return [(c.kind, c.data, c.how) for c in items if isinstance(c, Child)]


def texts(items):
    return [c.data.decode() for c in items if isinstance(c, Child)]


# ---------------------------------------------------------------- base64


@pytest.mark.parametrize(
    "text",
    [
        f"iex ([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('{B64}')))",
        f"$x = '{WIDE}'",
        f"$x = '{B64[:30]}' + '{B64[30:]}'",
        f"$x = '{B64.rstrip('=')}'",
        "$x = '" + base64.urlsafe_b64encode(CODE.encode()).decode() + "'",
        "@'\n" + "\n".join(WIDE[i : i + 64] for i in range(0, len(WIDE), 64)) + "\n'@",
    ],
)
def test_base64_of_a_script(text):
    assert children(run(base64_step.sweep, text)) == [("script.powershell", CODE.encode(), "base64")]


def test_reversed_base64():
    assert children(run(base64_step.sweep, f"$x = '{(B64 + '=' * (-len(B64) % 4))[::-1]}'")) == [
        ("script.powershell", CODE.encode(), "reversed base64")
    ]


def test_base64_of_archives_and_programs():
    packed = gzip.compress(CODE.encode() * 3, mtime=0)
    for data, kind in ((packed, "archive.gzip"), (b"%PDF-1.7\n%" + b"\xff" * 80, "document.pdf")):
        assert children(run(base64_step.sweep, f"var d = '{base64.b64encode(data).decode()}';", "script.js")) == [(kind, data, "base64")]


def test_base64_of_compressed_streams():
    raw = zlib.compressobj(wbits=-15)
    deflated = raw.compress(CODE.encode() * 2) + raw.flush()
    for data, kind in ((zlib.compress(CODE.encode() * 2), "data.zlib"), (deflated, "data.deflate")):
        assert children(run(base64_step.sweep, f"$x='{base64.b64encode(data).decode()}'")) == [(kind, data, "base64")]


def test_bytes_that_happen_to_begin_with_a_deflate_stream_are_no_compressed_text():
    raw = zlib.compressobj(wbits=-15)
    stream = raw.compress(CODE.encode() * 2) + raw.flush()
    assert children(run(base64_step.sweep, f"$x='{base64.b64encode(stream + bytes(range(128, 160))).decode()}'")) == []


def test_base64_in_the_strings_around_macros():
    project = VbaProject((Module("M", f'x = "{B64}"'),), document=Document(controls=(Control("TextBox1", "TextBox", {"Value": B64}),)))
    items = run(base64_step.sweep, dump(project), "script.vba-project")
    assert [(c.kind, c.label, c.how) for c in items] == [
        ("script.powershell", "control TextBox1.Value", "base64 in control TextBox1.Value")
    ]


def test_an_argument_of_encoded_command_is_left_to_its_own_step():
    assert run(base64_step.sweep, f"powershell -enc {WIDE}", "script.cmd") == []


NOT_BASE64 = [
    "Please find attached the documentation of internationalisationsandcharacterisations for review.",
    "Get-ThisVeryLongFunctionNameThatNobodyWouldWrite -Argument $anotherVeryLongVariableNameIsHere",
    "https://www.example.test/aVeryLongPathSegmentThatIsOnlyLetters/andAnotherOne1234567890abcdef",
    "{12345678-1234-1234-1234-123456789abc} d41d8cd98f00b204e9800998ecf8427ed41d8cd98f00b204e9800998ecf8427e",
    "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0" * 60).decode(),
    "0000000000000000000000000000000000000000000000000000",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
]


@pytest.mark.parametrize("text", NOT_BASE64)
@pytest.mark.parametrize("kind", ["text.plain", "script.powershell", "script.vba"])
def test_ordinary_text_is_no_base64(text, kind):
    assert run(base64_step.sweep, text, kind) == []
    assert run(charcodes.sweep, text, kind) == []


# ---------------------------------------------------------------- hexadecimal


@pytest.mark.parametrize(
    ("text", "how"),
    [
        (CODE.encode().hex(), "hex"),
        ("0x" + CODE.encode().hex().upper(), "hex"),
        ("[Byte[]]$x = " + ",".join(f"0x{b:02x}" for b in CODE.encode()), "0x bytes"),
        ("'" + "".join(f"\\x{b:02x}" for b in CODE.encode()) + "'", "hex escapes"),
        ("unescape('" + "".join(f"%{b:02x}" for b in CODE.encode()) + "')", "percent escapes"),
        ("Array(" + ", ".join(f"&H{b:02X}" for b in CODE.encode()) + ")", "&H bytes"),
        (" ".join(f"{b:02X}" for b in CODE.encode()), "hex"),
        ("-".join(f"{b:02X}" for b in CODE.encode()), "hex"),
        (CODE.encode().hex()[::-1], "reversed hex"),
    ],
)
def test_hex(text, how):
    assert children(run(hex_step.sweep, text, "script.cmd")) == [("script.powershell", CODE.encode(), how)]


@pytest.mark.parametrize(
    "text",
    [
        "d41d8cd98f00b204e9800998ecf8427ed41d8cd98f00b204e9800998ecf8427e",
        "{4D36E972-E325-11CE-BFC1-08002BE10318}",
        "The dates are 20-11-2023 and 21-11-2023; call 0049 30 12 34 56 78 90 12 34 56 78 90 12 34 56 78 90.",
        "key = 00 11 22 33 44 55 66 77 88 99 aa bb cc dd ee ff 00 11 22 33",
        *NOT_BASE64,
    ],
)
def test_digests_and_keys_are_no_hex_text(text):
    assert run(hex_step.sweep, text, "text.plain") == []


# ---------------------------------------------------------------- character codes


@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("-join([char[]](" + ",".join(str(ord(c)) for c in CODE) + "))", "decimal character codes"),
        ("Array(" + ", ".join(str(ord(c) + 5) for c in CODE) + "): s = s & Chr(a(i) - 5)", "decimal character codes, - 5"),
        ("(" + ",".join(str(ord(c) ^ 51) for c in CODE) + ")|%{[char]($_ -bxor 0x33)}", "decimal character codes, xor 51"),
        ("'" + "J".join(str(ord(c)) for c in CODE) + "'.Split('J')", "decimal character codes"),
        ("(" + " ,".join(f"{ord(c):b}" for c in CODE) + ") [convert]::toint16($_,2)", "binary character codes"),
        ("'" + "~".join(f"{ord(c):o}" for c in CODE) + "' -split '~'", "octal character codes"),
        ("(" + ",".join(str(ord(c) + 95000) for c in CODE) + ")|%{[char]($_-95000)}", "decimal character codes, - 95000"),
    ],
)
def test_character_codes(text, how):
    assert children(run(charcodes.sweep, text)) == [("script.powershell", CODE.encode(), how)]


@pytest.mark.parametrize(
    "text",
    [
        "x = Array(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20)",
        "2023-11-20,12,30,100,2023-11-21,13,31,101,2023-11-22,14,32,102,2023-11-23",
        "$primes = 2,3,5,7,11,13,17,19,23,29,31,37,41,43,47,53,59,61,67,71,73,79,83,89,97,101,103,107,109,113",
        "[byte[]]$key = 65,66,67,68,69,70,71,72,73,74,75,76,77,78,79,80,81,82,83,84,85,86,87,88,89,90",
        "192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.4 192.0.2.5 192.0.2.6 192.0.2.7",
    ],
)
def test_ordinary_numbers_are_no_text(text):
    assert run(charcodes.sweep, text) == []


# ---------------------------------------------------------------- compression


@pytest.mark.parametrize(
    ("kind", "pack", "how"),
    [
        ("archive.gzip", lambda data: gzip.compress(data, mtime=0), "gzip"),
        ("data.zlib", zlib.compress, "zlib"),
        ("data.deflate", lambda data: zlib.compress(data)[2:-4], "deflate"),
    ],
)
def test_decompress(kind, pack, how):
    assert run(compressed.decompress, pack(CODE.encode()), kind) == [Child(CODE.encode(), how=how)]


def test_gzip_members_and_their_names():
    named = b"\x1f\x8b\x08\x08" + b"\0" * 6 + b"a.ps1\0" + gzip.compress(b"one", mtime=0)[10:]
    assert run(compressed.decompress, gzip.compress(b"zero", mtime=0) + named + gzip.compress(b"two", mtime=0), "archive.gzip") == [
        Child(b"zero", how="gzip"),
        Child(b"onetwo", label="a.ps1", how="gzip"),
    ]


def test_damaged_data_gives_what_comes_before_the_damage():
    packed = bytearray(zlib.compress(bytes(range(256)) * 40, 0))
    packed[5000] ^= 0xFF
    items = run(compressed.decompress, bytes(packed), "data.zlib")
    assert [(type(item), getattr(item, "sort", "")) for item in items] == [(Problem, "malformed"), (Child, "")]
    assert len(items[1].data) > 1000


def test_a_bomb_stops_at_the_limit():
    bomb = gzip.compress(b"\0" * 3_000_000)
    with pytest.raises(LimitReached):
        run(compressed.decompress, bomb, "archive.gzip", object_bytes=1_000_000)


# ---------------------------------------------------------------- hostile input


@given(
    st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126), min_size=30, max_size=120),
    st.sampled_from(["base64", "wide", "reversed", "hex", "codes"]),
)
def test_encoded_and_back(tail, encoding):
    code = "New-Object Net.WebClient; $a = " + tail
    step, text = {
        "base64": ("base64", base64.b64encode(code.encode()).decode()),
        "wide": ("base64", base64.b64encode(code.encode("utf-16-le")).decode()),
        "reversed": ("base64", base64.b64encode((code + " " * (-len(code) % 3)).encode()).decode()[::-1]),
        "hex": ("hex", code.encode().hex()),
        "codes": ("charcodes", ",".join(str(ord(c)) for c in code)),
    }[encoding]
    assert code.rstrip() in [found.rstrip() for found in texts(run(STEPS[step], f"$x = '{text}'"))]


@given(
    st.text(max_size=300), st.sampled_from(sorted(STEPS)), st.sampled_from(["text.plain", "script.powershell", "script.vba", "script.js"])
)
def test_any_text(text, step, kind):
    run(STEPS[step], text, kind)


@given(st.binary(max_size=300), st.sampled_from(["archive.gzip", "data.zlib", "data.deflate"]))
def test_any_bytes(data, kind):
    run(compressed.decompress, data, kind)


@pytest.mark.parametrize("step", sorted(STEPS))
@pytest.mark.parametrize(
    "unit", ["A", "1,", "0", "ab", "0x41,", "\\x41", "A ", "=", "A=", "AAAA\n", "Zm9v", "41 ", "1 2,", "%41", "'", "a" * 45 + "\n"]
)
def test_linear_on_floods(step, unit):
    assert_linear(lambda text: run(STEPS[step], text), unit, 15_000)
