"""What a command came to."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct


class Result(Struct):
    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


Emoscan = Callable[..., Result]
