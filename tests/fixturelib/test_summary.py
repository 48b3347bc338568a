"""The writer of property sets, held against olefile and, where there is one, LibreOffice."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import olefile
import pytest

from fixturelib.readers import SOFFICE, soffice
from fixturelib.summary import Value, streams
from fixturelib.word import Document

WHEN = datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)
BUILT_IN: dict[str, Value] = {"Title": "表題", "Comments": "hidden text", "Company": "Example", "Number of Pages": 3, "Creation Date": WHEN}
DATA = Document("x", streams=streams(BUILT_IN, {"token": "a & b", "number": 5, "yes": True}, code_page=932)).file()


def test_built_in_properties() -> None:
    with olefile.OleFileIO(io.BytesIO(DATA)) as ole:
        found = ole.get_metadata()
    assert (found.title.decode("cp932"), found.comments, found.company) == ("表題", b"hidden text", b"Example")
    assert (found.num_pages, found.create_time) == (3, WHEN.replace(tzinfo=None))


@pytest.mark.skipif(not SOFFICE, reason="LibreOffice is not installed")
def test_custom_properties(tmp_path: Path) -> None:
    text = soffice({"a.doc": DATA}, "fodt", tmp_path)["a"]
    for part in ('meta:name="token">a &amp; b<', 'meta:value-type="float">5<', 'meta:value-type="boolean">true<', "表題"):
        assert part in text
