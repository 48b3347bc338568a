"""Imports point one way. The table is the picture of the design; a module may import what stands above its own line."""

from __future__ import annotations

import ast
import sys
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "emoscan"

LAYERS: tuple[tuple[str, ...], ...] = (
    ("emoscan",),  # __init__: the version; public names are imported when they are asked for
    ("model", "budget"),
    ("context",),
    ("registry", "graph", "parse"),
    ("engine",),
    ("evaluate.core", "evaluate.com"),
    ("evaluate",),
    ("formats", "decrypt", "extract", "decode"),
    ("detect",),
    ("judge", "report"),
    ("output",),
    ("analyse", "sandbox", "process", "journal", "sources"),
    ("mailboxes",),
    ("worker",),
    ("workers",),
    ("scanner",),
    ("cli",),
    ("__main__",),
)

STEPS = ("formats", "decrypt", "extract", "decode")
"""Steps never import each other: they meet as kinds. Modules of one of these packages may share within it what is no step."""

LIGHT = frozenset({"msgspec"})
"""The one third-party library that may be imported with a module: every type is one of its structs."""

INTERFACES = frozenset({"click", "rich"})
"""Libraries that the command line and outputs are written in, rather than parsers that are fed with samples."""


def modules() -> Iterator[tuple[str, Path]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        yield ".".join(parts).removesuffix("__init__").rstrip("."), path


@cache
def imports(path: Path) -> tuple[tuple[str, bool], ...]:
    """(module, whether it is imported with this one). Imports for the type checker alone do not count."""
    found: list[tuple[str, bool]] = []
    tree = ast.parse(path.read_text("utf-8"))
    waiting: list[tuple[ast.AST, bool]] = [(node, True) for node in tree.body]
    while waiting:
        node, top = waiting.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.Import):
            found += ((alias.name, top) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found += ((f"{node.module}.{alias.name}", top) for alias in node.names)
        else:
            inside = top and not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            waiting.extend((child, inside) for child in ast.iter_child_nodes(node))
    return tuple(found)


def layer(name: str) -> int:
    """The line of the longest entry that the module is, or is below."""
    if not name:
        return 0
    found = [(len(entry), line) for line, entries in enumerate(LAYERS) for entry in entries if f"{name}.".startswith(f"{entry}.")]
    assert found, f"emoscan.{name} is not in the picture"
    return max(found)[1]


def inner(target: str) -> str | None:
    """The module of emoscan an import names: `emoscan.parse.text.text_of` is `parse.text`."""
    if target.split(".", maxsplit=1)[0] != "emoscan":
        return None
    rest = target.split(".")[1:]
    while rest:
        path = PACKAGE.joinpath(*rest)
        if path.with_suffix(".py").exists() or (path / "__init__.py").exists():
            return ".".join(rest)
        rest.pop()
    return ""


@pytest.mark.parametrize(("name", "path"), list(modules()), ids=lambda value: value if isinstance(value, str) else "")
def test_imports_point_one_way(name: str, path: Path) -> None:
    for target, _ in imports(path):
        other = inner(target)
        if other is not None and other.split(".")[0] != name.split(".", maxsplit=1)[0]:
            assert layer(other) < layer(name), f"{name or 'emoscan'} imports {other}, which stands beside or above it"


SHARED_BY_EVALUATORS = ("core", "com")
"""The machine all languages run on, and the COM objects those of Windows reach from it."""


def test_evaluators_share_a_core_and_nothing_else() -> None:
    """Modules directly in `evaluate` hold the steps: each drives the evaluator it is for."""
    for name, path in modules():
        if name.startswith("evaluate.") and name.count(".") > 1:
            own = name.split(".")[1]
            for target, _ in imports(path):
                other = inner(target)
                if other is not None and other.startswith("evaluate."):
                    assert other.split(".")[1] in (own, *SHARED_BY_EVALUATORS), f"{name} imports {other}"


def test_steps_do_not_import_each_other() -> None:
    for name, path in modules():
        home = name.split(".")[0]
        if home in STEPS and "." in name:
            for target, _ in imports(path):
                other = inner(target)
                if other is not None and other.split(".")[0] in STEPS:
                    text = (PACKAGE.joinpath(*other.split(".")).with_suffix(".py")).read_text("utf-8")
                    assert other.split(".")[0] == home, f"{name} imports {other}"
                    assert "@step(" not in text, f"{name} imports {other}, which holds a step"


def third_party() -> dict[str, dict[str, bool]]:
    """Library → module that imports it → whether it does so with the module."""
    found: defaultdict[str, dict[str, bool]] = defaultdict(dict)
    for name, path in modules():
        for target, top in imports(path):
            library = target.split(".")[0]
            if library not in ("emoscan", "__future__") and library not in sys.stdlib_module_names:
                found[library][name] = found[library].get(name, False) or top
    return found


@pytest.mark.parametrize(("library", "users"), list(third_party().items()), ids=lambda value: value if isinstance(value, str) else "")
def test_a_library_is_imported_lazily_and_in_one_file(library: str, users: dict[str, bool]) -> None:
    if library in LIGHT:
        return
    early = sorted(name for name, top in users.items() if top and not (library in INTERFACES and name.startswith("cli")))
    assert not early, f"{library} is imported with {early}"
    if library not in INTERFACES:
        assert len(users) == 1, f"{library} is imported in {sorted(users)}"


HEAVY = (
    "email",
    "xml",
    "zipfile",
    "sqlite3",
    "asyncio",
    "ssl",
    "http",
    "urllib.request",
    "ctypes",
    "logging",
    "json",
    "unittest",
    "tarfile",
)


@pytest.mark.parametrize(
    ("name", "path"), [m for m in modules() if not m[0].startswith(("cli", "sandbox"))], ids=lambda v: v if isinstance(v, str) else ""
)
def test_heavy_parts_of_the_standard_library_are_imported_lazily(name: str, path: Path) -> None:
    early = sorted({target for target, top in imports(path) if top for heavy in HEAVY if f"{target}.".startswith(f"{heavy}.")})
    assert not early
