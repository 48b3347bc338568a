import base64

from emoscan.budget import Budget, Limits
from emoscan.context import Context
from emoscan.formats.reg import read_registry_file
from emoscan.model import Artifact, Child, Fact
from emoscan.registry import discover

discover()
RUN = r"HKEY_CURRENT_USER\Software\Microsoft\Windows\CurrentVersion\Run"


def read(*lines):
    text = "Windows Registry Editor Version 5.00\r\n\r\n" + "\r\n".join(lines)
    items = list(read_registry_file(Artifact("windows.reg", text.encode("utf-16")), Context(Budget(Limits()))))
    return items, [i for i in items if isinstance(i, Child)], {i.kind: i.value for i in items if isinstance(i, Fact)}


def test_a_run_key():
    _, children, facts = read(f"[{RUN}]", '"upd"="mshta vbscript:Execute(\\"x\\")"')
    assert [(c.kind, c.data, c.label) for c in children] == [("script.cmd", b'mshta vbscript:Execute("x")', RUN + r"\upd")]
    assert facts["effect.registry"] == RUN + r"\upd"
    assert facts["registry.payload"] == 'mshta vbscript:Execute("x")'


def test_a_program_in_a_value():
    program = bytes.fromhex("4d5a90000300000004000000ffff0000") + bytes(300)
    _, children, facts = read(r"[HKEY_CURRENT_USER\Software\abc]", '"v"=hex:' + ",".join(f"{byte:02x}" for byte in program))
    assert [c.data for c in children] == [program]
    assert "registry.payload" in facts


def test_a_script_in_a_value():
    code = base64.b64encode(b"MZ\x90\0" + bytes(600)).decode()
    items, children, _ = read(r"[HKEY_CURRENT_USER\Software\abc]", f'"v"="{code}"', '"w"="colour"')
    assert [c.data.decode() for c in children] == [code]
    assert [i.detail["name"] for i in items if isinstance(i, Fact) and i.kind == "registry.payload"] == ["v"]


def test_settings_are_no_payload():
    _, children, facts = read(
        r"[HKEY_CURRENT_USER\Software\abc]", '"w"="colour"', '"d"=dword:00000001', '"p"="' + "C:\\\\Program Files\\\\x;" * 20 + '"'
    )
    assert children == []
    assert "registry.payload" not in facts
