"""Whether work grows with its input and no faster."""

from __future__ import annotations

import time
from collections.abc import Callable


def assert_linear(work: Callable[[str], object], unit: str, size: int) -> None:
    """Work on `2 * size` characters of `unit` takes at most three times as long as on `size` (four times would be quadratic)."""

    def seconds(length: int) -> float:
        text = (unit * length)[:length]
        start = time.process_time()
        work(text)
        return time.process_time() - start

    seconds(1_000)
    once = min(seconds(size) for _ in range(2))
    twice = min(seconds(2 * size) for _ in range(2))
    assert twice <= 3 * once + 0.1, f"{size} characters: {once:.3f} s, twice as many: {twice:.3f} s"
