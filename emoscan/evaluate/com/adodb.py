"""ADO: the stream that turns text into bytes and downloads into files, the record set that turns bytes into text, databases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from emoscan.evaluate.com import com_class
from emoscan.evaluate.com.common import Text, collection, given, known, text, thing, whole
from emoscan.evaluate.core import encoding
from emoscan.evaluate.core.failures import ScriptError
from emoscan.evaluate.core.machine import origin
from emoscan.evaluate.core.values import MISSING, NULL, Object, ObjectClass, Unknown, display

NOT_ALLOWED: Final = 3219
CLOSED: Final = 3704
BAD_ARGUMENT: Final = 3001
NOT_FOUND: Final = 3002
NO_RECORD: Final = 3021
NO_ITEM: Final = 3265

# ---------------------------------------------------------------- ADODB.Stream

STREAM: Final = ObjectClass("ADODB.Stream")
BINARY, TEXT = 1, 2
BOMS: Final = {"utf-16-le": b"\xff\xfe", "utf-8": b"\xef\xbb\xbf", "utf-16-be": b"\xfe\xff"}
STREAM.field("Mode", 0)
STREAM.field("LineSeparator", -1)


@com_class("ADODB.Stream", "00000566-0000-0010-8000-00aa006d2ea4")
def make_stream(_machine: Any) -> Object:
    return Object(STREAM, content=bytearray(), at=0, kind=TEXT, charset="Unicode", open=False)


def _content(this: Object) -> bytearray | Unknown:
    if not this.data["open"]:
        raise ScriptError(CLOSED, "Operation is not allowed when the object is closed.")
    content: bytearray | Unknown = this.data["content"]
    return content


def _codec(this: Object) -> str:
    return encoding.CHARSETS.get(this.data["charset"].strip().lower(), "")


@STREAM.method("Open", takes="Source Mode Options UserName Password")
def _open(machine: Any, this: Object, source: Any = MISSING, *_: Any) -> None:
    if this.data["open"]:
        raise ScriptError(3705, "Operation is not allowed when the object is open.")
    this.data.update(open=True, content=bytearray(), at=0)
    address = known(machine, source)
    if address.strip():
        machine.download(address.strip().removeprefix("URL="), "ADODB.Stream.Open")
        this.data["content"] = Unknown(f"content of {address.strip().removeprefix('URL=')}")


@STREAM.method("Close")
def _close(_machine: Any, this: Object) -> None:
    if not this.data["open"]:
        raise ScriptError(CLOSED, "Operation is not allowed when the object is closed.")
    this.data["open"] = False


@STREAM.method("State")
def _state(_machine: Any, this: Object) -> int:
    return int(this.data["open"])


@STREAM.method("Type")
def _type(_machine: Any, this: Object) -> int:
    return this.data["kind"]  # type: ignore[no-any-return]


@STREAM.setter("Type")
def _put_type(machine: Any, this: Object, value: Any) -> None:
    kind = whole(machine, value, BINARY)
    if kind not in (BINARY, TEXT):
        raise ScriptError(
            BAD_ARGUMENT, "Arguments are of the wrong type, are out of acceptable range, or are in conflict with one another."
        )
    if this.data["at"] and this.data["open"]:
        raise ScriptError(NOT_ALLOWED, "Operation is not allowed in this context.")
    this.data["kind"] = kind


@STREAM.method("Charset")
def _charset(_machine: Any, this: Object) -> str:
    return this.data["charset"]  # type: ignore[no-any-return]


@STREAM.setter("Charset")
def _put_charset(machine: Any, this: Object, value: Any) -> None:
    name = known(machine, value)
    if name.strip().lower() not in encoding.CHARSETS:
        raise ScriptError(
            BAD_ARGUMENT, "Arguments are of the wrong type, are out of acceptable range, or are in conflict with one another."
        )
    this.data["charset"] = name


@STREAM.method("Size")
def _size(_machine: Any, this: Object) -> Any:
    content = _content(this)
    return Unknown(f"size of {content.text()}") if isinstance(content, Unknown) else len(content)


@STREAM.method("Position")
def _position(_machine: Any, this: Object) -> int:
    return this.data["at"]  # type: ignore[no-any-return]


@STREAM.setter("Position")
def _put_position(machine: Any, this: Object, value: Any) -> None:
    content, at = _content(this), whole(machine, value)
    if at < 0:
        raise ScriptError(
            BAD_ARGUMENT, "Arguments are of the wrong type, are out of acceptable range, or are in conflict with one another."
        )
    if isinstance(content, bytearray) and at > len(content):
        machine.grow(at)
        content.extend(bytes(at - len(content)))
    this.data["at"] = at


@STREAM.method("EOS")
def _at_end(_machine: Any, this: Object) -> bool:
    content = _content(this)
    return bool(this.data["at"]) if isinstance(content, Unknown) else this.data["at"] >= len(content)


def write(machine: Any, this: Object, data: bytes | Unknown) -> None:
    """Put bytes at the position; what is unknown makes the whole unknown."""
    content = _content(this)
    if isinstance(content, Unknown) or isinstance(data, Unknown):
        this.data["content"] = data if isinstance(data, Unknown) else content
        this.data["at"] = 1
        return
    at = this.data["at"]
    machine.grow(max(0, at + len(data) - len(content)))
    machine.spend(len(data) // 256)
    content[at : at + len(data)] = data
    this.data["at"] = at + len(data)


@STREAM.method("Write", takes="Buffer")
def _write(machine: Any, this: Object, buffer: Any = MISSING) -> None:
    if type(buffer) is Object and not buffer.cls.default:
        buffer = machine.get(buffer, "bytes") if "bytes" in buffer.cls.get else Unknown(f"bytes of {buffer.cls.name}")
    write(machine, this, machine.bytes_of(buffer))


@STREAM.method("WriteText", takes="Data Options")
def _write_text(machine: Any, this: Object, value: Any = MISSING, options: Any = MISSING) -> None:
    piece = text(machine, value)
    if this.data["kind"] == BINARY:
        raise ScriptError(NOT_ALLOWED, "Operation is not allowed in this context.")
    if origin(piece) or isinstance(this.data["content"], Unknown):
        write(machine, this, piece if isinstance(piece, Unknown) else this.data["content"])
        return
    codec = _codec(this)
    line = _separator(machine, this) if whole(machine, options) == 1 else ""
    machine.grow(4 * len(display(piece)))
    data = encoding.encode(display(piece) + line, codec)
    write(machine, this, BOMS.get(codec, b"") + data if not this.data["at"] and not _content(this) else data)


def _separator(machine: Any, this: Object) -> str:
    return {13: "\r", 10: "\n"}.get(whole(machine, this.data.get("lineseparator"), -1), "\r\n")


@STREAM.method("Read", takes="NumBytes")
def _read(machine: Any, this: Object, count: Any = MISSING) -> Any:
    if this.data["kind"] == TEXT:
        raise ScriptError(NOT_ALLOWED, "Operation is not allowed in this context.")
    content = _content(this)
    if isinstance(content, Unknown):
        this.data["at"] = 1
        return content
    data = _take(this, content, whole(machine, count, -1))
    return machine.make_array(data, byte=True) if data else NULL


def _take(this: Object, content: bytearray, count: int) -> bytes:
    at = this.data["at"]
    end = len(content) if count < 0 else min(len(content), at + count)
    this.data["at"] = max(at, end)
    return bytes(content[at:end])


@STREAM.method("ReadText", takes="NumChars")
def _read_text(machine: Any, this: Object, count: Any = MISSING) -> Text:
    if this.data["kind"] == BINARY:
        raise ScriptError(NOT_ALLOWED, "Operation is not allowed in this context.")
    content = _content(this)
    if isinstance(content, Unknown):
        this.data["at"] = 1
        return content
    codec, wanted = _codec(this), whole(machine, count, -1)
    bom = BOMS.get(codec, b"")
    if not this.data["at"] and bom and content.startswith(bom):
        this.data["at"] = len(bom)
    at = this.data["at"]
    if wanted == -2:
        separator = _separator(machine, this)
        mark = encoding.encode(separator, codec)
        end = content.find(mark, at)
        line = bytes(content[at : end if end >= 0 else len(content)])
        this.data["at"] = min(len(content), at + len(line) + len(mark))
        machine.grow(2 * len(line))
        return encoding.decode(line, codec)
    # A character takes four bytes at most.
    part = bytes(content[at : at + 4 * wanted] if wanted >= 0 else content[at:])
    machine.grow(2 * len(part))
    machine.spend(len(part) // 256)
    piece = encoding.decode(part, codec)
    if wanted >= 0:
        piece = piece[:wanted]
        this.data["at"] = min(len(content), at + len(encoding.encode(piece, codec)))
    else:
        this.data["at"] = len(content)
    return piece


@STREAM.method("SkipLine")
def _skip_line(machine: Any, this: Object) -> None:
    _read_text(machine, this, -2)


@STREAM.method("SetEOS")
def _set_end(_machine: Any, this: Object) -> None:
    content = _content(this)
    if isinstance(content, bytearray):
        del content[this.data["at"] :]


@STREAM.method("Flush", "Cancel")
def _flush(_machine: Any, _this: Object) -> None:
    return None


@STREAM.method("CopyTo", takes="DestStream CharNumber")
def _copy_to(machine: Any, this: Object, target: Any = MISSING, count: Any = MISSING) -> None:
    content = _content(this)
    if type(target) is not Object or target.cls is not STREAM:
        raise ScriptError(
            BAD_ARGUMENT, "Arguments are of the wrong type, are out of acceptable range, or are in conflict with one another."
        )
    if isinstance(content, Unknown):
        write(machine, target, content)
    elif this.data["kind"] == TEXT and target.data["kind"] == TEXT:
        _write_text(machine, target, _read_text(machine, this, count))
    else:
        wanted = whole(machine, count, -1)
        data = _take(this, content, wanted * 2 if wanted > 0 and this.data["kind"] == TEXT and _codec(this) == "utf-16-le" else wanted)
        machine.grow(len(data))
        write(machine, target, data)


@STREAM.method("SaveToFile", takes="FileName Options")
def _save(machine: Any, this: Object, path: Any = MISSING, options: Any = MISSING) -> None:
    target = text(machine, path)
    content = _content(this)
    if whole(machine, options, 1) != 2 and machine.world.files.exists(display(target)):
        raise ScriptError(3004, "Write to file failed.")
    machine.write_file(target, content if isinstance(content, Unknown) else bytes(content), "ADODB.Stream.SaveToFile")
    machine.close_file(target)
    this.data["at"] = 0


@STREAM.method("LoadFromFile", takes="FileName")
def _load(machine: Any, this: Object, path: Any = MISSING) -> None:
    _content(this)
    source = text(machine, path)
    found = machine.read(source)
    if found is None:
        raise ScriptError(NOT_FOUND, "File could not be opened.")
    machine.grow(len(found) if isinstance(found, bytes) else 0)
    this.data.update(content=bytearray(found) if isinstance(found, bytes) else found, at=0)


# ---------------------------------------------------------------- ADODB.Recordset

RECORDSET: Final = ObjectClass("ADODB.Recordset", default="Fields")
FIELDS: Final = ObjectClass("ADODB.Fields", default="Item")
FIELD: Final = ObjectClass("ADODB.Field", default="Value")
BINARY_TYPES: Final = (128, 204, 205)
ANSI_TYPES: Final = (129, 200, 201)
WIDE_TYPES: Final = (8, 130, 202, 203)
for _name, _initial in {"CursorLocation": 2, "CursorType": 0, "LockType": 1, "Filter": "", "Sort": "", "CacheSize": 1}.items():
    RECORDSET.field(_name, _initial)
for _name in ("ActiveConnection", "Source", "MaxRecords", "PageSize"):
    RECORDSET.field(_name)


@com_class("ADODB.Recordset", "00000535-0000-0010-8000-00aa006d2ea4")
def make_recordset(_machine: Any) -> Object:
    return new_recordset("")


def new_recordset(source: str) -> Object:
    """An empty record set, or with `source` the answer of a database: one row of unknown fields."""
    return Object(RECORDSET, columns=[], rows=[{}] if source else [], row=0, source=source, open=bool(source))


@RECORDSET.method("Fields")
def _fields(_machine: Any, this: Object) -> Object:
    return Object(FIELDS, recordset=this)


def _column(machine: Any, recordset: Object, key: Any) -> tuple[str, int]:
    """(name, type) of a field. Raises error 3265."""
    columns: list[tuple[str, int]] = recordset.data["columns"]
    if type(key) in (int, float):
        at = whole(machine, key)
        if 0 <= at < len(columns):
            return columns[at]
        name = f"field {at}"
    else:
        name = known(machine, key).lower()
        for column in columns:
            if column[0] == name:
                return column
    if recordset.data["source"]:
        return name, 0
    raise ScriptError(NO_ITEM, "Item cannot be found in the collection corresponding to the requested name or ordinal.")


@FIELDS.method("Item", takes="Index")
def _field(machine: Any, this: Object, key: Any = MISSING) -> Object:
    if not given(key):
        return this
    recordset = this.data["recordset"]
    name, kind = _column(machine, recordset, key)
    return Object(FIELD, recordset=recordset, name=name, kind=kind, read=0)


@FIELDS.method("Count")
def _field_count(_machine: Any, this: Object) -> int:
    return len(this.data["recordset"].data["columns"])


@FIELDS.method("Append", takes="Name Type DefinedSize Attrib FieldValue")
def _append(machine: Any, this: Object, name: Any = MISSING, kind: Any = MISSING, *_: Any) -> None:
    machine.grow(64)
    this.data["recordset"].data["columns"].append((known(machine, name).lower(), whole(machine, kind, 203)))


@FIELDS.method("Refresh", "Update")
def _refresh(_machine: Any, _this: Object) -> None:
    return None


def _each_field(machine: Any, this: Object) -> Iterator[Object]:
    for name, _ in list(this.data["recordset"].data["columns"]):
        yield _field(machine, this, name)


FIELDS.items = _each_field


def _row(recordset: Object) -> dict[str, Any]:
    rows, at = recordset.data["rows"], recordset.data["row"]
    if not 0 <= at < len(rows):
        raise ScriptError(NO_RECORD, "Either BOF or EOF is True, or the current record has been deleted.")
    row: dict[str, Any] = rows[at]
    return row


def _of_type(machine: Any, value: Any, kind: int) -> Any:
    """A value as a field of a type gives it back: this is how scripts turn bytes into text."""
    if type(value) is Unknown or value is None or value is NULL:
        return value
    is_array = type(value) is not Object and machine.items(value) is not None
    if kind in BINARY_TYPES:
        return value if is_array else _array(machine, machine.bytes_of(value))
    if kind in ANSI_TYPES or kind in WIDE_TYPES:
        if not is_array:
            return text(machine, value)
        data = machine.bytes_of(value)
        return data if isinstance(data, Unknown) else encoding.decode(data, machine.codec if kind in ANSI_TYPES else "utf-16-le")
    return value


def _array(machine: Any, data: bytes | Unknown) -> Any:
    return data if isinstance(data, Unknown) else machine.make_array(data, byte=True)


@FIELD.method("Value", "OriginalValue", "UnderlyingValue")
def _value(_machine: Any, this: Object) -> Any:
    recordset, name = this.data["recordset"], this.data["name"]
    if recordset.data["source"]:
        return _row(recordset).get(name, Unknown(f"{name} of {recordset.data['source']}"))
    return _row(recordset).get(name, NULL)


@FIELD.setter("Value")
def _put_value(machine: Any, this: Object, value: Any) -> None:
    machine.grow(64)
    _row(this.data["recordset"])[this.data["name"]] = _of_type(machine, value, this.data["kind"])


@FIELD.method("AppendChunk", takes="Data")
def _append_chunk(machine: Any, this: Object, value: Any = MISSING) -> None:
    row, name, kind = _row(this.data["recordset"]), this.data["name"], this.data["kind"]
    added, held = _of_type(machine, value, kind), row.get(name)
    if not given(held) or type(held) is Unknown or type(added) is Unknown:
        row[name] = added if not given(held) else Unknown.join((known(machine, held), added))
    elif kind in BINARY_TYPES:
        row[name] = _array(machine, machine.bytes_of(held) + machine.bytes_of(added))
    elif type(held) is str and type(added) is str:
        machine.grow(len(held) + len(added))
        row[name] = held + added


@FIELD.method("GetChunk", takes="Length")
def _get_chunk(machine: Any, this: Object, count: Any = MISSING) -> Any:
    value, length = _value(machine, this), whole(machine, count, -1)
    if not given(value) or type(value) is Unknown:
        return value
    at = this.data["read"]
    end = None if length < 0 else at + length
    if type(value) is str:
        piece: Any = value[at:end]
    else:
        data = machine.bytes_of(value)
        piece = data if isinstance(data, Unknown) else machine.make_array(data[at:end], byte=True)
    this.data["read"] = at + max(0, length)
    return piece


@FIELD.method("Name")
def _field_name(_machine: Any, this: Object) -> str:
    return this.data["name"]  # type: ignore[no-any-return]


@FIELD.method("Type")
def _field_type(_machine: Any, this: Object) -> int:
    return this.data["kind"]  # type: ignore[no-any-return]


@FIELD.method("ActualSize", "DefinedSize")
def _actual_size(machine: Any, this: Object) -> Any:
    value = _value(machine, this)
    if type(value) is str:
        return len(value)
    if not given(value) or type(value) is Unknown or type(value) in (int, float, bool):
        return 0
    data = machine.bytes_of(value)
    return len(data) if isinstance(data, bytes) else data


@RECORDSET.method("Open", takes="Source ActiveConnection CursorType LockType Options")
def _open_recordset(machine: Any, this: Object, source: Any = MISSING, connection: Any = MISSING, *_: Any) -> None:
    this.data["open"] = True
    query = known(machine, source) if type(source) is not Object else "command"
    if query.strip():
        if type(connection) is str:
            machine.effect("open", connection, "ADODB.Recordset.Open")
        machine.effect("query", query, "ADODB.Recordset.Open")
        this.data.update(source=query[:80], rows=[{}], row=0)


@RECORDSET.method("AddNew", takes="FieldList Values")
def _add_new(machine: Any, this: Object, names: Any = MISSING, values: Any = MISSING) -> None:
    machine.grow(200)
    this.data["rows"].append({})
    this.data["row"] = len(this.data["rows"]) - 1
    if given(names) and given(values):
        keys, items = machine.items(names) or [names], machine.items(values) or [values]
        fields = Object(FIELDS, recordset=this)
        for key, item in zip(keys, items, strict=False):
            _put_value(machine, _field(machine, fields, key), item)


@RECORDSET.method("Update", "UpdateBatch", "CancelUpdate", "Requery", "Resync", "Cancel", takes="Fields Values")
def _update(_machine: Any, _this: Object, *_: Any) -> None:
    return None


@RECORDSET.method("Close")
def _close_recordset(_machine: Any, this: Object) -> None:
    this.data["open"] = False


@RECORDSET.method("State")
def _recordset_state(_machine: Any, this: Object) -> int:
    return int(this.data["open"])


@RECORDSET.method("EOF")
def _eof(_machine: Any, this: Object) -> bool:
    return not this.data["row"] < len(this.data["rows"])


@RECORDSET.method("BOF")
def _bof(_machine: Any, this: Object) -> bool:
    return not this.data["rows"] or this.data["row"] < 0


@RECORDSET.method("RecordCount")
def _record_count(_machine: Any, this: Object) -> int:
    return len(this.data["rows"])


def _move_to(this: Object, row: int) -> None:
    this.data["row"] = max(-1, min(row, len(this.data["rows"])))


@RECORDSET.method("MoveFirst")
def _move_first(_machine: Any, this: Object) -> None:
    _move_to(this, 0)


@RECORDSET.method("MoveLast")
def _move_last(_machine: Any, this: Object) -> None:
    _move_to(this, len(this.data["rows"]) - 1)


@RECORDSET.method("MoveNext")
def _move_next(_machine: Any, this: Object) -> None:
    _move_to(this, this.data["row"] + 1)


@RECORDSET.method("MovePrevious")
def _move_previous(_machine: Any, this: Object) -> None:
    _move_to(this, this.data["row"] - 1)


@RECORDSET.method("Move", takes="NumRecords Start")
def _move(machine: Any, this: Object, count: Any = MISSING, _start: Any = MISSING) -> None:
    _move_to(this, this.data["row"] + whole(machine, count))


@RECORDSET.method("Delete", takes="AffectRecords")
def _delete(_machine: Any, this: Object, _affect: Any = MISSING) -> None:
    _row(this)
    del this.data["rows"][this.data["row"]]


@RECORDSET.method("GetString", takes="StringFormat NumRows ColumnDelimeter RowDelimeter NullExpr")
def _get_string(
    machine: Any,
    this: Object,
    _form: Any = MISSING,
    count: Any = MISSING,
    column: Any = MISSING,
    row: Any = MISSING,
    _null: Any = MISSING,
) -> Text:
    rows, names = this.data["rows"], [name for name, _ in this.data["columns"]]
    if this.data["source"]:
        return Unknown(f"rows of {this.data['source']}")
    between, after = known(machine, column, "\t"), known(machine, row, "\r")
    start, wanted = max(0, this.data["row"]), whole(machine, count, -1)
    taken = rows[start:] if wanted < 0 else rows[start : start + wanted]
    _move_to(this, start + len(taken))
    machine.spend(len(taken) * (len(names) + 1))
    pieces: list[str] = []
    for record in taken:
        pieces += [between.join(known(machine, record.get(name)) for name in names), after]
        machine.grow(len(pieces[-2]) + len(after))
    return "".join(pieces)


@RECORDSET.method("GetRows", takes="Rows Start Fields")
def _get_rows(_machine: Any, this: Object, *_: Any) -> Unknown:
    return Unknown(f"rows of {this.data['source'] or 'the record set'}")


@RECORDSET.method("Find", "Seek", "NextRecordset", "Clone", "Supports", takes="Criteria")
def _find(_machine: Any, this: Object, *_: Any) -> Unknown:
    return Unknown(f"rows of {this.data['source'] or 'the record set'}")


@RECORDSET.method("Save", takes="Destination PersistFormat")
def _save_recordset(machine: Any, this: Object, path: Any = MISSING, _form: Any = MISSING) -> None:
    """Writes the fields, among other things: text in them can be a script to lenient readers."""
    target = text(machine, path)
    content = "\r\n".join(known(machine, value) for row in this.data["rows"][:1_000] for value in row.values())
    machine.write_file(target, encoding.encode(content, "utf-8"), "ADODB.Recordset.Save")
    machine.close_file(target)


# ---------------------------------------------------------------- ADODB.Connection, ADODB.Command

CONNECTION: Final = ObjectClass("ADODB.Connection", default="ConnectionString")
for _name, _initial in {
    "ConnectionString": "",
    "Provider": "",
    "ConnectionTimeout": 15,
    "CommandTimeout": 30,
    "CursorLocation": 2,
    "Mode": 0,
    "DefaultDatabase": "",
}.items():
    CONNECTION.field(_name, _initial)


@com_class("ADODB.Connection", "00000514-0000-0010-8000-00aa006d2ea4")
def make_connection(_machine: Any) -> Object:
    return Object(CONNECTION, state=0)


@CONNECTION.method("Open", takes="ConnectionString UserID Password Options")
def _open_connection(machine: Any, this: Object, source: Any = MISSING, *_: Any) -> None:
    where = text(machine, source) or text(machine, this.data.get("connectionstring"))
    this.data["state"] = 1
    machine.effect("open", where, "ADODB.Connection.Open")


@CONNECTION.method("State")
def _connection_state(_machine: Any, this: Object) -> int:
    return this.data["state"]  # type: ignore[no-any-return]


@CONNECTION.method("Close")
def _close_connection(_machine: Any, this: Object) -> None:
    this.data["state"] = 0


@CONNECTION.method("Execute", takes="CommandText RecordsAffected Options")
def _execute(machine: Any, _this: Object, command: Any = MISSING, *_: Any) -> Object:
    return run_sql(machine, text(machine, command), "ADODB.Connection.Execute")


def run_sql(machine: Any, command: Text, how: str) -> Object:
    """A statement goes to a database. One that has the server run a program is recorded as that too."""
    machine.effect("query", command, how)
    shown = display(command)
    if "xp_cmdshell" in shown.lower():
        start = shown.lower().index("xp_cmdshell") + len("xp_cmdshell")
        machine.run(shown[start:].strip(" '\";N"), f"{how}, xp_cmdshell")
    return new_recordset(shown[:80] or "statement")


@CONNECTION.method("BeginTrans", "CommitTrans", "RollbackTrans", "Cancel")
def _transaction(_machine: Any, _this: Object) -> int:
    return 1


@CONNECTION.method("Errors")
def _errors(_machine: Any, _this: Object) -> Object:
    return collection([], first=0)


@CONNECTION.method("Properties")
def _properties(_machine: Any, _this: Object, *_: Any) -> Object:
    return thing("ADODB.Property", "Value", Value="", Name="")


@CONNECTION.method("OpenSchema", takes="Schema Restrictions SchemaID")
def _open_schema(_machine: Any, _this: Object, *_: Any) -> Object:
    return new_recordset("schema")


COMMAND: Final = ObjectClass("ADODB.Command", default="CommandText")
for _name in ("CommandText", "ActiveConnection", "CommandType", "CommandTimeout", "Name", "Prepared"):
    COMMAND.field(_name)


@com_class("ADODB.Command", "00000507-0000-0010-8000-00aa006d2ea4")
def make_command(_machine: Any) -> Object:
    return Object(COMMAND)


@COMMAND.method("Execute", takes="RecordsAffected Parameters Options")
def _execute_command(machine: Any, this: Object, *_: Any) -> Object:
    return run_sql(machine, text(machine, this.data.get("commandtext")), "ADODB.Command.Execute")


@COMMAND.method("CreateParameter", takes="Name Type Direction Size Value")
def _create_parameter(machine: Any, _this: Object, name: Any = MISSING, *values: Any) -> Object:
    return thing("ADODB.Parameter", "Value", Name=known(machine, name), Value=values[3] if len(values) > 3 else None)


@COMMAND.method("Parameters")
def _parameters(_machine: Any, _this: Object) -> Object:
    return collection([], first=0)
