"""MSForms.DataObject: the clipboard."""

from __future__ import annotations

from typing import Any, Final

from emoscan.evaluate.com import com_class
from emoscan.evaluate.com.common import text
from emoscan.evaluate.core.failures import ScriptError
from emoscan.evaluate.core.values import MISSING, Object, ObjectClass, display

DATA: Final = ObjectClass("DataObject")


@com_class("MSForms.DataObject", "1c3b4210-f441-11ce-b9ea-00aa006b1a69")
def make_data(_machine: Any) -> Object:
    return Object(DATA, text=None)


@DATA.method("SetText", takes="StoreData format")
def _set_text(machine: Any, this: Object, value: Any = MISSING, _format: Any = MISSING) -> None:
    this.data["text"] = text(machine, value)


@DATA.method("GetText", takes="format")
def _get_text(_machine: Any, this: Object, _format: Any = MISSING) -> Any:
    if this.data["text"] is None:
        raise ScriptError(-2147221404, "DataObject:GetText Invalid FORMATETC structure")
    return this.data["text"]


@DATA.method("PutInClipboard")
def _put(machine: Any, this: Object) -> None:
    machine.world.clipboard = display(this.data["text"])


@DATA.method("GetFromClipboard")
def _get(machine: Any, this: Object) -> None:
    this.data["text"] = machine.query("clipboard", machine.world.clipboard)


@DATA.method("GetFormat", takes="format")
def _has_format(_machine: Any, this: Object, _format: Any = MISSING) -> bool:
    return this.data["text"] is not None


@DATA.method("Clear")
def _clear(_machine: Any, this: Object) -> None:
    this.data["text"] = None
