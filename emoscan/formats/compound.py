"""Which of the things that are compound files one is."""

from __future__ import annotations

from typing import Final

from emoscan.parse import Malformed, cfb, hosts
from emoscan.registry import Look

INSTALLER: Final = "binary.msi"
_INSTALLERS: Final = ("000c1084-", "000c1086-", "000c1082-")
"""Class identifiers of Windows Installer packages, patches and transforms."""


def kind_of(look: Look) -> str:
    """The kind of a compound file by the streams at its root; that of mails is for another sniffer to name."""
    if "compound file" not in look.memo:
        look.memo["compound file"] = kind_in(look.data)
    return str(look.memo["compound file"])


def kind_in(data: bytes) -> str:
    """The kind of some bytes that begin as a compound file does."""
    try:
        file = cfb.CompoundFile(data)
    except Malformed:
        return "office.ole"
    if any(e.type == "root" and e.clsid.startswith(_INSTALLERS) for e in file.entries):
        return INSTALLER
    names = {e.name.lower() for e in file.entries if e.path == e.name}
    if any(name.startswith(("__substg1.0_", "__properties_version1.0", "__nameid_version1.0")) for name in names):
        return "mail.msg"
    if "encryptioninfo" in names and "encryptedpackage" in names:
        return "office.encrypted"
    if not names & hosts.STREAMS.keys() and file.stream("VBA/dir") is not None:
        return "office.vba-storage"
    return "office.ole"
