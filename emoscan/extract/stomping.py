"""Source and p-code of macro projects held against each other. No step: `vba` asks it for each project.

Compilation keeps names and texts as they are, so each one in the p-code stands in the source as well. In documents as
Office writes them there is no exception; one is enough where it is a text, two where they are names.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from emoscan.parse import Malformed, cfb, pcode, pcodetable, pcodetext
from emoscan.parse.bundle import Difference, Module

if TYPE_CHECKING:
    from emoscan.parse.ovba import Project

TELLING_TEXT: Final = 4
"""Characters of a text whose absence alone is enough."""
TELLING_NAMES: Final = 2
BYTES_PER_OPERATION: Final = 8
"""P-code that is read for what one operation of a script costs."""
SHOWN: Final = 12
"""Names and texts told of a module."""
COMMENTS: Final = frozenset(("QuoteRem", "Rem", "Reparse", "LineCont"))

_WORD: Final = re.compile(r"\w+")
_LITERAL: Final = re.compile(r'"((?:[^"\r\n]|"")*+)')
"""What a quote may begin: one look at all of them spares most texts the search."""
_HEADER: Final = re.compile(r"(?:[ \t]*+Attribute VB_[^\r\n]*+(?:\r\n?|\n)?+)*+", re.IGNORECASE)


class Compared(Struct, frozen=True):
    purged: bool = False
    """There is source, and no p-code of any module."""
    modules: tuple[Module, ...] = ()
    """All modules, with the text of their p-code where the source is another; none when there is no such module."""
    differences: tuple[Difference, ...] = ()


UNKNOWN: Final = Compared()


def compare(file: cfb.CompoundFile, place: str, project: Project) -> Compared:
    """What the p-code of the project in a storage says beside its source."""
    if not any(project.caches.values()):
        return Compared(purged=any(module.source and module.stream in project.caches for module in project.modules))
    entry = file.stream(cfb.join(place, "VBA/_VBA_PROJECT"))
    if entry is None:
        return UNKNOWN
    try:
        names = pcode.read_names(file.read(entry), project.code_page, wide=project.wide)
    except Malformed:
        return UNKNOWN
    modules: list[Module] = []
    differences: list[Difference] = []
    for module in project.modules:
        if file.budget is not None:
            file.budget.spend(len(project.caches.get(module.stream, b"")) // BYTES_PER_OPERATION)
        found = difference(module, project.caches.get(module.stream, b""), names)
        if found is None:
            modules.append(module)
            continue
        code, differs = found
        text = pcodetext.decompile(code)
        if file.budget is not None:
            file.budget.grow(len(text), module.name)
        header = _HEADER.match(module.source)
        head = (header[0] if header else "") or f'Attribute VB_Name = "{module.name}"\r\n'
        modules.append(Module(module.name, head + text, module.type, module.stream, "p-code"))
        differences.append(differs)
    return Compared(modules=tuple(modules) if differences else (), differences=tuple(differences))


def difference(module: Module, cache: bytes, names: pcode.Names) -> tuple[pcode.Code, Difference] | None:
    """The p-code of a module and what only it has; None when it has nothing of its own, or cannot be read."""
    try:
        code = pcode.read_code(cache, names)
    except Malformed:
        return None
    identifiers, texts = vocabulary(code)
    source = module.source
    lowered = source.lower()
    words = frozenset(_WORD.findall(lowered))
    only_names = [name for name in identifiers if name.lower() not in words and name.lower() not in lowered]
    literals = frozenset(_LITERAL.findall(source)) if texts else frozenset()
    only_texts = [text for text in texts if (written := text.replace('"', '""')) not in literals and written not in source]
    if not any(len(text) >= TELLING_TEXT for text in only_texts):
        misread = code.damaged or (len(texts) > len(only_texts) and 2 * len(only_names) > len(identifiers))
        if misread or len(only_names) + len(only_texts) < TELLING_NAMES:
            return None
    return code, Difference(module.name, tuple(only_names[:SHOWN]), tuple(only_texts[:SHOWN]))


def vocabulary(code: pcode.Code) -> tuple[list[str], list[str]]:
    """Names and texts of a module's p-code, each once, in their order. Names that every project knows are left out."""
    names: dict[str, None] = {}
    texts: dict[str, None] = {}
    for instruction in code.different:
        name = instruction.name
        if name == "LitStr":
            texts[str(instruction.operands[0])] = None
        elif name not in COMMENTS:
            for operand in instruction.operands:
                if isinstance(operand, str):
                    names[operand] = None
                elif isinstance(operand, pcode.Variable):
                    names[operand.name] = None
                elif isinstance(operand, pcode.Procedure):
                    names[operand.name] = None
                    names.update((parameter.name, None) for parameter in operand.parameters)
                    texts.update((text, None) for text in (operand.library, operand.alias) if text and text != operand.name)
    known = pcodetable.reserved()
    return [name for name in names if name and name not in known], list(texts)
