"""The applications that macros run in."""

from __future__ import annotations

from typing import Any

from emoscan.parse.bundle import Document


def make_host(_machine: Any, _document: Document) -> Any:
    """The object model of the document's application, or None where there is none."""
    return None
