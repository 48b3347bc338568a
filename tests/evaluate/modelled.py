"""docs/modelled.md: what the evaluator of macros knows, written from its registries."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from emoscan.evaluate import com
from emoscan.evaluate.com import api
from emoscan.evaluate.core.values import ObjectClass
from emoscan.evaluate.vba import library
from emoscan.evaluate.vba.host.base import OFFICE_OBJECT

PAGE: Final = Path(__file__).parent.parent.parent / "docs" / "modelled.md"

HOST_MODULES: Final = {
    "Every application": ("application", "documents", "properties", "shapes", "vbe"),
    "Word": ("word", "wordtext"),
    "Excel": ("excel", "cells"),
    "PowerPoint": ("powerpoint",),
    "Forms and controls": ("forms",),
}

INTRODUCTION: Final = """\
# What the macro evaluator models, and how to add to it

Macros are compiled to Python code and run in a world of their own: a fixed user, computer, clock, an empty network, files and a
registry in memory. Nothing of a macro touches the machine that scans. What a macro asks of its surroundings is answered by the tables
below; they are written from the registries by `make golden`, and a test holds them current. Case never matters, and a `$` at the end of
a function's name makes no difference.

What is in no table is no end: the call gives `Unknown`, which travels through texts and calculations, is never taken for an answer, and
shows in the arguments of whatever it reaches (`http://<Unknown: cell A1>/x`). The report has a fact `eval.unmodelled` with the name and
the line. These facts, over the files you care about, are the list of what to add next.

Three things can end a call, and they are told apart: an error of the script (`ScriptError`, which its own `On Error` may catch), a value
nobody knows (`Unknown`), and the end of the budget (`LimitReached`, which nothing in a script can catch).

## Adding a function of the language

A function of VBA or VBScript lives in a module of `emoscan/evaluate/vba/library/` by its theme:

```python
@builtin("Left Left$", "string length", "s i", result="V")
def left(machine, text, length): ...
```

The names it goes by, its parameters (for named arguments), and what each argument is made before the function sees it: `s` text,
`n` number, `i` whole number, `b` truth, `d` date, `v` any value but an object, `x` as it is, `t` text or what is known of one; `?` for one
that may be left out. An argument that is `Unknown` makes the result `Unknown` unless the letter says otherwise, so a function need not
think of it. Ask `machine.grow(n)` before making something of n characters, and `machine.spend(n)` for work that grows with the input.
Document what the function does from Microsoft's language reference, and put values that reference states into the table in
`tests/evaluate/vba/test_library_*.py`.

## Adding a member of an object, or an object

An object is an `Object` with a class and `data`; a script can reach nothing but the members in the table of its class. In
`emoscan/evaluate/vba/host/`:

```python
THING = office_class("Thing", default="text")  # the member it stands for where a value is needed
properties(THING, visible=True)  # keeps what a script assigns
actions(THING, "select copy")  # changes nothing a script could see


@THING.method("Text", takes="start length")  # properties and methods alike
def text_of_thing(machine, this, start=MISSING, length=MISSING):
    return host_of(this).outside(this.data["text"], f"text of thing {this.data['name']}")


@THING.setter("Text")
def put_text(machine, this, value): ...
```

`collection_class("Things")` makes a collection of what `data["items"]` holds, by number and by name. Texts that came with the document go
through `Host.outside`, which is how `vba.hidden_data` knows where a payload lay. What the document has but could not be read is
`Unknown`, never empty: look at `Document.unread`. What the object does to the outside is an effect: `machine.run(command, how)`,
`machine.effect("download", url, how)`, `machine.query(what, answer)` for a question about the surroundings. Tests use
`tests/evaluate/vba/host/hosted.py`.

## Adding a COM class or a function of Windows

`@com_class("Scripting.Dictionary", "EE09B103-…")` on a function that makes the object, in a module of `emoscan/evaluate/com/`;
`@com_moniker("winmgmts")` for what `GetObject("winmgmts:…")` finds; `@api("URLDownloadToFile", "caller url file reserved callback")` in
`emoscan/evaluate/com/dll/` for functions that macros declare. All languages share them. Classes that exist on ordinary computers but are
not modelled are listed in `com/installed.py`: creating one works, its members are unknown; creating any other fails, as scripts that look for an
emulator expect.

## What is tried when a macro shows nothing

In this order, each in a fresh world (`emoscan/evaluate/vba/run.py`): procedures that run by themselves, then on closing, on events, on clicks; the same
with guards turned round (a test that ends the run is not taken, a block that leads to an effect is entered); with other countries, days and
months when the macro asked for them; past errors that ended it; and procedures that nothing calls. The last two are marked by a
confidence of 0.5. What downloads runs once more with every request failing, so that all its addresses show.
"""


def page() -> str:
    """The whole page."""
    return "\n".join((INTRODUCTION, *language(), *objects(), *com_classes(), *windows())) + "\n"


def language() -> Iterator[str]:
    """Functions of VBA and VBScript."""
    for module in library.MODULES:
        import_module(f"emoscan.evaluate.vba.library.{module}")
    yield "## Functions of the language\n"
    yield f"{len(library.FUNCTIONS)} names. Those in italics are only VBScript's.\n"
    names = [name for name in library.FUNCTIONS if name.isidentifier()]
    yield listed("functions", [f"*{name}*" if name in library.VBSCRIPT_ONLY else name for name in names])


def objects() -> Iterator[str]:
    """Classes of the applications and their members."""
    yield "\n## Objects of the applications\n"
    common = ", ".join(sorted(OFFICE_OBJECT.get))
    yield f"Every object has {common}. In parentheses is the member an object stands for.\n"
    seen: set[int] = {id(OFFICE_OBJECT)}
    for title, modules in HOST_MODULES.items():
        yield f"### {title}\n"
        found: dict[str, ObjectClass] = {}
        for module in modules:
            for value in vars(import_module(f"emoscan.evaluate.vba.host.{module}")).values():
                if isinstance(value, ObjectClass) and id(value) not in seen and value.__class__ is ObjectClass:
                    seen.add(id(value))
                    found.setdefault(value.name, value)
        for name in sorted(found, key=str.lower):
            yield from members(found[name])
        yield ""


def members(cls: ObjectClass) -> Iterator[str]:
    own = {name for name in (*cls.get, *cls.put) if not name.startswith("_") and (name not in OFFICE_OBJECT.get or cls is OFFICE_OBJECT)}
    if own:
        yield listed(cls.name + (f" ({cls.default})" if cls.default else ""), own)


def com_classes() -> Iterator[str]:
    """What CreateObject and GetObject make."""
    com.load()
    yield "## COM classes\n"
    names = [name for name in registered(com, "_FACTORIES") if not (name.count("-") == 4 and name[:8].isalnum())]
    yield listed("CreateObject", names)
    yield listed("GetObject", [f"{prefix}:" for prefix in registered(com, "_MONIKERS")])


def windows() -> Iterator[str]:
    """Functions of Windows libraries."""
    api.load()
    yield "\n## Functions of Windows libraries\n"
    yield "Without the A or W at the end of their names.\n"
    yield listed("declared", [entry.name for entry in registered(api, "_ENTRIES").values()])


def registered(module: Any, name: str) -> dict[str, Any]:
    """A registry of a package, which only its decorators write to."""
    found: dict[str, Any] = getattr(module, name)
    return found


def listed(title: str, names: Iterable[str]) -> str:
    """A bullet with names in the order of the alphabet, wrapped."""
    text = f"- **{title}**: " + ", ".join(sorted(set(names), key=lambda n: n.strip("*").lower()))
    return textwrap.fill(text, 140, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
