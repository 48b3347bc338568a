"""What nobody reads is said not to be read."""

import pytest

from emoscan.analyse import analyse
from emoscan.budget import Budget, Limits
from emoscan.context import Context
from emoscan.formats.unread import has_reader, say_what_is_not_read, say_what_program
from emoscan.model import Artifact, Fact, Problem
from emoscan.registry import discover, step

discover()


def problems(kind, data=b"content", **context):
    return list(say_what_is_not_read(Artifact(kind, data), Context(Budget(Limits()), **context)))


def test_unknown_content():
    (problem,) = problems("data.unknown", names=("a.bin",))
    assert (problem.sort, problem.name) == ("unmodelled", "unknown")
    assert "'a.bin'" in problem.message


def test_a_container_without_a_reader(registered):
    (problem,) = problems("archive.of-tomorrow")
    assert (problem.sort, problem.name) == ("unmodelled", "archive.of-tomorrow")

    @step("reader of tomorrow", takes="archive.of-tomorrow")
    def _read(artifact, ctx):
        yield Fact("x", "y")

    assert problems("archive.of-tomorrow") == []


def test_a_step_for_a_whole_family_is_no_reader(registered):
    @step("looks at all archives", takes="archive.*")
    def _look(artifact, ctx):
        yield Fact("x", "y")

    assert not has_reader("archive.of-tomorrow")


def test_empty_input_is_said_to_be_empty_an_empty_part_is_nothing_to_tell():
    (problem,) = problems("data.unknown", b"", is_input=True)
    assert (problem.sort, problem.name) == ("malformed", "empty")
    assert problems("data.unknown", b"") == []


@pytest.mark.parametrize("data", [b"\x9c\x01\xfe" * 300, b"", b"MSWIM\0\0\0" + b"\0" * 100, b"ITSF\x03\0\0\0" + b"\0" * 100])
def test_what_was_not_read_is_never_clean(data):
    assert analyse(data).verdict == "incomplete"


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"Just a note.\n", b"wOFF\0\1\0\0"])
def test_pictures_and_notes_are(data):
    assert analyse(data).verdict == "clean"


def test_a_program_is_a_fact():
    data = b"MZ".ljust(60, b"\0") + (128).to_bytes(4, "little")
    data = data.ljust(128, b"\0") + b"PE\0\0" + b"\x4c\x01" + b"\0" * 16 + (0x2102).to_bytes(2, "little") + b"\0" * 200
    assert list(say_what_program(Artifact("binary.pe", data), Context(Budget(Limits())))) == [
        Fact("content.program", "Windows program", "DLL")
    ]
    addin = Artifact("binary.pe", data + b"add.xll\0xlAutoOpen\0")
    assert list(say_what_program(addin, Context(Budget(Limits())))) == [Fact("content.program", "Windows program", "Excel add-in")]
    assert Problem not in map(type, say_what_program(Artifact("binary.elf", b"\x7fELF"), Context(Budget(Limits()))))
