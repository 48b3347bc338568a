"""VBA projects: compression, the dir and PROJECT streams, modules; whole and damaged."""

import struct

import pytest
from fixturelib.cfb import Storage, compound
from fixturelib.oforms import user_form
from fixturelib.ovba import EXCEL_SHEET, EXCEL_WORKBOOK, MSFORMS, STDOLE, Module, Project, Reference, compress, noise
from fixturelib.readers import vba_modules
from hypothesis import given
from hypothesis import strategies as st

from emoscan.budget import Budget, LimitReached, Limits
from emoscan.parse import Malformed, ovba
from emoscan.parse.cfb import CompoundFile

CODE = 'Sub AutoOpen()\n    Shell "cmd /c echo inert", 0\nEnd Sub\n'

# [MS-OVBA] 3.2, the three examples of the specification.
EXAMPLES = [
    (b"abcdefghijklmnopqrstuv.", "0119b000616263646566676800696a6b6c6d6e6f70007172737475762e"),
    (
        b"#aaabcdefaaaaghijaaaaaklaaamnopqaaaaaaaaaaaarstuvwxyzaaa",
        "012fb00023616161626364658266007061676869 6a013808616b6c00306d6e6f70067102700410727374757610 7778797a003c",
    ),
    (b"a" * 73, "0103b002614500"),
]


def read(project: Project, place: str = "", **options) -> ovba.Project:
    return ovba.read_project(CompoundFile(project.file()), place, **options)


# ---------------------------------------------------------------- compression


@pytest.mark.parametrize(("plain", "packed"), EXAMPLES)
def test_examples_of_the_specification(plain, packed):
    assert ovba.decompress(bytes.fromhex(packed)) == ovba.Decompressed(plain, len(bytes.fromhex(packed)))


@given(st.binary(max_size=9_000), st.booleans())
def test_what_is_compressed_comes_back(data, raw):
    data = data * 3
    plain = ovba.decompress(compress(data, raw=raw))
    assert plain.data[: len(data)] == data
    assert not plain.data[len(data) :].strip(b"\0")
    assert not plain.damage


def test_begins_where_it_is_told_to():
    assert ovba.decompress(b"\1\2\3" + compress(b"text"), 3).data == b"text"


@pytest.mark.parametrize("data", [b"", b"\0", b"\2abc"])
def test_no_container(data):
    with pytest.raises(Malformed):
        ovba.decompress(data)


def test_what_comes_before_a_damage_is_kept():
    text = noise("text", 3_000).hex().encode()
    packed = compress(text)
    whole = ovba.decompress(packed[:-20])
    assert text.startswith(whole.data)
    assert len(whole.data) > len(text) - 100
    assert "cut short" in whole.damage


def test_a_chunk_that_is_none_ends_it():
    text = b"' a comment\r\n" * 1_000
    broken = ovba.decompress(compress(text, bad_signature=[2]))
    assert broken.data == text[: 2 * 4_096]
    assert "no chunk" in broken.damage


def test_a_copy_from_before_the_beginning_ends_it():
    broken = ovba.decompress(b"\1" + struct.pack("<H", 0xB000 | 6) + b"\x08abc" + struct.pack("<H", 0xFFFF) + b"xxx")
    assert broken.data == b"abc"
    assert "before its beginning" in broken.damage


def test_no_chunk_holds_more_than_4096_bytes():
    """Eight compressed bytes become 4,096; a chunk of them would become megabytes."""
    chunk = b"\x02a" + struct.pack("<H", 0x0FFF) + (b"\xff" + struct.pack("<H", 0x0FFF) * 8) * 200
    bomb = b"\1" + (struct.pack("<H", 0xB000 | len(chunk) - 1) + chunk) * 50
    plain = ovba.decompress(bomb)
    assert len(plain.data) <= 4_096
    assert plain.damage


def test_stops_at_the_limit():
    bomb = b"\1" + (struct.pack("<H", 0xB003) + b"\x02a" + struct.pack("<H", 0x0FFC)) * 10_000
    plain = ovba.decompress(bomb, limit=100_000)
    assert plain.data == b"a" * 100_000
    assert plain.limited


@given(st.binary(max_size=400))
def test_never_raises_for_what_a_container_holds(data):
    plain = ovba.decompress(b"\1" + data, limit=20_000)
    assert len(plain.data) <= 20_000


# ---------------------------------------------------------------- projects


