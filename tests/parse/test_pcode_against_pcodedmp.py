"""The same instructions as pcodedmp, on real documents. Names are compared as far as it numbers them rightly.

It counts names of VBA 7 above number 190 wrongly, and does not know the alias of declared functions.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from emoscan.budget import Budget, Limits
from emoscan.parse import Malformed, ovba
from emoscan.parse.cfb import MAGIC, CompoundFile
from emoscan.parse.pcode import Code, read_code, read_names

pytestmark = [pytest.mark.corpus, pytest.mark.skipif("EMOSCAN_CORPUS" not in os.environ, reason="EMOSCAN_CORPUS is not set")]

OTHER_NAMES = {"Memset": "MemSet", "Dictset": "DictSet", "Indexset": "IndexSet", "DoUnitil": "DoUntil"}
MOST = 60
"""Documents that are read."""


def documents() -> Iterator[Path]:
    found = 0
    for path in sorted(Path(os.environ["EMOSCAN_CORPUS"]).iterdir()):
        data = path.read_bytes() if path.is_file() and path.stat().st_size < 300_000 else b""
        if data.startswith(MAGIC) and "_VBA_PROJECT".encode("utf-16-le") in data and b"\xfe\xca" in data:
            found += 1
            yield path
        if found >= MOST:
            return


def theirs(path: Path) -> dict[str, list[list[str]]]:
    """By stream: the instructions of each line, without operands; with the texts of those that have one."""
    pcodedmp = pytest.importorskip("pcodedmp.pcodedmp")
    out = io.StringIO()
    options = argparse.Namespace(disasmOnly=True, verbose=False, norecurse=True)
    with contextlib.redirect_stderr(io.StringIO()):
        pcodedmp.processFile(str(path), options, output_file=out)
    modules: dict[str, list[list[str]]] = {}
    lines: list[list[str]] = []
    for row in out.getvalue().split("\n"):
        stream = re.fullmatch(r"(.+/VBA/[^/]+) - \d+ bytes", row)
        if stream:
            lines = modules.setdefault(stream[1], [])
        elif re.fullmatch(r"Line #\d+:", row):
            lines.append([])
        elif row.startswith("\t") and lines:
            name, _, rest = row[1:].partition(" ")
            text = re.search(r'"(.*)"', rest) if name == "LitStr" else None
            lines[-1].append(OTHER_NAMES.get(name, name) + (f" {text[1]}" if text else ""))
    return modules


def ours(path: Path) -> dict[str, Code]:
    found: dict[str, Code] = {}
    file = CompoundFile(path.read_bytes(), Budget(Limits()))
    for place in ovba.find_projects(file):
        project = ovba.read_project(file, place)
        entry = file.stream(f"{place}/VBA/_VBA_PROJECT")
        if entry is None:
            continue
        try:
            names = read_names(file.read(entry), project.code_page, wide=project.wide)
        except Malformed:
            continue
        for stream, cache in project.caches.items():
            with contextlib.suppress(Malformed):
                found[stream] = read_code(cache, names)
    return found


def test_the_same_instructions_on_the_same_lines() -> None:
    checked = 0
    for path in documents():
        try:
            read = ours(path)
        except Malformed:
            continue
        expected = theirs(path)
        for stream, code in read.items():
            lines = [
                [i.name + (f" {i.operands[0]}" if i.name == "LitStr" and "\n" not in str(i.operands[0]) else "") for i in line]
                for line in code.lines
            ]
            if stream in expected and not code.damaged:
                checked += len(lines)
                plain = [[name for name in line if name.isascii()] for line in lines]
                assert plain == [[name for name in line if name.isascii()] for line in expected[stream]], f"{path.name} {stream}"
    assert checked > 1_000
