"""Classes of .NET that COM can create: encodings, hashes, ciphers, streams, collections, and the formatter that loads code."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from typing import Any, Final

from emoscan.evaluate.com import com_class
from emoscan.evaluate.com.common import INVALID_CALL, Text, failed, given, known, text, whole
from emoscan.evaluate.com.xml import from_base64
from emoscan.evaluate.core import encoding
from emoscan.evaluate.core.failures import ScriptError
from emoscan.evaluate.core.values import MISSING, NULL, Object, ObjectClass, Unknown, display
from emoscan.parse import Malformed, ciphers


def net_class(name: str, default: str = "", parent: ObjectClass | None = None) -> ObjectClass:
    """A class whose overloaded methods COM numbers: `GetBytes_4` is `GetBytes`."""
    made = ObjectClass(name, default, parent)

    def overload(machine: Any, this: Object, member: str, args: tuple[Any, ...]) -> Any:
        plain, _, number = member.rpartition("_")
        if plain and number.isdigit() and plain.lower() in this.cls.get:
            return machine.get(this, plain, args)
        return machine.unmodelled(f"{this.cls.name}.{member}")

    made.missing = overload
    made.method("Equals", takes="obj")(lambda _machine, this, other=MISSING: other is this)
    made.method("GetHashCode")(lambda _machine, _this: 46_104_728)
    made.method("Dispose", "Clear", "Close")(lambda _machine, _this: None)
    made.method("ToString")(lambda _machine, this: this.cls.name)
    return made


def out_of_range() -> ScriptError:
    return failed(0x80131502, "Index was out of range. Must be non-negative and less than the size of the collection.")


def part(machine: Any, buffer: Any, offset: Any = MISSING, count: Any = MISSING) -> bytes | Unknown:
    """The bytes of an argument, from an offset on."""
    data: bytes | Unknown = machine.bytes_of(buffer)
    if isinstance(data, Unknown):
        return data
    start = max(0, whole(machine, offset))
    return data[start : start + whole(machine, count)] if given(count) else data[start:]


def array(machine: Any, data: bytes | Unknown) -> Any:
    return data if isinstance(data, Unknown) else machine.make_array(data, byte=True)


# ---------------------------------------------------------------- encodings

ENCODING: Final = net_class("System.Text.Encoding")


def register(names: str, kind: ObjectClass, **data: Any) -> None:
    """Have a class made under several names, each object with its own copy of the data."""

    def make(_machine: Any) -> Object:
        return Object(kind, **data)

    com_class(*names.split())(make)


for _class, _codec in {
    "UTF8Encoding": "utf-8",
    "ASCIIEncoding": "ascii",
    "UnicodeEncoding": "utf-16-le",
    "UTF7Encoding": "utf-7",
    "UTF32Encoding": "utf-32-le",
}.items():
    register(f"System.Text.{_class}", ENCODING, codec=_codec)


@ENCODING.method("GetBytes", takes="s")
def _get_bytes(machine: Any, this: Object, value: Any = MISSING) -> Any:
    source = text(machine, value)
    if isinstance(source, Unknown):
        return source
    machine.grow(4 * len(source))
    return array(machine, encoding.encode(source, this.data["codec"]))


@ENCODING.method("GetString", takes="bytes index count")
def _get_string(machine: Any, this: Object, buffer: Any = MISSING, offset: Any = MISSING, count: Any = MISSING) -> Text:
    data = part(machine, buffer, offset, count)
    if isinstance(data, Unknown):
        return data
    machine.grow(2 * len(data))
    return encoding.decode(data, this.data["codec"])


@ENCODING.method("GetChars", takes="bytes")
def _get_chars(machine: Any, this: Object, buffer: Any = MISSING) -> Any:
    decoded = _get_string(machine, this, buffer)
    return decoded if isinstance(decoded, Unknown) else machine.make_array(list(decoded))


@ENCODING.method("GetByteCount", takes="s")
def _byte_count(machine: Any, this: Object, value: Any = MISSING) -> Any:
    source = text(machine, value)
    return source if isinstance(source, Unknown) else len(encoding.encode(source, this.data["codec"]))


# ---------------------------------------------------------------- hashes

HASH: Final = net_class("System.Security.Cryptography.HashAlgorithm")
HASH.field("Key")

for _names, _digest, _keyed in (
    ("MD5CryptoServiceProvider MD5Cng MD5", "md5", False),
    ("SHA1CryptoServiceProvider SHA1Managed SHA1Cng SHA1", "sha1", False),
    ("SHA256CryptoServiceProvider SHA256Managed SHA256Cng SHA256", "sha256", False),
    ("SHA384CryptoServiceProvider SHA384Managed SHA384Cng", "sha384", False),
    ("SHA512CryptoServiceProvider SHA512Managed SHA512Cng SHA512", "sha512", False),
    ("HMACMD5", "md5", True),
    ("HMACSHA1", "sha1", True),
    ("HMACSHA256", "sha256", True),
    ("HMACSHA384", "sha384", True),
    ("HMACSHA512", "sha512", True),
):
    register(" ".join(f"System.Security.Cryptography.{name}" for name in _names.split()), HASH, digest=_digest, keyed=_keyed)


def _digest_of(machine: Any, this: Object, data: bytes) -> bytes | Unknown:
    machine.spend(len(data) // 64)
    if not this.data["keyed"]:
        return hashlib.new(this.data["digest"], data, usedforsecurity=False).digest()
    key = machine.bytes_of(this.data.get("key"))
    return key if isinstance(key, Unknown) else hmac.digest(key, data, this.data["digest"])


@HASH.method("ComputeHash", takes="buffer offset count")
def _compute(machine: Any, this: Object, buffer: Any = MISSING, offset: Any = MISSING, count: Any = MISSING) -> Any:
    data = part(machine, buffer, offset, count)
    this.data["result"] = data if isinstance(data, Unknown) else _digest_of(machine, this, data)
    return array(machine, this.data["result"])


@HASH.method("TransformBlock", "TransformFinalBlock", takes="inputBuffer inputOffset inputCount")
def _hash_block(machine: Any, this: Object, buffer: Any = MISSING, offset: Any = MISSING, count: Any = MISSING, *_: Any) -> Any:
    data = part(machine, buffer, offset, count)
    if isinstance(data, Unknown):
        return data
    machine.grow(len(data))
    this.data["seen"] = this.data.get("seen", b"") + data
    this.data["result"] = None
    return array(machine, data)


@HASH.method("Hash")
def _hash(machine: Any, this: Object) -> Any:
    result = this.data.get("result")
    return array(machine, _digest_of(machine, this, this.data.get("seen", b"")) if result is None else result)


@HASH.method("HashSize")
def _hash_size(_machine: Any, this: Object) -> int:
    return 8 * hashlib.new(this.data["digest"], usedforsecurity=False).digest_size


@HASH.method("Initialize")
def _initialize(_machine: Any, this: Object) -> None:
    this.data.pop("seen", None)


# ---------------------------------------------------------------- base64 as a transform

TRANSFORM: Final = net_class("System.Security.Cryptography.ICryptoTransform")


@com_class("System.Security.Cryptography.FromBase64Transform")
def make_from_base64(_machine: Any) -> Object:
    return Object(TRANSFORM, does=lambda data: from_base64(data.decode("ascii", "replace")), input=1, output=3)


@com_class("System.Security.Cryptography.ToBase64Transform")
def make_to_base64(_machine: Any) -> Object:
    import base64

    return Object(TRANSFORM, does=base64.b64encode, input=3, output=4)


@TRANSFORM.method("TransformFinalBlock", "TransformBlock", takes="inputBuffer inputOffset inputCount")
def _transform(machine: Any, this: Object, buffer: Any = MISSING, offset: Any = MISSING, count: Any = MISSING, *_: Any) -> Any:
    data = part(machine, buffer, offset, count)
    if isinstance(data, Unknown):
        return data
    machine.grow(2 * len(data))
    machine.spend(len(data) // 64)
    try:
        return array(machine, this.data["does"](data))
    except Malformed as error:
        raise failed(0x80131501, str(error)) from None


@TRANSFORM.method("InputBlockSize")
def _input_size(_machine: Any, this: Object) -> int:
    return this.data["input"]  # type: ignore[no-any-return]


@TRANSFORM.method("OutputBlockSize")
def _output_size(_machine: Any, this: Object) -> int:
    return this.data["output"]  # type: ignore[no-any-return]


# ---------------------------------------------------------------- ciphers

CIPHER: Final = net_class("System.Security.Cryptography.SymmetricAlgorithm")
MODES: Final = {1: "cbc", 2: "ecb", 4: "cfb"}
PADDINGS: Final = {1: "none", 2: "pkcs7", 3: "zeros", 4: "x923", 5: "iso10126"}
for _name, _initial in {"Mode": 1, "Padding": 2, "BlockSize": 128, "KeySize": 256, "FeedbackSize": 8, "Key": None, "IV": None}.items():
    CIPHER.field(_name, _initial)

for _names, _cipher in (
    ("RijndaelManaged AesManaged AesCryptoServiceProvider AesCng Rijndael Aes", "aes"),
    ("TripleDESCryptoServiceProvider TripleDES", "3des"),
    ("DESCryptoServiceProvider DES", "des"),
    ("RC2CryptoServiceProvider RC2", "rc2"),
):
    register(" ".join(f"System.Security.Cryptography.{name}" for name in _names.split()), CIPHER, cipher=_cipher)


def _crypto(machine: Any, this: Object, key: Any, vector: Any, operation: Any) -> Any:
    key_bytes = machine.bytes_of(key if given(key) else this.data.get("key"))
    vector_bytes = machine.bytes_of(vector if given(vector) else this.data.get("iv"))
    if isinstance(key_bytes, Unknown) or isinstance(vector_bytes, Unknown):
        return Unknown("a cipher whose key is not known")
    cipher = this.data["cipher"]
    mode = MODES.get(whole(machine, this.data.get("mode"), 1), "cbc")
    padding = PADDINGS.get(whole(machine, this.data.get("padding"), 2), "pkcs7")

    def does(data: bytes) -> bytes:
        result: bytes = operation(cipher, mode, key_bytes, vector_bytes, data, padding=padding)
        return result

    return Object(TRANSFORM, does=does, input=ciphers.BLOCK[cipher], output=ciphers.BLOCK[cipher])


@CIPHER.method("CreateDecryptor", takes="rgbKey rgbIV")
def _decryptor(machine: Any, this: Object, key: Any = MISSING, vector: Any = MISSING) -> Any:
    return _crypto(machine, this, key, vector, ciphers.decrypt)


@CIPHER.method("CreateEncryptor", takes="rgbKey rgbIV")
def _encryptor(machine: Any, this: Object, key: Any = MISSING, vector: Any = MISSING) -> Any:
    return _crypto(machine, this, key, vector, ciphers.encrypt)


@CIPHER.method("GenerateKey", "GenerateIV")
def _generate(machine: Any, this: Object) -> None:
    size = ciphers.BLOCK[this.data["cipher"]]
    for field, length in (("key", max(ciphers.KEYS[this.data["cipher"]])), ("iv", size)):
        this.data.setdefault(field, machine.make_array(bytes(range(length)), byte=True))


# ---------------------------------------------------------------- streams and builders

MEMORY: Final = net_class("System.IO.MemoryStream")


@com_class("System.IO.MemoryStream")
def make_memory(_machine: Any) -> Object:
    return Object(MEMORY, content=bytearray(), at=0, unknown=None)


@MEMORY.method("Write", takes="buffer offset count")
def _write_memory(machine: Any, this: Object, buffer: Any = MISSING, offset: Any = MISSING, count: Any = MISSING) -> None:
    data = part(machine, buffer, offset, count)
    if isinstance(data, Unknown):
        this.data["unknown"] = data
        return
    machine.grow(len(data))
    content, at = this.data["content"], this.data["at"]
    if at > len(content):
        machine.grow(at)
        content.extend(bytes(at - len(content)))
    content[at : at + len(data)] = data
    this.data["at"] = at + len(data)


@MEMORY.method("WriteByte", takes="value")
def _write_byte(machine: Any, this: Object, value: Any = MISSING) -> None:
    _write_memory(machine, this, machine.make_array([whole(machine, value) & 0xFF], byte=True))


@MEMORY.method("ReadByte")
def _read_byte(_machine: Any, this: Object) -> Any:
    content, at = this.data["content"], this.data["at"]
    if this.data["unknown"] is not None:
        return this.data["unknown"]
    this.data["at"] = min(at + 1, len(content))
    return content[at] if at < len(content) else -1


@MEMORY.method("ToArray", "GetBuffer", "bytes")
def _memory_array(machine: Any, this: Object) -> Any:
    return array(machine, _memory(this))


def _memory(this: Object) -> bytes | Unknown:
    unknown: Unknown | None = this.data["unknown"]
    return bytes(this.data["content"]) if unknown is None else unknown


@MEMORY.method("Length")
def _memory_length(_machine: Any, this: Object) -> int:
    return len(this.data["content"])


@MEMORY.method("Position")
def _memory_position(_machine: Any, this: Object) -> int:
    return this.data["at"]  # type: ignore[no-any-return]


@MEMORY.setter("Position")
def _put_memory_position(machine: Any, this: Object, value: Any) -> None:
    at = whole(machine, value)
    if not 0 <= at <= machine.budget.limits.string_bytes:
        raise out_of_range()
    this.data["at"] = at


@MEMORY.method("Seek", takes="offset loc")
def _seek(machine: Any, this: Object, offset: Any = MISSING, start: Any = MISSING) -> int:
    base = {1: this.data["at"], 2: len(this.data["content"])}.get(whole(machine, start), 0)
    _put_memory_position(machine, this, base + whole(machine, offset))
    return this.data["at"]  # type: ignore[no-any-return]


@MEMORY.method("SetLength", takes="value")
def _set_length(machine: Any, this: Object, value: Any = MISSING) -> None:
    length, content = whole(machine, value), this.data["content"]
    if length < 0:
        raise out_of_range()
    machine.grow(max(0, length - len(content)))
    del content[length:]
    content.extend(bytes(length - len(content)))


@MEMORY.method("Flush")
def _flush(_machine: Any, _this: Object) -> None:
    return None


BUILDER: Final = net_class("System.Text.StringBuilder", "ToString")


@com_class("System.Text.StringBuilder", "System.IO.StringWriter")
def make_builder(_machine: Any) -> Object:
    return Object(BUILDER, pieces=[])


@BUILDER.method("Append", "Write", takes="value")
def _append(machine: Any, this: Object, value: Any = MISSING) -> Object:
    piece = text(machine, value)
    machine.grow(len(display(piece)))
    this.data["pieces"].append(piece)
    return this


@BUILDER.method("AppendLine", "WriteLine", takes="value")
def _append_line(machine: Any, this: Object, value: Any = MISSING) -> Object:
    _append(machine, this, value)
    return _append(machine, this, "\r\n")


@BUILDER.method("ToString")
def _built(machine: Any, this: Object) -> Text:
    pieces = this.data["pieces"]
    machine.spend(len(pieces) // 16)
    if len(pieces) > 1:
        pieces[:] = [Unknown.join(pieces)]
    return pieces[0] if pieces else ""


@BUILDER.method("Length")
def _built_length(machine: Any, this: Object) -> int:
    return len(display(_built(machine, this)))


@BUILDER.method("Insert", takes="index value")
def _insert_text(machine: Any, this: Object, index: Any = MISSING, value: Any = MISSING) -> Object:
    built, at = _built(machine, this), whole(machine, index)
    if isinstance(built, str):
        machine.grow(len(built))
        this.data["pieces"] = [built[:at], text(machine, value), built[at:]]
    return this


@BUILDER.method("Remove", takes="startIndex length")
def _remove_text(machine: Any, this: Object, index: Any = MISSING, count: Any = MISSING) -> Object:
    built, at = _built(machine, this), max(0, whole(machine, index))
    if isinstance(built, str):
        this.data["pieces"] = [built[:at] + built[at + max(0, whole(machine, count)) :]]
    return this


@BUILDER.method("Replace", takes="oldValue newValue")
def _replace_text(machine: Any, this: Object, old: Any = MISSING, new: Any = MISSING) -> Object:
    built, wanted, other = _built(machine, this), text(machine, old), text(machine, new)
    if isinstance(built, str) and isinstance(wanted, str) and isinstance(other, str) and wanted:
        machine.grow(len(built) + built.count(wanted) * len(other))
        this.data["pieces"] = [built.replace(wanted, other)]
    return this


# ---------------------------------------------------------------- collections

ENTRY: Final = 64
LIST: Final = net_class("System.Collections.ArrayList", "Item")


@com_class("System.Collections.ArrayList")
def make_list(_machine: Any) -> Object:
    return Object(LIST, values=[])


def _at(machine: Any, this: Object, index: Any) -> int:
    at = whole(machine, index, -1)
    if not 0 <= at < len(this.data["values"]):
        raise out_of_range()
    return at


@LIST.method("Item", takes="index")
def _list_item(machine: Any, this: Object, index: Any = MISSING) -> Any:
    return this.data["values"][_at(machine, this, index)]


@LIST.setter("Item")
def _put_list_item(machine: Any, this: Object, index: Any, value: Any) -> None:
    this.data["values"][_at(machine, this, index)] = value


def _none(value: Any) -> Any:
    return None if value is MISSING else value


@LIST.method("Add", takes="value")
def _add(machine: Any, this: Object, value: Any = MISSING) -> int:
    machine.grow(ENTRY)
    this.data["values"].append(_none(value))
    return len(this.data["values"]) - 1


@LIST.method("AddRange", takes="c")
def _add_range(machine: Any, this: Object, values: Any = MISSING) -> None:
    added = machine.items(values) or []
    machine.grow(ENTRY * len(added))
    this.data["values"] += added


@LIST.method("Insert", takes="index value")
def _insert(machine: Any, this: Object, index: Any = MISSING, value: Any = MISSING) -> None:
    at = whole(machine, index)
    if not 0 <= at <= len(this.data["values"]):
        raise out_of_range()
    machine.grow(ENTRY)
    machine.spend(len(this.data["values"]) // 256)
    this.data["values"].insert(at, _none(value))


def same(left: Any, right: Any) -> bool:
    """Equality of .NET objects: of a type and a value."""
    return left is right or (type(left) is type(right) and type(left) in (str, int, float, bool) and left == right)


@LIST.method("IndexOf", takes="value")
def _index_of(machine: Any, this: Object, value: Any = MISSING, *_: Any) -> int:
    machine.spend(len(this.data["values"]) // 16)
    return next((at for at, item in enumerate(this.data["values"]) if same(item, value)), -1)


@LIST.method("LastIndexOf", takes="value")
def _last_index_of(machine: Any, this: Object, value: Any = MISSING) -> int:
    machine.spend(len(this.data["values"]) // 16)
    return max((at for at, item in enumerate(this.data["values"]) if same(item, value)), default=-1)


@LIST.method("Contains", takes="item")
def _contains(machine: Any, this: Object, value: Any = MISSING) -> bool:
    return _index_of(machine, this, value) >= 0


@LIST.method("Remove", takes="obj")
def _remove(machine: Any, this: Object, value: Any = MISSING) -> None:
    at = _index_of(machine, this, value)
    if at >= 0:
        del this.data["values"][at]


@LIST.method("RemoveAt", takes="index")
def _remove_at(machine: Any, this: Object, index: Any = MISSING) -> None:
    del this.data["values"][_at(machine, this, index)]


@LIST.method("RemoveRange", takes="index count")
def _remove_range(machine: Any, this: Object, index: Any = MISSING, count: Any = MISSING) -> None:
    at = max(0, whole(machine, index))
    del this.data["values"][at : at + max(0, whole(machine, count))]


@LIST.method("GetRange", takes="index count")
def _get_range(machine: Any, this: Object, index: Any = MISSING, count: Any = MISSING) -> Object:
    at = max(0, whole(machine, index))
    values = this.data["values"][at : at + max(0, whole(machine, count))]
    machine.grow(ENTRY * len(values))
    return Object(LIST, values=values)


@LIST.method("Reverse")
def _reverse(machine: Any, this: Object, *_: Any) -> None:
    machine.spend(len(this.data["values"]) // 16)
    this.data["values"].reverse()


def sort_key(machine: Any, value: Any) -> tuple[int, Any, str]:
    """Order of .NET's default comparer, with values of different types kept apart instead of an error."""
    if type(value) in (int, float, bool):
        return 0, machine.number(value), ""
    shown = display(value)
    # Letters sort without regard to case first, lower case before upper case when nothing else differs.
    return 1, shown.lower(), shown.swapcase()


