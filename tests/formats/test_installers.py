"""Windows Installer packages and lzip."""

import lzma
import struct
import zlib

from fixturelib import cfb

from emoscan.budget import Budget, Limits
from emoscan.engine import expand
from emoscan.parse.msi import stream_name
from emoscan.registry import discover

discover()


def mangled(name):
    letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._"
    codes = [letters.index(c) for c in name]
    pairs = [chr(0x3800 + a + (b << 6)) for a, b in zip(codes[::2], codes[1::2], strict=False)]
    return "".join(pairs) + (chr(0x4800 + codes[-1]) if len(codes) % 2 else "")


def test_an_installer_package():
    root = cfb.Storage(clsid="000c1084-0000-0000-c000-000000000046")
    root.put("\u4840" + mangled("_Tables"), b"table").put("\5SummaryInformation", b"x")
    root.put(mangled("Binary.run.js"), b"var shell = new ActiveXObject('WScript.Shell');\n").put(mangled("disk1.cab"), b"MSCF\0\0\0\0cut")
    graph = expand(cfb.compound(root), "setup.msi", budget=Budget(Limits()))
    kinds = {name: a.kind for a in graph.artifacts.values() for name in graph.names(a.id)}
    assert graph.artifacts[graph.root].kind == "binary.msi"
    assert kinds["Binary.run.js"] == "script.js"
    assert kinds["disk1.cab"] == "archive.cab"
    assert len(kinds) == 2
    assert "Windows Installer package" in [fact.value for _, fact in graph.facts(kind="content.program")]


def test_names():
    assert stream_name(mangled("Binary.run.js")) == ("Binary.run.js", False)
    assert stream_name("plain") == ("plain", False)


def test_lzip():
    content = b"document " * 1000
    filters = [{"id": lzma.FILTER_LZMA1, "dict_size": 1 << 16, "lc": 3, "lp": 0, "pb": 2}]
    packed = lzma.compress(content, lzma.FORMAT_RAW, filters=filters)
    data = b"LZIP\x01\x10" + packed
    data += struct.pack("<IQQ", zlib.crc32(content), len(content), len(data) + 20)
    graph = expand(data, "a.txt.lz", budget=Budget(Limits()))
    assert content in [a.data for a in graph.artifacts.values()]
    assert expand(b"LZIP\x01\x00" + packed, "x", budget=Budget(Limits())).troubles
    assert expand(data[:60], "x", budget=Budget(Limits())).troubles
