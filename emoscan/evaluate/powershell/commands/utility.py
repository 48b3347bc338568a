"""Commands of Microsoft.PowerShell.Utility: making, choosing, sorting, measuring, converting and showing objects."""

from __future__ import annotations

import csv
import hashlib
import io
import math
from typing import Any, Final

from emoscan.evaluate.core.values import MISSING, Object, Unknown
from emoscan.evaluate.powershell.binding import Call
from emoscan.evaluate.powershell.commands import cmdlet
from emoscan.evaluate.powershell.convert import elements, is_list, number, truth, unwrap
from emoscan.evaluate.powershell.flow import Code
from emoscan.evaluate.powershell.format import format_moment
from emoscan.evaluate.powershell.members import construct
from emoscan.evaluate.powershell.net.collections import sort_key
from emoscan.evaluate.powershell.net.dates import EPOCH, date, span
from emoscan.evaluate.powershell.net.numbers import next_random
from emoscan.evaluate.powershell.values import Char, Enum, Hash, NetType, Record, Thrown, type_name
from emoscan.evaluate.powershell.wildcards import like

# ---------------------------------------------------------------- making objects


@cmdlet("New-Object", takes="TypeName+0 ArgumentList,Args+1* Property ComObject Strict?")
def new_object(m: Any, call: Call) -> list[Any]:
    if call.has("ComObject"):
        prog_id = call.text("ComObject")
        if type(prog_id) is Unknown:
            return [Unknown(f"COM object {prog_id.text()}")]
        made = m.create(prog_id)
        return [made if made is not None else m.unmodelled(f"COM class {prog_id}")]
    name = call.text("TypeName")
    if type(name) is Unknown:
        return [Unknown(f"new {name.text()}")]
    args = call.get("ArgumentList", MISSING)
    given: tuple[Any, ...] = ()
    if args is not MISSING:
        given = tuple(elements(args)) if type(args) is list else (args,)
        given += tuple(call.extra)
    lower = name.lower().removeprefix("system.")
    if lower in ("psobject", "object", "management.automation.psobject", "pscustomobject"):
        value: Any = Record() if not given else given[0]
    else:
        value = construct(m, name, given)
    properties = call.get("Property")
    if type(properties) is Hash:
        for key, held in properties.items():
            m.put_member(value, m.shown(key), held)
    return [value]


@cmdlet(
    "Add-Member",
    takes="MemberType,Type+0 Name+1 Value+2 SecondValue+3 InputObject NotePropertyName NotePropertyValue NotePropertyMembers PassThru? Force? TypeName",
)
def add_member(m: Any, call: Call) -> list[Any]:
    targets = call.objects()
    members: dict[str, Any] = {}
    if call.has("NotePropertyName"):
        members[call.shown("NotePropertyName")] = call.get("NotePropertyValue", call.get("MemberType"))
    elif type(call.get("NotePropertyMembers", call.get("MemberType"))) is Hash:
        table = call.get("NotePropertyMembers", call.get("MemberType"))
        members = {m.shown(key): value for key, value in table.items()}
    elif call.has("Name"):
        members[call.shown("Name")] = call.get("Value")
    elif call.has("MemberType"):
        members[call.shown("MemberType")] = call.get("Name")
    for target in targets:
        for name, value in members.items():
            m.put_member(target, name, value)
    return list(targets) if call.on("PassThru") else []


@cmdlet(
    "Add-Type",
    takes="TypeDefinition+0 Name MemberDefinition Namespace,NS Language AssemblyName,AN Path LiteralPath ReferencedAssemblies,RA UsingNamespace,Using CompilerParameters PassThru? IgnoreWarnings? OutputAssembly OutputType CodeDomProvider",
)
def add_type(m: Any, call: Call) -> list[Any]:
    from emoscan.evaluate.powershell.net.native import import_types

    source = call.get("TypeDefinition", call.get("MemberDefinition"))
    if source is None:
        for path in call.names("Path", "LiteralPath"):
            m.effect("load", m.text(path), "Add-Type")
        return []
    text = m.text(source) if not is_list(source) else "\n".join(m.shown(item) for item in elements(source))
    if type(text) is Unknown:
        m.effect("load", text, "Add-Type")
        return [Unknown("types of unknown source")]
    m.child(text, "script.csharp", call.shown("Name"), how="Add-Type source")
    name = call.shown("Name") if call.has("MemberDefinition") else ""
    if call.has("MemberDefinition") and not name:
        name = "Native"
    types = import_types(m, text, name, call.shown("Namespace"))
    return types if call.on("PassThru") else []


