"""Whatever an input does to its worker: one report for each input, in order, with what was found before; nothing left behind."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from multiprocessing import forkserver, resource_tracker
from pathlib import Path

import pytest
from mocks import install, mock

from emoscan import journal, worker
from emoscan.budget import Limits
from emoscan.context import Settings
from emoscan.graph import Stated
from emoscan.model import Fact
from emoscan.report import Report, from_json
from emoscan.sources import INLINE_BYTES, Source
from emoscan.worker import encode_event
from emoscan.workers import Gist, Outcome, Supervisor, read_gist

pytestmark = pytest.mark.skipif(os.name != "posix", reason="mocks travel to workers by fork")

LIMITS = Limits(seconds=2.0, kill_seconds=0.5, memory_bytes=256 << 20)


@pytest.fixture(autouse=True)
def mocked(alone: None) -> Iterator[None]:
    install()
    yield
    with pytest.raises(ChildProcessError):  # no worker is left, not even as a zombie
        os.waitpid(-1, os.WNOHANG)


def scan(*inputs: bytes, workers: int = 1, limits: Limits = LIMITS) -> list[Report]:
    sources = [Source(f"input {number}", f"input {number}", data) for number, data in enumerate(inputs)]
    with Supervisor(Settings(limits=limits), workers) as supervisor:
        reports = [from_json(outcome.report) for outcome in supervisor.scan(sources)]
    assert [report.input.name for report in reports] == [source.name for source in sources]
    return reports


def effects(report: Report) -> list[str]:
    return [effect.value for effect in report.effects]


FINE = mock("fact fine")
ALL_OF_FINE = ["fine", "the next step ran"]

DEADLY = [
    ("exit 9", "failed", "worker", "its process ended with code 9"),
    ("segfault", "failed", "worker", "its process died of SIGSEGV"),
    ("kill", "failed", "worker", "its process died of SIGKILL"),
    ("hang", "limit", "seconds", "killed after"),
    ("stubborn", "limit", "seconds", "killed after"),
]

SURVIVED = [
    ("raise boom", "failed", "mock", "KeyError: 'boom'"),
    ("recurse", "limit", "recursion", "nested too deeply"),
    ("loop", "limit", "seconds", "what comes after it was not seen"),
    ("sleep 60", "limit", "seconds", "what comes after it was not seen"),
    ("allocate 4096", "limit", "memory_bytes", "out of memory"),
]


@pytest.mark.limit("kill_seconds")
@pytest.mark.limit("memory_bytes")
@pytest.mark.parametrize(("command", "sort", "name", "message"), DEADLY + SURVIVED, ids=lambda value: str(value).split()[0])
def test_each_input_is_one_report_whatever_it_does(command: str, sort: str, name: str, message: str) -> None:
    before, bad, after = scan(FINE, mock("fact before", "child kept", command, "fact never"), FINE)
    assert effects(before) == effects(after) == ALL_OF_FINE
    assert before.incomplete == after.incomplete == []
    assert effects(bad) == ["before", "the next step ran"]
    assert [artifact.kind for artifact in bad.artifacts] == ["mock", "text.plain"]
    assert [(problem.sort, problem.name) for problem in bad.incomplete] == [(sort, name)]
    assert message in bad.incomplete[0].message
    assert bad.verdict == "incomplete"


def test_a_worker_that_dies_in_every_step_still_leaves_a_report() -> None:
    from emoscan.registry import step

    for number in range(4):
        step(f"mock.deadly{number}", "mock", order=60 + number)(lambda artifact, ctx: os._exit(1))
    (report,) = scan(mock("fact before"))
    assert report.verdict == "incomplete"
    assert report.input.size == len(mock("fact before"))
    assert report.incomplete


def test_an_input_that_no_worker_can_report_on_is_at_least_named() -> None:
    from emoscan import analyse

    def die(*_args: object, **_kwargs: object) -> None:
        os._exit(3)

    original = analyse.compose
    analyse.compose = die  # type: ignore[assignment]
    try:
        first, second = scan(b"hello", b"hello")
    finally:
        analyse.compose = original
    for report in (first, second):
        assert report.verdict == "incomplete"
        assert report.input.sha256 == "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
        assert report.input.size == 5
        assert "ended with code 3" in report.summary


def test_what_libraries_print_reaches_nobody(capfd: pytest.CaptureFixture[str]) -> None:
    (report,) = scan(mock("junk", "fact after"))
    assert effects(report) == ["after", "the next step ran"]
    assert capfd.readouterr() == ("", "")


def test_strings_that_are_no_unicode_travel() -> None:
    (report,) = scan(mock("surrogate"))
    assert report.effects[0].value == "before \\ud800 after"
    assert report.incomplete == []
    event = Stated("x", Fact("effect.run", "\ud800", detail={"\ud801": "a"}))
    assert b"\\ud800" in encode_event(event)
    assert b"\\ud801" in encode_event(event)


def test_findings_survive_when_they_are_no_unicode_and_the_worker_dies() -> None:
    (report,) = scan(mock("surrogate", "exit 1"))
    assert report.effects[0].value == "before \\ud800 after"
    assert [problem.name for problem in report.incomplete] == ["worker"]


def test_many_inputs_on_two_workers_come_out_in_order() -> None:
    inputs = [
        mock("pid", f"fact {number}", *(["exit 1"] if number % 17 == 5 else ["sleep 0.02"] if number % 5 == 0 else []))
        for number in range(60)
    ]
    reports = scan(*inputs, workers=2)
    assert [effects(report)[1] for report in reports] == [str(number) for number in range(60)]
    assert [bool(report.incomplete) for report in reports] == [number % 17 == 5 for number in range(60)]
    assert len({effects(report)[0] for report in reports}) >= 2


def test_a_slow_input_does_not_hold_up_the_other_worker() -> None:
    started = time.monotonic()
    reports = scan(mock("sleep 2"), *[mock("sleep 0.25", f"fact {n}") for n in range(8)], workers=2)
    assert time.monotonic() - started < 3.8  # one after the other they take 4
    assert len(reports) == 9


def test_workers_are_replaced_after_so_many_inputs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "RECYCLE_AFTER", 3)
    pids = [effects(report)[0] for report in scan(*[mock("pid", f"fact {n}") for n in range(9)])]
    assert len(set(pids)) == 3
    assert pids == sorted(pids, key=pids.index)


def test_a_worker_that_has_grown_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "RECYCLE_GROWTH", 20 << 20)
    pids = [effects(report)[0] for report in scan(mock("pid"), mock("pid", "keep 40"), mock("pid", "fact x"))]
    assert pids[0] == pids[1] != pids[2]


def test_a_worker_that_ran_out_of_memory_is_replaced() -> None:
    """What it was loading then may be half there."""
    pids = [effects(report)[0] for report in scan(mock("pid"), mock("pid", "allocate 4096"), mock("pid", "fact x"))]
    assert pids[0] == pids[1] != pids[2]


def test_a_worker_is_warm() -> None:
    pids = {effects(report)[0] for report in scan(*[mock("pid", f"fact {n}") for n in range(20)])}
    assert len(pids) == 1


def test_a_scan_that_is_left_early_leaves_no_worker_busy() -> None:
    with Supervisor(Settings(limits=LIMITS), 2) as supervisor:
        for _ in supervisor.scan(Source("x", "x", mock("fact x", "sleep 0.1" if n else "")) for n in range(10)):
            break
        again = [from_json(outcome.report) for outcome in supervisor.scan([Source("y", "y", FINE)])]
    assert effects(again[0]) == ALL_OF_FINE


def test_nothing_to_scan() -> None:
    assert scan() == []


# ---------------------------------------------------------------- limits


def test_a_short_limit_of_time_is_still_used() -> None:
    (report,) = scan(mock("fact a", "sleep 60"), limits=Limits(seconds=0.4, kill_seconds=0.3))
    assert effects(report) == ["a", "the next step ran"]


def test_a_hang_is_over_within_soft_and_hard_limit() -> None:
    started = time.monotonic()
    scan(mock("hang"), limits=Limits(seconds=1.0, kill_seconds=0.5))
    assert time.monotonic() - started < 20  # by itself it would not end


@pytest.mark.limit("yara_seconds")
def test_a_step_with_a_limit_of_its_own_is_killed_by_it() -> None:
    from emoscan.registry import step

    @step("hang", "mock", order=60, seconds="yara_seconds")
    def _hang(artifact: object, ctx: object) -> Iterator[Fact]:
        import hashlib

        hashlib.pbkdf2_hmac("sha256", b"", b"", (1 << 31) - 1)
        yield Fact("effect.run", "never")

    started = time.monotonic()
    (report,) = scan(FINE, limits=Limits(seconds=20, kill_seconds=0.3, yara_seconds=0.5))
    assert time.monotonic() - started < 15
    assert effects(report) == ALL_OF_FINE
    assert [(p.sort, p.name) for p in report.incomplete] == [("limit", "seconds")]
    assert "hang did not end" in report.incomplete[0].message


@pytest.mark.limit("object_bytes")
@pytest.mark.parametrize("large", [False, True])
def test_a_file_that_is_too_large_is_read_in_part_and_said_to_be(tmp_path: Path, *, large: bool) -> None:
    path = tmp_path / "x"
    limit = INLINE_BYTES * 2 if large else 1000
    path.write_bytes(bytes(limit + 1))
    exact = tmp_path / "exact"
    exact.write_bytes(bytes(limit))
    sources = [Source(str(path), "x"), Source("bytes", "bytes", bytes(limit + 1)), Source(str(exact), "exact")]
    with Supervisor(Settings(limits=Limits(object_bytes=limit))) as supervisor:
        reports = [from_json(outcome.report) for outcome in supervisor.scan(sources)]
    for report in reports[:2]:
        assert report.input.size == limit
        assert [(p.sort, p.name) for p in report.incomplete] == [("limit", "object_bytes")]
        assert report.verdict == "incomplete"
    assert reports[2].incomplete == []


# ---------------------------------------------------------------- inputs


def outcome_of(source: Source) -> Outcome:
    with Supervisor(Settings(limits=LIMITS)) as supervisor:
        (outcome,) = supervisor.scan([source])
    return outcome


@pytest.mark.parametrize("size", [0, 1, INLINE_BYTES, INLINE_BYTES + 1, 3 * INLINE_BYTES])
def test_small_and_large_files_arrive_whole(tmp_path: Path, size: int) -> None:
    path = tmp_path / "x"
    data = os.urandom(size)
    path.write_bytes(data)
    import hashlib

    assert from_json(outcome_of(Source(str(path), "x")).report).input.sha256 == hashlib.sha256(data).hexdigest()


def test_a_large_file_is_read_from_its_beginning_by_the_second_worker_too(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(mock("fact a", "exit 1") + b"\n" + b" " * 3 * INLINE_BYTES)
    report = from_json(outcome_of(Source(str(path), "x")).report)
    assert report.input.size == path.stat().st_size
    assert effects(report) == ["a", "the next step ran"]


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda p: None, "No such file or directory"),
        (lambda p: p.symlink_to("/etc/hostname"), "a symbolic link, not followed"),
        (lambda p: p.symlink_to(p), "a symbolic link, not followed"),
        (os.mkfifo, "not a regular file"),
        (lambda p: p.mkdir(), "a folder"),
    ],
    ids=["absent", "link", "link to itself", "fifo", "folder"],
)
def test_what_cannot_be_read_is_a_report_too(tmp_path: Path, make: object, reason: str) -> None:
    path = tmp_path / "x"
    make(path)  # type: ignore[operator]
    outcome = outcome_of(Source(str(path), "x"))
    report = from_json(outcome.report)
    assert (report.verdict, report.input.sha256) == ("incomplete", "")
    assert [(p.sort, p.name, p.message) for p in report.incomplete] == [("failed", "unreadable", f"cannot be read: {reason}")]
    assert outcome.gist == Gist("incomplete", report.incomplete)


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/tty", "a\0b", ""])
def test_devices_and_impossible_paths(path: str) -> None:
    assert from_json(outcome_of(Source(path, "x")).report).incomplete[0].name == "unreadable"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"x")
    path.chmod(0)
    assert "Permission denied" in from_json(outcome_of(Source(str(path), "x")).report).summary


@pytest.mark.parametrize("name", [b"\xff\xfe.doc", b"a\x1b[31mb.doc", "\u202excod.exe".encode(), b"line\nfeed"])
def test_names_the_system_allows_are_scanned_and_safe_to_show(tmp_path: Path, name: bytes) -> None:
    path = os.path.join(os.fsencode(tmp_path), name)
    with open(path, "wb") as file:
        file.write(b"hello")
    outcome = outcome_of(Source(os.fsdecode(path), os.fsdecode(name)))
    report = from_json(outcome.report)
    assert report.input.size == 5
    assert report.input.name.isprintable()
    assert not any(character in outcome.report.decode() for character in "\x1b\u202e\n")


def test_a_link_in_place_of_a_file_is_never_followed(tmp_path: Path) -> None:
    """Somebody swaps a file for a link to a secret, again and again, while it is scanned."""
    secret, path = tmp_path / "secret", tmp_path / "x"
    secret.write_bytes(mock("fact secret"))
    going = True

    def swap() -> None:
        while going:
            for make in (lambda p: p.write_bytes(b"harmless"), lambda p: p.symlink_to(secret)):
                beside = tmp_path / "beside"
                make(beside)
                beside.rename(path)

    path.write_bytes(b"harmless")
    with Supervisor(Settings(limits=LIMITS)) as supervisor:
        list(supervisor.scan([Source(str(path), "x")]))
        thread = threading.Thread(target=swap)
        thread.start()
        try:
            outcomes = list(supervisor.scan(Source(str(path), "x") for _ in range(300)))
        finally:
            going = False
            thread.join()
    assert not any(b"secret" in outcome.report for outcome in outcomes)
    messages = {problem.message for outcome in outcomes for problem in outcome.gist.incomplete}
    assert messages == {"cannot be read: a symbolic link, not followed"}


def test_a_file_is_opened_in_the_folder_it_was_found_in(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "x").write_bytes(FINE)
    descriptor = os.open(tmp_path / "folder", os.O_RDONLY)
    try:
        (tmp_path / "folder").rename(tmp_path / "moved")
        (tmp_path / "folder").symlink_to("/etc")
        report = from_json(outcome_of(Source(str(tmp_path / "folder" / "x"), "x", folder=descriptor)).report)
    finally:
        os.close(descriptor)
    assert effects(report) == ALL_OF_FINE


# ---------------------------------------------------------------- contents


def test_contents_come_along_when_asked_for() -> None:
    with Supervisor(Settings(limits=LIMITS), contents=True) as supervisor:
        (outcome,) = supervisor.scan([Source("x", "x", mock("child hello"))])
    assert outcome.contents == {
        artifact.sha256: data for artifact, data in zip(from_json(outcome.report).artifacts, [mock("child hello"), b"hello"])
    }


def test_contents_of_an_input_that_killed_its_worker_are_whole() -> None:
    with Supervisor(Settings(limits=LIMITS), contents=True) as supervisor:
        (outcome,) = supervisor.scan([Source("x", "x", mock("child hello", "exit 1"))])
    assert b"hello" in outcome.contents.values()


# ---------------------------------------------------------------- without shared memory


@pytest.mark.parametrize("command", ["exit 9", "hang", "raise boom", "flood"])
def test_where_no_memory_is_shared_each_event_is_a_message(monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.setattr(journal, "create", lambda: -1)
    before, bad = scan(FINE, mock("fact before", command), limits=Limits(seconds=1.0, kill_seconds=0.3, facts=2000))
    assert effects(before) == ALL_OF_FINE
    assert effects(bad)[0] == "before"
    assert len(bad.incomplete) >= 1


def test_waiting_for_a_slow_listener_is_held_against_nobody() -> None:
    """Somebody looks at the first result in a pager while the next input is scanned."""
    inputs = [FINE, mock("sleep 0.2", "fact b"), mock("hang"), mock("fact d")]
    with Supervisor(Settings(limits=Limits(seconds=0.8, kill_seconds=0.3)), 2) as supervisor:
        reports = []
        for outcome in supervisor.scan([Source(str(n), str(n), data) for n, data in enumerate(inputs)]):
            reports.append(from_json(outcome.report))
            time.sleep(1.5 if len(reports) < 3 else 0)
    assert [bool(report.incomplete) for report in reports] == [False, False, True, False]
    assert effects(reports[1]) == ["b", "the next step ran"]


# ---------------------------------------------------------------- a worker that was taken over


def talk(monkeypatch: pytest.MonkeyPatch, *messages: bytes) -> Report:
    """The report on an input whose worker sends these messages instead of what it should."""

    def taken_over(line: object, *_rest: object) -> None:
        for message in messages:
            line.send(message)  # type: ignore[attr-defined]
        time.sleep(0.2)
        os._exit(0)

    monkeypatch.setattr(worker, "_analyse", taken_over)
    with Supervisor(Settings(limits=LIMITS)) as supervisor:
        (outcome,) = supervisor.scan([Source("x", "x", b"hello")])
    return from_json(outcome.report)


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"?",
        b"B",
        b"Bxx",
        b"D123",
        b"S{}",
        b"R",
        b"Rnull",
        b"R{}",
        b'R{"verdict":"clean"}',
        b'R{"verdict":"clean",\n"incomplete":[]}',
        b"L" + b"[" * 100_000,
    ],
)
def test_a_worker_that_breaks_the_protocol_is_not_believed(monkeypatch: pytest.MonkeyPatch, message: bytes) -> None:
    report = talk(monkeypatch, message)
    assert report.verdict == "incomplete"
    assert report.input.size == 5


def test_a_report_is_one_line_of_json_that_is_utf8() -> None:
    assert read_gist(b'{"verdict":"clean","incomplete":[]}') == Gist("clean", [])
    assert read_gist(b'{"verdict":"fine","incomplete":[]}') is None
    assert read_gist(b'{"verdict":"clean","incomplete":[],"x":"\xff"}') is None
    assert read_gist(b'{"verdict":"clean",\n"incomplete":[]}') is None


def test_a_worker_knows_nothing_of_the_others(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Descriptors a fork inherits are closed: lines to other workers, files that reports go to."""
    from emoscan.registry import step

    @step("mock.descriptors", "mock", order=60)
    def _descriptors(artifact: object, ctx: object) -> Iterator[Fact]:
        names = []
        for descriptor in range(3, 256):
            with suppress(OSError):
                names.append(os.readlink(f"/proc/self/fd/{descriptor}").partition(":")[0])
        yield Fact("effect.query", ",".join(sorted(names)))

    with (tmp_path / "report").open("wb"):
        reports = scan(*[mock("sleep 0.05", f"fact {n}") for n in range(6)], workers=2)
    assert {effects(report)[-1] for report in reports} == {"/memfd,socket"}  # its journal and its line


