"""Every case is built, the same each time, and holds what its sources say, as others read it."""

from __future__ import annotations

import base64
import email
import email.policy
import hashlib
import io
import re
import tomllib
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msoffcrypto
import olefile
import pytest
import pyzipper

from fixturelib import build as builder
from fixturelib.build import FIXTURES, RecipeError, build, cases, want
from fixturelib.readers import vba_modules
from fixturelib.transform import TRANSFORMS

LABELS = ("clean", "incomplete", "suspicious", "malicious")
SORTS = {"limit", "encrypted", "malformed", "unmodelled", "failed"}
MACRO_CLASSES = {"none", "empty", "harmless", "unclear", "suspicious", "malicious"}
KEYS = {
    "notes",
    "chain",
    "verdict",
    "macro_class",
    "findings",
    "must_not",
    "urls",
    "commands",
    "effects",
    "passwords",
    "incomplete",
    "together",
}


@pytest.fixture(params=cases())
def case(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_it_builds_the_same_each_time(case: str) -> None:
    name, data = build(case)
    assert name
    assert data
    assert hashlib.sha256(build(case)[1]).digest() == hashlib.sha256(data).digest()


def test_what_is_wanted_is_said_in_known_words(case: str) -> None:
    said = want(case)
    assert said["notes"]
    assert set(said) <= KEYS
    assert all(LABELS.index(label) >= 0 for label in said.get("verdict", {}).values())
    assert said.get("macro_class", "none") in MACRO_CLASSES
    assert all(re.fullmatch(r"[A-Z]+\.[A-Za-z0-9_]+", id_) for id_ in said.get("findings", []) + said.get("must_not", []))
    assert not set(said.get("findings", [])) & set(said.get("must_not", []))
    for sort in said.get("incomplete", []):
        assert ({sort} if isinstance(sort, str) else set(sort)) <= SORTS
    for effect in said.get("commands", []) + said.get("effects", []):
        assert set(effect) <= {"is", "contains", "how", "kind"}
    assert set(said.get("together", {}).get("with", [])) <= set(cases())


def test_every_address_leads_nowhere(case: str) -> None:
    """Hosts of links are below example.test or in the ranges of RFC 5737, mail addresses below .example (RFC 2606)."""
    for path in (FIXTURES / case).iterdir():
        text = path.read_text("utf-8")
        for host in re.findall(r"(?:https?|ftp)://([^/:\s'\"&<{]+)", text):
            assert host.endswith(".example.test") or re.match(r"(192\.0\.2|198\.51\.100|203\.0\.113)\.\d+$", host), host
        for domain in re.findall(r"[\w.+-]@([\w-]+(?:\.[\w-]+)+)", text):
            assert domain.endswith(".example"), domain


def test_sources_are_used(case: str) -> None:
    """No file of a case is left over from an earlier recipe."""
    folder = FIXTURES / case
    mentioned = "".join((FIXTURES / other / "recipe.toml").read_text("utf-8") for other in cases())
    unused = [p.name for p in folder.iterdir() if p.name not in {"recipe.toml", "want.json"} and f'{p.name}"' not in mentioned]
    assert unused == []


def peel(name: str, data: bytes, passwords: list[str]) -> Iterator[tuple[str, bytes]]:
    """Everything that independent readers find below: mails by the standard library, ZIP by pyzipper, Office by msoffcrypto."""
    yield name, data
    if name.endswith(".eml"):
        for part in email.message_from_bytes(data, policy=email.policy.default).walk():
            if part.get_filename():
                yield from peel(str(part.get_filename()), part.get_payload(decode=True), passwords)  # type: ignore[arg-type]
    elif name.endswith(".zip"):
        with pyzipper.AESZipFile(io.BytesIO(data)) as archive:
            for info in archive.infolist():
                yield from peel(info.filename, archive.read(info, pwd=passwords[0].encode() if passwords else None), passwords)
    elif olefile.isOleFile(data) and passwords and b"EncryptedPackage".decode().encode("utf-16-le") in data:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            out = io.BytesIO()
            file = msoffcrypto.OfficeFile(io.BytesIO(data))
            file.load_key(password=passwords[0])
            file.decrypt(out)
        yield name, out.getvalue()


def found(case: str) -> dict[str, bytes]:
    said: dict[str, Any] = want(case)
    passwords = said.get("passwords", []) or said.get("together", {}).get("passwords", [])
    return dict(peel(*build(case), [p["password"] for p in passwords]))


def layers(case: str) -> list[dict[str, Any]]:
    read: list[dict[str, Any]] = tomllib.loads((FIXTURES / case / "recipe.toml").read_text("utf-8"))["layer"]
    return read


def peels(case: str) -> bool:
    """Whether it holds modules, and nothing around them that no tool here opens."""
    return any("modules" in layer for layer in layers(case)) and not any(layer["make"] in ("tnef", "pst") for layer in layers(case))


@pytest.mark.parametrize("case", [c for c in cases() if c[0] in "FBd" and peels(c)])
def test_macros_are_there_for_oletools(case: str) -> None:
    """Each module of the recipe, in the innermost document, with the first line of its source."""
    modules = {
        name: source for n, d in found(case).items() if not n.endswith((".eml", ".zip")) for name, source in vba_modules(d, n).items()
    }
    wanted = [(module, layer.get("forms", {})) for layer in layers(case) for module in layer.get("modules", [])]
    assert {name.rpartition(".")[0] for name in modules} == {m["name"] for m, _ in wanted} | {name for _, forms in wanted for name in forms}
    for module, _ in wanted:
        first = (FIXTURES / case / module["file"]).read_text("utf-8").splitlines()[0] if "file" in module else ""
        assert any(first in source for source in modules.values())


def urls_in(text: str, separator: str) -> list[str]:
    literals: list[str] = re.findall(r"'([^']*)'", text)
    return next(literal for literal in literals if separator in literal).split(separator)


def test_f08_can_be_solved_by_hand() -> None:
    """The longest text on the page, its marker taken out, is base64 of the stager."""
    with olefile.OleFileIO(io.BytesIO(build("F08-2019-09-objectpool")[1])) as ole:
        boxes = [ole.openstream(path).read() for path in ole.listdir() if path[-1] == "contents"]
    assert len(boxes) == 18
    longest = max(boxes, key=len)
    value = longest[28 : 28 + int.from_bytes(longest[16:19], "little")].replace(b"kyvop", b"")
    stager = base64.b64decode(value).decode("utf-16-le")
    assert urls_in(stager, "@") == want("F08-2019-09-objectpool")["urls"]
    assert '."leN`G`Th" -ge 30187' in stager


def test_f13_can_be_solved_by_hand() -> None:
    document = found("F13-2020-12-msg-enc")["AN3187 211220.doc"]
    with olefile.OleFileIO(io.BytesIO(document)) as ole:
        text = ole.openstream("WordDocument").read()[0x400:].split(b"\r")[0].decode("ascii")
    command = text[4:].replace("]w8r[k2", "")
    assert command.startswith("cmd cmd cmd cmd /c msg %username% /v Word experienced an error")
    stager = base64.b64decode(command.split()[-1]).decode("utf-16-le")
    assert urls_in(stager.replace("]q7z[://", "http://").replace("]q7z[s://", "https://"), "@") == want("F13-2020-12-msg-enc")["urls"]


def test_the_demo_can_be_solved_by_hand() -> None:
    document = found("demo")["会議資料_0914.doc"]
    with olefile.OleFileIO(io.BytesIO(document)) as ole:
        names = {ole.openstream(p).read().decode("utf-16-le").rstrip("\0"): p[1] for p in ole.listdir() if p[-1] == "\x03OCXNAME"}
        values = {}
        for name, storage in names.items():
            data = ole.openstream(["ObjectPool", storage, "contents"]).read()
            values[name] = data[28 : 28 + int.from_bytes(data[16:19], "little")].decode("latin-1")
    command = (values["Shiryo1"] + values["Shiryo2"] + values["Shiryo3"]).replace("qz]8(", "")
    assert command.startswith("powershell -w hidden -e ")
    assert urls_in(base64.b64decode(command.split()[-1]).decode("utf-16-le"), "*") == want("demo")["urls"]


def test_damaged_cases_are_damaged() -> None:
    assert not zipfile.is_zipfile(io.BytesIO(build("X01-zip-eocd-truncated")[1]))
    with pytest.raises(OSError, match="DIFAT"):
        olefile.OleFileIO(io.BytesIO(build("X05-ole-loop-difat")[1]))
    for case, missing in (("X06-vba-no-dir", "Macros/VBA/dir"), ("X06-vba-no-project", "Macros/PROJECT")):
        with olefile.OleFileIO(io.BytesIO(build(case)[1])) as ole:
            assert not ole.exists(missing)
    with pyzipper.AESZipFile(io.BytesIO(found_attachment("X04-aes-zip-bad-hmac"))) as archive, pytest.raises(pyzipper.BadZipFile):
        archive.read("notice.doc", pwd=b"5521")


def found_attachment(case: str) -> bytes:
    message = email.message_from_bytes(build(case)[1], policy=email.policy.default)
    return next(p.get_payload(decode=True) for p in message.walk() if p.get_filename())  # type: ignore[return-value]


def test_names_of_x03_are_as_bad_as_they_say() -> None:
    data = build("X03-zip-name-traversal")[1]
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
    assert names[0] == "../../x.txt"
    assert max(map(len, names)) >= 300
    assert names.count("same.txt") == 2
    assert b"a\0.exe.txt" in data


def test_a_wrong_recipe_says_what_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(builder, "FIXTURES", tmp_path)
    (tmp_path / "case").mkdir()
    for recipe, message in (
        ('[[layer]]\nmake = "doc"\ntxt = "a"', "doc does not know txt"),
        ('[[layer]]\nmake = "dox"', "nothing makes 'dox'"),
        ('[[layer]]\nmake = "zip"\nalone = true\nmembers = [{ name = "a", text = "{{b}}" }]', "no value is called 'b'"),
    ):
        (tmp_path / "case/recipe.toml").write_text(recipe, "utf-8")
        with pytest.raises(RecipeError, match=re.escape(message)):
            builder.build("case")


@pytest.mark.parametrize(
    ("name", "arguments", "text", "result"),
    [
        ("one_line", [], "  a;\n # remark\n  b", "a;b"),
        ("join", ["@"], "u1\n\nu2\n", "u1@u2"),
        ("base64_utf16", [], "IEX", "SQBFAFgA"),
        ("token", ["#", 2], "abcde", "#ab#cd#e#"),
        ("carets", [2], "power", "p^ow^er"),
        ("part", [2, 3], "abcdef", "cd"),
        ("vba_string", [3], 'ab"cd', '"ab""" & _\n        "cd"'),
        ("vba_chr", [2], "abcd", '"a" & Chr(91 + 7) & "c" & Chr(93 + 7)'),
        ("full_width", [], "a1 -", "ａ１ －"),
        ("reverse", [], "abc", "cba"),
    ],
)
def test_transforms(name: str, arguments: list[Any], text: str, result: str) -> None:
    assert TRANSFORMS[name](text, *arguments) == result


def test_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert builder.main(["F01-plain-autoopen-shell", str(tmp_path / "new/a.doc")]) == 0
    assert (tmp_path / "new/a.doc").read_bytes() == build("F01-plain-autoopen-shell")[1]
    assert builder.main(["nothing"]) == 2
    assert "demo" in capsys.readouterr().err