@cmdlet("New-TimeSpan", takes="Start+0 End+1 Days Hours Minutes Seconds Milliseconds")
def new_time_span(m: Any, call: Call) -> list[Any]:
    if call.has("Start") or call.has("End"):
        first = m.cast(call.get("Start"), "datetime") if call.has("Start") else date(m.world.now)
        last = m.cast(call.get("End"), "datetime") if call.has("End") else date(m.world.now)
        return [m.operators.subtract(last, first)]
    units = {"Days": 86_400_000, "Hours": 3_600_000, "Minutes": 60_000, "Seconds": 1_000, "Milliseconds": 1}
    return [span(sum(call.whole(name) * factor for name, factor in units.items()) * 10_000)]


@cmdlet("New-Guid")
def new_guid(m: Any, _call: Call) -> list[Any]:
    return [m.static_call(NetType("System.Guid"), "NewGuid", ())]


@cmdlet("New-TemporaryFile")
def new_temporary_file(m: Any, _call: Call) -> list[Any]:
    from emoscan.evaluate.powershell.net.files import ITEM, item, temp_file

    return [item(ITEM, temp_file(m, ""))]


# ---------------------------------------------------------------- showing


@cmdlet("Write-Output", takes="InputObject+0* NoEnumerate?")
def write_output(_m: Any, call: Call) -> list[Any]:
    if call.input is not None:
        return list(call.input)
    out: list[Any] = []
    for value in call.many("InputObject") + call.extra:
        out += elements(value) if is_list(value) else [value]
    return out


@cmdlet(
    "Write-Host", "Write-Verbose", "Write-Debug", "Write-Warning", "Write-Information", "Write-Progress",
    takes="Object,Message,MessageData,Msg,Activity+0* NoNewline? Separator ForegroundColor BackgroundColor Tags Status PercentComplete Id SecondsRemaining CurrentOperation Completed? ParentId",
)  # fmt: skip
def write_host(m: Any, call: Call) -> None:
    """What is shown goes nowhere, but is looked at: it may hold addresses and hints."""
    m.said += 1
    if m.printed is not None and call.name == "Write-Host":
        m.printed.extend(call.many("Object"))


@cmdlet(
    "Write-Error",
    takes="Message,Msg,Exception+0 Category ErrorId TargetObject RecommendedAction ErrorRecord CategoryActivity CategoryReason",
)
def write_error(m: Any, call: Call) -> None:
    error = Thrown("Microsoft.PowerShell.Commands.WriteErrorException", call.shown("Message"))
    if call.shown("ErrorAction").lower() == "stop":
        error.fatal = True
        raise error
    m.note_error(error)


@cmdlet(
    "Format-List",
    "Format-Table",
    "Format-Wide",
    "Format-Custom",
    "Out-GridView",
    "Out-Printer",
    "Format-Hex",
    takes="Property+0* GroupBy AutoSize? Wrap? HideTableHeaders? InputObject Path View Force?",
)
def format_objects(_m: Any, call: Call) -> list[Any]:
    return list(call.objects())


@cmdlet("Out-String", takes="Stream? Width InputObject")
def out_string(m: Any, call: Call) -> list[Any]:
    pieces = [shown_object(m, item) for item in call.objects()]
    if call.on("Stream"):
        return pieces
    return [m.operators.joined([Unknown.join((piece, "\r\n")) for piece in pieces], "")]


def shown_object(m: Any, item: Any) -> Any:
    """An object as the console shows it, roughly."""
    if type(item) is Record and "PSCustomObject" in item.type:
        return "\r\n".join(f"{name} : {m.shown(value)[:1000]}" for name, value in item.fields.values())
    if type(item) is Hash:
        return "\r\n".join(f"{m.shown(key)} {m.shown(value)[:1000]}" for key, value in item.items())
    return m.text(item)


@cmdlet("Tee-Object", takes="FilePath+0 InputObject Variable Append? LiteralPath")
def tee_object(m: Any, call: Call) -> list[Any]:
    items = list(call.objects())
    if call.has("Variable"):
        call.scope.vars[call.shown("Variable").lower()] = unwrap(list(items))
    elif call.has("FilePath") or call.has("LiteralPath"):
        from emoscan.evaluate.powershell.commands.files import write_lines

        write_lines(m, call.text("FilePath" if call.has("FilePath") else "LiteralPath"), items, "Tee-Object", append=call.on("Append"))
    return items


