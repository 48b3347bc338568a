"""The command as a process of its own: signals, pipes, encodings, and what it loads before it starts."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from mocks import mock

ROOT = Path(__file__).parent.parent.parent
START = "import sys; sys.path.insert(0, 'tests'); import mocks; mocks.install(); from emoscan.cli.main import entry; entry()"

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals and forks")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "quick").write_bytes(mock("fact quick"))
    (tmp_path / "slow").write_bytes(mock("sleep 60"))
    (tmp_path / "hang").write_bytes(mock("hang"))
    return tmp_path


def start(*arguments: str | Path, **environment: str) -> subprocess.Popen[bytes]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("EMOSCAN_", "LC_", "LANG"))}
    return subprocess.Popen(
        [sys.executable, "-c", START, *map(str, arguments)],
        cwd=ROOT,
        env={**clean, "PYTHONPATH": str(ROOT), "HOME": "/nonexistent", **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def children(pid: int) -> list[int]:
    return [int(word) for task in Path(f"/proc/{pid}/task").iterdir() for word in (task / "children").read_text().split()]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    except OSError:
        return False


@pytest.fixture
def processes() -> Iterator[list[subprocess.Popen[bytes]]]:
    started: list[subprocess.Popen[bytes]] = []
    yield started
    for process in started:
        process.kill()
        process.communicate()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("what", ["slow", "hang"])
def test_interrupted_it_ends_at_once_and_takes_its_workers_along(
    files: Path, processes: list[subprocess.Popen[bytes]], number: int, code: int, what: str
) -> None:
    process = start("scan", "--format", "jsonl", "-j", "2", files / "quick", files / what, files / what)
    processes.append(process)
    assert process.stdout
    assert b'"verdict"' in process.stdout.readline()  # results come as they arise
    time.sleep(0.3)
    workers = children(process.pid)
    assert len(workers) == 2
    process.send_signal(number)
    out, err = process.communicate(timeout=5)
    assert process.returncode == code
    assert out == b""
    assert b"Traceback" not in err
    time.sleep(0.1)
    assert not any(map(alive, workers))


@pytest.mark.parametrize("arguments", [["scan", "--format", "jsonl"], ["scan"], ["explain"], ["iocs", "--format", "csv"]])
def test_a_reader_that_goes_away_is_no_reason_to_complain(
    files: Path, arguments: list[str], processes: list[subprocess.Popen[bytes]]
) -> None:
    process = start(*arguments, *[files / "quick"] * 50)
    processes.append(process)
    assert process.stdout
    assert process.stderr
    process.stdout.close()
    assert process.wait(timeout=20) in (1, 3)
    assert b"rror" not in process.stderr.read()


@pytest.mark.parametrize("locale", ["C", "POSIX", "en_US.ISO-8859-1"])
def test_output_is_utf8_whatever_the_locale(tmp_path: Path, locale: str, processes: list[subprocess.Popen[bytes]]) -> None:
    path = tmp_path / "請求書.doc"
    path.write_bytes(mock("fact 請求書"))
    for arguments in (["scan", "--format", "jsonl"], ["scan"], ["explain"]):
        process = start(*arguments, path, LC_ALL=locale, PYTHONCOERCECLOCALE="0", PYTHONUTF8="0")
        processes.append(process)
        out, err = process.communicate(timeout=20)
        assert process.returncode == 0, err
        assert "請求書" in out.decode("utf-8")


def test_a_full_disk_is_an_error(files: Path, processes: list[subprocess.Popen[bytes]]) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full")
    process = start("scan", "--format", "jsonl", "--output", "json:/dev/full", files / "quick")
    processes.append(process)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 2
    assert b"No space left on device" in err


def test_a_plain_scan_loads_little(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"hello")
    code = "import sys; from emoscan.cli.main import main; main(['scan', sys.argv[1]]); print(*sys.modules, file=sys.stderr)"
    result = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "x"], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, check=True
    )
    loaded = set(result.stderr.decode().split())
    heavy = {
        "rich",
        "platformdirs",
        "lxml",
        "oletools",
        "msoffcrypto",
        "olefile",
        "email",
        "zipfile",
        "logging",
        "json",
        "asyncio",
        "sqlite3",
        "http",
    }
    assert heavy & loaded == set()


def on_a_terminal(*arguments: str | Path) -> tuple[int, bytes]:
    """Exit code, and what a person sees of standard output and error."""
    import pty

    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", START, *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "HOME": "/nonexistent", "TERM": "xterm", "PAGER": "cat"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    seen = b""
    while True:
        try:
            piece = os.read(ours, 1 << 16)
        except OSError:
            break
        if not piece:
            break
        seen += piece
    os.close(ours)
    return process.wait(timeout=20), seen


def test_on_a_terminal_there_is_progress_and_colour(tmp_path: Path) -> None:
    for number in range(4):
        (tmp_path / str(number)).write_bytes(mock("sleep 0.25", f"fact {number}"))
    code, seen = on_a_terminal("scan", tmp_path)
    assert code == 0
    assert b"\r\x1b[K1 scanned: 1 clean" in seen
    assert b"\x1b[32mCLEAN" in seen
    assert seen.endswith(b"emoscan: 4 scanned: 4 clean\r\n")
    code, seen = on_a_terminal("scan", "--no-progress", "--color", "never", tmp_path)
    assert b"\x1b[" not in seen


def test_the_pager_shows_everything_at_once(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(mock("fact paged"))
    code, seen = on_a_terminal("explain", "--pager", tmp_path / "x")
    assert code == 0
    assert b"run " in seen
    assert b"paged" in seen
