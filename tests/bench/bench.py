"""How long emoscan takes beside olevba, on the same documents, in the same run: `make bench`.

Whole processes, from the command to its end, one of each in turns, so that whatever else the machine does hits both; and the
time of one document in a process that is warm. What counts is the ratio, not the milliseconds of one machine.
"""

from __future__ import annotations

import argparse
import compileall
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
CASES = ("F01-plain-autoopen-shell", "F02-docm-concat-chr", "F08-2019-09-objectpool", "B02-rate-downloader")
WARM = """
import contextlib, io, sys, time
from oletools.olevba import VBA_Parser
path, rounds = sys.argv[1], int(sys.argv[2])
times = []
for _ in range(rounds):
    started = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        try:
            parser = VBA_Parser(path)
            if parser.detect_macros():
                parser.analyze_macros(show_decoded_strings=True)
        except Exception:
            pass
    times.append((time.perf_counter() - started) * 1000)
print(*times)
"""


def timed(command: list[str]) -> float:
    """Milliseconds of a whole process."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    started = time.perf_counter()
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return (time.perf_counter() - started) * 1000


def in_turns(first: Callable[[], float], second: Callable[[], float], rounds: int) -> tuple[list[float], list[float]]:
    pairs = [(first(), second()) for _ in range(rounds)]
    return [a for a, _ in pairs], [b for _, b in pairs]


def warm_emoscan(path: Path, rounds: int) -> list[float]:
    """What emoscan says each of many scans of one document took, in one process."""
    command = [sys.executable, "-m", "emoscan", "scan", "--format", "jsonl", "--files-from", "-"]
    text = "\n".join([str(path)] * (rounds + 1)).encode()
    out = subprocess.run(command, cwd=ROOT, input=text, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False).stdout
    return [json.loads(line)["timing_ms"]["total"] for line in out.splitlines()][1:]


def warm_olevba(path: Path, rounds: int) -> list[float]:
    out = subprocess.run([sys.executable, "-c", WARM, str(path), str(rounds + 1)], stdout=subprocess.PIPE, check=False).stdout
    return [float(word) for word in out.split()][1:]


def row(name: str, ours: list[float], theirs: list[float]) -> float:
    ratio = statistics.median(ours) / statistics.median(theirs)
    print(
        f"{name:<34} {statistics.median(ours):>9.1f} {min(ours):>8.1f} {statistics.median(theirs):>9.1f} {min(theirs):>8.1f} {ratio:>7.2f}"
    )
    return ratio


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path, help="documents to measure with, instead of a few fixtures")
    parser.add_argument("--rounds", type=int, default=12)
    given = parser.parse_args()
    compileall.compile_dir(str(ROOT / "emoscan"), quiet=2)  # as an installation does
    sys.path.insert(0, str(ROOT / "tests"))
    from fixturelib.build import build

    with tempfile.TemporaryDirectory() as folder:
        files: list[Path] = list(given.files)
        if not files:
            for case in CASES:
                name, data = build(case)
                files.append(Path(folder) / f"{case}{Path(name).suffix}")
                files[-1].write_bytes(data)
        print(f"{'milliseconds':<34} {'emoscan':>9} {'best':>8} {'olevba':>9} {'best':>8} {'ratio':>7}")
        ratios = []
        for file in files:
            ours = [sys.executable, "-m", "emoscan", "scan", str(file)]
            theirs = [sys.executable, "-m", "oletools.olevba", "-a", str(file)]
            ratios.append(row(f"{file.name[:24]} process", *in_turns(lambda: timed(ours), lambda: timed(theirs), given.rounds)))  # noqa: B023
        for file in files:
            row(f"{file.name[:24]} warm", warm_emoscan(file, 3 * given.rounds), warm_olevba(file, 3 * given.rounds))
    print(f"A cold scan takes {max(ratios):.2f} times as long as olevba at most (it should be below 1).")
    return 0


if __name__ == "__main__":
    sys.exit(main())
