"""Arrays, lists, tables, stacks and queues."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from emoscan.evaluate.core.values import MISSING, Object
from emoscan.evaluate.powershell.convert import elements, is_list, truth
from emoscan.evaluate.powershell.flow import Code
from emoscan.evaluate.powershell.net import net_class
from emoscan.evaluate.powershell.net.strings import out_of_range
from emoscan.evaluate.powershell.types import cast
from emoscan.evaluate.powershell.values import Array, Grid, Hash, NetClass, Record, Thrown, type_name

ARRAY: Final = net_class("System.Array", of=(list, Array, bytearray, Grid))


def sequence(value: Any) -> Any:
    """What can be changed in place of an array or list."""
    return value if type(value) is bytearray else elements(value)


@ARRAY.prop("Length", "Count", "LongLength")
def array_length(_machine: Any, this: Any) -> int:
    return len(this.cells) if type(this) is Grid else len(this)


@ARRAY.prop("Rank")
def rank(_machine: Any, this: Any) -> int:
    return len(this.sizes) if type(this) is Grid else 1


@ARRAY.call("GetLength", "GetLongLength")
def get_length(machine: Any, this: Any, dimension: Any = 0) -> int:
    if type(this) is Grid:
        at = machine.whole(dimension)
        return this.sizes[at] if 0 <= at < len(this.sizes) else 0
    return len(this)


@ARRAY.call("GetUpperBound")
def upper_bound(machine: Any, this: Any, dimension: Any = 0) -> int:
    return get_length(machine, this, dimension) - 1


@ARRAY.call("GetLowerBound")
def lower_bound(_machine: Any, _this: Any, _dimension: Any = 0) -> int:
    return 0


@ARRAY.call("GetValue", "Get")
def get_value(machine: Any, this: Any, *at: Any) -> Any:
    return machine.index(this, at[0] if len(at) == 1 else list(at))


@ARRAY.call("SetValue", opened=True)
def set_value(machine: Any, this: Any, value: Any, *at: Any) -> None:
    machine.put_index(this, at[0] if len(at) == 1 else list(at), value)


@ARRAY.call("Set", opened=True)
def set_at(machine: Any, this: Any, at: Any, value: Any) -> None:
    machine.put_index(this, at, value)


@ARRAY.call("Clone")
def clone(machine: Any, this: Any) -> Any:
    machine.grow(8 * len(sequence(this)))
    if type(this) is Array:
        return Array(this, this.of)
    return bytearray(this) if type(this) is bytearray else list(sequence(this))


@ARRAY.call("CopyTo")
def copy_to(machine: Any, this: Any, target: Any, at: Any = 0) -> None:
    copy(machine, "", this, 0, target, at, len(sequence(this)))


@ARRAY.call("GetEnumerator")
def enumerator(_machine: Any, this: Any) -> Any:
    return this


@ARRAY.call("Contains")
def contains(machine: Any, this: Any, value: Any) -> bool:
    return any(machine.operators.equal(item, value, strict=True) for item in sequence(this))


@ARRAY.call("IndexOf")
def index_of_this(machine: Any, this: Any, value: Any) -> int:
    return index_of(machine, "", this, value)


@ARRAY.prop("IsReadOnly", "IsSynchronized")
def never(_machine: Any, _this: Any) -> bool:
    return False


@ARRAY.prop("IsFixedSize")
def always(_machine: Any, _this: Any) -> bool:
    return True


# ---------------------------------------------------------------- static members of Array


@ARRAY.shared("Reverse", opened=True)
def reverse(machine: Any, _type: str, values: Any, start: Any = MISSING, count: Any = MISSING) -> None:
    held = sequence(values)
    machine.tick(len(held) // 64)
    machine.undo("reverse")
    if start is MISSING:
        held.reverse()
        return
    begin = machine.whole(start)
    held[begin : begin + machine.whole(count)] = held[begin : begin + machine.whole(count)][::-1]


@ARRAY.shared("Copy")
def copy(machine: Any, _type: str, source: Any, *args: Any) -> None:
    """Copy(source, target, count) and Copy(source, start, target, start, count)."""
    if len(args) == 2:
        target, begin, into, count = args[0], 0, 0, machine.whole(args[1])
    elif len(args) == 4:
        begin, target, into, count = machine.whole(args[0]), args[1], machine.whole(args[2]), machine.whole(args[3])
    else:
        raise Thrown("System.Management.Automation.MethodException", 'Cannot find an overload for "Copy".')
    held, other = sequence(source), sequence(target)
    if count < 0 or begin < 0 or into < 0 or begin + count > len(held) or into + count > len(other):
        raise Thrown(
            "System.ArgumentException", "Source array was not long enough. Check srcIndex and length, and the array's lower bounds."
        )
    part = held[begin : begin + count]
    if type(other) is bytearray:
        part = cast(machine, list(part), "byte[]") if type(part) is not bytearray else part
    machine.tick(count // 64)
    if type(other) is not bytearray or type(part) is bytearray:
        other[into : into + count] = part


@ARRAY.shared("IndexOf")
def index_of(machine: Any, _type: str, values: Any, value: Any, start: Any = 0) -> int:
    held = sequence(values)
    machine.tick(len(held) // 4)
    for i in range(max(machine.whole(start), 0), len(held)):
        if machine.operators.equal(held[i], value, strict=True):
            return i
    return -1


@ARRAY.shared("LastIndexOf")
def last_index_of(machine: Any, _type: str, values: Any, value: Any) -> int:
    held = sequence(values)
    machine.tick(len(held) // 4)
    for i in range(len(held) - 1, -1, -1):
        if machine.operators.equal(held[i], value, strict=True):
            return i
    return -1


@ARRAY.shared("Sort", opened=True)
def sort(machine: Any, _type: str, values: Any, other: Any = None) -> None:
    held = sequence(values)
    keys = [sort_key(machine, item) for item in held]
    places = sorted(range(len(held)), key=keys.__getitem__)
    machine.tick(len(held) // 4)
    if is_list(other) and len(sequence(other)) == len(held):
        second = sequence(other)
        second[:] = [second[i] for i in places]
    ordered = [held[i] for i in places]
    held[:] = bytearray(ordered) if type(held) is bytearray else ordered


def sort_key(machine: Any, value: Any) -> tuple[int, Any]:
    """Numbers before text; text without regard to case."""
    if isinstance(value, (int, float)):
        return (0, value)
    if isinstance(value, Object) and "moment" in value.data:
        return (1, value.data["moment"].isoformat())
    return (2, machine.shown(value).lower())


@ARRAY.shared("Clear")
def clear_part(machine: Any, _type: str, values: Any, start: Any = 0, count: Any = MISSING) -> None:
    held = sequence(values)
    begin = machine.whole(start)
    for i in range(max(begin, 0), min(len(held), begin + machine.whole(count, len(held)))):
        held[i] = 0 if type(held) is bytearray else None


@ARRAY.shared("Resize", opened=True)
def resize(machine: Any, _type: str, reference: Any, size: Any) -> None:
    held = sequence(reference.get())
    length = max(machine.whole(size), 0)
    machine.grow(8 * length)
    if type(held) is bytearray:
        reference.put(held[:length] + bytearray(max(0, length - len(held))))
    else:
        reference.put([*held[:length], *[None] * max(0, length - len(held))])


@ARRAY.shared("CreateInstance")
def create_instance(machine: Any, _type: str, type_: Any, *sizes: Any) -> Any:
    return machine.create_object(f"{machine.shown(type_)}[]", sizes[:1])


@ARRAY.shared("ConvertAll", "ForEach", opened=True)
def convert_all(machine: Any, _type: str, values: Any, work: Any) -> list[Any]:
    machine.tick(4 * len(sequence(values)))
    return [machine.call_block_with(work, item) if type(work) is Code else item for item in list(sequence(values))]


@ARRAY.shared("Exists", opened=True)
def exists(machine: Any, _type: str, values: Any, work: Any) -> bool:
    return any(truth(machine.call_block_with(work, item)) is True for item in list(sequence(values)))


@ARRAY.shared("Find", opened=True)
def find_(machine: Any, _type: str, values: Any, work: Any) -> Any:
    return next((item for item in list(sequence(values)) if truth(machine.call_block_with(work, item)) is True), None)


@ARRAY.shared("FindAll", opened=True)
def find_all(machine: Any, _type: str, values: Any, work: Any) -> list[Any]:
    return [item for item in list(sequence(values)) if truth(machine.call_block_with(work, item)) is True]


@ARRAY.shared("Empty")
def empty(_machine: Any, _type: str) -> list[Any]:
    return []


BUFFER: Final = net_class("System.Buffer")


@BUFFER.shared("BlockCopy")
def block_copy(machine: Any, _type: str, source: Any, start: Any, target: Any, into: Any, count: Any) -> None:
    copy(machine, "", source, start, target, into, count)


@BUFFER.shared("ByteLength")
def byte_length(_machine: Any, _type: str, value: Any) -> int:
    return len(sequence(value))


# ---------------------------------------------------------------- lists

LIST: Final = net_class("System.Collections.ArrayList")
GENERIC_LIST: Final = net_class(
    "System.Collections.Generic.List", "System.Collections.ObjectModel.Collection", "System.Collections.Generic.LinkedList", parent=LIST
)
QUEUE: Final = net_class("System.Collections.Queue", "System.Collections.Generic.Queue", "System.Collections.Concurrent.ConcurrentQueue")
STACK: Final = net_class("System.Collections.Stack", "System.Collections.Generic.Stack")
SET: Final = net_class("System.Collections.Generic.HashSet", "System.Collections.Generic.SortedSet")


def array_list(values: list[Any]) -> Object:
    return Object(LIST, list=values)


def _made(cls: NetClass) -> None:
    @cls.makes
    def make(_machine: Any, values: Any = MISSING, *_rest: Any) -> Object:
        held = [] if values is MISSING or isinstance(values, int) else list(elements(values))
        return Object(cls, list=held)

    @cls.prop("Count", "Length")
    def count(_machine: Any, this: Object) -> int:
        return len(this.data["list"])

    @cls.call("Clear", "TrimExcess", "TrimToSize")
    def clear(_machine: Any, this: Object) -> None:
        this.data["list"].clear()

    @cls.call("ToArray")
    def to_array(_machine: Any, this: Object, _type: Any = None) -> Any:
        return list(this.data["list"])

    @cls.call("GetEnumerator")
    def enumerate_(_machine: Any, this: Object) -> Any:
        return list(this.data["list"])

    @cls.call("Contains", opened=True)
    def has(machine: Any, this: Object, value: Any) -> bool:
        return any(machine.operators.equal(item, value, strict=True) for item in this.data["list"])

    @cls.call("ToString")
    def shown(_machine: Any, this: Object) -> str:
        return str(this.cls.name)

    cls.call("CopyTo")(lambda machine, this, target, at=0: copy(machine, "", this, 0, target, at, len(this.data["list"])))


for _cls in (LIST, GENERIC_LIST, QUEUE, STACK, SET):
    _made(_cls)

LIST.get["trimexcess"] = LIST.get["trimtosize"] = GENERIC_LIST.get["trimexcess"] = lambda _machine, _this: None


def _listed(cls: NetClass, *, generic: bool) -> None:
    @cls.call("Add", opened=True)
    def add(machine: Any, this: Object, value: Any) -> Any:
        held = this.data["list"]
        machine.grow(8)
        held.append(value)
        return None if generic else len(held) - 1

    @cls.call("AddRange", opened=True)
    def add_range(machine: Any, this: Object, values: Any) -> None:
        machine.grow(8 * len(elements(values)))
        this.data["list"].extend(list(elements(values)) if is_list(values) else [values])

    @cls.call("Insert", opened=True)
    def insert(machine: Any, this: Object, at: Any, value: Any) -> None:
        this.data["list"].insert(machine.whole(at), value)

    @cls.call("Remove", opened=True)
    def remove(machine: Any, this: Object, value: Any) -> Any:
        held = this.data["list"]
        for i, item in enumerate(held):
            if machine.operators.equal(item, value, strict=True):
                del held[i]
                return True if generic else None
        return False if generic else None

    @cls.call("RemoveAt")
    def remove_at(machine: Any, this: Object, at: Any) -> None:
        held, place = this.data["list"], machine.whole(at)
        if not 0 <= place < len(held):
            raise out_of_range()
        del held[place]

    @cls.call("RemoveRange")
    def remove_range(machine: Any, this: Object, at: Any, count: Any) -> None:
        begin = machine.whole(at)
        del this.data["list"][begin : begin + machine.whole(count)]

    @cls.call("GetRange")
    def get_range(machine: Any, this: Object, at: Any, count: Any) -> Object:
        begin = machine.whole(at)
        return Object(cls, list=this.data["list"][begin : begin + machine.whole(count)])

    @cls.call("Reverse")
    def reverse_(_machine: Any, this: Object) -> None:
        this.data["list"].reverse()

    @cls.call("Sort")
    def sort_(machine: Any, this: Object, _comparer: Any = None) -> None:
        sort(machine, "", this.data["list"])

    @cls.call("IndexOf")
    def index(machine: Any, this: Object, value: Any) -> int:
        return index_of(machine, "", this.data["list"], value)

    @cls.call("Item", "get_Item")
    def item(machine: Any, this: Object, at: Any) -> Any:
        held, place = this.data["list"], machine.whole(at)
        if not -len(held) <= place < len(held):
            raise out_of_range()
        return held[place]

    @cls.prop("Capacity")
    def capacity(_machine: Any, this: Object) -> int:
        return max(4, len(this.data["list"]))


_listed(LIST, generic=False)
_listed(GENERIC_LIST, generic=True)


@SET.call("Add", opened=True)
def set_add(machine: Any, this: Object, value: Any) -> bool:
    if any(machine.operators.equal(item, value, strict=True) for item in this.data["list"]):
        return False
    this.data["list"].append(value)
    return True


@QUEUE.call("Enqueue", opened=True)
def enqueue(_machine: Any, this: Object, value: Any) -> None:
    this.data["list"].append(value)


def taker(at: int, *, keep: bool) -> Callable[..., Any]:
    def member(_machine: Any, this: Object) -> Any:
        held = this.data["list"]
        if not held:
            raise Thrown("System.InvalidOperationException", "Queue empty.")
        return held[at] if keep else held.pop(at)

    return member


QUEUE.call("Dequeue")(taker(0, keep=False))
QUEUE.call("Peek")(taker(0, keep=True))
STACK.call("Pop")(taker(0, keep=False))
STACK.call("Peek")(taker(0, keep=True))


@STACK.call("Push", opened=True)
def push(_machine: Any, this: Object, value: Any) -> None:
    this.data["list"].insert(0, value)


# ---------------------------------------------------------------- tables

HASH: Final = net_class("System.Collections.Hashtable", of=(Hash,))
for _name in (
    "System.Collections.Specialized.OrderedDictionary",
    "System.Collections.Generic.Dictionary",
    "System.Collections.Generic.SortedDictionary",
    "System.Collections.SortedList",
    "System.Collections.Specialized.NameValueCollection",
    "System.Collections.Concurrent.ConcurrentDictionary",
):
    _dictionary = net_class(_name, parent=HASH)
    _dictionary.makes(lambda _machine, *_args, _type=_name: Hash(_type))


@HASH.makes
def make_hash(_machine: Any, source: Any = MISSING, *_rest: Any) -> Hash:
    made = Hash()
    if type(source) is Hash:
        made.entries = dict(source.entries)
    return made


@HASH.shared("Synchronized")
def synchronized(_machine: Any, _type: str, source: Any) -> Any:
    return source


@HASH.prop("Count")
def hash_count(_machine: Any, this: Hash) -> int:
    return len(this)


@HASH.prop("Keys", "AllKeys")
def hash_keys(_machine: Any, this: Hash) -> list[Any]:
    return this.keys()


@HASH.prop("Values")
def hash_values(_machine: Any, this: Hash) -> list[Any]:
    return this.values()


def entry(key: Any, value: Any) -> Record:
    return Record("System.Collections.DictionaryEntry", Name=key, Key=key, Value=value)


@HASH.call("GetEnumerator")
def hash_entries(_machine: Any, this: Hash) -> list[Any]:
    return [entry(key, value) for key, value in this.items()]


@HASH.call("Add", opened=True)
def hash_add(machine: Any, this: Hash, key: Any, value: Any) -> None:
    if key in this:
        raise Thrown("System.ArgumentException", f"Item has already been added. Key in dictionary: '{machine.shown(key)[:80]}'")
    machine.grow(16)
    this.set(key, value)


@HASH.call("Set", opened=True)
def hash_set(_machine: Any, this: Hash, key: Any, value: Any) -> None:
    this.set(key, value)


@HASH.call("ContainsKey", "Contains")
def hash_contains(_machine: Any, this: Hash, key: Any) -> bool:
    return key in this


@HASH.call("ContainsValue")
def hash_contains_value(machine: Any, this: Hash, value: Any) -> bool:
    return any(machine.operators.equal(held, value, strict=True) for held in this.values())


@HASH.call("Remove")
def hash_remove(_machine: Any, this: Hash, key: Any) -> None:
    this.remove(key)


@HASH.call("Clear")
def hash_clear(_machine: Any, this: Hash) -> None:
    this.entries.clear()


@HASH.call("Clone")
def hash_clone(_machine: Any, this: Hash) -> Hash:
    made = Hash(this.type)
    made.entries = dict(this.entries)
    return made


@HASH.call("Item", "get_Item", "Get", "GetValueOrDefault")
def hash_item(_machine: Any, this: Hash, key: Any, default: Any = None) -> Any:
    return this.get(key, default)


@HASH.call("TryGetValue", opened=True)
def hash_try(_machine: Any, this: Hash, key: Any, reference: Any) -> bool:
    if key in this:
        reference.put(this.get(key))
        return True
    return False


@HASH.prop("IsReadOnly", "IsFixedSize", "IsSynchronized")
def hash_never(_machine: Any, _this: Hash) -> bool:
    return False


@HASH.call("ToString")
def hash_text(_machine: Any, this: Hash) -> str:
    return type_name(this)


RECORD: Final = net_class("System.Management.Automation.PSCustomObject")
PS_OBJECT: Final = net_class("System.Management.Automation.PSObject", "System.Object")


@PS_OBJECT.makes
def make_ps_object(_machine: Any, value: Any = MISSING) -> Any:
    return Record() if value is MISSING else value


@RECORD.makes
def make_record(_machine: Any) -> Record:
    return Record()


ENUMERABLE: Final = net_class("System.Linq.Enumerable")


@ENUMERABLE.shared("Range")
def linq_range(machine: Any, _type: str, start: Any, count: Any) -> list[Any]:
    first, size = machine.whole(start), max(machine.whole(count), 0)
    machine.grow(8 * size)
    return list(range(first, first + size))


@ENUMERABLE.shared("Reverse")
def linq_reverse(_machine: Any, _type: str, values: Any) -> list[Any]:
    return list(elements(values))[::-1]


@ENUMERABLE.shared("Repeat")
def linq_repeat(machine: Any, _type: str, value: Any, count: Any) -> list[Any]:
    size = max(machine.whole(count), 0)
    machine.grow(8 * size)
    return [value] * size


@ENUMERABLE.shared("ToArray", "ToList", "Cast", "OfType")
def linq_same(_machine: Any, _type: str, values: Any) -> list[Any]:
    return list(elements(values))


@net_class("System.Tuple", "System.ValueTuple").shared("Create", opened=True)
def make_tuple(_machine: Any, _type: str, *values: Any) -> Record:
    return Record("System.Tuple", **{f"Item{number}": value for number, value in enumerate(values, 1)})
