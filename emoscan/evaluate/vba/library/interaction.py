"""Programs, dialogs, environment, objects (MS-VBAL 6.1.2.8)."""

from __future__ import annotations

import re
from typing import Any, Final

from emoscan.evaluate.core.values import MISSING, NOTHING, NULL, Object, Unknown, display
from emoscan.evaluate.vba.arrays import Array
from emoscan.evaluate.vba.convert import integer, mismatch
from emoscan.evaluate.vba.errors import failure
from emoscan.evaluate.vba.library import builtin, invalid_call, unknown
from emoscan.evaluate.vba.library.strings import SIZES
from emoscan.evaluate.vba.operators import plain, text
from emoscan.parse.lazy import lazy

# ---------------------------------------------------------------- programs

DO_SHELL: Final = lazy(r'do\s+shell\s+script\s+"((?:[^"\\]|\\.)*+)"', re.IGNORECASE | re.DOTALL)
"""The command line in AppleScript."""

WINDOW_STYLES: Final = {0: "0"}
"""Of Shell: what is shown of a hidden window; see `show_window` in the details of effect.run."""


@builtin("Shell", "pathname windowstyle param sync", "T I? T? B?", result="P")
def shell(machine: Any, pathname: str | Unknown, window_style: Any, arguments: Any, _sync: Any) -> float:
    """Starts a program; returns its task number. The last two parameters are LibreOffice's."""
    if pathname == "":
        raise invalid_call()
    line = pathname if arguments is MISSING or arguments == "" else Unknown.join((pathname, " ", arguments))
    machine.run(line, "Shell", show_window=WINDOW_STYLES.get(2 if window_style is MISSING else window_style, ""))
    return 4712.0


@builtin("AppActivate", "title wait", "T B?", result="P")
def app_activate(machine: Any, title: str | Unknown, _wait: Any) -> None:
    machine.query(f"window {display(title)}", answer="")


@builtin("SendKeys", "string wait", "T B?", result="P")
def send_keys(machine: Any, keys: str | Unknown, _wait: Any) -> None:
    machine.type_keys(keys, "SendKeys")


@builtin("Beep", result="P")
def beep(_machine: Any) -> None:
    """Nobody hears it."""


@builtin("DoEvents", result="P")
def do_events(machine: Any) -> int:
    machine.world.pass_time(0.001)
    return 0


@builtin("Command", result="P")
def command(_machine: Any) -> str:
    """Arguments that the host was started with: none."""
    return ""


# ---------------------------------------------------------------- dialogs

ANSWERS: Final = {0: 1, 1: 1, 2: 5, 3: 6, 4: 6, 5: 2}
"""The button that lets a macro go on, by the buttons shown: OK, Ignore, Yes; of Retry and Cancel the one that does not come back."""


@builtin("MsgBox", "prompt buttons title helpfile context", "T I? x? x? x?", result="P")
def msg_box(machine: Any, prompt: str | Unknown, buttons: Any, _title: Any, _help_file: Any, _context: Any) -> int:
    machine.fact("effect.dialog", prompt, "MsgBox")
    return ANSWERS.get(0 if buttons is MISSING else buttons & 7, 1)


@builtin("InputBox", "prompt title default xpos ypos helpfile context", "T x? x? x? x? x? x?", result="P")
def input_box(machine: Any, prompt: str | Unknown, _title: Any, default: Any, *_: Any) -> Any:
    """The user confirms what stands in it."""
    machine.fact("effect.dialog", prompt, "InputBox")
    return "" if default is MISSING else text(plain(machine, default))


# ---------------------------------------------------------------- environment

PLACES: Final = frozenset(
    "temp tmp appdata localappdata public programdata allusersprofile userprofile systemroot windir comspec programfiles programfiles(x86) "
    "programw6432 commonprogramfiles homedrive homepath systemdrive path".split()
)
"""Variables that are asked for to build a path, not to find out where the script is."""


@builtin("Environ", "expression", "v", result="P")
def environ(machine: Any, expression: Any) -> Any:
    """By name: the value, empty when there is none. By number from 1: `NAME=value`."""
    if expression is NULL:
        raise failure(94)
    if type(expression) is Unknown:
        return unknown("Environ", expression)
    if type(expression) is not str:
        number = integer(expression)
        if isinstance(number, Unknown):
            return number
        if number < 1:
            raise invalid_call()
        variables = list(machine.world.profile.environment().items())
        at = number - 1
        return machine.query("environment variables", "=".join(variables[at]) if at < len(variables) else "")
    if not expression:
        raise invalid_call()
    answer = machine.world.environ(expression) or ""
    what = f"environment variable {expression}"
    if expression.lower() in PLACES:
        machine.fact("effect.query", what, answer=answer)
        return answer
    return machine.query(what, answer)