@LIST.method("Sort")
def _sort(machine: Any, this: Object, *_: Any) -> None:
    machine.spend(len(this.data["values"]))
    this.data["values"].sort(key=lambda value: sort_key(machine, value))


@LIST.method("ToArray")
def _to_array(machine: Any, this: Object, *_: Any) -> Any:
    return machine.make_array(list(this.data["values"]))


@LIST.method("Clone")
def _clone(machine: Any, this: Object) -> Object:
    machine.grow(ENTRY * len(this.data["values"]))
    return Object(this.cls, values=list(this.data["values"]))


@LIST.method("Count", "Capacity")
def _count(_machine: Any, this: Object) -> int:
    return len(this.data["values"])


@LIST.method("Clear")
def _clear(_machine: Any, this: Object) -> None:
    this.data["values"].clear()


def _each(_machine: Any, this: Object) -> Iterator[Any]:
    yield from list(this.data["values"])


LIST.items = _each

QUEUE: Final = net_class("System.Collections.Queue", parent=LIST)
STACK: Final = net_class("System.Collections.Stack", parent=LIST)
for _class_ in (QUEUE, STACK):
    for _member in ("clear", "count"):
        _class_.get[_member] = LIST.get[_member]
    _class_.items = _each


@com_class("System.Collections.Queue")
def make_queue(_machine: Any) -> Object:
    return Object(QUEUE, values=[])


