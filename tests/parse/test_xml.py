"""XML parts: trees and flat lists, broken and hostile ones."""

import pytest

from emoscan.parse import Malformed, xml

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def test_names_without_their_namespaces():
    root = xml.tree(f'<w:a xmlns:w="{W}" w:val="1"><w:b>text</w:b><w:b/></w:a>'.encode())
    assert xml.local(root.tag) == "a"
    assert xml.attribute(root, "val") == "1"
    assert xml.attribute(root, "none") == ""
    assert [b.text for b in xml.children(root, "b")] == ["text", None]
    assert xml.child(root, "b").text == "text"
    assert xml.child(root, "c") is None


def test_flat_list():
    assert xml.elements(b'<a x="1"><b y="2"/><c/></a>') == [("a", {"x": "1"}), ("b", {"y": "2"}), ("c", {})]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_encodings(encoding):
    text = f'<?xml version="1.0" encoding="{encoding}"?><a>請求</a>'
    assert xml.tree(text.encode(encoding)).text == "請求"


def test_a_part_that_breaks_off_is_kept_as_far_as_it_goes():
    root = xml.tree(b"<a><b>one</b><b>two</b><b>th")
    assert [b.text for b in root][:2] == ["one", "two"]
    assert xml.elements(b"<a><b/><") == [("a", {}), ("b", {})]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no xml",
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        '<?xml version="1.0"?><!DOCTYPE a><a/>'.encode("utf-16"),
        b"<a>" * 5_000,
    ],
)
def test_refused(data):
    with pytest.raises(Malformed):
        xml.tree(data)


@pytest.mark.parametrize("encoding", ["x-none", "utf-7", "shift_jis", "hex"])
def test_an_encoding_that_is_not_read(encoding):
    with pytest.raises(Malformed):
        xml.tree(f'<?xml version="1.0" encoding="{encoding}"?><a/>'.encode())
