"""What a worker can no longer do, tried in a real worker."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from mocks import install, mock

from emoscan.budget import Limits
from emoscan.context import Context, Settings
from emoscan.model import Artifact, Fact, Yields
from emoscan.registry import step
from emoscan.report import from_json
from emoscan.sources import Source
from emoscan.workers import Supervisor

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Landlock and namespaces are Linux's")

Attempt = Callable[[], object]


@pytest.fixture
def attempt(alone: None) -> Callable[..., tuple[list[str], dict[str, str]]]:
    """Runs attempts in a worker; returns how each ended ("done" or the exception) and what is in force there."""

    def run(*attempts: Attempt, settings: Settings | None = None) -> tuple[list[str], dict[str, str]]:
        install()

        @step("attempts", "mock", order=60)
        def _attempts(artifact: Artifact, ctx: Context) -> Yields:
            for number, act in enumerate(attempts):
                try:
                    act()
                    result = "done"
                except OSError as error:
                    result = type(error).__name__
                yield Fact("effect.query", f"{number} {result}")

        with Supervisor(settings or Settings(limits=Limits(seconds=5))) as supervisor:
            (outcome,) = supervisor.scan([Source("x", "x", mock())])
            report = from_json(outcome.report)
            assert report.incomplete == [], report.incomplete
            return [e.value.split(" ", 1)[1] for e in report.effects if e.kind == "effect.query"], supervisor.confinement

    return run


def test_nothing_can_be_written(attempt: Callable[..., tuple[list[str], dict[str, str]]], tmp_path: Path) -> None:
    (tmp_path / "there").write_bytes(b"x")
    attempts = (
        lambda: (tmp_path / "new").write_bytes(b"x"),
        lambda: (tmp_path / "there").write_bytes(b"y"),
        (tmp_path / "there").unlink,
        (tmp_path / "folder").mkdir,
        lambda: (tmp_path / "link").symlink_to("/etc/passwd"),
        lambda: os.mkfifo(tmp_path / "fifo"),
        lambda: (tmp_path / "there").rename(tmp_path / "elsewhere"),
        lambda: os.truncate(tmp_path / "there", 0),
        lambda: open("/tmp/emoscan-test", "wb").close(),
    )
    results, state = attempt(*attempts)
    if "nothing written" not in state["landlock"]:
        pytest.skip(f"Landlock: {state['landlock']}")
    assert set(results) == {"PermissionError"}
    assert [path.name for path in tmp_path.iterdir()] == ["there"]
    assert (tmp_path / "there").read_bytes() == b"x"


def test_only_python_and_the_rules_can_be_read(attempt: Callable[..., tuple[list[str], dict[str, str]]], tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"secret")
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "note").write_bytes(b"x")
    attempts = (
        secret.read_bytes,
        lambda: os.listdir("/home"),
        Path("/etc/passwd").read_bytes,
        (rules / "note").read_bytes,
        Path(os.__file__).read_bytes,
    )
    results, state = attempt(*attempts, settings=Settings(rules=(str(rules),)))
    if "nothing written" not in state["landlock"]:
        pytest.skip(f"Landlock: {state['landlock']}")
    assert results == ["PermissionError", "PermissionError", "PermissionError", "done", "done"]


def test_there_is_no_network(attempt: Callable[..., tuple[list[str], dict[str, str]]]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
        datagrams.bind(("127.0.0.1", 0))
        port, udp = server.getsockname()[1], datagrams.getsockname()

        def send() -> None:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                sender.sendto(b"x", udp)

        results, state = attempt(lambda: socket.create_connection(("127.0.0.1", port), 1), send)
    if state["network"] == "open":
        pytest.skip("neither namespaces nor Landlock for TCP")
    assert results[0] != "done"
    if "namespace" in state["network"]:
        assert results[1] != "done"


def test_no_program_can_be_started(attempt: Callable[..., tuple[list[str], dict[str, str]]]) -> None:
    results, state = attempt(
        lambda: subprocess.run(["/bin/true"], check=True), lambda: os.waitpid(os.posix_spawn("/bin/true", ["true"], {}), 0)
    )
    if "nothing written" not in state["landlock"]:
        pytest.skip(f"Landlock: {state['landlock']}")
    assert "done" not in results


def test_a_worker_cannot_reach_other_processes(attempt: Callable[..., tuple[list[str], dict[str, str]]]) -> None:
    results, state = attempt(lambda: os.kill(os.getppid(), 0), lambda: Path(f"/proc/{os.getppid()}/mem").open("rb").close())
    if "namespace" not in state["network"] and "nothing written" not in state["landlock"]:
        pytest.skip("no sandbox here")
    assert results[1] != "done"
    if "no signals" in state["landlock"]:
        assert results[0] == "PermissionError"


def test_limits_of_the_system_are_in_force(attempt: Callable[..., tuple[list[str], dict[str, str]]]) -> None:
    import resource

    def limits() -> None:
        assert resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] <= 64
        assert 0 < resource.getrlimit(resource.RLIMIT_AS)[0] < 1 << 33
        assert 0 < resource.getrlimit(resource.RLIMIT_CPU)[0] < 60

    def leak() -> None:
        mine: list[int] = []
        try:
            while len(mine) < 100:
                mine.append(os.dup(0))
        finally:
            for descriptor in mine:
                os.close(descriptor)

    results, state = attempt(limits, leak)
    assert results == ["done", "OSError"]
    assert state["limits"] == "as fsize nofile core nproc"
    assert state["processes"] == "own session"


def test_the_supervisor_itself_gives_up_nothing(attempt: Callable[..., tuple[list[str], dict[str, str]]], tmp_path: Path) -> None:
    attempt()
    (tmp_path / "x").write_bytes(b"x")
    assert (tmp_path / "x").read_bytes() == b"x"