SETTINGS: Final = r"HKEY_CURRENT_USER\Software\VB and VBA Program Settings"


def setting_key(*names: Any) -> str:
    return "\\".join([SETTINGS, *(display(name) for name in names if name is not MISSING)])


@builtin("SaveSetting", "appname section key setting", "T T T T", result="P")
def save_setting(machine: Any, app: Any, section: Any, key: Any, setting: Any) -> None:
    from emoscan.evaluate.com import registry

    registry.write(machine, setting_key(app, section, key), setting, "SaveSetting")


@builtin("GetSetting", "appname section key default", "T T T v?", result="P")
def get_setting(machine: Any, app: Any, section: Any, key: Any, default: Any) -> Any:
    from emoscan.evaluate.com import registry

    found = registry.read(machine, setting_key(app, section, key))
    return found if found is not None else "" if default is MISSING else default


@builtin("GetAllSettings", "appname section", "T T", result="P")
def get_all_settings(machine: Any, app: Any, section: Any) -> Any:
    """Names and values in two columns; Empty when there are none."""
    from emoscan.evaluate.com import registry

    key = setting_key(app, section)
    names = registry.inside(machine, key)[1]
    if not names:
        return None
    values = [registry.read(machine, f"{key}\\{name}") for name in names]
    return Array([(0, len(names) - 1), (0, 1)], "", [*names, *values])


@builtin("DeleteSetting", "appname section key", "T T? T?", result="P")
def delete_setting(machine: Any, app: Any, section: Any, key: Any) -> None:
    from emoscan.evaluate.com import registry

    path = setting_key(app, section, key)
    if not registry.delete(machine, path if key is not MISSING else path + "\\", "DeleteSetting"):
        raise invalid_call()


# ---------------------------------------------------------------- choices


@builtin("IIf", "expression truepart falsepart")
def i_if(machine: Any, expression: Any, true_part: Any, false_part: Any) -> Any:
    return true_part if machine.truth(expression) else false_part


@builtin("Choose", "index choice")
def choose(machine: Any, index: Any, *choices: Any) -> Any:
    wanted = integer(plain(machine, index))
    if isinstance(wanted, Unknown):
        return unknown("Choose", wanted)
    return choices[wanted - 1] if 1 <= wanted <= len(choices) else NULL


@builtin("Switch", "varexpr")
def switch(machine: Any, *pairs: Any) -> Any:
    if len(pairs) % 2:
        raise invalid_call()
    for at in range(0, len(pairs), 2):
        if machine.truth(pairs[at]):
            return pairs[at + 1]
    return NULL


# ---------------------------------------------------------------- objects


@builtin("CreateObject", "class servername", "T x?")
def create_object(machine: Any, name: str | Unknown, _server: Any) -> Any:
    return created(machine, name)


def created(machine: Any, name: str | Unknown) -> Any:
    if isinstance(name, Unknown):
        return unknown("CreateObject", name)
    found = machine.create(name)
    if found is None:
        machine.unmodelled(f"object {name[:80]}")
        raise failure(429)
    return found


@builtin("GetObject", "pathname class", "T? T?")
def get_object(machine: Any, path: Any, class_: Any) -> Any:
    """An object by moniker or file name, or the running one of a class (which is a new one here)."""
    host = machine.project.host if machine.project is not None else None
    if path is MISSING or path == "":
        if class_ is MISSING:
            raise invalid_call()
        running = host.running(class_) if host is not None and isinstance(class_, str) else None
        return created(machine, class_) if running is None else running
    if isinstance(path, Unknown):
        return unknown("GetObject", path)
    own = host.opened(path) if host is not None else None
    if own is not None:
        return own
    from emoscan.evaluate.com import moniker

    found = moniker(machine, path)
    if found is None:
        machine.unmodelled(f"object {path[:80]}")
        raise failure(432)
    return found


METHOD, GET, LET, SET = 1, 2, 4, 8


