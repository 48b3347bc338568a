"""The part of an evaluator that is the same in every language: accounting, effects, objects."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from msgspec.structs import replace

from emoscan.budget import Budget, LimitReached
from emoscan.evaluate.core import ftp
from emoscan.evaluate.core.failures import ScriptError
from emoscan.evaluate.core.memory import Memory
from emoscan.evaluate.core.values import MISSING, Object, ObjectClass, Unknown, accepts, arity, display
from emoscan.evaluate.core.world import Files, World
from emoscan.model import Child, Fact, Problem, Sort, Yield
from emoscan.parse.lazy import lazy
from emoscan.parse.text import as_bytes, text_of

Emit = Callable[[Yield], None]

_WEB_FOLDER: Final = lazy(
    r"\\\\([\w.-]{3,200})(?:@(ssl)(?:@(\d{1,5}))?|@(\d{1,5})|(?=\\davwwwroot\\))\\(?:davwwwroot\\)?(.{1,1000})", re.IGNORECASE
)

TELLING: Final = frozenset(
    ("effect.run", "effect.download", "effect.write", "effect.load", "effect.registry", "effect.schedule", "effect.eval", "effect.connect")
)
"""Effects that show what a script is for; a query or a message box does not."""

LOOK_EVERY: Final = 1 << 24
"""Bytes of new strings between two counts of what a script holds."""

SMALL: Final = 1_024
"""Strings below this length are not looked at when that is counted."""

MAX_EFFECTS: Final = 2_000
"""Different effects of one script that are recorded; a loop that starts ten thousand programs shows nothing new."""

TOLD_AGAIN: Final = 8
"""Times an effect is told when it repeats; from then on it is counted, and the count told at the end."""

AGAIN: Final = 64
"""Operations that an effect costs when it repeats."""

ASKED: Final = 8
"""Operations that a question to the surroundings costs."""

OFTEN: Final = 4
"""Places a token is taken out of one text at, from which on the text was broken up with it."""

MAX_TAKEN_OUT: Final = 200
"""Texts with a token taken out that are remembered."""

MAX_LEFT: Final = 1 << 12
"""Characters of each."""

MARKED, CUT_MARK = 12, 3
"""Characters by which a URL is known again, and those that say that something was cut off."""

MAX_UNMODELLED: Final = 200


def is_remote(path: str | Unknown) -> bool:
    r"""Whether a path is on another computer: `\\host\share`."""
    return display(path).replace("/", "\\").startswith("\\\\") and not display(path).startswith(("\\\\?\\", "\\\\.\\"))


def web_folder(path: str) -> str:
    """The address of a file in a web server that Windows shows as a share, with a port or SSL behind its name; empty for other paths."""
    match = _WEB_FOLDER.fullmatch(path) if path.startswith("\\\\") else None
    if match is None:
        return ""
    port = match[3] or match[4]
    host = match[1] if port in (None, "80", "443") else f"{match[1]}:{port}"
    rest = match[5].replace("\\", "/")
    return f"{'https' if match[2] or port == '443' else 'http'}://{host}/{rest}"


class Machine:
    """Runs one script or project in one world. Languages derive from it.

    `emit` takes facts and children as they arise.
    """

    language = "script"
    codec = "cp1252"
    """The code page of what is not Unicode."""

    def __init__(self, budget: Budget, world: World, emit: Emit) -> None:
        self.budget = budget
        self.world = world
        self._emit = emit
        self.effects = 0
        """How many different ones so far."""
        self._repeats: dict[tuple[Emit, str, str, str, float], list[Any]] = {}
        """By where it goes, kind, value, how and confidence of an effect: how often it was seen, and the fact."""
        self.new_bytes = 0
        self._seen: set[tuple[str, str, str]] = set()
        self._given: dict[str, int] = {}
        """By path of a file the script wrote: the revision whose content became an artifact."""
        self._writers: dict[str, str] = {}
        self.certainty = 1.0
        """Confidence of the effects that are recorded now: lower while something is guessed."""
        self.guessed = 0
        """Branches taken on something unknown."""
        self.asked = False
        """The script has asked something of its surroundings and not yet branched on it."""
        self.memory = Memory()
        self.windows: dict[int, Any] = {}
        """What the handles stand for that functions of Windows gave out."""
        self._at_end: list[Callable[[], None]] = []
        self._fetched: dict[str, None] = {}
        """URLs that were fetched, in order."""
        self._taken_out: dict[str, str] = {}
        """What was left of texts → the marker token that was taken out of them."""
        self.missed = False
        """A file was read that is not here."""
        self.supposes = False
        """Such files are taken for ones whose content nobody knows: they may have come with something else."""
        self._typed = ""
        """What was typed into another program since Enter was sent to it."""

    # ------------------------------------------------------------ accounting

    def spend(self, operations: int) -> None:
        self.budget.spend(operations)

    def grow(self, size: int) -> None:
        """Asked before a string or array of `size` bytes comes to be."""
        limits = self.budget.limits
        if size > limits.string_bytes:
            raise LimitReached("string_bytes", limits.string_bytes, f"one string of {size:,} bytes")
        self._count(size)

    def extend(self, size: int, more: int) -> None:
        """Asked before a string of `size` bytes gets `more` in place."""
        limits = self.budget.limits
        if size + more > limits.string_bytes:
            raise LimitReached("string_bytes", limits.string_bytes, f"one string of {size + more:,} bytes")
        self._count(more)

    def _count(self, size: int) -> None:
        self.new_bytes += size
        if self.new_bytes > LOOK_EVERY:
            self.new_bytes = 0
            limit = self.budget.limits.strings_bytes
            held = self.held() + size
            if held > limit:
                raise LimitReached("strings_bytes", limit, f"{held:,} bytes held")

    def held(self) -> int:
        """Bytes of the strings the script holds now."""
        seen: set[int] = set()
        total = 0
        stack = list(self.roots())
        while stack:
            value = stack.pop()
            if isinstance(value, (str, bytes, bytearray)):
                if len(value) >= SMALL and id(value) not in seen:
                    seen.add(id(value))
                    total += sys.getsizeof(value)
            elif isinstance(value, (list, tuple, dict)):
                if id(value) not in seen:
                    seen.add(id(value))
                    total += sys.getsizeof(value)
                    stack.extend(value.values() if isinstance(value, dict) else value)
            elif isinstance(value, Object):
                stack.append(value.data)
        return total

    def roots(self) -> Iterator[Any]:
        """The values a script can still reach: what `held` starts from."""
        yield from ()

    # ------------------------------------------------------------ effects

    def where(self) -> dict[str, str]:
        """Where the script stands, for the details of an effect: module, line."""
        return {}

    def effect(self, kind: str, value: Any, how: str = "", /, **detail: Any) -> None:
        """Record what the script would have done. `kind` without "effect.": run, write, download, load, …"""
        shown = display(value)
        confidence = min(self.certainty, 0.8 if isinstance(value, Unknown) else 1.0)
        told = self._repeats.setdefault((self._emit, kind, shown, how, confidence), [0, None])
        told[0] += 1
        if told[0] > 1:
            self.spend(AGAIN)
            if told[0] > TOLD_AGAIN:
                return
        else:
            self.effects += 1
            if self.effects > MAX_EFFECTS:
                if self.effects == MAX_EFFECTS + 1:
                    raise LimitReached("effects", MAX_EFFECTS)
                return
        details = {key: display(item) for key, item in detail.items() if item not in (None, "", MISSING)} | self.where()
        if self._taken_out:
            self._was_split(shown)
        told[1] = Fact(f"effect.{kind}", shown, how, detail=details, confidence=confidence)
        self._emit(told[1])

    def _tell_repeats(self) -> None:
        """State how much more often effects repeated than was told."""
        for (emit, *_), (times, fact) in self._repeats.items():
            if times > TOLD_AGAIN and fact is not None:
                emit(replace(fact, count=times - TOLD_AGAIN))
        self._repeats.clear()

    def take_out(self, token: str, count: int, left: str) -> None:
        """A script took a token out of a text at `count` places. It is told when what was left shows up in an effect."""
        if count >= OFTEN and len(token) > 1 and len(left) > len(token) and len(self._taken_out) < MAX_TAKEN_OUT and token.strip():
            self._taken_out.setdefault(left[:MAX_LEFT], token)

    def _was_split(self, shown: str) -> None:
        for left, token in list(self._taken_out.items()):
            self.spend((len(left) + len(shown)) >> 8)
            if left in shown or (len(shown) > 8 and shown in left):
                del self._taken_out[left]
                self.fact("obfuscation.token_split", token, text=left[:200])

    def query(self, what: str, answer: Any) -> Any:
        """Record a question to the surroundings, and answer it."""
        self.asked = True
        self.spend(ASKED)
        self.fact("effect.query", what, answer=display(answer)[:80])
        return answer

    def at_end(self, action: Callable[[], None]) -> None:
        """Have something done when the script has ended: files it never closed are written all the same."""
        self._at_end.append(action)

    def finish(self) -> None:
        """The script, or one entry of it, has ended or was stopped: what it wrote and did not close becomes artifacts too."""
        while self._at_end:
            self._at_end.pop(0)()
        for key in list(self._writers):
            self.give_file(key)
        self._tell_repeats()

    def fact(self, kind: str, value: Any, how: str = "", **detail: str) -> None:
        """State something else about the script, once."""
        key = (kind, display(value), how)
        if key not in self._seen:
            self._seen.add(key)
            self._emit(Fact(kind, key[1], how, detail={**detail, **self.where()}))

    def problem(self, sort: Sort, name: str, message: str) -> None:
        """Something of the script was not seen, and why."""
        self._emit(Problem(sort, name, message))

    def child(self, data: bytes | str | Unknown, kind: str = "", label: str = "", how: str = "") -> None:
        """A new artifact: a script that would be run, a file that was written."""
        if isinstance(data, Unknown):
            data = data.text()
        self._emit(Child(as_bytes(data) if isinstance(data, str) else data, kind, label, how))

    def pass_on(self, items: Iterable[Yield]) -> None:
        """What another machine has shown that worked for this one."""
        for item in items:
            self._emit(item)

    # ------------------------------------------------------------ programs and files

    def run(self, command: str | Unknown, how: str, **detail: Any) -> None:
        """A command line is started. It becomes an artifact, and so do the files it names that the script wrote."""
        seen = self.effects
        self.effect("run", command, how, **detail)
        shown = display(command)
        if not shown.strip():
            return
        if self.effects != seen:
            self.child(self.world.as_started(shown), "script.cmd", how=f"command line of {how}")
            script = ftp.SCRIPT.search(shown) if "-s:" in shown else None
            content = self.world.files.read(self.world.absolute(self.world.expand(script[1] or script[2]))) if script else None
            if content:  # a file that the command line alone does not bring along
                ftp.follow(self, text_of(content), lambda line: self.run(line, "ftp"))
        self.give_named_files(shown)

    def type_keys(self, keys: str | Unknown, how: str) -> None:
        """Keystrokes go to whatever has the focus. A line that begins as commands do, with Enter behind it, is run there."""
        self.effect("keys", keys, how)
        for special, plain in KEYS.findall(display(keys)[:MAX_TYPED]):
            if plain:
                self._typed += plain if plain not in "+^%()" else ""
            elif special.lower() in ("~", "{enter}"):
                line, self._typed = self._typed.strip(), ""
                if TYPED_COMMAND.match(line):
                    self.run(line, how)
            elif len(special) == 3:
                self._typed += special[1]
            elif special.lower() in ("{esc}", "{escape}"):
                self._typed = ""
        self._typed = self._typed[-MAX_TYPED:]

    def give_named_files(self, command: str | Unknown) -> None:
        """Make the files that a command names and the script wrote artifacts, closed or not."""
        shown = display(command)
        named = (shown + "\0" + self.world.expand(shown)).lower().replace("/", "\\")
        self.spend(len(self._writers) + len(named) // 1024)
        for key in [key for key in self._writers if key.rpartition("\\")[2] in named]:
            self.give_file(key)

    def download(self, url: str | Unknown, how: str, path: str | Unknown = "", **detail: Any) -> Unknown:
        """Something is fetched, and written to `path` if there is one. Returns its content: unknown, but it knows its URL."""
        content = Unknown(f"content of {display(url)}")
        self._fetched[display(url)] = None
        self.effect("download", url, how, path=path, **detail)
        if path != "" and self.world.online:
            self.world.files.write(display(path), content)
        return content

    def write_file(self, path: str | Unknown, content: bytes | Unknown, how: str, *, append: bool = False) -> None:
        """Content goes to a file: all of it, or more of it. Its effect is recorded once; see `close_file`.

        What came from a URL is a download to that path.
        """
        path = display(path)
        key = Files.key(path)
        if not append:
            self.give_file(path)
        self.grow(len(content) if isinstance(content, bytes) else 0)
        url = origin(content)
        if url:
            self.effect("download", self._whole_url(url), how, path=path)
        elif key not in self._writers or (not append and self._writers[key] != how):
            self.effect("write", path, how)
        self._writers[key] = how
        self.world.files.write(path, content, append=append)

    def _whole_url(self, told: str) -> str:
        """The URL that was fetched, of what the reason of something unknown tells of it: reasons are cut short."""
        if told in self._fetched:
            return told
        start = told[: max(MARKED, len(told) - CUT_MARK)]
        return next((url for url in reversed(self._fetched) if url.startswith(start)), told)

    def close_file(self, path: str | Unknown) -> None:
        """A file was closed: its content becomes an artifact. If more is written to it later, that follows at the end."""
        if Files.key(display(path)) not in self._given:
            self.give_file(path)

    def give_file(self, path: str | Unknown) -> None:
        """Make the content of a file the script wrote an artifact, unless it is one already."""
        files, key = self.world.files, Files.key(display(path))
        revision = files.revision(key)
        if key in self._writers and self._given.get(key) != revision:
            self._given[key] = revision
            content = files.read(key)
            if content:
                self.child(content, label=files.name(key), how=f"file written by {self._writers[key]}")

    def content_of(self, path: str | Unknown) -> bytes | Unknown | None:
        """The content of a file: unknown for one that was there before the script, was downloaded or lies on a server, None for no file."""
        if isinstance(path, Unknown):
            return Unknown(f"content of file {path.text()}")
        files = self.world.files
        content = files.read(path)
        if content is not None:
            return content
        if (url := web_folder(self.world.on_share(path))) and files.unknown(path) is None:
            return self.download(url, "web folder", path)
        return files.unknown(path)

    def read(self, path: str | Unknown) -> bytes | Unknown | None:
        """`content_of` a file that a script wants to read; nobody knows what lies on another computer."""
        content = self.content_of(path)
        if content is not None:
            return content
        self.missed = True
        return Unknown(f"content of file {display(path)}") if self.supposes or is_remote(path) else None

    def copy_file(self, source: str | Unknown, target: str | Unknown, how: str) -> None:
        content = self.content_of(source)
        if isinstance(content, Unknown) and isinstance(source, str) and (url := web_folder(self.world.on_share(source))):
            self.download(url, how, target)
            return
        self.effect("write", target, how, source=source)
        self._writers[Files.key(display(target))] = how
        self.world.files.write(display(target), Unknown(f"content of file {display(source)}") if content is None else content)

    def is_own(self, path: str) -> bool:
        """Whether the script wrote a file of this path."""
        return Files.key(path) in self._writers

    def delete_file(self, path: str | Unknown, how: str) -> None:
        self.give_file(path)
        self.effect("delete", path, how)
        self.world.files.delete(display(path))

    def unmodelled(self, what: str) -> Unknown:
        """Note a call nobody modelled; its result is unknown."""
        if len(self._seen) < MAX_UNMODELLED:
            self.fact("eval.unmodelled", what)
        return Unknown(what)

    def compared(self, unknown: Unknown, other: Any) -> None:
        """Something unknown is compared with a value: often a check of the surroundings."""
        self.fact("evade.env", f"{unknown.text()} against {display(other)}")

    # ------------------------------------------------------------ objects

    def get(self, this: Object, name: str, args: tuple[Any, ...] = ()) -> Any:
        """The value of a member: of a method called with `args`, or of a property."""
        member = this.cls.get.get(name.lower())
        if member is not None:
            if args and not accepts(member, len(args)):
                return self._indexed(member(self, this), args)
            return member(self, this, *args)
        if f"={name.lower()}" in this.data:
            return this.data[f"={name.lower()}"]
        if this.cls.missing is not None:
            return this.cls.missing(self, this, name, args)
        return self.unmodelled(f"{this.cls.name}.{name}")

    def _indexed(self, value: Any, args: tuple[Any, ...]) -> Any:
        """A property without parameters was asked with arguments: they are for the collection that it holds."""
        if type(value) is Unknown:
            return value
        member = value.cls.get.get(value.cls.default.lower()) if type(value) is Object else None
        if member is None or not accepts(member, len(args)):
            raise ScriptError(450, "Wrong number of arguments or invalid property assignment")
        return member(self, value, *args)

    def put(self, this: Object, name: str, args: tuple[Any, ...], value: Any) -> None:
        """Assign to a property. What nobody modelled is kept, so that it reads back."""
        member = this.cls.put.get(name.lower())
        if member is not None:
            least, most = arity(member)
            if not least <= len(args) + 1 <= most:
                raise ScriptError(450, "Wrong number of arguments or invalid property assignment")
            member(self, this, *args, value)
        else:
            this.data[f"={name.lower()}"] = value

    # ------------------------------------------------------------ coercion, which languages define

    def text(self, value: Any) -> str | Unknown:
        """The value as text, by the language's rules."""
        raise NotImplementedError

    def number(self, value: Any) -> int | float | Unknown:
        raise NotImplementedError

    def truth(self, value: Any) -> bool:
        raise NotImplementedError

    def items(self, value: Any) -> list[Any] | None:
        """The elements of an array or collection of the language; None for anything else."""
        raise NotImplementedError

    def make_array(self, values: list[Any] | bytes, *, byte: bool = False) -> Any:
        """An array of the language. `byte`: of bytes."""
        raise NotImplementedError

    def bytes_of(self, value: Any) -> bytes | Unknown:
        """The bytes in an array of them, or of a text as it lies in memory (UTF-16)."""
        raise NotImplementedError

    def read_place(self, place: Any, offset: int, count: int, *, by_address: bool = False) -> bytes | Unknown:
        """Up to `count` bytes at a place of the language: a reference, an array, the characters of a text.

        `by_address`: the script calculated where they are, so that they lie as the language keeps them in memory.
        """
        raise NotImplementedError

    def write_place(self, place: Any, offset: int, data: bytes) -> None:
        """Change the bytes at a place of the language, as far as it reaches."""
        raise NotImplementedError

    def call(self, function: Any, args: tuple[Any, ...]) -> Any:
        """Call a value that is a function of the script: an event handler, a callback."""
        raise NotImplementedError

    def create(self, prog_id: str) -> Object | Unknown | None:
        """A new COM object by ProgID or `new:{CLSID}`; None when there is no such class on this computer."""
        from emoscan.evaluate.com import create

        return create(self, prog_id)


KEYS: Final = re.compile(r"(\{(?:[^{}]{1,20}|[{}])\}|~)|(?s:(.))")
"""Keystrokes as SendKeys takes them: a key by its name, or a character."""

MAX_TYPED: Final = 1 << 14

TYPED_COMMAND: Final = re.compile(
    r"[\"'&.\s]{0,9}(?:[a-z]:\\[\w \\.-]{0,200})?(?:cmd|powershell|pwsh|[cw]script|mshta|rundll32|regsvr32|certutil|bitsadmin|msiexec|wmic|curl|start)"
    r"(?:\.exe)?(?:[\s\"'/]|$)",
    re.IGNORECASE,
)

_ORIGIN: Final = re.compile(r"content of ((?!file )[^\s<>]+)")


def origin(value: Any) -> str:
    """The URL from which a value that is not known was fetched; empty when it came from elsewhere."""
    found = _ORIGIN.search(value.text()) if isinstance(value, Unknown) else None
    return found[1] if found else ""


__all__ = ["Emit", "Machine", "ObjectClass", "origin"]
