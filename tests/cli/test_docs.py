"""docs/usage.md and `--help` say the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from emoscan.cli.app import cli
from emoscan.cli.config import ONLY_TRUSTED
from emoscan.cli.main import COMMANDS, SCANNING
from emoscan.cli.options import CONSOLE
from emoscan.registry import outputs

ROOT = Path(__file__).parent.parent.parent
USAGE = (ROOT / "docs" / "usage.md").read_text("utf-8")


def section(title: str) -> str:
    found = re.search(rf"^#+ {re.escape(title)}\n(.*?)(?=^#+ |\Z)", USAGE, re.MULTILINE | re.DOTALL)
    assert found, f"docs/usage.md has no section {title!r}"
    return found[1]


SHARED = section("What to scan") + section("How to scan") + section("What is said meanwhile")


def documented(text: str) -> set[str]:
    """Options that the rows of a section's tables are about."""
    rows = re.findall(r"^\| (`-[^|]*) \|", text, re.MULTILINE)
    return {option for row in rows for option in re.findall(r"(?<!\S)`(--?[a-z0-9-]+)", row)}


def command(name: str) -> click.Command:
    found = cli.get_command(click.Context(cli), name)
    assert found is not None
    return found


def leaves(name: str) -> Iterator[click.Command]:
    top = command(name)
    if isinstance(top, click.Group):
        yield from top.commands.values()
    else:
        yield top


def options(name: str) -> set[str]:
    return {
        option for leaf in leaves(name) for parameter in leaf.params if isinstance(parameter, click.Option) for option in parameter.opts
    }


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_documented(name: str) -> None:
    assert options(name) - documented(section(f"emoscan {name}")) - documented(SHARED) == set()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_documented_option_exists(name: str) -> None:
    assert documented(section(f"emoscan {name}")) - options(name) == set()
    if name in SCANNING and name != "doctor":
        assert documented(SHARED) - options(name) - {"-h", "--help"} == set()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_has_help(name: str) -> None:
    for leaf in leaves(name):
        assert leaf.help
        for parameter in leaf.params:
            if isinstance(parameter, click.Option):
                assert parameter.help, f"{name} {parameter.name}"
                assert parameter.help.endswith((".", "?")), parameter.help


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_an_environment_variable(name: str) -> None:
    for leaf in leaves(name):
        for parameter in leaf.params:
            if isinstance(parameter, click.Option) and name not in ("version", "completion"):
                assert str(parameter.envvar).startswith("EMOSCAN_"), f"{name} {parameter.name}"


def test_commands_formats_and_exit_codes_are_documented() -> None:
    assert all(f"[{name}](#emoscan-{name})" in USAGE for name in COMMANDS)
    assert all(f"`{name}`" in section("emoscan scan") for name in outputs())
    for code in ("0", "1", "2", "3", "130"):
        assert f"| {code} |" in section("Exit codes")


def test_what_the_current_folder_may_not_say_is_documented() -> None:
    said = set(
        re.findall(r"`([a-z-]+)`", section("Environment and configuration files").partition("may therefore not set")[2].partition(";")[0])
    )
    assert {name.replace("_", "-") for name in ONLY_TRUSTED} - {"config", "null"} == said


def test_console_options_are_everywhere() -> None:
    assert CONSOLE
    for name in ("scan", "explain", "extract", "iocs", "doctor", "rules"):
        assert {"--quiet", "--verbose", "--color", "--debug", "--config"} <= options(name)


def test_links_in_our_documents_lead_somewhere() -> None:
    for path in [ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "rules").rglob("*.md")]:
        text = path.read_text("utf-8")
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
            assert (path.parent / target).exists(), f"{path.name} links to {target}"