@builtin("CallByName", "object procname calltype args")
def call_by_name(machine: Any, target: Any, name: Any, call_type: Any, *args: Any) -> Any:
    spelt, kind = text(plain(machine, name)), integer(plain(machine, call_type))
    if isinstance(spelt, Unknown):
        return unknown("CallByName", spelt)
    key = spelt.strip().lower()
    values = args[0].data if len(args) == 1 and type(args[0]) is Array else list(args)
    if isinstance(kind, int) and kind & (LET | SET):
        if not values:
            raise failure(450)
        machine.put_member(target, key, tuple(values[:-1]), values[-1], bool(kind & SET))
        return None
    return machine.call_member(target, key, tuple(values))


@builtin("LoadPicture", "filename size colordepth x y", "x? x? x? x? x?")
def load_picture(_machine: Any, *_: Any) -> Any:
    return Unknown("picture")


@builtin("MacScript", "script", "T", result="P")
def mac_script(machine: Any, script: str | Unknown) -> str:
    """AppleScript, on a Mac. Its `do shell script` starts a command line."""
    found = DO_SHELL.search(display(script))
    if found:
        machine.run(re.sub(r"\\(.)", r"\1", found[1]), "MacScript")
    else:
        machine.effect("eval", script, "MacScript")
    return ""


@builtin("AppleScriptTask", "file handler argument", "T T T", result="P")
def apple_script_task(machine: Any, file: str | Unknown, handler: str | Unknown, argument: str | Unknown) -> str:
    machine.effect("run", Unknown.join((file, " ", handler, " ", argument)), "AppleScriptTask")
    return ""


@builtin("MacID", "constant", "S", result="P")
def mac_id(_machine: Any, constant: str) -> int:
    """Four letters as a number."""
    if len(constant) != 4:
        raise invalid_call()
    return int.from_bytes(constant.encode("latin-1", "replace"), "big")


# ---------------------------------------------------------------- addresses


class Characters:
    """The place of the characters of a text: where StrPtr points. `reference[0]` is the text."""

    __slots__ = ("reference",)

    def __init__(self, reference: Any) -> None:
        self.reference = reference


def referenced(place: Any) -> tuple[Any, str]:
    """(reference, declared type) of an argument that the compiler passed as a place."""
    type_ = getattr(place, "type", "") if hasattr(place, "reference") else ""
    return (place.reference if hasattr(place, "reference") else place), type_


@builtin("VarPtr", "ptr", result="P")
def var_ptr(machine: Any, place: Any) -> int:
    """The address of a variable or of an element of an array."""
    reference, type_ = referenced(place)
    array = getattr(reference, "array", None)
    if type(array) is Array:
        size = SIZES.get(array.type or type_, 8 if array.type == "string" else 16)
        index = [integer(plain(machine, i)) for i in reference.indices]
        known = tuple(i for i in index if isinstance(i, int))
        offset = array.offset(known) if len(known) == len(index) else 0
        return machine.memory.address_of(array, size * len(array.data)) + offset * size  # type: ignore[no-any-return]
    if type(reference) is Array:
        return machine.memory.address_of(reference, 16 * len(reference.data))  # type: ignore[no-any-return]
    machine.grow(64)
    return machine.memory.address_of(place, SIZES.get(type_, 16), key_of(reference))  # type: ignore[no-any-return]


@builtin("StrPtr", "ptr", result="P")
def str_ptr(machine: Any, place: Any) -> int:
    """The address of the characters of a text; 0 for vbNullString, which is an empty text here."""
    reference, _ = referenced(place)
    value = reference[0] if hasattr(reference, "__setitem__") else reference
    string = text(plain(machine, value))
    if string == "":
        return 0
    machine.grow(64)
    size = 2 * len(string) if isinstance(string, str) else 256
    return machine.memory.address_of(Characters([value] if value is reference else reference), size, ("text", key_of(reference)))  # type: ignore[no-any-return]


@builtin("ObjPtr", "ptr", result="P")
def obj_ptr(machine: Any, place: Any) -> int:
    reference, _ = referenced(place)
    value = reference[0] if hasattr(reference, "__setitem__") else reference
    if value is NOTHING:
        return 0
    if type(value) is not Object:
        raise mismatch()
    return machine.memory.address_of(value, 8)  # type: ignore[no-any-return]


def key_of(reference: Any) -> Any:
    """What makes two references to one variable the same."""
    namespace = getattr(reference, "namespace", None)
    return (id(namespace), reference.name) if namespace is not None else id(reference)