@com_class("System.Collections.Stack")
def make_stack(_machine: Any) -> Object:
    """The top is the first value, as For Each gives it."""
    return Object(STACK, values=[])


def _taken(this: Object, *, remove: bool) -> Any:
    if not this.data["values"]:
        raise failed(0x80131509, "The collection is empty.")
    return this.data["values"].pop(0) if remove else this.data["values"][0]


QUEUE.method("Enqueue", takes="obj")(_add)


@STACK.method("Push", takes="obj")
def _push(machine: Any, this: Object, value: Any = MISSING) -> None:
    _insert(machine, this, 0, value)


@QUEUE.method("Dequeue")
@STACK.method("Pop")
def _take(machine: Any, this: Object) -> Any:
    machine.spend(1 + len(this.data["values"]) // 256)
    return _taken(this, remove=True)


@QUEUE.method("Peek")
@STACK.method("Peek")
def _peek(_machine: Any, this: Object) -> Any:
    return _taken(this, remove=False)


TABLE: Final = net_class("System.Collections.Hashtable", "Item")
SORTED: Final = net_class("System.Collections.SortedList", "Item")


@com_class("System.Collections.Hashtable")
def make_table(_machine: Any) -> Object:
    return Object(TABLE, entries={})


@com_class("System.Collections.SortedList")
def make_sorted(_machine: Any) -> Object:
    return Object(SORTED, entries={})


def _key(value: Any) -> tuple[str, Any]:
    if type(value) in (str, int, float, bool):
        return type(value).__name__, value
    if value is MISSING or value is None or value is NULL:
        raise failed(0x80004003, "Key cannot be null.")
    return "object", display(value) if type(value) is Unknown else id(value)


def _entries(machine: Any, this: Object) -> list[tuple[Any, Any]]:
    """(key, value) pairs in the order of the collection."""
    pairs = list(this.data["entries"].values())
    if this.cls is SORTED:
        machine.spend(1 + len(pairs) // 8)
        pairs.sort(key=lambda pair: sort_key(machine, pair[0]))
    return pairs


for _class_ in (TABLE, SORTED):

    @_class_.method("Item", takes="key")
    def _table_item(_machine: Any, this: Object, key: Any = MISSING) -> Any:
        return this.data["entries"].get(_key(key), (None, None))[1]

    @_class_.setter("Item")
    def _put_table_item(machine: Any, this: Object, key: Any, value: Any) -> None:
        machine.grow(ENTRY)
        this.data["entries"][_key(key)] = (key, value)

    @_class_.method("Add", takes="key value")
    def _add_entry(machine: Any, this: Object, key: Any = MISSING, value: Any = MISSING) -> None:
        if _key(key) in this.data["entries"]:
            raise failed(0x80070057, "Item has already been added.")
        machine.grow(ENTRY)
        this.data["entries"][_key(key)] = (key, _none(value))

    @_class_.method("ContainsKey", "Contains", takes="key")
    def _contains_key(_machine: Any, this: Object, key: Any = MISSING) -> bool:
        return _key(key) in this.data["entries"]

    @_class_.method("ContainsValue", takes="value")
    def _contains_value(machine: Any, this: Object, value: Any = MISSING) -> bool:
        machine.spend(1 + len(this.data["entries"]) // 16)
        return any(same(item, value) for _, item in this.data["entries"].values())

    @_class_.method("Remove", takes="key")
    def _remove_entry(_machine: Any, this: Object, key: Any = MISSING) -> None:
        this.data["entries"].pop(_key(key), None)

    @_class_.method("Clear")
    def _clear_entries(_machine: Any, this: Object) -> None:
        this.data["entries"].clear()

    @_class_.method("Count")
    def _count_entries(_machine: Any, this: Object) -> int:
        return len(this.data["entries"])

    @_class_.method("Keys", "GetKeyList")
    def _keys(machine: Any, this: Object) -> Object:
        return Object(LIST, values=[key for key, _ in _entries(machine, this)])

    @_class_.method("Values", "GetValueList")
    def _values(machine: Any, this: Object) -> Object:
        return Object(LIST, values=[value for _, value in _entries(machine, this)])

    def _each_entry(machine: Any, this: Object) -> Iterator[Any]:
        yield from [Object(PAIR, key=key, value=value) for key, value in _entries(machine, this)]

    _class_.items = _each_entry


PAIR: Final = ObjectClass("System.Collections.DictionaryEntry")
PAIR.field("Key")
PAIR.field("Value")


def _sorted_at(machine: Any, this: Object, index: Any) -> tuple[Any, Any]:
    pairs, at = _entries(machine, this), whole(machine, index, -1)
    if not 0 <= at < len(pairs):
        raise out_of_range()
    return pairs[at]


@SORTED.method("GetKey", takes="index")
def _get_key(machine: Any, this: Object, index: Any = MISSING) -> Any:
    return _sorted_at(machine, this, index)[0]


@SORTED.method("GetByIndex", takes="index")
def _get_by_index(machine: Any, this: Object, index: Any = MISSING) -> Any:
    return _sorted_at(machine, this, index)[1]


@SORTED.method("SetByIndex", takes="index value")
def _set_by_index(machine: Any, this: Object, index: Any = MISSING, value: Any = MISSING) -> None:
    key = _sorted_at(machine, this, index)[0]
    this.data["entries"][_key(key)] = (key, _none(value))


@SORTED.method("RemoveAt", takes="index")
def _remove_sorted(machine: Any, this: Object, index: Any = MISSING) -> None:
    this.data["entries"].pop(_key(_sorted_at(machine, this, index)[0]))


@SORTED.method("IndexOfKey", takes="key")
def _index_of_key(machine: Any, this: Object, key: Any = MISSING) -> int:
    return next((at for at, pair in enumerate(_entries(machine, this)) if same(pair[0], key)), -1)


@SORTED.method("IndexOfValue", takes="value")
def _index_of_value(machine: Any, this: Object, value: Any = MISSING) -> int:
    return next((at for at, pair in enumerate(_entries(machine, this)) if same(pair[1], value)), -1)


# ---------------------------------------------------------------- random numbers

RANDOM: Final = net_class("System.Random")


@com_class("System.Random")
def make_random(_machine: Any) -> Object:
    return Object(RANDOM)


@RANDOM.method("Next", takes="minValue maxValue")
def _next(machine: Any, _this: Object, low: Any = MISSING, high: Any = MISSING) -> int:
    first, last = (whole(machine, low), whole(machine, high)) if given(high) else (0, whole(machine, low, 0x7FFFFFFF))
    if last < first:
        raise ScriptError(INVALID_CALL, "Invalid procedure call or argument")
    return first + int(machine.world.random.next() * (last - first))


@RANDOM.method("NextDouble")
def _next_double(machine: Any, _this: Object) -> float:
    return machine.world.random.next()  # type: ignore[no-any-return]


# ---------------------------------------------------------------- downloads

CLIENT: Final = net_class("System.Net.WebClient")
CLIENT.field("Headers")
CLIENT.field("Encoding")
CLIENT.field("BaseAddress", "")
CLIENT.field("Proxy")
CLIENT.field("Credentials")


@com_class("System.Net.WebClient")
def make_client(_machine: Any) -> Object:
    return Object(CLIENT, headers=Object(TABLE, entries={}))


@CLIENT.method("DownloadFile", takes="address fileName")
def _download_file(machine: Any, _this: Object, url: Any = MISSING, path: Any = MISSING) -> None:
    machine.download(text(machine, url), "WebClient.DownloadFile", text(machine, path))


@CLIENT.method("DownloadString", "DownloadData", "OpenRead", "UploadString", "UploadData", takes="address")
def _download(machine: Any, _this: Object, url: Any = MISSING, *_: Any) -> Unknown:
    return machine.download(text(machine, url), "WebClient.DownloadString")  # type: ignore[no-any-return]


# ---------------------------------------------------------------- loading code from serialised objects

FORMATTER: Final = net_class("System.Runtime.Serialization.Formatters.Binary.BinaryFormatter")
DELEGATE: Final = net_class("System.Delegate")
ASSEMBLY: Final = net_class("System.Reflection.Assembly")
for _name in ("SurrogateSelector", "Context", "AssemblyFormat", "FilterLevel", "TypeFormat"):
    FORMATTER.field(_name)


@com_class("System.Runtime.Serialization.Formatters.Binary.BinaryFormatter", "System.Runtime.Serialization.Formatters.Soap.SoapFormatter")
def make_formatter(_machine: Any) -> Object:
    return Object(FORMATTER)


@FORMATTER.method("Deserialize", takes="serializationStream")
def _deserialize(machine: Any, _this: Object, stream: Any = MISSING) -> Any:
    """An object graph from bytes. Its delegates run when it is made or called: that loads the assembly in it."""
    how = "BinaryFormatter.Deserialize"
    data = _memory(stream) if type(stream) is Object and stream.cls is MEMORY else machine.bytes_of(stream)
    if isinstance(data, Unknown):
        machine.effect("load", data, how)
        return Object(DELEGATE)
    machine.effect("load", f"serialised object, {len(data):,} bytes", how)
    machine.child(data, how=f"given to {how}")
    assembly = embedded_program(data)
    if assembly:
        machine.child(assembly, label="assembly", how=f"assembly in the object given to {how}")
    return Object(DELEGATE)


def embedded_program(data: bytes) -> bytes:
    """The first PE file inside some bytes, to their end; empty when there is none."""
    at = data.find(b"MZ")
    while at >= 0:
        offset = int.from_bytes(data[at + 0x3C : at + 0x40], "little")
        if data[at + offset : at + offset + 4] == b"PE\0\0":
            return data[at:]
        at = data.find(b"MZ", at + 1)
    return b""


@DELEGATE.method("DynamicInvoke", takes="args")
def _dynamic_invoke(_machine: Any, _this: Object, *_: Any) -> Object:
    return Object(ASSEMBLY)


@ASSEMBLY.method("CreateInstance", takes="typeName")
def _create_instance(machine: Any, _this: Object, name: Any = MISSING, *_: Any) -> Object:
    wanted = known(machine, name)
    machine.effect("load", wanted, "Assembly.CreateInstance")
    return Object(net_class(f"class {wanted} of a loaded assembly"))
