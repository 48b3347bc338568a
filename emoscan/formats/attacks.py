"""What is known of objects that attack the program that shows them: class identifiers, and signs in the data of formulas."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from uuid import UUID

EQUATION: Final = frozenset(
    ("0002ce02-0000-0000-c000-000000000046", "0002ce03-0000-0000-c000-000000000046", "00020c01-0000-0000-c000-000000000046")
)
MONIKERS: Final = {
    "06290bd3-48aa-11d2-8432-006008c3fbfc": "scriptlet moniker: a script file is run (CVE-2017-8570)",
    "ecabb0c7-7f19-11d2-978e-0000f8757e2a": "SOAP moniker: code out of a service description is run (CVE-2017-8759)",
    "ecabb0c6-7f19-11d2-978e-0000f8757e2a": "SOAP moniker: code out of a service description is run (CVE-2017-8759)",
    "3050f4d8-98b5-11cf-bb82-00aa00bdce0b": "HTML application moniker: a page is run with all rights (CVE-2017-0199)",
}
CONTROLS: Final = {
    "bdd1f04b-858b-11d1-b16a-00c0f0283628": "ListView control (CVE-2012-0158)",
    "996bf5e0-8044-4650-adeb-0b013914e99c": "ListView control (CVE-2012-0158)",
    "c74190b6-8589-11d1-b16a-00c0f0283628": "TreeView control (CVE-2012-0158)",
    "9181dc5f-e07d-418a-aca6-8eea1ecb8e9e": "TreeView control (CVE-2012-0158)",
    "1efb6596-857c-11d1-b16a-00c0f0283628": "TabStrip control (CVE-2012-1856)",
    "24b224e0-9545-4a2f-abd5-86aa8a849385": "TabStrip control (CVE-2012-1856)",
}
"""Harmless in forms of macros; nobody puts them into RTF but for their holes."""

CLASSES: Final = {
    "otkloadr.wrassembly.1": "library without address randomisation is loaded (CVE-2015-1641 and kin)",
    "composerbase.1": "library without address randomisation is loaded",
    "mscomctllib.listviewctrl.2": "ListView control (CVE-2012-0158)",
    "mscomctllib.toolbar.2": "Toolbar control (CVE-2015-2424)",
}

_LONG_NAME: Final = re.compile(rb"\x08..[^\0]{36}", re.DOTALL)
"""An MTEF font record whose name is longer than the editor's room for it: 32 characters, of which it checks nothing."""


def identifiers_in(data: bytes, table: dict[str, str]) -> Iterator[str]:
    """What the table says of each class identifier that stands somewhere in the bytes."""
    for clsid, said in table.items():
        if UUID(clsid).bytes_le in data:
            yield said


_IMPOSSIBLE: Final = re.compile(rb"\xff{16}")
"""No count, size or character of a formula is written so; matrices of that many rows overflow as well (CVE-2018-0798)."""
DENSE: Final = 20
"""A formula has a zero in every fourth byte or so, as the upper half of its characters; machine code and its filling have hardly any."""


def equation_attack(native: bytes) -> str:
    """What is wrong with the data of a formula, "" for one that the editor may have written."""
    if native[:2] != b"\x1c\0" or native[2:6] != b"\0\0\2\0":  # EQNOLEFILEHDR: cbHdr 28, version 2.0
        return "no header of the formula editor"
    body = native[28:4_096]
    if _LONG_NAME.search(body):
        return "font name that is too long (CVE-2017-11882)"
    if _IMPOSSIBLE.search(body):
        return "record of an impossible size (CVE-2018-0798 and kin)"
    return "data that are no formula" if len(body) >= 256 and body.count(0) * DENSE < len(body) else ""


def old_equation_attack(stream: bytes) -> str:
    """The same for an Ole10Native stream, where the editor's forerunners kept formulas: their size, then MTEF of version 1 to 5."""
    body = stream[4:4_096]
    if int.from_bytes(stream[:4], "little") > 1 << 16 or body[:1] not in b"\1\2\3\4\5" or body[1:2] not in b"\0\1":
        return "data it never writes (CVE-2017-11882 and kin)"
    return "font name that is too long (CVE-2017-11882)" if _LONG_NAME.search(body) or _IMPOSSIBLE.search(body) else ""