@pytest.mark.parametrize("method", ["forkserver", "spawn"])
def test_processes_may_be_started_otherwise(method: str) -> None:
    with Supervisor(Settings(limits=LIMITS), method=method) as supervisor:
        reports = [from_json(outcome.report) for outcome in supervisor.scan([Source("x", "x", b"hello"), Source("y", "y", b"again")])]
    assert [report.input.size for report in reports] == [5, 5]
    assert [report.verdict for report in reports] == ["clean", "clean"]
    forkserver._forkserver._stop()  # type: ignore[attr-defined]
    resource_tracker._resource_tracker._stop()  # type: ignore[attr-defined]


def test_workers_end_with_their_supervisor(tmp_path: Path) -> None:
    """Killed outright, it cannot tell them."""
    reader, writer = os.pipe()
    pid = os.fork()
    if not pid:
        os.close(reader)
        supervisor = Supervisor(Settings(limits=LIMITS), 2)
        outcomes = supervisor.scan(Source("x", "x", mock(f"fact {n}", "sleep 60")) for n in range(2))
        threading.Thread(target=lambda: list(outcomes)).start()
        time.sleep(0.5)
        os.write(writer, ",".join(str(worker.process.pid) for worker in supervisor._workers).encode())
        time.sleep(60)
        os._exit(0)
    os.close(writer)
    pids = [int(number) for number in os.read(reader, 1000).decode().split(",")]
    os.close(reader)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    assert len(pids) == 2
    until = time.monotonic() + 5
    while time.monotonic() < until and any(_alive(number) for number in pids):
        time.sleep(0.05)
    assert not any(_alive(number) for number in pids)


def _alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rpartition(")")[2].split()[0] not in ("Z", "X")
    except OSError:
        return False


if sys.platform != "linux":
    del test_workers_end_with_their_supervisor