@cmdlet("Read-Host", takes="Prompt+0 AsSecureString?")
def read_host(m: Any, call: Call) -> list[Any]:
    answer = m.query("what is typed", Unknown("what is typed"))
    if call.on("AsSecureString"):
        from emoscan.evaluate.powershell.net.crypto import secure

        return [secure(answer)]
    return [answer]


@cmdlet("Get-Credential", takes="Credential+0 UserName Message Title")
def get_credential(m: Any, call: Call) -> list[Any]:
    m.effect("query", "credentials of the user", "Get-Credential")
    from emoscan.evaluate.powershell.net.crypto import secure

    return [construct(m, "pscredential", (call.text("UserName"), secure(Unknown("a password that is typed"))))]


# ---------------------------------------------------------------- choosing and ordering


def property_of(m: Any, item: Any, spec: Any, call: Call) -> tuple[str, Any]:
    """(name, value) of a property by name, by block, or by a table with Name and Expression."""
    if type(spec) is Code:
        return spec.tree.text.strip(), m.call_block_with(spec, item)
    if type(spec) is Hash:
        name = next((m.shown(value) for key, value in spec.items() if m.shown(key).lower()[:1] in ("n", "l")), "")
        inner = next((value for key, value in spec.items() if m.shown(key).lower().startswith("e")), None)
        return name or m.shown(inner), property_of(m, item, inner, call)[1]
    name = m.shown(spec)
    return name, m.get_member(item, name.lower(), name)


@cmdlet("Select-Object", takes="Property+0* InputObject First Last Skip SkipLast Index Unique? ExpandProperty ExcludeProperty Wait?")
def select_object(m: Any, call: Call) -> list[Any]:
    items = list(call.objects())
    if call.on("Unique"):
        items = distinct(m, items)
    if len(items) == 1 and type(items[0]) is Unknown:
        return items  # nobody knows how many lines it has
    if call.has("Skip"):
        items = items[max(0, call.whole("Skip")) :]
    if call.has("SkipLast"):
        items = items[: max(0, len(items) - call.whole("SkipLast"))]
    if call.has("Index"):
        places = [m.whole(place) for place in call.many("Index")]
        items = [items[place] for place in places if 0 <= place < len(items)]
    if call.has("First"):
        items = items[: max(0, call.whole("First"))]
    if call.has("Last"):
        count = max(0, call.whole("Last"))
        items = items[len(items) - min(count, len(items)) :]
    if call.has("ExpandProperty"):
        out: list[Any] = []
        for item in items:
            value = property_of(m, item, call.get("ExpandProperty"), call)[1]
            out += elements(value) if is_list(value) else [] if value is None else [value]
        return out
    wanted = call.many("Property")
    if not wanted or (len(wanted) == 1 and wanted[0] == "*"):
        return items
    out = []
    for item in items:
        m.tick(2 + len(wanted))
        made = Record("Selected." + type_name(item) if type(item) is not Record else item.type)
        for spec in wanted:
            if isinstance(spec, str) and "*" in spec and type(item) is Record:
                for name, value in item.fields.values():
                    if like(name, spec):
                        made.set(name, value)
                continue
            name, value = property_of(m, item, spec, call)
            made.set(name, value)
        out.append(made)
    return out


def distinct(m: Any, items: list[Any]) -> list[Any]:
    seen: set[Any] = set()
    out = []
    for item in items:
        key = m.shown(item) if not isinstance(item, (int, float)) else item
        if key not in seen:
            seen.add(key)
            out.append(item)
    return out


@cmdlet("Get-Unique", takes="InputObject AsString? OnType?")
def get_unique(m: Any, call: Call) -> list[Any]:
    return distinct(m, list(call.objects()))


