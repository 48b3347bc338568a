"""Scan damaged fixtures until the time is up, and tell what came of it: `make fuzz SECONDS=600`.

Every input must end as one record. What makes a worker die or a step fail is written to a folder, to become a test. Exit code
1 when a record is missing or a step failed in a way nobody has thought of.
"""

from __future__ import annotations

import argparse
import itertools
import os
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from fixturelib.build import build, cases
from mutate import mutate

from emoscan.budget import Limits
from emoscan.context import Settings
from emoscan.report import from_json
from emoscan.sources import Source
from emoscan.workers import Supervisor

LIMITS = Limits().replace(seconds=5, kill_seconds=1, expanded_bytes=16 << 20, objects=200)
KEPT = 3
"""Inputs kept of each kind of failure."""


def inputs(seed: int, until: float) -> Iterator[Source]:
    built = {case: build(case) for case in cases()}
    bodies = [data for _, data in built.values()]
    for number in itertools.count(seed):
        for case, (name, data) in built.items():
            if time.monotonic() >= until:
                return
            yield Source(f"{case}#{number}", name, mutate(data, number, bodies))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=int(time.time()), help="where to begin; a run with the same seed is the same")
    parser.add_argument("--keep", type=Path, default=Path("crashed"), help="folder for inputs that made something fail")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args()
    given_out: list[str] = []
    failures: defaultdict[str, list[Source]] = defaultdict(list)
    verdicts: Counter[str] = Counter()
    problems: Counter[str] = Counter()
    slowest: tuple[float, str] = (0.0, "")

    def noted() -> Iterator[Source]:
        for source in inputs(given.seed, time.monotonic() + given.seconds):
            given_out.append(source.path)
            yield source

    records = 0
    started = time.monotonic()
    with Supervisor(Settings(limits=LIMITS), given.jobs) as supervisor:
        for outcome in supervisor.scan(noted()):
            report = from_json(outcome.report)
            assert report.input.path == given_out[records], "records are not in the order of the inputs"
            records += 1
            verdicts[report.verdict] += 1
            slowest = max(slowest, (report.timing_ms["total"], report.input.path))
            for problem in report.incomplete:
                problems[f"{problem.sort} {problem.name}"] += 1
                if problem.sort == "failed" or (problem.sort, problem.name) == ("limit", "memory_bytes"):
                    failures[problem.message].append(outcome.source)
    seconds = time.monotonic() - started
    print(f"seed {given.seed}: {len(given_out)} inputs, {records} records in {seconds:.0f} s ({records / seconds:.0f}/s)")
    print("verdicts:", ", ".join(f"{count} {verdict}" for verdict, count in verdicts.most_common()))
    print("not read:", ", ".join(f"{count} {problem}" for problem, count in problems.most_common(20)))
    print(f"slowest: {slowest[0]:.0f} ms, {slowest[1]}")
    for message, sources in sorted(failures.items(), key=lambda item: -len(item[1])):
        print(f"{len(sources):>5}  {message}")
        for source in sources[:KEPT]:
            given.keep.mkdir(exist_ok=True)
            (given.keep / source.path.replace("#", "-")).write_bytes(source.data or b"")
            print(f"       {source.path}")
    return 1 if failures or records != len(given_out) else 0


if __name__ == "__main__":
    sys.exit(main())
