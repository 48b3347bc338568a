"""Arguments to parameters: of cmdlets by their tables, of functions by their declarations.

Names may be cut off as long as they stay unambiguous; where several fit, the one that is declared first is taken.
"""

from __future__ import annotations

import re
from typing import Any, Final

from emoscan.evaluate.core.values import MISSING, Object, Unknown, display
from emoscan.evaluate.powershell.convert import elements, is_list, truth
from emoscan.evaluate.powershell.flow import Code, Scope
from emoscan.evaluate.powershell.values import Hash

Args = list[tuple[str | None, Any]]

COMMON: Final = (
    "Verbose,vb? Debug,db? ErrorAction,ea WarningAction,wa InformationAction,infa ErrorVariable,ev WarningVariable,wv InformationVariable,iv "
    "OutVariable,ov OutBuffer,ob PipelineVariable,pv WhatIf,wi? Confirm,cf? UseTransaction,usetx?"
)


_PLACE: Final = re.compile(r"\+(\d)")


class Parameters:
    """What a cmdlet takes. `spec` is a list of `Name,alias+position?*`: `+0` first argument, `?` a switch, `*` all that is left."""

    __slots__ = ("names", "order", "positions", "rest", "switches")

    def __init__(self, spec: str) -> None:
        self.names: dict[str, str] = {}
        self.order: list[str] = []
        self.switches: set[str] = set()
        self.rest = ""
        positions: list[tuple[int, str]] = []
        for text in (*spec.split(), *COMMON.split()):
            word = text
            rest, switch = word.endswith("*"), word.endswith("?")
            word = word.rstrip("*?")
            place = _PLACE.search(word)
            names = _PLACE.sub("", word).split(",")
            key = names[0].lower()
            for name in names:
                self.names.setdefault(name.lower(), key)
            self.order.append(key)
            if switch:
                self.switches.add(key)
            if place is not None:
                positions.append((int(place[1]), key))
            if rest:
                self.rest = key
        self.positions = [key for _, key in sorted(positions, key=lambda pair: pair[0])]

    def find(self, name: str) -> str | None:
        """The parameter that a name, whole or cut off, means."""
        lower = name.lower()
        exact = self.names.get(lower)
        if exact is not None:
            return exact
        return next((key for full, key in self.names.items() if full.startswith(lower)), None)


class Call:
    """One call of a cmdlet: its bound parameters, its input and where it stands."""

    __slots__ = ("args", "extra", "input", "machine", "name", "scope", "values")

    def __init__(self, machine: Any, name: str, parameters: Parameters, args: Args, input_: list[Any] | None, scope: Scope) -> None:
        self.machine = machine
        self.name = name
        self.args = args
        self.input = input_
        self.scope = scope
        self.values: dict[str, Any] = {}
        self.extra: list[Any] = []
        self._bind(parameters, args)

    def _bind(self, parameters: Parameters, args: Args) -> None:
        waiting = ""
        positional: list[Any] = []
        for name, value in args:
            if name is None:
                if waiting:
                    self.values[waiting] = value
                    waiting = ""
                else:
                    positional.append(value)
                continue
            if waiting:
                self.values[waiting] = True
                waiting = ""
            key = parameters.find(name)
            if key is None:
                if value is not MISSING:
                    self.values[name.lower()] = value
                else:
                    self.values[name.lower()] = True
            elif value is not MISSING:
                self.values[key] = value
            elif key in parameters.switches:
                self.values[key] = True
            else:
                waiting = key
        if waiting:
            self.values[waiting] = True
        free = [key for key in parameters.positions if key not in self.values]
        first = parameters.rest if parameters.rest in free else ""
        for value in positional:
            if free:
                self.values[free.pop(0)] = value
            elif first and type(self.values[first]) is not list:
                self.values[first] = [self.values[first], value]
            elif parameters.rest and type(self.values.get(parameters.rest, MISSING)) is list:
                self.values[parameters.rest].append(value)
            elif parameters.rest and parameters.rest not in self.values:
                self.values[parameters.rest] = [value]
            else:
                self.extra.append(value)

    def get(self, name: str, default: Any = None) -> Any:
        return self.values.get(name.lower(), default)

    def has(self, name: str) -> bool:
        return name.lower() in self.values

    def on(self, name: str) -> bool:
        """Whether a switch is set."""
        value = self.values.get(name.lower())
        return value is not None and truth(value) is not False

    def text(self, name: str, default: str = "") -> Any:
        """A parameter as text, known or not."""
        value = self.values.get(name.lower())
        if value is None:
            return default
        if type(value) is list and len(value) == 1:
            value = value[0]
        return self.machine.text(value)

    def shown(self, name: str, default: str = "") -> str:
        return display(self.text(name, default))

    def many(self, name: str) -> list[Any]:
        """A parameter as a list."""
        value = self.values.get(name.lower())
        return [] if value is None else list(elements(value)) if is_list(value) else [value]

    def texts(self, name: str) -> list[str]:
        return [self.machine.shown(value) for value in self.many(name)]

    def whole(self, name: str, default: int = 0) -> int:
        value = self.values.get(name.lower())
        return default if value is None or value is True else int(self.machine.whole(value, default))

    def objects(self, name: str = "inputobject") -> list[Any]:
        """What came down the pipeline, or else what the parameter holds."""
        if self.input is not None:
            return self.input
        return self.many(name)

    def names(self, *parameters: str) -> list[Any]:
        """Paths or names: from parameters, or from the properties of what came down the pipeline."""
        for parameter in parameters:
            if parameter.lower() in self.values:
                return self.many(parameter)
        found = []
        for item in self.input or []:
            if isinstance(item, str) or type(item) is Unknown:
                found.append(item)
            elif type(item) is Object and "path" in item.data:
                found.append(item.data["path"])
            else:
                for property_ in ("pspath", "fullname", "path", "name"):
                    value = self.machine.get_member(item, property_, property_)
                    if value is not None:
                        found.append(value)
                        break
        return found