@cmdlet("Sort-Object", takes="Property+0* InputObject Descending? Unique? CaseSensitive? Culture Top Bottom Stable?")
def sort_object(m: Any, call: Call) -> list[Any]:
    items = list(call.objects())
    wanted = call.many("Property")
    m.tick(len(items) * (1 + len(wanted)) // 2)

    def key(item: Any) -> tuple[Any, ...]:
        if not wanted:
            return sort_key(m, item)
        return tuple(part for spec in wanted for part in sort_key(m, property_of(m, item, spec, call)[1]))

    descending = call.on("Descending") or any(
        type(spec) is Hash and any(m.shown(name).lower().startswith("desc") and truth(value) is True for name, value in spec.items())
        for spec in wanted
    )
    ordered = sorted(items, key=lambda item: flat(key(item)), reverse=descending)
    if call.on("Unique"):
        ordered = distinct(m, ordered)
    if call.has("Top"):
        ordered = ordered[: call.whole("Top")]
    return ordered


def flat(key: tuple[Any, ...]) -> tuple[Any, ...]:
    """Keys that can always be compared: numbers among numbers, text among text."""
    return tuple((0, part, "") if isinstance(part, (int, float)) else (1, 0, str(part)) for part in key)


@cmdlet("Group-Object", takes="Property+0* InputObject AsHashTable,AHT? AsString? NoElement? CaseSensitive?")
def group_object(m: Any, call: Call) -> list[Any]:
    groups: dict[str, list[Any]] = {}
    wanted = call.many("Property")
    for item in call.objects():
        m.tick(2)
        key = ", ".join(m.shown(property_of(m, item, spec, call)[1]) for spec in wanted) if wanted else m.shown(item)
        groups.setdefault(key, []).append(item)
    if call.on("AsHashTable"):
        made = Hash()
        for key, held in groups.items():
            made.set(key, held)
        return [made]
    return [
        Record("Microsoft.PowerShell.Commands.GroupInfo", Count=len(held), Name=key, Group=held, Values=[key])
        for key, held in groups.items()
    ]


@cmdlet(
    "Measure-Object", takes="Property+0* InputObject Sum? Average? Maximum? Minimum? Line? Word? Character? IgnoreWhiteSpace? AllStats?"
)
def measure_object(m: Any, call: Call) -> list[Any]:
    items = list(call.objects())
    if call.on("Line") or call.on("Word") or call.on("Character"):
        texts = [m.shown(item) for item in items]
        return [
            Record(
                "Microsoft.PowerShell.Commands.TextMeasureInfo",
                Lines=sum(len(text.splitlines()) or 1 for text in texts),
                Words=sum(len(text.split()) for text in texts),
                Characters=sum(len(text) for text in texts),
                Property=None,
            )
        ]
    values = items
    if call.has("Property"):
        values = [property_of(m, item, call.many("Property")[0], call)[1] for item in items]
        values = [value for value in values if value is not None]
    made = Record(
        "Microsoft.PowerShell.Commands.GenericMeasureInfo",
        Count=len(values),
        Property=call.get("Property"),
        Sum=None,
        Average=None,
        Maximum=None,
        Minimum=None,
    )
    unknown = next((value for value in values if type(value) is Unknown), None)
    if unknown is not None:
        for name in ("Sum", "Average", "Maximum", "Minimum"):
            made.set(name, unknown)
    elif values and any(call.on(name) for name in ("Sum", "Average", "Maximum", "Minimum", "AllStats")):
        numbers = [float(number(value)) for value in values]  # type: ignore[arg-type]
        for name, result in (
            ("Sum", math.fsum(numbers)),
            ("Average", math.fsum(numbers) / len(numbers)),
            ("Maximum", max(numbers)),
            ("Minimum", min(numbers)),
        ):
            made.set(name, result)
    return [made]


@cmdlet(
    "Compare-Object",
    takes="ReferenceObject+0 DifferenceObject+1 Property IncludeEqual? ExcludeDifferent? PassThru? SyncWindow CaseSensitive?",
)
def compare_object(m: Any, call: Call) -> list[Any]:
    left = [m.shown(item) for item in call.many("ReferenceObject")]
    right = [m.shown(item) for item in call.objects("DifferenceObject")]
    m.tick(len(left) + len(right))
    out = []
    for text in right:
        if text not in left:
            out.append(Record(InputObject=text, SideIndicator="=>"))
        elif call.on("IncludeEqual"):
            out.append(Record(InputObject=text, SideIndicator="=="))
    return out + [Record(InputObject=text, SideIndicator="<=") for text in left if text not in right]


@cmdlet(
    "Select-String",
    takes="Pattern+0 Path+1 InputObject LiteralPath SimpleMatch? CaseSensitive? Quiet? List? Include Exclude NotMatch? AllMatches? Encoding Context Raw?",
)
def select_string(m: Any, call: Call) -> list[Any]:
    from emoscan.evaluate.core.regex import escape
    from emoscan.evaluate.powershell.commands.files import lines_of
    from emoscan.evaluate.powershell.members import match_object

    lines: list[Any] = []
    if call.has("Path") or call.has("LiteralPath"):
        for path in call.names("Path", "LiteralPath"):
            lines += lines_of(m, m.shown(path))
    else:
        for item in call.objects():
            lines.append(m.text(item))
    patterns = [m.shown(pattern) for pattern in call.many("Pattern")]
    if call.on("SimpleMatch"):
        patterns = [escape(pattern) for pattern in patterns]
    options = 0 if call.on("CaseSensitive") else 1
    out: list[Any] = []
    for place, line in enumerate(lines):
        m.tick(2)
        if type(line) is Unknown:
            m.compared(line, patterns[0] if patterns else "")
            out.append(
                Record(
                    "Microsoft.PowerShell.Commands.MatchInfo",
                    Line=line,
                    LineNumber=place + 1,
                    Matches=line,
                    Pattern=patterns[0] if patterns else "",
                    ToString=lambda: "…",
                )
            )
            continue
        found = [match for pattern in patterns for match in m.regex_matches(line, pattern, options)]
        if bool(found) != call.on("NotMatch"):
            matches = [match_object(m, match) for match in found]
            out.append(
                Record(
                    "Microsoft.PowerShell.Commands.MatchInfo",
                    Line=line,
                    LineNumber=place + 1,
                    Matches=matches,
                    Pattern=patterns[0] if patterns else "",
                    Filename="InputStream",
                    Path="InputStream",
                    ToString=lambda line=line: line,
                )
            )
    if call.on("Quiet"):
        return [bool(out)]
    return [item.get("Line") for item in out] if call.on("Raw") else out


# ---------------------------------------------------------------- time and chance


@cmdlet("Get-Date", takes="Date,LastWriteTime+0 Year Month Day Hour Minute Second Millisecond Format UFormat DisplayHint AsUTC?")
def get_date(m: Any, call: Call) -> list[Any]:
    m.asked = True
    moment: Any = m.cast(call.get("Date"), "datetime") if call.has("Date") else date(m.world.now)
    if type(moment) is not Object:
        return [moment]
    parts = {name.lower(): call.whole(name) for name in ("Year", "Month", "Day", "Hour", "Minute", "Second") if call.has(name)}
    if parts:
        try:
            moment = date(moment.data["moment"].replace(**parts))
        except ValueError:
            raise Thrown("System.ArgumentOutOfRangeException", "A part of the date is out of range.") from None
    if call.has("Format"):
        form = call.shown("Format")
        named = {"filedate": "yyyyMMdd", "filedatetime": "yyyyMMddTHHmmssffff", "filedateuniversal": "yyyyMMddZ"}.get(form.lower())
        return [format_moment(moment.data["moment"], named or form)]
    if call.has("UFormat"):
        form = call.shown("UFormat").lstrip("+").replace("%s", str(int((moment.data["moment"] - EPOCH).total_seconds())))
        return [moment.data["moment"].strftime(form.encode("ascii", "replace").decode()) if len(form) < 200 else form]
    return [moment]


@cmdlet("Set-Date", takes="Date+0 Adjust")
def set_date(m: Any, call: Call) -> None:
    m.effect("query", call.shown("Date"), "Set-Date")


@cmdlet("Get-Random", takes="Maximum,InputObject+0 Minimum SetSeed Count Shuffle?")
def get_random(m: Any, call: Call) -> list[Any]:
    held = call.get("Maximum")
    choices = list(call.input) if call.input is not None else elements(held) if is_list(held) else []
    if choices:
        count = min(len(choices), call.whole("Count", 1))
        left = list(choices)
        return [left.pop(next_random(m, 0, len(left))) for _ in range(count)]
    least = call.get("Minimum", 0)
    if isinstance(least, float) or isinstance(held, float):
        low, high = float(number(least)), float(number(held if held is not None else 1.0))  # type: ignore[arg-type]
        return [low + (high - low) * next_random(m, 0, 1 << 30) / (1 << 30)]
    if type(held) is Unknown or type(least) is Unknown:
        return [Unknown("a random number")]
    return [
        next_random(m, call.whole("Minimum"), call.whole("Maximum", (1 << 31) - 1))
        for _ in range(max(1, min(call.whole("Count", 1), 10_000)))
    ]


@cmdlet("Start-Sleep", takes="Seconds+0,s Milliseconds,m,ms Duration")
def start_sleep(m: Any, call: Call) -> None:
    value = call.get("Seconds")
    seconds = number(value) if value is not None and type(value) is not bool else 0
    m.sleep(float(seconds) if isinstance(seconds, (int, float)) else 60.0)
    m.sleep(call.whole("Milliseconds") / 1000)


@cmdlet("Get-Host")
def get_host(m: Any, _call: Call) -> list[Any]:
    return [m.top.vars["host"]]


@cmdlet("Get-Culture", "Get-UICulture", "Get-WinUserLanguageList", "Get-WinSystemLocale")
def get_culture(m: Any, _call: Call) -> list[Any]:
    return [m.static_get(NetType("System.Globalization.CultureInfo"), "CurrentCulture")]


@cmdlet("Get-TimeZone", takes="Id+0 Name ListAvailable?")
def get_time_zone(m: Any, _call: Call) -> list[Any]:
    return [
        m.query(
            "time zone",
            Record(
                "System.TimeZoneInfo",
                Id="Tokyo Standard Time",
                DisplayName="(UTC+09:00) Osaka, Sapporo, Tokyo",
                StandardName="Tokyo Standard Time",
            ),
        )
    ]


# ---------------------------------------------------------------- converting

DEEPEST_JSON: Final = 60


@cmdlet("ConvertFrom-Json", takes="InputObject+0 AsHashtable? Depth NoEnumerate?")
def convert_from_json(m: Any, call: Call) -> list[Any]:
    texts = [m.text(item) for item in call.objects()]
    unknown = next((text for text in texts if type(text) is Unknown), None)
    if unknown is not None:
        return [Unknown(f"JSON of {unknown.text()}")]
    source = "\n".join(texts)
    if source.count("[") + source.count("{") > 100_000:
        return [Unknown("JSON that is nested too deeply")]
    import json

    try:
        data = json.loads(source)
    except (ValueError, RecursionError):
        raise Thrown("System.ArgumentException", "Invalid JSON primitive.") from None
    made = from_json(data, 0)
    return list(made) if type(made) is list else [made]


def from_json(data: Any, depth: int) -> Any:
    if depth > DEEPEST_JSON:
        return None
    if isinstance(data, dict):
        made = Record()
        for key, value in data.items():
            made.set(key, from_json(value, depth + 1))
        return made
    if isinstance(data, list):
        return [from_json(value, depth + 1) for value in data]
    return data


@cmdlet("ConvertTo-Json", takes="InputObject+0 Depth Compress? AsArray? EscapeHandling EnumsAsStrings?")
def convert_to_json(m: Any, call: Call) -> list[Any]:
    import json

    items = list(call.objects())
    value = to_json(m, items[0] if len(items) == 1 and not call.on("AsArray") else items, 0, call.whole("Depth", 2))
    if type(value) is Unknown:
        return [value]
    return [
        json.dumps(
            value, indent=None if call.on("Compress") else 4, separators=(",", ":") if call.on("Compress") else None, ensure_ascii=False
        )
    ]


def to_json(m: Any, value: Any, depth: int, most: int) -> Any:
    m.tick(1)
    if value is None or (isinstance(value, (bool, int, str)) and not isinstance(value, Char)):
        return str(value) if isinstance(value, str) else value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if type(value) is Enum:
        return value.value
    if depth > min(most, DEEPEST_JSON):
        return m.shown(value)
    if type(value) is Hash:
        return {m.shown(key): to_json(m, held, depth + 1, most) for key, held in value.items()}
    if type(value) is Record:
        return {name: to_json(m, held, depth + 1, most) for name, held in value.fields.values() if not callable(held)}
    if is_list(value):
        return [to_json(m, item, depth + 1, most) for item in elements(value)]
    return m.shown(value)


@cmdlet("ConvertFrom-Csv", takes="InputObject+0 Delimiter+1 Header UseCulture?")
def convert_from_csv(m: Any, call: Call) -> list[Any]:
    return read_csv(m, "\n".join(m.shown(item) for item in call.objects()), call)


def read_csv(m: Any, text: str, call: Call) -> list[Any]:
    rows = csv.reader(io.StringIO(text), delimiter=(call.shown("Delimiter") or ",")[:1])
    header = call.texts("Header")
    out = []
    try:
        for row in rows:
            m.tick(1 + len(row))
            if row and not row[0].startswith("#TYPE"):
                if not header:
                    header = row
                    continue
                made = Record()
                for i, name in enumerate(header):
                    made.set(name, row[i] if i < len(row) else None)
                out.append(made)
    except csv.Error:
        return out
    return out


@cmdlet("ConvertTo-Csv", takes="InputObject+0 Delimiter+1 NoTypeInformation,NTI? UseCulture?")
def convert_to_csv(m: Any, call: Call) -> list[Any]:
    out: list[str] = []
    for item in call.objects():
        pairs = list(item.fields.values()) if type(item) is Record else [("Value", item)]
        if not out:
            out.append(",".join(f'"{name}"' for name, _ in pairs))
        out.append(",".join('"' + m.shown(value).replace('"', '""') + '"' for _, value in pairs))
    return out


@cmdlet("Import-Csv", takes="Path+0 Delimiter+1 LiteralPath Header Encoding UseCulture?")
def import_csv(m: Any, call: Call) -> list[Any]:
    from emoscan.evaluate.powershell.commands.files import text_at

    out: list[Any] = []
    for path in call.names("Path", "LiteralPath"):
        text = text_at(m, m.shown(path))
        out += [Unknown(f"rows of {text.text()}")] if type(text) is Unknown else read_csv(m, text, call)
    return out


@cmdlet(
    "Export-Csv", takes="Path+0 InputObject LiteralPath NoTypeInformation,NTI? Delimiter Encoding Append? Force? NoClobber? UseCulture?"
)
def export_csv(m: Any, call: Call) -> None:
    from emoscan.evaluate.powershell.commands.files import write_lines

    write_lines(
        m, call.text("Path" if call.has("Path") else "LiteralPath"), convert_to_csv(m, call) or [], "Export-Csv", append=call.on("Append")
    )


@cmdlet(
    "ConvertTo-Html",
    "ConvertTo-Xml",
    "Export-Clixml",
    "Import-Clixml",
    takes="Path+0 InputObject Depth Title Body Head Property Fragment? As LiteralPath Encoding",
)
def convert_to_markup(m: Any, call: Call) -> list[Any]:
    if call.name == "Export-Clixml":
        m.write_file(m.path(call.shown("Path")), Unknown("objects as XML"), "Export-Clixml")
        return []
    return [Unknown(f"result of {call.name}")]


@cmdlet("ConvertTo-SecureString", takes="String+0 SecureKey+1 Key AsPlainText? Force?")
def convert_to_secure_string(m: Any, call: Call) -> list[Any]:
    from emoscan.evaluate.powershell.net.crypto import data_of, open_secure, secure

    out: list[Any] = []
    for value in call.objects("String"):
        text = m.text(value)
        if call.on("AsPlainText") or type(text) is Unknown:
            out.append(secure(text))
            continue
        key = data_of(m, call.get("Key")) if call.has("Key") else None
        if key is None and type(call.get("SecureKey")) is Object:
            key = m.shown(call.get("SecureKey").data.get("secret", "")).encode("utf-16-le", "replace")
        opened = open_secure(m, text, key)
        if type(opened) is Unknown:
            m.fact("eval.unmodelled", opened.why)
        out.append(secure(opened))
    return out


@cmdlet("ConvertFrom-SecureString", takes="SecureString+0 SecureKey+1 Key AsPlainText?")
def convert_from_secure_string(m: Any, call: Call) -> list[Any]:
    from emoscan.evaluate.powershell.net.crypto import close_secure, data_of

    out: list[Any] = []
    for value in call.objects("SecureString"):
        secret = value.data.get("secret") if type(value) is Object else None
        if call.on("AsPlainText"):
            out.append(secret)
        elif isinstance(secret, str) and call.has("Key"):
            out.append(close_secure(m, secret, data_of(m, call.get("Key"))))
        else:
            out.append(Unknown("an encrypted secure string"))
    return out


@cmdlet("ConvertFrom-StringData", takes="StringData+0")
def convert_from_string_data(m: Any, call: Call) -> list[Any]:
    made = Hash()
    for item in call.objects("StringData"):
        for line in m.shown(item).splitlines():
            name, sign, value = line.partition("=")
            if sign and not line.lstrip().startswith("#"):
                made.set(name.strip(), value.strip())
    return [made]


@cmdlet("Join-String", takes="Property+0 Separator+1 InputObject OutputPrefix,op OutputSuffix,os SingleQuote? DoubleQuote?")
def join_string(m: Any, call: Call) -> list[Any]:
    return [m.operators.joined([m.text(item) for item in call.objects()], call.text("Separator"))]


@cmdlet("Get-FileHash", takes="Path+0 LiteralPath Algorithm+1 InputStream")
def get_file_hash(m: Any, call: Call) -> list[Any]:
    out = []
    name = call.shown("Algorithm", "SHA256").lower()
    for path in call.names("Path", "LiteralPath"):
        where = m.path(m.shown(path))
        content = m.content_of(where)
        digest: Any = Unknown(f"hash of {where}")
        if isinstance(content, bytes) and name in ("md5", "sha1", "sha256", "sha384", "sha512"):
            digest = hashlib.new(name, content).hexdigest().upper()
        out.append(Record("Microsoft.Powershell.Utility.FileHash", Algorithm=name.upper(), Hash=digest, Path=where))
    return out


@cmdlet("Get-Clipboard", takes="Format Raw? TextFormatType")
def get_clipboard(m: Any, _call: Call) -> list[Any]:
    return [m.clipboard if m.clipboard is not None else m.query("clipboard", Unknown("clipboard"))]


@cmdlet("Set-Clipboard", takes="Value+0 Append? Path LiteralPath AsHtml?")
def set_clipboard(m: Any, call: Call) -> None:
    m.clipboard = m.operators.joined([m.text(item) for item in call.objects("Value")], "\r\n")


@cmdlet(
    "Get-Event",
    "Get-EventSubscriber",
    "Get-PSCallStack",
    "Get-PSBreakpoint",
    "Get-Runspace",
    "Get-TypeData",
    "Get-FormatData",
    "Get-PSSession",
    "Get-CimSession",
    takes="Name+0 Id",
)
def nothing_found(_m: Any, _call: Call) -> list[Any]:
    return []


@cmdlet("Unregister-Event", "New-Event", "Remove-TypeData", "Debug-Process", takes="SourceIdentifier+0 SubscriptionId Force?")
def nothing(_m: Any, _call: Call) -> None:
    return None


# ---------------------------------------------------------------- the web


@cmdlet(
    "Invoke-WebRequest", "Invoke-RestMethod",
    takes="Uri+0 OutFile Method Body Headers UserAgent UseBasicParsing? Credential UseDefaultCredentials? TimeoutSec,Timeout Proxy ContentType InFile WebSession SessionVariable "
    "MaximumRedirection PassThru? DisableKeepAlive? TransferEncoding Certificate CertificateThumbprint ProxyCredential ProxyUseDefaultCredentials? SkipCertificateCheck? CustomMethod",
)  # fmt: skip
def invoke_web_request(m: Any, call: Call) -> list[Any]:
    from emoscan.evaluate.powershell.net.web import address, response

    out: list[Any] = []
    if not call.has("Uri") and call.has("o"):  # curl -o: a habit from elsewhere
        call.values["uri"] = call.extra[0] if call.extra else call.get("o")
    uris = call.many("Uri") if call.has("Uri") else list(call.input or [])
    for uri in uris:
        where = address(m, uri)
        path = call.text("OutFile")
        method = call.shown("Method")
        body = call.get("Body")
        sent = m.shown(body)[:200] if body is not None else ""
        content = m.download(where, call.name, path, method=method, sent=sent)
        if call.has("OutFile") and not call.on("PassThru"):
            continue
        out.append(response(where, content) if call.name == "Invoke-WebRequest" else content)
    return out


@cmdlet(
    "Send-MailMessage",
    takes="To+0 Subject+1 Body+2 SmtpServer+3 From Attachments Cc Bcc Credential Port UseSsl? BodyAsHtml? Priority Encoding",
)
def send_mail(m: Any, call: Call) -> None:
    m.effect(
        "mail",
        m.text(unwrap(call.many("To"))),
        "Send-MailMessage",
        subject=call.text("Subject"),
        server=call.text("SmtpServer"),
        attachments=call.text("Attachments"),
    )
