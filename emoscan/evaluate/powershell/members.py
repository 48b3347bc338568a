"""What scripts ask of objects and types: members, calls, indexes, comparison, and their text.

A name is looked up in the class tables of `net` and `com`; nothing else of an object can be reached. What nobody
modelled is unknown, and noted.
"""

from __future__ import annotations

from typing import Any, Final

from emoscan.evaluate.core import regex as rx
from emoscan.evaluate.core.failures import ScriptError
from emoscan.evaluate.core.values import MISSING, NOTHING, NULL, Date, Object, ObjectClass, Unknown, accepts
from emoscan.evaluate.powershell import net, types
from emoscan.evaluate.powershell.convert import elements, is_list, number, plain, truth, unwrap, whole
from emoscan.evaluate.powershell.flow import Code, Scope
from emoscan.evaluate.powershell.format import format_moment
from emoscan.evaluate.powershell.values import (
    Array,
    Bound,
    Char,
    Enum,
    Grid,
    Hash,
    NetClass,
    NetType,
    Record,
    Reference,
    Thrown,
    char,
    chars,
    type_name,
)

INVOKES: Final = frozenset(("invoke", "begininvoke", "invokereturnasis", "dynamicinvoke", "invokewithcontext"))
"""Methods that call something, whatever it is."""

FLATTENED: Final = 5_000
"""Elements of an array whose members are listed."""


# ---------------------------------------------------------------- classes


def class_of(value: Any) -> ObjectClass | None:
    """The class a value belongs to."""
    kind = type(value)
    if kind is Object:
        return value.cls  # type: ignore[no-any-return]
    return net.class_of(value)


def named_class(machine: Any, target: Any) -> NetClass | None:
    """The class whose static members are meant by `target::`."""
    if type(target) is NetType:
        name = target.name
        if name.endswith("[]"):
            return net.find("system.array")
        return net.find(name)
    if isinstance(target, str):
        return net.find(types.full_name(str(target)))
    found = class_of(target)
    return found if isinstance(found, NetClass) else None


def shown_type(machine: Any, target: Any) -> str:
    return target.name if type(target) is NetType else machine.shown(target)


# ---------------------------------------------------------------- reading members


def get_member(machine: Any, target: Any, lower: str, name: str) -> Any:
    kind = type(target)
    if kind is Unknown:
        return unknown_member(target, name)
    if target is None:
        return None
    if kind is Hash:
        held = target.entries.get(lower)
        if held is not None:
            return held[1]
    elif kind is Bound and lower == "name":
        return target.name
    elif kind is Record:
        field = target.fields.get(lower)
        if field is not None:
            value = field[1]
            return value() if callable(value) and not isinstance(value, (Code, Object)) else value
    cls = class_of(target)
    if cls is not None:
        member = cls.get.get(lower)
        if member is not None:
            if isinstance(cls, NetClass):
                if lower in cls.calls:
                    return Bound(target, name, static=False)
                return member(machine, target)
            return plain(machine.get(target, name))
    extra = EVERY.get(lower)
    if extra is not None:
        return extra(machine, target)
    if kind is Object:
        return object_member(machine, target, lower, name)
    if is_list(target):
        return of_each(machine, elements(target), lower, name)
    if lower in ("count", "length"):
        return 1
    if lower in METHODS_OF_ALL or (kind is Code and lower in INVOKES):
        return Bound(target, name, static=False)
    return None


def object_member(machine: Any, target: Object, lower: str, name: str) -> Any:
    held = target.data.get(f"={lower}", MISSING)
    if held is not MISSING:
        return held
    if "list" in target.data:
        return of_each(machine, target.data["list"], lower, name)
    if not isinstance(target.cls, NetClass) and target.cls.missing is not None:
        return plain(target.cls.missing(machine, target, name, ()))
    if lower in METHODS_OF_ALL:
        return Bound(target, name, static=False)
    if lower in ("count", "length"):
        return 1
    return machine.unmodelled(f"{target.cls.name}.{name}")


