"""Whether what a script fetches stands in its text for everybody to read."""

from __future__ import annotations

from typing import Final

from emoscan.context import Context, Inside, Take
from emoscan.model import Child, Fact, Yield
from emoscan.parse.lazy import lazy

_HOST: Final = lazy(r"^[a-z]{3,5}://([^/?#\s<>]{4,300})")

LARGEST: Final = 32 << 20


class Clear:
    """Passes on what an evaluation emits; `report` says of addresses that the text does not hold. Put it in place of `ctx.emit`."""

    def __init__(self, ctx: Context, source: str) -> None:
        self.emit = ctx.emit
        self.source = source[:LARGEST].lower()
        self.hidden: dict[str, str] = {}
        self.cut = False

    def __call__(self, item: Yield) -> None:
        self.look(item)
        self.emit(item)

    def within(self, inside: Inside) -> Inside:
        """`inside`, looked at too: what is fetched by a text that the script runs as code."""

        def enter(child: Child) -> tuple[Take, Inside]:
            emit, deeper = inside(child)

            def take(item: Yield) -> None:
                self.look(item)
                emit(item)

            return take, self.within(deeper)

        return enter

    def look(self, item: Yield) -> None:
        if isinstance(item, Fact) and item.kind == "effect.download" and len(self.hidden) < 100:
            host = _HOST.match(item.value.lower())
            if host is not None and host[1] not in self.hidden:
                if host[1] not in self.source:
                    self.hidden[host[1]] = item.value
                    self.cut = self.cut or not self._spelt(host[1])
                elif "http" not in self.source and "://" in self.source:
                    self.hidden[host[1]] = item.value
                    self.cut = True

    def _spelt(self, host: str) -> bool:
        """Whether the text holds the names that a host is put together of: the part of it that somebody has to buy, or all of an address in numbers."""
        labels = host.partition(":")[0].split(".")
        if len(labels) < 2:
            return True  # a computer next door
        if labels[-1].isdigit():
            return False
        bought = labels[-2] if len(labels) < 3 or len(labels[-2]) > 3 else labels[-3]
        return bought in self.source or "dnsdomain" in self.source  # of the computer

    def report(self) -> None:
        if self.hidden:
            detail = {"count": str(len(self.hidden))} | ({"letters": "yes"} if self.cut else {})
            self.emit(Fact("obfuscation.address", next(iter(self.hidden.values())), "evaluated", detail=detail))
