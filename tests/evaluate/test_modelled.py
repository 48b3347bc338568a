"""docs/modelled.md says what the registries hold."""

from __future__ import annotations

import os

from evaluate import modelled


def test_the_page_is_current():
    if os.environ.get("EMOSCAN_WRITE_GOLDEN"):
        modelled.PAGE.write_text(modelled.page(), "utf-8")
    assert modelled.PAGE.read_text("utf-8") == modelled.page(), "`make golden` writes it anew"


def test_the_page_names_what_macros_use_most():
    text = modelled.page().lower()
    for name in ("strreverse", "wscript.shell", "winmgmts:", "urldownloadtofile", "textframe", "usedrange", "builtindocumentproperties"):
        assert name in text