def of_each(machine: Any, items: list[Any], lower: str, name: str) -> Any:
    """The member of each element of an array."""
    found: list[Any] = []
    machine.tick(len(items) // 4)
    for item in items[:FLATTENED]:
        value = get_member(machine, item, lower, name)
        if is_list(value):
            found += elements(value)
        elif value is not None:
            found.append(value)
    return unwrap(found)


UNKNOWN: Final = 100
"""Operations a call on something unknown costs: what goes on with it shows little."""


def unknown_member(target: Unknown, name: str) -> Unknown:
    return Unknown(f"{name} of {target.text()[:400]}")


# ---------------------------------------------------------------- writing members


def put_member(machine: Any, target: Any, name: str, value: Any) -> None:
    kind = type(target)
    lower = name.lower()
    if kind is Hash or kind is Record:
        target.set(name, value)
    elif kind is Reference:
        if lower == "value":
            target.put(value)
    elif kind is Object:
        cls = target.cls
        setter = cls.put.get(lower)
        if setter is not None:
            if isinstance(cls, NetClass):
                setter(machine, target, value)
            else:
                machine.put(target, name, (), value)
        elif isinstance(cls, NetClass) or f"={lower}" in target.data:
            target.data[f"={lower}"] = value
        else:
            machine.put(target, name, (), value)
    elif is_list(target):
        for item in elements(target)[:FLATTENED]:
            put_member(machine, item, name, value)
    elif target is None:
        raise Thrown(
            "System.Management.Automation.RuntimeException",
            f"The property '{name}' cannot be found on this object. Verify that the property exists and can be set.",
        )


# ---------------------------------------------------------------- calls


def first_unknown(args: tuple[Any, ...]) -> Unknown | None:
    for arg in args:
        kind = type(arg)
        if kind is Unknown:
            return arg  # type: ignore[no-any-return]
        if kind is list and len(arg) < 64:
            for item in arg:
                if type(item) is Unknown:
                    return item
    return None


def checked(machine: Any, member: Any, this: Any, args: tuple[Any, ...], name: str) -> Any:
    if not accepts(member, len(args)):
        if len(args) == 1 and is_list(args[0]) and accepts(member, len(elements(args[0]))):
            args = tuple(elements(args[0]))
        else:
            raise Thrown(
                "System.Management.Automation.MethodException",
                f'Cannot find an overload for "{name}" and the argument count: "{len(args)}".',
            )
    return with_odd_values(member, name, machine, this, *args)


ODD_VALUES: Final = (TypeError, AttributeError, ValueError, LookupError, OverflowError)


def with_odd_values(function: Any, name: str, *args: Any) -> Any:
    """The result of a member given whatever a script holds: what it cannot do with a value is an exception the script may catch."""
    try:
        return function(*args)
    except ODD_VALUES as error:
        raise Thrown("System.Management.Automation.MethodException", f'Exception calling "{name}": {error}') from error


def call_method(machine: Any, target: Any, name: str, args: tuple[Any, ...], scope: Scope) -> Any:
    machine.tick(3)
    kind = type(target)
    lower = name.lower()
    if kind is Unknown:
        return call_on_unknown(machine, target, lower, name, args)
    if target is None:
        raise Thrown("System.Management.Automation.RuntimeException", "You cannot call a method on a null-valued expression.")
    if kind is Code:
        from emoscan.evaluate.powershell.net import session

        result = session.call_of_code(machine, target, lower, args, scope)
        if result is not NOTHING:
            return result
    elif kind is Bound and lower in INVOKES:
        return call_bound(machine, target, args, scope)
    elif kind is Record or kind is Hash:
        result = call_on_record(machine, target, lower, name, args, scope)
        if result is not NOTHING:
            return result
    cls = class_of(target)
    if cls is not None:
        member = cls.get.get(lower)
        if member is not None:
            if not isinstance(cls, NetClass):
                return plain(machine.get(target, name, args))
            if lower not in cls.calls:  # a property that is indexed, or holds something to call
                held = member(machine, target)
                return call_value_of_member(machine, held, args, scope)
            if lower not in cls.open:
                unknown = first_unknown(args)
                if unknown is not None:
                    return Unknown(f"{name} with {unknown.text()[:400]}")
            return checked(machine, member, target, args, name)
    general = METHODS_OF_ALL.get(lower)
    if general is not None and len(args) <= general[1]:
        return general[0](machine, target, *args)
    if kind is Object:
        return call_on_object(machine, target, lower, name, args, scope)
    if is_list(target):
        if lower in ("foreach", "where"):
            return each_or_where(machine, target, lower, args)
        found = []
        for item in list(elements(target))[:FLATTENED]:
            machine.tick(2)
            value = call_method(machine, item, name, args, scope)
            if is_list(value):
                found += elements(value)
            elif value is not None:
                found.append(value)
        return unwrap(found)
    if lower in ("foreach", "where"):
        return each_or_where(machine, [target], lower, args)
    raise Thrown(
        "System.Management.Automation.RuntimeException",
        f"Method invocation failed because [{type_name(target)}] does not contain a method named '{name}'.",
    )


def call_on_object(machine: Any, target: Object, lower: str, name: str, args: tuple[Any, ...], scope: Scope) -> Any:
    held = target.data.get(f"={lower}", MISSING)
    if held is not MISSING:
        return call_value_of_member(machine, held, args, scope)
    if "list" in target.data and lower in ("foreach", "where"):
        return each_or_where(machine, target, lower, args)
    if not isinstance(target.cls, NetClass):
        return plain(machine.get(target, name, args))
    return machine.unmodelled(f"{target.cls.name}.{name}()")


def call_value_of_member(machine: Any, held: Any, args: tuple[Any, ...], scope: Scope) -> Any:
    if type(held) is Code:
        return unwrap(machine.call_code(held, [(None, arg) for arg in args], None, scope))
    if type(held) is Bound:
        return call_bound(machine, held, args, scope)
    if args:
        return index(machine, held, args[0] if len(args) == 1 else list(args))
    return held


def call_bound(machine: Any, bound: Bound, args: tuple[Any, ...], scope: Scope) -> Any:
    if bound.static:
        return static_call(machine, bound.target, bound.name, args)
    return call_method(machine, bound.target, bound.name, args, scope)


def call_computed(machine: Any, target: Any, name: Any, args: tuple[Any, ...], scope: Scope) -> Any:
    """A call of a member whose name was worked out."""
    if type(name) is Bound:
        return call_bound(machine, name, args, scope)
    if type(name) is Code:
        return unwrap(machine.call_code(name, [(None, arg) for arg in args], None, scope, this=target))
    if type(name) is Unknown:
        return Unknown(f"an unknown method of {machine.shown(target)[:200]}")
    found = machine.member_name(name, machine.here)
    return call_method(machine, target, found if isinstance(found, str) else str(found[0]) if found else "", args, scope)


def call_on_unknown(machine: Any, target: Unknown, lower: str, name: str, args: tuple[Any, ...]) -> Any:
    """Text that is known in parts keeps them through what does not depend on the rest."""
    machine.tick(UNKNOWN)
    if target.parts:
        if lower in ("tostring", "trim", "trimend", "trimstart", "normalize"):
            return target
        if lower in ("replace", "tolower", "toupper", "tolowerinvariant", "toupperinvariant"):
            return Unknown.join(
                [call_method(machine, part, name, args, machine.top) if isinstance(part, str) else part for part in target.parts]
            )
        if lower == "split":
            pieces: list[Any] = [""]
            for part in target.parts:
                more = elements(call_method(machine, part, name, args, machine.top)) if isinstance(part, str) else [part]
                if more:
                    pieces[-1] = Unknown.join((pieces[-1], more[0]))
                    pieces += more[1:]
            return pieces
    if lower in INVOKES:
        machine.effect("eval", target, f"{name} of something unknown")
        return Unknown(f"result of {target.text()[:400]}")
    return Unknown(f"{name}() of {target.text()[:400]}")


def call_on_record(machine: Any, target: Any, lower: str, name: str, args: tuple[Any, ...], scope: Scope) -> Any:
    """Methods of records: those of a class of the script, or a block kept in a property."""
    held = target.get(name, MISSING)
    if type(held) is Code:
        return unwrap(machine.call_code(held, [(None, arg) for arg in args], None, scope, this=target))
    if held is not MISSING and callable(held) and not isinstance(held, Object):
        return held(*args) if args or lower in ("tostring", "getenumerator") else held()
    definition = machine.class_definitions.get(target.type.lower())
    if definition is not None:
        return own_method(machine, definition[0], target, lower, args, scope)
    return NOTHING


def own_method(machine: Any, node: Any, target: Any, lower: str, args: tuple[Any, ...], scope: Scope) -> Any:
    for name, block, static in node.methods:
        if name.lower() == lower and static == (target is None) and len(block.params or ()) >= len(args):
            code = Code(block, name=name)
            return unwrap(machine.call_code(code, [(None, arg) for arg in args], None, scope, this=target))
    for base in node.bases:
        definition = machine.class_definitions.get(base.lower())
        if definition is not None and definition[0] is not node:
            return own_method(machine, definition[0], target, lower, args, scope)
    return NOTHING


def each_or_where(machine: Any, target: Any, lower: str, args: tuple[Any, ...]) -> Any:
    """`.ForEach({ })` and `.Where({ })` of collections."""
    if not args:
        return target
    work = args[0]
    found: list[Any] = []
    watch = machine.enter_loop(0, elements(target))
    for item in list(elements(target)):
        if not watch.round(4):
            break
        if type(work) is Code:
            value = machine.call_block_with(work, item)
        elif type(work) is NetType:
            value = machine.cast(item, work.name)
        else:
            value = get_member(machine, item, machine.shown(work).lower(), machine.shown(work))
        if lower == "where":
            if truth(value) is not False:
                found.append(item)
        elif is_list(value):
            found += elements(value)
        elif value is not None:
            found.append(value)
    watch.leave()
    return found


# ---------------------------------------------------------------- static members


def one_name(name: str | list[str]) -> str:
    """The name of a static member; of several that the script put together, the first."""
    return name if isinstance(name, str) else name[0] if name else ""


def static_get(machine: Any, target: Any, name: str) -> Any:
    name = one_name(name)
    if type(target) is Unknown:
        return unknown_member(target, name)
    if target is None:
        return None
    lower = name.lower()
    cls = named_class(machine, target)
    if cls is not None:
        member = cls.static.get(lower)
        if member is not None:
            if lower in cls.static_calls:
                return Bound(target, name, static=True)
            return member(machine, cls.name)
    full = types.full_name(shown_type(machine, target))
    enum = machine.own_enums.get(full.lower()) or enumeration(full)
    if enum is not None:
        known = enum[1].get(lower)
        if known is not None:
            return Enum(enum[0], known[0], known[1])
    definition = machine.class_definitions.get(full.lower())
    if definition is not None:
        node, scope = definition
        for prop, type_, value, static in node.properties:
            if static and prop.lower() == lower:
                held = machine.statics.setdefault((node.name.lower(), lower), MISSING)
                if held is MISSING:
                    held = machine.compiler.value(value)(scope) if value is not None else None
                    machine.statics[node.name.lower(), lower] = machine.cast(held, type_) if type_ and held is not None else held
                return machine.statics[node.name.lower(), lower]
    if lower == "new" or (type(target) is not NetType and cls is not None):
        return Bound(target, name, static=True)
    held = machine.statics.get((full.lower(), lower), MISSING)
    if held is not MISSING:
        return held
    return machine.unmodelled(f"[{full}]::{name}")


def enumeration(full: str) -> tuple[str, dict[str, tuple[str, int]]] | None:
    return net.ENUMS.get(full.lower())


def static_put(machine: Any, target: Any, name: str, value: Any) -> None:
    name = one_name(name)
    full = types.full_name(shown_type(machine, target))
    machine.statics[full.lower(), name.lower()] = value
    cls = named_class(machine, target)
    setter = cls.static.get(f"={name.lower()}") if cls is not None else None
    if setter is not None:
        setter(machine, value)


def static_call(machine: Any, target: Any, name: str, args: tuple[Any, ...]) -> Any:
    machine.tick(3)
    name = one_name(name)
    if type(target) is Unknown:
        return Unknown(f"{name}() of {target.text()[:400]}")
    lower = name.lower()
    cls = named_class(machine, target)
    full = types.full_name(shown_type(machine, target)) if target is not None else ""
    if lower == "new":
        return construct(machine, full, args)
    if cls is not None:
        member = cls.static.get(lower)
        if member is not None:
            if lower not in cls.static_calls:
                return call_value_of_member(machine, member(machine, cls.name), args, machine.top)
            if f"::{lower}" not in cls.open:
                unknown = first_unknown(args)
                if unknown is not None:
                    machine.tick(UNKNOWN)
                    return Unknown(f"{name} of {unknown.text()[:400]}")
            return checked(machine, member, cls.name, args, name)
    imported = machine.imported.get(full.lower())
    if imported is not None:
        from emoscan.evaluate.powershell.net import native

        return native.call(machine, imported, name, args)
    definition = machine.class_definitions.get(full.lower())
    if definition is not None:
        result = own_method(machine, definition[0], None, lower, args, machine.top)
        if result is not NOTHING:
            return result
    if cls is not None and type(target) is NetType:
        general = TYPE_METHODS.get(lower)
        if general is not None:
            return general(machine, target, *args[:1])
    if type(target) is Object and lower in target.cls.get:
        return call_method(machine, target, name, args, machine.top)
    if lower in ("getvalues", "getnames", "parse", "isdefined") and enumeration(full) is not None:
        return enum_call(machine, full, lower, args)
    unknown = first_unknown(args)
    machine.unmodelled(f"[{full}]::{name}()")
    return Unknown(f"[{full}]::{name}() of {unknown.text()[:300]}" if unknown is not None else f"[{full}]::{name}()")


def enum_call(machine: Any, full: str, lower: str, args: tuple[Any, ...]) -> Any:
    enum = enumeration(full)
    assert enum is not None
    if lower == "getnames":
        return [name for name, _ in enum[1].values()]
    if lower == "getvalues":
        return [Enum(enum[0], name, value) for name, value in enum[1].values()]
    return types.to_enum(machine, args[-1] if args else "", enum)


def construct(machine: Any, name: str, args: tuple[Any, ...]) -> Any:
    """A new object of a class, by its full name or as scripts write it."""
    full = types.full_name(name)
    if full.endswith("[]"):
        return new_array(machine, full, args)
    if full.endswith(",]"):
        sizes = [machine.whole(arg) for arg in args]
        total = 1
        for size in sizes:
            total *= max(size, 0)
        machine.grow(8 * total)
        return Grid(sizes, [None] * total)
    definition = machine.class_definitions.get(full.lower())
    if definition is not None:
        return own_instance(machine, definition, args)
    cls = net.find(full)
    imported = machine.imported.get(full.lower())
    if imported is not None:
        from emoscan.evaluate.powershell.net import native

        return native.instance(machine, imported, args)
    if cls is None or cls.constructor is None:
        unknown = first_unknown(args)
        machine.unmodelled(f"new {full}")
        return Unknown(f"new {full} of {unknown.text()[:300]}" if unknown is not None else f"new {full}")
    if "::new" not in cls.open:
        unknown = first_unknown(args)
        if unknown is not None:
            return Unknown(f"{full} of {unknown.text()[:400]}")
    if not accepts_constructor(cls.constructor, len(args)):
        if len(args) == 1 and is_list(args[0]) and accepts_constructor(cls.constructor, len(elements(args[0]))):
            args = tuple(elements(args[0]))
        else:
            raise Thrown(
                "System.Management.Automation.MethodException",
                f'Cannot find an overload for "{full}" and the argument count: "{len(args)}".',
            )
    return with_odd_values(cls.constructor, full, machine, *args)


def accepts_constructor(function: Any, count: int) -> bool:
    code = function.__code__
    if code.co_flags & 0x04:
        return True
    least = code.co_argcount - 1 - len(function.__defaults__ or ())
    return bool(least <= count <= code.co_argcount - 1)


def own_instance(machine: Any, definition: Any, args: tuple[Any, ...]) -> Any:
    node, scope = definition
    made = Record(node.name)
    for name, type_, value, static in node.properties:
        if not static:
            held = machine.compiler.value(value)(scope) if value is not None else None
            made.set(name, machine.cast(held, type_) if type_ and held is not None else held)
    own_method(machine, node, made, node.name.lower(), args, scope)
    return made


def new_array(machine: Any, full: str, args: tuple[Any, ...]) -> Any:
    size = machine.whole(args[0]) if args else 0
    if size < 0 or size > 1 << 31:
        raise Thrown("System.OverflowException", "Arithmetic operation resulted in an overflow.")
    of = full[:-2]
    if of == "System.Byte":
        machine.grow(size)
        return bytearray(size)
    machine.grow(8 * size)
    if of == "System.Object":
        return [None] * size
    initial: Any = 0 if of in ("System.Int32", "System.Int64", "System.UInt32", "System.UInt16", "System.Int16", "System.Double") else None
    if of == "System.Char":
        initial = Char("\0")
    elif of == "System.Boolean":
        initial = False
    return Array([initial] * size, of)


# ---------------------------------------------------------------- indexes


def index(machine: Any, held: Any, at: Any) -> Any:
    kind = type(held)
    if kind is Unknown:
        return Unknown(f"[{machine.shown(at)[:60]}] of {held.text()[:400]}")
    if held is None:
        raise Thrown("System.Management.Automation.RuntimeException", "Cannot index into a null array.")
    if kind is Hash:
        if is_list(at):
            return [held.get(key) for key in elements(at)]
        found = held.get(at, MISSING)
        if found is MISSING and type(at) is int and "ordered" in held.type.lower():
            values = held.values()
            return values[at] if -len(values) <= at < len(values) else None
        return None if found is MISSING else found
    if kind is Grid:
        return held.cells[held.place([machine.whole(one) for one in elements(at)])] if is_list(at) else None
    if is_list(at):
        places = elements(at)
        machine.tick(len(places) // 16)
        machine.grow(8 * len(places))
        if (kind is bytearray or kind is list or kind is str) and all(type(place) is int for place in places):
            size = len(held)
            found = [held[place] for place in places if -size <= place < size]
            return chars("".join(found)) if kind is str else found if kind is bytearray else [value for value in found if value is not None]
        found_all = []
        for place in places:
            value = index_one(machine, held, place)
            if value is not None:
                found_all.append(value)
        return found_all
    return index_one(machine, held, at)


def index_one(machine: Any, held: Any, at: Any) -> Any:
    kind = type(held)
    if type(at) is Unknown:
        return Unknown(f"element {at.why} of an array")
    if kind is Hash:
        return held.get(at)
    sequence: Any
    if isinstance(held, str):
        sequence = held
    elif is_list(held):
        sequence = held if kind is bytearray else elements(held)
        if kind is Object and "item" in held.cls.get:
            return held.cls.get["item"](machine, held, at)
    elif kind is Object:
        return index_object(machine, held, at)
    elif kind is Record:
        return machine.get_member(held, machine.shown(at).lower(), machine.shown(at))
    else:
        place = whole(at)
        return held if place in (0, -1) else None
    place = whole(at)
    if type(place) is Unknown or not -len(sequence) <= place < len(sequence):
        return None
    value = sequence[place]
    return char(ord(value)) if isinstance(held, str) else value


def index_object(machine: Any, held: Object, at: Any) -> Any:
    cls = held.cls
    if isinstance(cls, NetClass):
        member = cls.get.get("item")
        if member is not None:
            try:
                return member(machine, held, at)
            except Thrown as error:
                if error.type == "System.ArgumentOutOfRangeException":
                    return None  # PowerShell hides that, outside strict mode
                raise
        kept = held.data.get(f"[{machine.shown(at).lower()}]", MISSING)
        return held if kept is MISSING and whole_or(at) == 0 else None if kept is MISSING else kept
    if cls.default:
        return plain(machine.get(held, cls.default, (at,)))
    return machine.unmodelled(f"{cls.name}[]")


def whole_or(value: Any) -> int:
    return value if type(value) is int else -1


def put_index(machine: Any, held: Any, at: Any, value: Any) -> None:
    kind = type(held)
    if kind is Hash:
        if isinstance(at, str) or not is_list(at):
            held.set(at, value)
        return
    if kind is Grid:
        held.cells[held.place([machine.whole(one) for one in elements(at)])] = value
        return
    if kind is Unknown or type(at) is Unknown:
        return
    if kind is Object:
        cls = held.cls
        setter = cls.put.get("item")
        if setter is not None:
            setter(machine, held, at, value)
            return
        if "list" not in held.data:
            if not isinstance(cls, NetClass) and cls.default:
                machine.put(held, cls.default, (at,), value)
            else:
                held.data[f"[{machine.shown(at).lower()}]"] = value
            return
    if held is None:
        raise Thrown("System.Management.Automation.RuntimeException", "Cannot index into a null array.")
    if kind is bytearray:
        place = whole(at)
        code = types.cast(machine, value, "byte")
        if type(code) is Unknown:
            code = 0
        if type(place) is Unknown or not -len(held) <= place < len(held):
            raise Thrown("System.IndexOutOfRangeException", "Index was outside the bounds of the array.")
        held[place] = code
        return
    if is_list(held):
        sequence = elements(held)
        place = whole(at)
        if type(place) is Unknown or not -len(sequence) <= place < len(sequence):
            raise Thrown("System.IndexOutOfRangeException", "Index was outside the bounds of the array.")
        sequence[place] = types.cast(machine, value, held.of) if kind is Array else value
        return
    raise Thrown("System.Management.Automation.RuntimeException", f"Unable to index into an object of type {type_name(held)}.")


# ---------------------------------------------------------------- text, equality, order


def text_of(machine: Any, value: Any) -> str | Unknown:
    """The text of an object."""
    kind = type(value)
    if kind is Object:
        cls = value.cls
        if isinstance(cls, NetClass):
            member = cls.get.get("tostring")
            return member(machine, value) if member is not None else cls.name
        if cls.default:
            held = plain(machine.get(value, cls.default))
            if type(held) is not Object:
                return machine.text(held)  # type: ignore[no-any-return]
        return "System.__ComObject"
    if kind is Hash:
        return str(value.type)
    if kind is Record:
        return record_text(machine, value)
    if kind is Bound:
        return signature(machine, value)
    if kind is Date:
        return str(machine.text(plain(value)))
    if value is MISSING or value is NULL or value is NOTHING:
        return ""
    return type_name(value)


def record_text(machine: Any, value: Record) -> str | Unknown:
    shown = value.fields.get("tostring")
    if shown is not None and callable(shown[1]):
        return str(shown[1]())
    if value.type == "System.Management.Automation.PathInfo":
        return machine.text(value.get("Path"))  # type: ignore[no-any-return]
    if "PSCustomObject" not in value.type:
        return value.type
    parts = [f"{name}={machine.shown(held)[:1000]}" for name, held in list(value.fields.values())[:100]]
    return "@{" + "; ".join(parts) + "}"


SIGNATURES: Final = {
    "indexof": "int IndexOf(char value), int IndexOf(char value, int startIndex), int IndexOf(char value, int startIndex, int count), int IndexOf(string value)",
    "insert": "string Insert(int startIndex, string value)",
    "replace": "string Replace(char oldChar, char newChar), string Replace(string oldValue, string newValue)",
    "split": "string[] Split(Params char[] separator), string[] Split(char[] separator, int count)",
    "substring": "string Substring(int startIndex), string Substring(int startIndex, int length)",
    "trim": "string Trim(Params char[] trimChars), string Trim()",
    "lastindexofany": "int LastIndexOfAny(char[] anyOf), int LastIndexOfAny(char[] anyOf, int startIndex)",
    "toupper": "string ToUpper(), string ToUpper(cultureinfo culture)",
    "remove": "string Remove(int startIndex, int count), string Remove(int startIndex)",
    "padleft": "string PadLeft(int totalWidth), string PadLeft(int totalWidth, char paddingChar)",
    "contains": "bool Contains(string value)",
}
"""How PowerShell shows a method without its call: obfuscated scripts take letters out of it."""


def signature(_machine: Any, bound: Bound) -> str:
    lower = bound.name.lower()
    known = SIGNATURES.get(lower)
    if known is not None:
        return known
    if lower == "invoke":
        return "System.Collections.ObjectModel.Collection[psobject] Invoke(Params System.Object[] args)"
    return f"{type_name(bound.target)} {bound.name}()"


def same(machine: Any, left: Any, right: Any) -> bool:
    """Equality of what is neither text nor number."""
    if type(left) is Enum:
        if type(right) is Enum:
            return bool(left.value == right.value)
        if isinstance(right, str):
            return bool(left.name.lower() == right.lower())
        return bool(left.value == right)
    if type(left) is NetType:
        name = right.name if type(right) is NetType else types.full_name(machine.shown(right))
        return bool(left.name.lower() == name.lower())
    if type(left) is Object:
        if type(right) is Object:
            for key in ("moment", "ticks", "guid", "address"):
                if key in left.data and key in right.data:
                    return bool(left.data[key] == right.data[key])
            return left is right
        if left.cls.get.get("tostring") is not None and isinstance(right, str):
            return bool(machine.shown(left).lower() == right.lower())
        return False
    return left is right


def order(machine: Any, left: Any, right: Any) -> Any:
    """-1, 0 or 1 for dates, spans and versions. Raises Thrown."""
    for key in ("moment", "ticks", "version"):
        if type(left) is Object and key in left.data:
            mine = left.data[key]
            if type(right) is Object and key in right.data:
                other = right.data[key]
            else:
                converted = types.cast(machine, right, left.cls.name)
                if type(converted) is Unknown:
                    return converted
                if type(converted) is not Object or key not in converted.data:
                    break
                other = converted.data[key]
            return (mine > other) - (mine < other)
    if type(right) is Object and type(left) is not Object:
        a, b = number(left), number(right)
        return a if type(a) is Unknown else (a > b) - (a < b)
    raise Thrown(
        "System.Management.Automation.RuntimeException", f'Cannot compare "{machine.shown(left)[:80]}" because it is not IComparable.'
    )


def operate(machine: Any, sign: str, left: Any, right: Any) -> Any:
    """Sums of dates and spans."""
    from emoscan.evaluate.powershell.net import dates

    if type(right) is Unknown:
        return right
    return dates.operate(machine, sign, left, right)


# ---------------------------------------------------------------- what every object has


def get_type(_machine: Any, value: Any) -> NetType:
    return NetType(type_name(value))


def to_string(machine: Any, value: Any, form: Any = "", _provider: Any = None) -> Any:
    if type(value) is Object and "moment" in value.data and isinstance(form, str) and form:
        return format_moment(value.data["moment"], form)
    return machine.text(value)


def equals(machine: Any, value: Any, other: Any = None) -> Any:
    return machine.operators.equal(value, other, strict=True) if type(value) is not Unknown else value


def hash_code(machine: Any, value: Any) -> int:
    total = 5381
    for c in machine.shown(value)[:4096]:
        total = (total * 33 ^ ord(c)) & 0x7FFFFFFF
    return total


METHODS_OF_ALL: Final[dict[str, tuple[Any, int]]] = {
    "gettype": (get_type, 0),
    "tostring": (to_string, 2),
    "equals": (equals, 1),
    "gethashcode": (hash_code, 0),
    "dispose": (lambda _machine, _value: None, 0),
    "close": (lambda _machine, _value: None, 0),
    "compareto": (lambda machine, value, other=None: machine.operators.compare(value, other, strict=True), 1),
}


def ps_object(_machine: Any, value: Any) -> Record:
    """What `.PSObject` shows: the properties."""
    names: list[Record] = []
    if type(value) is Record:
        names = [
            Record("System.Management.Automation.PSNoteProperty", Name=name, Value=held, MemberType="NoteProperty")
            for name, held in value.fields.values()
        ]
    elif type(value) is Hash:
        names = [Record("System.Management.Automation.PSNoteProperty", Name=str(key), Value=held) for key, held in value.items()]
    cls = class_of(value)
    methods = [Bound(value, spelling(method), static=False) for method in sorted(cls.calls)] if isinstance(cls, NetClass) else []
    found = Object(MEMBERS, list=methods)
    return Record("System.Management.Automation.PSObject", Properties=names, Methods=found, BaseObject=value, TypeNames=[type_name(value)])


SPELLINGS: Final = (
    "DownloadString DownloadFile DownloadData OpenRead ToString GetType Replace Split Substring ToCharArray Length Trim Invoke InvokeScript InvokeCommand "
    "ReadToEnd GetString GetBytes FromBase64String NewScriptBlock GetCmdlets GetCommand GetCommandName GetCmdlet ExpandString Insert IndexOf Join Format"
).split()
_SPELLING: Final = {name.lower(): name for name in SPELLINGS}


def spelling(name: str) -> str:
    return _SPELLING.get(name, name[:1].upper() + name[1:])


MEMBERS: Final = NetClass("System.Management.Automation.PSMemberInfoCollection")


@MEMBERS.call("Item", "Match")
def member_item(machine: Any, this: Object, name: Any) -> Any:
    """A method by its name: `$x.PSObject.Methods['Name']`."""
    wanted = machine.shown(name).lower()
    return next((bound for bound in this.data["list"] if bound.name.lower() == wanted), None)


EVERY: Final[dict[str, Any]] = {
    "psobject": ps_object,
    "psbase": lambda _machine, value: value,
    "pstypenames": lambda _machine, value: [type_name(value)],
}


def type_get_method(_machine: Any, target: NetType, name: Any = "") -> Any:
    from emoscan.evaluate.powershell.net import reflection

    return reflection.method_of(target, name)


TYPE_METHODS: Final[dict[str, Any]] = {
    "equals": lambda machine, _target, *args: machine.operators.equal(args[0], args[-1], strict=True) if args else False,
    "referenceequals": lambda _machine, _target, *args: args[0] is args[-1] if args else False,
    "getmethod": type_get_method,
}


# ---------------------------------------------------------------- errors and matches


def error_record(machine: Any, error: ScriptError) -> Object:
    from emoscan.evaluate.powershell.net.session import make_error_record

    return make_error_record(machine, error)


def to_error(machine: Any, value: Any) -> ScriptError:
    """The error that `throw value` raises."""
    if type(value) is Object:
        inner = value.data.get("error")
        if isinstance(inner, ScriptError):
            return inner
        if "message" in value.data:
            made = Thrown(value.cls.name, machine.shown(value.data["message"]), value)
            made.fatal = True
            return made
    made = Thrown("System.Management.Automation.RuntimeException", machine.shown(value), value)
    made.fatal = True
    return made


def match_object(_machine: Any, match: rx.Match) -> Object:
    from emoscan.evaluate.powershell.net.regexes import make_match

    return make_match(match)
