"""Registration and discovery."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from pathlib import Path

import pytest

from emoscan import registry
from emoscan.context import Context
from emoscan.model import Artifact, Yields
from emoscan.output import Renderer, View
from emoscan.registry import HOMES, Look, discover, output, outputs, renderer, sniff, sniffs, step, steps, steps_for


def nothing(artifact: Artifact, ctx: Context) -> Yields:
    yield from ()


def test_steps_are_found_by_kind_in_their_order(alone: None) -> None:
    step("late", "office.*", order=9)(nothing)
    step("b", ("office.ole", "office.rtf"))(nothing)
    step("a", "*")(nothing)
    assert [s.name for s in steps_for("office.ole")] == ["a", "b", "late"]
    assert [s.name for s in steps_for("office.ooxml")] == ["a", "late"]
    assert [s.name for s in steps_for("text.plain")] == ["a"]
    step("c", "text.plain")(nothing)
    assert [s.name for s in steps_for("text.plain")] == ["a", "c"]


def test_a_name_is_given_once(alone: None) -> None:
    step("a", "*")(nothing)
    with pytest.raises(ValueError, match="'a' is registered twice"):
        step("a", "x")(nothing)


def test_content_that_is_two_things_is_both(alone: None) -> None:
    sniffs("archive.zip", magic=b"PK")(lambda look: True)
    sniffs("document.pdf")(lambda look: b"%PDF" in look.data)
    sniffs("text.html", text=True)(lambda look: 50)
    assert sniff(b"PK%PDF") == ("archive.zip", "document.pdf")
    assert sniff(b"PK") == ("archive.zip",)


def test_of_texts_the_surest_is_meant(alone: None) -> None:
    sniffs("text.plain", text=True)(lambda look: 1)
    sniffs("script.vbs", text=True)(lambda look: 60 if b"Dim" in look.data else 0)
    sniffs("script.js", text=True)(lambda look: 50 if look.name.endswith(".js") else 0)
    assert sniff(b"Dim x", "a.js") == ("script.vbs",)
    assert sniff(b"x", "a.js") == ("script.js",)
    assert sniff(b"x") == ("text.plain",)


def test_what_nobody_knows_is_unknown(alone: None) -> None:
    assert sniff(b"\x00\x01") == ("data.unknown",)


def test_magic_may_stand_further_in(alone: None) -> None:
    sniffs("archive.tar", magic=(b"ustar\0", b"ustar "), at=257)(lambda look: True)
    assert sniff(bytes(257) + b"ustar \0") == ("archive.tar",)
    assert sniff(b"ustar\0") == ("data.unknown",)


def test_sniffers_share_what_they_worked_out(alone: None) -> None:
    look = Look(b"x")
    look.memo["names"] = ["a"]
    assert look.memo == {"names": ["a"]}


def test_discovery_finds_every_module_and_costs_nothing_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    discover()
    for home in HOMES:
        package = import_module(f"emoscan.{home}")
        for module in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
            assert module.ispkg or module.name in __import__("sys").modules
    monkeypatch.setattr(pkgutil, "iter_modules", None)
    discover()


def test_every_step_takes_kinds_and_says_something() -> None:
    discover()
    for known in steps():
        assert known.takes, known.name
        assert known.name == known.name.lower()


def test_an_output_is_named_like_its_module() -> None:
    for name in outputs():
        made = renderer(name)(View())
        assert isinstance(made, Renderer)
        assert type(made).__module__ == f"emoscan.output.{name}"
    with pytest.raises(KeyError):
        renderer("none")


def test_outputs_may_come_from_elsewhere(registered: None) -> None:
    class Other(Renderer):
        pass

    output("other")(Other)
    assert "other" in outputs()
    assert renderer("other") is Other


def test_packages_of_others_are_found_by_their_entry_points(monkeypatch: pytest.MonkeyPatch, registered: None, tmp_path: Path) -> None:
    info = tmp_path / "other-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: other\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[emoscan.steps]\nother = other_steps\n")
    (tmp_path / "other_steps.py").write_text(
        "from emoscan.registry import step\n\n@step('other', 'text.other')\ndef other(artifact, ctx):\n    yield from ()\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(registry, "_discovered", set(HOMES))
    discover()
    discover()
    assert [known.name for known in steps_for("text.other") if known.name == "other"] == ["other"]


def test_where_nobody_has_any_nothing_is_loaded_for_it(monkeypatch: pytest.MonkeyPatch, registered: None, tmp_path: Path) -> None:
    import importlib.metadata

    monkeypatch.setattr("sys.path", [str(tmp_path), str(tmp_path / "absent")])
    monkeypatch.setattr(registry, "_discovered", set(HOMES))
    monkeypatch.setattr(importlib.metadata, "entry_points", None)
    discover()
