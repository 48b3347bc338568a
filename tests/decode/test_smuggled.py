from __future__ import annotations

import base64

import pytest
from fixturelib.archives import Member, zip_file
from hypothesis import given
from hypothesis import strategies as st
from linear import assert_linear

from emoscan import registry
from emoscan.budget import Budget, Limits
from emoscan.context import Context
from emoscan.decode.smuggled import files_put_together
from emoscan.model import Artifact, Child, Fact

ZIP = zip_file([Member("a.txt", b"inert " * 40)])
B64 = base64.b64encode(ZIP).decode()
SAVE = 'a.href = URL.createObjectURL(new Blob([b])); a.download = "doc.zip"; a.click();'


@pytest.fixture(autouse=True, scope="module")
def sniffers():
    registry.discover()


def run(text: str, kind: str = "text.html"):
    return list(files_put_together(Artifact(kind, text.encode()), Context(Budget(Limits()))))


def page(script: str) -> str:
    return f"<html><body><script>{script}\n{SAVE}</script></body></html>"


def xored(key: bytes) -> str:
    return base64.b64encode(bytes(byte ^ key[at % len(key)] for at, byte in enumerate(ZIP))).decode()


@pytest.mark.parametrize(
    "script",
    [
        f'var b = atob("{B64}");',
        f'var b = atob("{B64[:70]}" + "{B64[70:]}");',
        f'var b = atob(["{B64[:90]}", "{B64[90:160]}", "{B64[160:]}"].join(""));',
        f'var b = r("{B64[::-1]}");',
        f'var b = h("{ZIP.hex()}");',
        'var b = "' + "".join(f"\\x{byte:02x}" for byte in ZIP) + '";',
        f'var b = unescape("{"".join(f"%{byte:02X}" for byte in ZIP)}");',
        f'var k = "sEcr3t", b = x(atob("{xored(b"sEcr3t")}"));',
        f'var b = x(atob("{xored(bytes([0x5A]))}"), 90);',
        f'location = "data:application/zip;base64,{B64}";',
    ],
    ids=["base64", "joined", "array", "reversed", "hex", "escapes", "percent", "xor text", "xor byte", "data url"],
)
def test_however_the_file_is_written(script: str):
    items = run(page(script))
    assert [c.data for c in items if isinstance(c, Child)] == [ZIP]
    assert [f.value for f in items if isinstance(f, Fact) and f.kind == "html.smuggle"] == ["doc.zip"]


def test_drawings_do_it_too():
    svg = f'<svg xmlns="http://www.w3.org/2000/svg"><script>var b = atob("{B64}"); {SAVE}</script></svg>'
    assert [c.data for c in run(svg, "text.xml") if isinstance(c, Child)] == [ZIP]
    assert run(f"<feed><a>{B64}</a></feed>", "text.xml") == []


@pytest.mark.parametrize(
    "text",
    [
        "<p>no script</p>",
        page('var b = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";'),
        page(f'var t = "{base64.b64encode(b"ordinary words of a page, and some more of them, said twice " * 3).decode()}";'),
        page("var rows = " + repr([list(range(40))] * 40) + ";"),
    ],
    ids=["plain", "picture", "words", "numbers"],
)
def test_what_pages_hold_anyway(text: str):
    assert run(text) == []


def test_words_that_a_script_shows():
    words = [base64.b64encode(bytes(byte ^ 0xFF for byte in word)).decode() for word in (b"Document Password", b"CG4Y80On")]
    items = run(page("".join(f'w("{word}");' for word in words)))
    assert [f.value for f in items if isinstance(f, Fact) and f.kind == "clue.password"] == ["Document", "Password", "CG4Y80On"]


def test_addresses_that_start_programs():
    items = run("<script>location.href = 'ms-msdt:/id PCWDiagnostic /skip force';</script>")
    assert [(f.value, f.detail) for f in items if isinstance(f, Fact)] == [("ms-msdt:/id PCWDiagnostic /skip force", {"scheme": "ms-msdt"})]


@given(st.text(max_size=300))
def test_any_text(text: str):
    run("<script>createObjectURL" + text)


@pytest.mark.parametrize(
    "unit", ['"', "'QUJD'+", "data:a/b;base64,", "download='", "%41", "\\x41", "<script>", "new File([", "ms-msdt:a", "QUJDREVG"]
)
def test_work_grows_with_the_input(unit: str):
    assert_linear(lambda text: run("<script>createObjectURL " + text), unit, 40_000)
