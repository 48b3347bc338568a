"""The applications that macros run in, as far as macros ask them: Word, Excel, PowerPoint, and the forms of all.

`make_host` gives a project the application its document belongs to. A host answers what names of the application mean
(`knows`, `value`, `call`, `put`, `evaluate`), what document and form modules are derived from (`base_class`, `is_member`,
`bind`), and gives every object through class tables that are built once in a process (`base.py` says how).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from emoscan.parse import bundle, workbook

if TYPE_CHECKING:
    from emoscan.evaluate.core.values import Object
    from emoscan.evaluate.vba.host.application import Host

HOSTS: Final = {"word": "WordHost", "excel": "ExcelHost", "powerpoint": "PowerPointHost"}

_TELLTALES: Final = (
    (
        "excel",
        re.compile(
            r"\b(?:Workbook_|Worksheet_|Auto_Open|ThisWorkbook|ActiveWorkbook|Worksheets|Sheets\s*\(|ActiveSheet|Cells\s*\()", re.IGNORECASE
        ),
    ),
    ("powerpoint", re.compile(r"\b(?:ActivePresentation|SlideShowWindows|OnSlideShowPageChange|Presentation_)", re.IGNORECASE)),
)


def make_host(machine: Any, document: bundle.Document, modules: Sequence[bundle.Module] = ()) -> Host:
    """The application of a document. `modules`: those of its project, whose source a macro may read."""
    document = placed(document, modules)
    host: Host = getattr(import_module(f"emoscan.evaluate.vba.host.{document.host}"), HOSTS[document.host])(machine, document, modules)
    return host


def placed(document: bundle.Document, modules: Sequence[bundle.Module]) -> bundle.Document:
    """A document with its application.

    Macros without their document run in the application their words tell of, and all they read of it is unknown.
    """
    if document.host:
        return document
    return bundle.Document(
        host=guess(modules),  # type: ignore[arg-type]
        code_name=document.code_name,
        forms=document.forms,
        controls=document.controls,
        workbook=document.workbook,
        unread=tuple(part for part in bundle.PARTS if not getattr(document, part)),
    )


def guess(modules: Sequence[bundle.Module]) -> str:
    """The application that macros were written for, by the names they use: word where nothing tells."""
    for app, pattern in _TELLTALES:
        if any(pattern.search(module.source) for module in modules):
            return app
    return "word"


def new_application(machine: Any, app: str) -> Object:
    """A further instance of an application, as `CreateObject("Excel.Application")` starts it: without a document."""
    empty = workbook.Workbook((workbook.Sheet("Sheet1", code_name="Sheet1"),)) if app == "excel" else None
    host = make_host(machine, bundle.Document(host=app, workbook=empty))  # type: ignore[arg-type]
    host.start_empty()
    return host.application
