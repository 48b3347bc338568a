"""QuickJS under limits: of memory, of the stack, and of time.

The binding refuses calls of Python while a time limit is set, because it asks for one just when such a call begins. The
engine itself looks only at the interrupt handler, which is installed when code starts to run under a limit and removed
when that code ends with the limit still set. So the limit is switched on for a first piece of code, which lets go of a
Python object whose end switches it off again: the handler stays, and with it the limit. A test holds this.

The module is imported from its extension, `_quickjs`: the package around it starts a thread when it is imported.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

STACK_BYTES: Final = 1 << 20
AT_ONCE: Final = 0.0005
"""Seconds after which code is stopped that is to stop now."""


class ScriptFailed(Exception):
    """The code ended with an error it did not catch: its text."""


class OutOfTime(Exception):
    """The code was interrupted."""


class OutOfMemory(Exception):
    """The code wanted more memory than it may have."""


class _SwitchOff:
    """Takes the time limit off when it is let go."""

    def __init__(self, context: Any) -> None:
        self._switch = context.set_time_limit

    def __call__(self) -> None:
        """Nobody calls it."""

    def __del__(self) -> None:
        self._switch(-1)


class Engine:
    """A context of its own. `host` is called with texts and answers with texts."""

    def __init__(self, host: Callable[..., str], memory: int, seconds: float) -> None:
        import _quickjs

        self._module = _quickjs
        self._context = _quickjs.Context()
        self._context.set_memory_limit(memory)
        self._context.set_max_stack_size(STACK_BYTES)
        self._context.add_callable("$host", host)
        self._limit(seconds)
        self._stopped = False

    def _limit(self, seconds: float) -> None:
        self._context.add_callable("$off", _SwitchOff(self._context))
        self._context.set_time_limit(seconds)
        self._context.eval("delete globalThis.$off")

    def allow(self, seconds: float) -> None:
        """Let code run again, for so long."""
        self._stopped = False
        self._limit(seconds)

    def stop(self) -> None:
        """Have the code that is running now interrupted soon. It cannot catch that."""
        if not self._stopped:
            self._stopped = True
            self._limit(AT_ONCE)

    def run(self, code: str) -> Any:
        """The value of code, when it is text or number; else an object of the binding.

        Raises ScriptFailed, OutOfTime and OutOfMemory.
        """
        return self._guarded(self._context.eval, escaped(code))

    def call(self, name: str, *arguments: str) -> Any:
        """Call a function that the prelude has put into the global scope."""
        return self._guarded(self._context.get(name), *arguments)

    def jobs(self, most: int) -> None:
        """Run what promises have left to do."""
        while most > 0 and self._guarded(self._context.execute_pending_job):
            most -= 1

    def _guarded(self, function: Any, *arguments: Any) -> Any:
        try:
            return function(*arguments)
        except self._module.StackOverflow as error:
            raise ScriptFailed(f"stack overflow: {error}") from None
        except self._module.JSException as error:
            text = str(error)
            if "interrupted" in text[:60]:
                raise OutOfTime from None
            if "out of memory" in text[:60] or text.startswith("null"):
                raise OutOfMemory from None
            raise ScriptFailed(text) from None
        except UnicodeDecodeError:
            return None


def escaped(code: str) -> str:
    """Code whose zeros, which the binding does not take, and halves of surrogate pairs, which UTF-8 has not, are written as escapes."""
    code = code.replace("\0", "\\u0000")
    try:
        code.encode()
    except UnicodeEncodeError:
        return "".join(f"\\u{ord(c):04x}" if "\ud800" <= c <= "\udfff" else c for c in code)
    return code


def truth(expression: str) -> bool:
    """The truth of an expression of constants; false for one that fails or takes long."""
    import _quickjs

    context = _quickjs.Context()
    context.set_memory_limit(4 << 20)
    context.set_time_limit(0.05)
    try:
        return bool(context.eval(f"!!({escaped(expression)})"))
    except (_quickjs.JSException, _quickjs.StackOverflow):
        return False


def dumps(value: Any) -> str:
    """As JSON in ASCII, which every text survives."""
    import json

    return json.dumps(value, ensure_ascii=True, separators=(",", ":"))


def loads(text: str) -> Any:
    import json

    return json.loads(text)