def test_modules_with_types_and_text():
    project = read(
        Project(
            [
                Module("ThisWorkbook", "Sub x()\nEnd Sub\n", "document", base=EXCEL_WORKBOOK),
                Module("Sheet1", type="document", base=EXCEL_SHEET),
                Module("Module1", CODE),
                Module("Class1", "Public y\n", "class"),
                Module("UserForm1", type="form"),
            ],
            forms={"UserForm1": user_form("UserForm1", [])},
            name="Purchase",
            constants="Debugging = 1 : Level=2",
            references=[STDOLE, MSFORMS, Reference("Normal", r"*\CC:\x\Normal.dotm", "project")],
        )
    )
    assert [(m.name, m.type, m.stream, m.origin) for m in project.modules] == [
        ("ThisWorkbook", "document", "VBA/ThisWorkbook", "dir"),
        ("Sheet1", "document", "VBA/Sheet1", "dir"),
        ("Module1", "standard", "VBA/Module1", "dir"),
        ("Class1", "class", "VBA/Class1", "dir"),
        ("UserForm1", "form", "VBA/UserForm1", "dir"),
    ]
    assert project.modules[2].source == 'Attribute VB_Name = "Module1"\r\n' + CODE.replace("\n", "\r\n")
    assert project.name == "Purchase"
    assert project.constants == {"Debugging": "1", "Level": "2"}
    assert [r.partition(" ")[0] for r in project.references] == ["stdole", "MSForms", "Normal"]
    assert project.references[2] == r"Normal *\CC:\x\Normal.dotm"
    assert (project.missing, project.repaired, project.protection) == ((), (), ())


@pytest.mark.parametrize(
    ("code_page", "name", "text"),
    [(932, "請求書", "請求①㈱ｱ"), (1251, "Счёт", "Оплата"), (1252, "Übersicht", "Größe"), (65001, "naïve", "€"), (10000, "M1", "é")],
)
def test_code_pages(code_page, name, text):
    project = read(Project([Module(name, f"' {text}\n")], code_page=code_page))
    assert [(m.name, m.source) for m in project.modules] == [(name, f'Attribute VB_Name = "{name}"\r\n\' {text}\r\n')]
    assert project.code_page == code_page


def test_types_without_project_stream_come_from_attributes():
    modules = [Module("Doc", type="document"), Module("M", CODE), Module("C", type="class"), Module("F", type="form")]
    project = read(Project(modules, omit=["PROJECT"]))
    assert [m.type for m in project.modules] == ["document", "standard", "class", "form"]


def test_protection():
    project = read(Project([Module("M", CODE)], locked="secret"))
    assert set(project.protection) == {"locked by its user", "password", "hidden"}
    assert project.password == ""


def test_a_password_stored_in_clear_is_read():
    from fixturelib.ovba import encrypt

    text = f'ID="{{x}}"\r\nDPB="{encrypt(b"open sesame" + bytes(1), "{x}", 0x5C)}"\r\n'
    assert ovba.read_project_text(text.encode(), 1252).password == "open sesame"


def test_broken_protection_values_are_said():
    text = b'Module=M\r\nCMG="0102"\r\nDPB="zz"\r\n'
    assert ovba.read_project_text(text, 1252).protection == ("broken value CMG", "broken value DPB")


def test_a_module_the_editor_does_not_show():
    project = read(Project([Module("Seen", CODE), Module("Unseen", CODE, in_project=False)]))
    assert project.protection == ("hidden module Unseen",)
    assert len(project.modules) == 2


@pytest.mark.parametrize("error", [7, -100, 1_000_000])
def test_a_wrong_offset_does_not_hide_the_source(error):
    project = read(Project([Module("Module1", CODE, offset_error=error)]))
    assert project.modules[0].source.endswith("0\r\nEnd Sub\r\n")
    assert project.repaired == ("the source of module Module1 is not where the dir stream says",)
    assert not project.missing


def test_a_module_that_is_not_listed_is_found():
    project = read(Project([Module("Module1", "Public x\n"), Module("Hidden", CODE, listed=False)]))
    assert [(m.name, m.origin) for m in project.modules] == [("Module1", "dir"), ("Hidden", "orphan")]


def test_without_dir_stream_modules_are_found_by_their_looks():
    project = read(Project([Module("Module1", CODE), Module("Class1", "Public x\n", "class")], omit=["VBA/dir"]))
    assert sorted((m.name, m.type, m.origin) for m in project.modules) == [
        ("Class1", "class", "signature"),
        ("Module1", "standard", "signature"),
    ]
    assert project.repaired == ("there is no dir stream",)


@pytest.mark.parametrize("kept", [1, 30, 200, 300, 400])
def test_a_dir_stream_that_breaks_loses_no_module(kept):
    modules = [Module(f"Module{n}", f"Public x{n}\n") for n in range(9)]
    project = read(Project(modules, dir_damage=kept))
    assert sorted(m.name for m in project.modules) == [m.name for m in modules]
    assert project.repaired


def test_a_record_that_cannot_be_is_stepped_over():
    plain = Project([Module("One"), Module("Two")])._dir()
    broken = plain.replace(struct.pack("<HI", 0x4, 7), struct.pack("<HI", 0x4, 0xFFFFFF), 1)
    directory = ovba.read_directory(broken)
    assert [m.name for m in directory.modules] == ["One", "Two"]
    assert directory.damage


