"""How many ordinary mails emoscan reads in a second of processor time, and that a folder of them is read in flat memory.

`python tests/bench/mails.py [FOLDER OF MAILS]`; without one the mails are written here: two forms of a text, a few headers, none
with an attachment. What is measured is whole scans, with rules and YARA, in one process; and the parent of a scan of a large mbox.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from fixturelib import mails  # noqa: E402

from emoscan.analyse import analyse  # noqa: E402

WORDS = "the invoice for last month was sent on Monday please tell us whether it has come and when we may expect your answer".split()


def written(count: int) -> list[bytes]:
    """Mails of some hundred words, every third with a quote, every second with HTML."""
    made = []
    for number in range(count):
        text = "\n".join(" ".join(WORDS[(number + line) % 20 :]) for line in range(20))
        if number % 3 == 0:
            text += "\n\nOn Mon, 8 Mar 2021 at 17:40, Peter Lang <p.lang@victim.example> wrote:\n> " + text.replace("\n", "\n> ")
        plain = mails.text(f"Mail {number}\n{text}", encoding="quoted-printable")
        page = "".join(f"<p style='margin:0'>{line}</p>" for line in text.split("\n"))
        html = mails.text(f"<html><body>{page}</body></html>", subtype="html", encoding="quoted-printable")
        headers = [
            ("Return-Path", f"<u{number}@partner.example>"),
            *[
                ("Received", f"from a{n}.example ([192.0.2.{n}]) by b{n}.example with ESMTPS; Mon, 8 Mar 2021 17:40:0{n} +0100")
                for n in range(4)
            ],
            ("From", f'"User {number}" <u{number}@partner.example>'),
            ("To", "<office@victim.example>"),
            ("Subject", f"Re: invoice {number}"),
            ("Date", "Mon, 8 Mar 2021 17:40:03 +0100"),
            ("Message-ID", f"<{number}@partner.example>"),
        ]
        made.append(mails.mail(headers, mails.alternative(plain, html) if number % 2 else plain))
    return made


def speed(items: list[bytes]) -> dict[str, float]:
    for data in items[:50]:
        analyse(data, "mail.eml", "mail.eml")
    started = time.process_time()
    for data in items:
        analyse(data, "mail.eml", "mail.eml")
    seconds = time.process_time() - started
    return {"mails": len(items), "bytes": sum(map(len, items)) // len(items), "per_second": round(len(items) / seconds, 1)}


FLAT = """
import resource, sys
from emoscan.scanner import Scanner
count = early = 0
with Scanner() as scanner:
    for report in scanner.scan_folder(sys.argv[1]):
        count += 1
        if count == 1000:
            early = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(count, early // 1024, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def folder(size: int, items: list[bytes]) -> dict[str, float]:
    """Memory of the parent in MiB after a thousand mails and in the end of a folder of `size` MiB, padded so that it has few mails."""
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "mbox"
        with path.open("wb") as file:
            number = 0
            while file.tell() < size << 20:
                data = items[number % len(items)]
                file.write(b"From x@y.example Mon Mar  8 17:40:03 2021\n" + data + b"x" * 60 * 1024 + b"\n\n")
                number += 1
        started = time.perf_counter()
        out = subprocess.run([sys.executable, "-c", FLAT, str(path)], cwd=ROOT, capture_output=True, check=True).stdout.split()
        return {
            "MiB": size,
            "mails": int(out[0]),
            "parent_early": int(out[1]),
            "parent_end": int(out[2]),
            "seconds": round(time.perf_counter() - started, 1),
        }


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, help="mails to read, one a file")
    parser.add_argument("--count", type=int, default=1_000)
    parser.add_argument("--mbox", type=int, default=500, metavar="MIB", help="size of the folder that is read; 0: none")
    given = parser.parse_args(arguments)
    items = [path.read_bytes() for path in sorted(given.folder.iterdir()) if path.is_file()] if given.folder else written(given.count)
    found: dict[str, object] = {"speed": speed(items)}
    if given.mbox:
        found["folder"] = folder(given.mbox, items)
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
