"""Hold what was reached: compare a summary of evaluate.py with floors and ceilings, and raise them when asked.

    check_floors.py SUMMARY.json FLOORS.toml [--update]

A floor is a number that may not get smaller, a ceiling one that may not get larger. `--update` writes better numbers into
the file; it never writes worse ones.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tomllib
from pathlib import Path
from typing import Any


def look_up(summary: Any, path: str) -> float | None:
    """The number at a path like `sets.mal-office.detected.0`; None when the run did not measure it."""
    for key in path.split("."):
        try:
            summary = summary[int(key)] if isinstance(summary, list) else summary[key]
        except (KeyError, IndexError, ValueError, TypeError):
            return None
    return summary if isinstance(summary, int | float) else None


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("summary", type=Path)
    parser.add_argument("floors", type=Path)
    parser.add_argument("--update", action="store_true")
    given = parser.parse_args(arguments)
    summary = json.loads(given.summary.read_text("utf-8"))
    text = given.floors.read_text("utf-8")
    bounds = tomllib.loads(text)
    broken = 0
    for kind, sign in (("floors", 1), ("ceilings", -1)):
        for path, bound in bounds[kind].items():
            value = look_up(summary, path)
            better = value is not None and (value - bound) * sign > 0
            held = value is not None and (value - bound) * sign >= 0
            broken += not held
            state = "better: UPDATE=1 writes it down" if better else "held" if held else "not measured" if value is None else "BROKEN"
            print(f"{kind[:-1]:<8} {path:<48} {bound:>8g} {'-' if value is None else f'{value:g}':>8}  {state}")
            if better and given.update:
                text = re.sub(rf'^("{re.escape(path)}" = )\S+', rf"\g<1>{value:g}", text, flags=re.MULTILINE)
    if given.update:
        given.floors.write_text(text, encoding="utf-8")
    print(f"{broken} broken" if broken else "all held")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
