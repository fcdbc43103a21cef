"""Several processes behind one door: each of them answers, none outlives the first, and a change is seen by all."""

import http.client
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlencode

import pytest

from benchmarks import bench
from benchmarks.imports import filled
from benchmarks.served import Served
from directory.asking import DEMO_NEED
from directory.problems import CannotUnderstand
from directory.serving import FORKS, Visitors
from directory.settings import Settings

pytestmark = pytest.mark.skipif(
    not FORKS or sys.platform != "linux", reason="one process serves here, or nobody tells which do"
)


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("serving") / "instance"
    assert filled(folder, bench.DEMO) > 0
    return folder


@contextmanager
def started(instance: Path) -> Iterator[Served]:
    """Three processes; whatever became of them, they are gone afterwards."""
    program = Served(instance, ("app.py",), {"PROCESSES": "3"})
    others = children(program)
    try:
        assert within_seconds(lambda: len(children(program)) == 2)
        others = children(program)
        yield program
    finally:
        if program.process.poll() is None:
            program.process.kill()
        program.end()
        assert within_seconds(lambda: not any(map(lives, others)))


def children(program: Served) -> list[int]:
    told = Path(f"/proc/{program.process.pid}/task/{program.process.pid}/children")
    return [int(one) for one in told.read_text().split()] if told.exists() else []


def sockets(pid: int) -> int:
    """How many sockets a process has open."""
    held = 0
    for one in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # what it closed in the meantime
            held += os.readlink(one).startswith("socket:")
    return held


def lives(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def within_seconds(happens: Callable[[], bool], seconds: float = 20) -> bool:
    ends = time.monotonic() + seconds
    while not happens() and time.monotonic() < ends:
        time.sleep(0.02)
    return happens()


def asked(program: Served, path: str, sent: Mapping[str, object] | None = None) -> tuple[int, str]:
    """The status of a page, and where it leads, on a connection of its own."""
    form = {"Content-Type": "application/x-www-form-urlencoded"} if sent else {}
    with closing(http.client.HTTPConnection("127.0.0.1", program.port, timeout=20)) as connection:
        connection.request("POST" if sent else "GET", path, urlencode(sent, doseq=True) if sent else None, form)
        with connection.getresponse() as response:
            response.read()
            return response.status, response.headers["Location"] or ""


def answer_alone(program: Served, awake: int, path: str) -> int:
    """The status of a page from one of the processes, while the others are held."""
    held = [pid for pid in (program.process.pid, *children(program)) if pid != awake]
    for pid in held:
        os.kill(pid, signal.SIGSTOP)
    try:
        return asked(program, path)[0]
    finally:
        for pid in held:
            os.kill(pid, signal.SIGCONT)


def test_each_process_answers_and_one_that_dies_is_missed_by_nobody(instance: Path) -> None:
    with started(instance) as program:
        _, path = asked(program, "/options", DEMO_NEED)
        assert [answer_alone(program, pid, path) for pid in (program.process.pid, *children(program))] == [200] * 3
        os.kill(children(program)[0], signal.SIGKILL)
        assert [asked(program, path)[0] for _ in range(6)] == [200] * 6


def test_the_next_visitor_goes_where_the_fewest_are(instance: Path) -> None:
    with started(instance) as program, ExitStack() as kept:
        processes = (program.process.pid, *children(program))
        before = [sockets(pid) for pid in processes]
        for _ in range(9):
            visitor = kept.enter_context(closing(http.client.HTTPConnection("127.0.0.1", program.port, timeout=20)))
            visitor.request("GET", "/how-options-are-ranked")
            assert visitor.getresponse().read()
        assert [sockets(pid) - count for pid, count in zip(processes, before, strict=True)] == [3, 3, 3]


def test_a_process_that_is_silent_has_no_visitors_left_to_it() -> None:
    visitors = Visitors(3)
    assert visitors.next_is_for(0, 5), "the others have not begun"
    assert visitors.next_is_for(1, 0) and visitors.next_is_for(2, 1) is False
    assert not visitors.next_is_for(0, 5)
    assert within_seconds(lambda: visitors.next_is_for(0, 5), 10), "the others have said nothing for a while"
    assert visitors.next_is_for(1, 5) and not visitors.next_is_for(2, 6)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_all_end_with_the_first(instance: Path, how: signal.Signals) -> None:
    with started(instance) as program:
        others = children(program)
        assert answer_alone(program, program.process.pid, "/need") == 200
        program.process.send_signal(how)
        assert program.process.wait(20) == (0 if how == signal.SIGINT else -how)
        assert within_seconds(lambda: not any(map(lives, others)))


def test_as_many_processes_as_processors_and_never_more_than_four_unless_somebody_says_so() -> None:
    usual = Settings.from_environment({}).processes
    assert usual == min(4, len(os.sched_getaffinity(0)))
    assert Settings.from_environment({"PROCESSES": "9"}).processes == 9


@pytest.mark.parametrize("written", ["0", "-1", "two", "65", "1.5"])
def test_a_number_of_processes_that_does_not_work_is_refused(written: str) -> None:
    with pytest.raises(CannotUnderstand, match="PROCESSES"):
        Settings.from_environment({"PROCESSES": written})