def test_a_record_with_an_unknown_id_is_passed_over():
    plain = Project([Module("One")], references=[STDOLE])._dir()
    broken = plain.replace(struct.pack("<HI", 0x5, 0), struct.pack("<HI", 0x5F, 0), 1)
    directory = ovba.read_directory(broken)
    assert directory.references
    assert directory.name == "Project"
    assert not directory.damage


def test_source_that_is_no_text_is_not_taken_for_code():
    module = Module("Module1", CODE, truncate=0)
    storage = Project([module]).storage()
    storage.put("VBA/Module1", noise("Module1", 512) + b"\1" + struct.pack("<H", 0xB000 | 300) + b"\0" + noise("x", 400))
    project = ovba.read_project(CompoundFile(compound(storage)), "")
    assert project.modules[0].source == ""
    assert any("no text" in what for what in project.missing)


def test_a_source_cut_short_is_read_as_far_as_it_goes():
    code = "".join(f"x{n} = {n}\n" for n in range(400))
    project = read(Project([Module("Module1", code, truncate=60)]))
    assert "x100 = 100" in project.modules[0].source
    assert project.missing == (project.missing[0],)
    assert "ends early" in project.missing[0]


def test_a_module_without_source_is_kept_by_name():
    storage = Project([Module("Module1", CODE)]).storage()
    storage.put("VBA/Module1", noise("Module1", 512).replace(b"\1", b"\2"))
    project = ovba.read_project(CompoundFile(compound(storage)), "")
    assert [(m.name, m.source) for m in project.modules] == [("Module1", "")]
    assert project.missing == ("module Module1 holds no source",)


def test_projects_are_found_wherever_they_lie():
    one = Project([Module("Module1", CODE)])
    root = Storage().put("Macros", one.storage()).put("a/b", one.storage()).put("WordDocument", b"x")
    assert sorted(ovba.find_projects(CompoundFile(compound(root)))) == ["Macros", "a/b"]


def test_modules_outside_of_projects_are_found():
    stream = noise("x", 300) + compress(b'Attribute VB_Name = "Loose"\r\nSub AutoOpen()\r\nEnd Sub\r\n')
    file = CompoundFile(compound(Storage().put("somewhere/else", stream)))
    project = ovba.read_strays(file, set())
    assert project is not None
    assert [(m.name, m.origin) for m in project.modules] == [("Loose", "signature")]
    assert ovba.read_strays(CompoundFile(compound(Storage().put("a", b"b"))), set()) is None


@pytest.mark.parametrize("raw", [False, True])
def test_modules_are_carved_out_of_bytes(raw):
    code = "' x\n" * 2_000
    data = noise("a", 999) + compress(Module("Found", code).text().encode(), raw=raw) + noise("b", 99)
    project = ovba.carve(data)
    assert project is not None
    assert project.modules[0].name == "Found"
    assert project.modules[0].source.startswith(Module("Found", code).text()[:4_096])
    assert ovba.carve(noise("c", 5_000)) is None


def test_limits_of_source_and_modules():
    modules = [Module(f"M{n}", "' comment\n" * 1_000) for n in range(6)]
    project = read(Project(modules), limit=25_000)
    assert sum(len(m.source) for m in project.modules) <= 25_000
    assert project.limited
    few = read(Project(modules), most=3)
    assert len(few.modules) == 3
    assert few.repaired


def test_the_budget_is_asked():
    file = CompoundFile(Project([Module("M", "' comment\n" * 9_000)]).file(), Budget(Limits(expanded_bytes=60_000)))
    with pytest.raises(LimitReached):
        ovba.read_project(file, "")


def test_agrees_with_oletools():
    project = Project(
        [Module("ThisDocument", CODE, "document"), Module("請求", "' ①\n" * 3_000), Module("C", "Public x\n", "class", cache=0)],
        code_page=932,
    )
    mine = {m.name: m.source for m in read(project).modules}
    theirs = {name.rpartition(".")[0]: text for name, text in vba_modules(project.file()).items()}
    assert mine == theirs


@given(st.data())
def test_whatever_is_mutated_nothing_but_malformed_comes_out(data):
    bytes_ = bytearray(Project([Module("ThisDocument", type="document"), Module("Module1", CODE, cache=20)]).file())
    for _ in range(data.draw(st.integers(1, 8))):
        bytes_[data.draw(st.integers(0, len(bytes_) - 1))] = data.draw(st.integers(0, 255))
    try:
        file = CompoundFile(bytes(bytes_), Budget(Limits()))
    except Malformed:
        ovba.carve(bytes(bytes_))
        return
    known = set()
    for place in ovba.find_projects(file):
        known |= {m.stream for m in ovba.read_project(file, place).modules}
    ovba.read_strays(file, known)
