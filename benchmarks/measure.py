"""One directory measured: every engine asked the same needs in turn, its answers held to brute force, its time told."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any, Final

from benchmarks.brute import Brute, agrees
from benchmarks.cluster import Missing
from benchmarks.directories import REAL_SIZE, Measured
from benchmarks.needs import Asked, Engine, Found, facets, needs
from benchmarks.ours import Ours
from benchmarks.postgis_engine import PostGis
from benchmarks.sqlite_engine import Sqlite
from benchmarks.timing import Floor, in_rounds, in_turn, percentiles, ratios
from benchmarks.whole import Whole, adds_up
from benchmarks.whole import goals as whole_goals

THREADS: Final = 8
GOALS: Final = {
    REAL_SIZE: {"p50": {"sqlite": 5.0, "tantivy": 2.0, "postgis": 8.0}, "p99": {"sqlite": 10.0}},
    200_000: {"p50": {"sqlite": 30.0, "tantivy": 4.0, "postgis": 20.0}},
    1_000_000: {"p50": {"sqlite": 80.0, "tantivy": 10.0, "postgis": 60.0}},
}
"""How many times as long as ours the others are to take, in rounds, at each size."""


def engines(measured: Measured, ends: ExitStack) -> tuple[list[Engine], list[str]]:
    """The engines that are installed, ours first, and a line for each that had to be left out; `ends` ends what was started."""
    counted = facets(measured)
    made: list[Engine] = [Ours(measured, counted), Sqlite(measured, counted)]
    left_out = []
    try:
        from benchmarks.tantivy_engine import Tantivy

        made.append(Tantivy(measured, counted))
    except ImportError:
        left_out.append("tantivy is not installed and was left out: pip install -r requirements-bench.txt")
    try:
        made.append(PostGis(measured, counted, ends))
    except Missing as missing:
        left_out.append(f"PostGIS was left out ({missing}): on Debian, apt-get install postgresql-15-postgis-3")
    return made, left_out


def measure(measured: Measured, count: int, rounds: int, tell: Callable[[str], None]) -> dict[str, Any]:
    """Everything that is told of one directory."""
    asked = needs(measured, count)
    tell(f"{len(measured):,} listings ({measured.source}): filling the engines")
    with ExitStack() as ends:
        asking, left_out = engines(measured, ends)
        tell("asking once, and holding the answers to brute force")
        found = {engine.name: [engine.ask(need) for need in asked] for engine in asking}
        right, distances = _held_to_brute_force(measured, asked, found)
        tell(f"asking {count} needs in {rounds} rounds, and then engine by engine")
        asks = {engine.name: engine.ask for engine in asking}
        floor, whole = Floor(measured, asked), Whole(measured, asked)
        right_sums = sum(adds_up(whole.ask(need)) for need in asked)
        besides = {"floor": floor.ask, "whole": whole.ask}
        times = {name: percentiles(took) for name, took in in_rounds(asks | besides, asked, rounds).items()}
        turns = {name: percentiles(took) for name, took in in_turn(asks, asked, max(1, rounds // 2)).items()}
        threads = _threads(asking[0], asked, found["ours"])
    lowest, whole_times = times.pop("floor"), times.pop("whole")
    compared = ratios(times)
    return {
        "directory": measured.source,
        "listings": len(measured),
        "needs": count,
        "rounds": rounds,
        "left_out": left_out,
        "engines": {one.name: {"version": one.version, "agreement": right[one.name], **times[one.name]} for one in asking},
        "ratios": compared,
        "ratios_in_turn": ratios(turns),
        "floor": lowest | {"ours_over_it": {at: times["ours"][at] / took for at, took in lowest.items()}},
        "whole": whole_times | {"adds_up": right_sums, "goals": whole_goals(whole_times, times["sqlite"])},
        "goals": _goals(len(measured), compared),
        "distances_as_geopy": distances,
        "threads": threads,
    }


def _goals(size: int, compared: dict[str, dict[str, float]]) -> list[dict[str, Any]]:
    """What was to be reached at this size, and whether it was."""
    return [
        {"engine": name, "at": at, "goal": goal, "ratio": compared[name][at], "reached": compared[name][at] >= goal}
        for at, goals in GOALS.get(size, {}).items()
        for name, goal in goals.items()
        if name in compared
    ]


Answers = dict[str, list[Found]]


def _held_to_brute_force(measured: Measured, asked: Sequence[Asked], found: Answers) -> tuple[dict[str, int], int]:
    """For each engine how many needs it answered right, and for how many the shown miles are geopy's."""
    brute = Brute(measured, facets(measured))
    right, distances = dict.fromkeys(found, 0), 0
    for number, need in enumerate(asked):
        expected = brute.answers(need, tuple(found))
        distances += brute.distances_hold(need, expected["ours"])
        for name, answers in found.items():
            right[name] += agrees(answers[number], expected[name])
    return right, distances


def _threads(engine: Engine, asked: Sequence[Asked], found: Sequence[Found]) -> dict[str, int]:
    """Everything asked by several threads at once: how many answers are those of one thread."""
    together = threading.Barrier(THREADS)

    def equal(_thread: int) -> int:
        together.wait()
        return sum(engine.ask(need) == right for need, right in zip(asked, found, strict=True))

    with ThreadPoolExecutor(THREADS) as pool:
        answers = sum(pool.map(equal, range(THREADS)))
    return {"threads": THREADS, "asked": THREADS * len(asked), "equal": answers}


def in_order(report: dict[str, Any]) -> bool:
    """Whether all engines agree with brute force, all miles with geopy, all threads with one, and all whole answers add up."""
    agreed = all(engine["agreement"] == report["needs"] for engine in report["engines"].values())
    threads = report["threads"]
    counted = report["distances_as_geopy"] == report["whole"]["adds_up"] == report["needs"]
    return agreed and counted and threads["equal"] == threads["asked"]
