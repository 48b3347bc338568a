"""Whether what a script fetches stands in its text for everybody to read."""

from __future__ import annotations

from typing import Final

from emoscan.context import Context
from emoscan.model import Fact, Yield
from emoscan.parse.lazy import lazy

_HOST: Final = lazy(r"^[a-z]{3,5}://([^/?#\s<>]{4,300})")

LARGEST: Final = 32 << 20


class Clear:
    """Passes on what an evaluation emits; `report` says of addresses that the text does not hold. Put it in place of `ctx.emit`."""

    def __init__(self, ctx: Context, source: str) -> None:
        self.emit = ctx.emit
        self.source = source[:LARGEST].lower()
        self.hidden: dict[str, str] = {}

    def __call__(self, item: Yield) -> None:
        if isinstance(item, Fact) and item.kind == "effect.download" and len(self.hidden) < 100:
            host = _HOST.match(item.value.lower())
            if host is not None and host[1] not in self.hidden and host[1] not in self.source:
                self.hidden[host[1]] = item.value
        self.emit(item)

    def report(self) -> None:
        if self.hidden:
            self.emit(Fact("obfuscation.address", next(iter(self.hidden.values())), "evaluated", detail={"count": str(len(self.hidden))}))