# ---------------------------------------------------------------- functions


def bind_block(machine: Any, code: Code, made: Any, args: Args, input_: list[Any] | None, scope: Scope, *, dot: bool) -> None:
    """Give a block its parameters, `$args` and `$input`."""
    if dot and not args and input_ is None and not made.params:
        return
    scope.vars["input"] = list(input_) if input_ is not None else []
    if not made.params:
        scope.vars["args"] = [value if name is None else f"-{name}" for name, value in args] if args else []
        if any(name is not None and value is not MISSING for name, value in args):
            scope.vars["args"] = [
                item
                for name, value in args
                for item in ([value] if name is None else [f"-{name}:", value] if value is not MISSING else [f"-{name}"])
            ]
        return
    values, rest = matched(made.params, args, advanced=code.tree.binding)
    bound = Hash()
    for param, _, convert in made.params:
        if param.name in values:
            value = values[param.name]
            if param.rest and not is_list(value):
                value = [value]
            if convert is not None and not (param.switch and type(value) is bool):
                value = convert(value)
            scope.vars[param.name] = value
            bound.set(param.name, value)
            if convert is not None:
                keep_type(scope, param.name, convert)
    scope.vars["args"] = rest
    scope.vars["psboundparameters"] = bound
    for param, default, convert in made.params:
        if param.name in values:
            continue
        if default is not None:
            value = default(scope)
            scope.vars[param.name] = convert(value) if convert is not None and value is not None else value
        elif param.switch:
            scope.vars[param.name] = False
        elif convert is not None and param.type.lower() in ("string", "int", "int32", "bool", "long", "int64", "double"):
            scope.vars[param.name] = convert(None)
        else:
            scope.vars[param.name] = None


def keep_type(scope: Scope, name: str, convert: Any) -> None:
    if scope.converters is None:
        scope.converters = {}
    scope.converters[name] = convert


def matched(params: list[tuple[Any, Any, Any]], args: Args, *, advanced: bool) -> tuple[dict[str, Any], list[Any]]:
    """(values by parameter, arguments that are left)."""
    values: dict[str, Any] = {}
    rest: list[Any] = []
    positional: list[Any] = []
    waiting: Any = None
    for name, value in args:
        if name is None:
            if waiting is not None:
                values[waiting.name] = value
                waiting = None
            else:
                positional.append(value)
            continue
        if waiting is not None:
            values[waiting.name] = None
            waiting = None
        param = find_param(params, name)
        if param is None:
            if advanced and is_common(name):
                continue
            positional.append(f"-{name}")
            if value is not MISSING:
                positional.append(value)
        elif value is not MISSING:
            values[param.name] = value
        elif param.switch:
            values[param.name] = True
        else:
            waiting = param
    free = [param for param, _, _ in params if param.name not in values and not param.switch and not param.rest]
    if any(param.position is not None for param in free):
        free.sort(key=lambda param: param.position if param.position is not None else 99)
    collector = next((param for param, _, _ in params if param.rest and param.name not in values), None)
    for value in positional:
        if free:
            values[free.pop(0).name] = value
        elif collector is not None:
            values.setdefault(collector.name, []).append(value)
        else:
            rest.append(value)
    return values, rest


def find_param(params: list[tuple[Any, Any, Any]], name: str) -> Any:
    lower = name.lower()
    for param, _, _ in params:
        if param.name == lower or lower in param.aliases:
            return param
    return next((param for param, _, _ in params if param.name.startswith(lower)), None)


_COMMON: Final = Parameters("")


def is_common(name: str) -> bool:
    return _COMMON.find(name) is not None
