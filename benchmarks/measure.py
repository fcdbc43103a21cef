"""One directory measured: every engine asked the same needs in turn, its answers held to brute force, its time told."""

import gc
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter_ns
from typing import Any, Final

import numpy as np

from benchmarks.brute import Brute, agrees
from benchmarks.directories import Measured
from benchmarks.needs import Asked, Engine, Found, facets, needs
from benchmarks.ours import Ours
from benchmarks.sqlite_engine import Sqlite

THREADS: Final = 8
PERCENTILES: Final = (50, 95, 99)
GOALS: Final = {"sqlite": 4.0, "tantivy": 1.5}
"""How many times as long as ours the others' median is to be, at the real size."""


def engines(measured: Measured) -> tuple[list[Engine], list[str]]:
    """The engines that are installed, ours first, and a line for each that had to be left out."""
    counted = facets(measured)
    made: list[Engine] = [Ours(measured, counted), Sqlite(measured, counted)]
    try:
        from benchmarks.tantivy_engine import Tantivy
    except ImportError:
        return made, ["tantivy is not installed and was left out: pip install -r requirements-bench.txt"]
    return [*made, Tantivy(measured, counted)], []


def measure(measured: Measured, count: int, rounds: int, tell: Callable[[str], None]) -> dict[str, Any]:
    """Everything that is told of one directory."""
    asked = needs(measured, count)
    tell(f"{len(measured):,} listings ({measured.source}): filling the engines")
    asking, left_out = engines(measured)
    tell("asking once, and holding the answers to brute force")
    found = {engine.name: [engine.ask(need) for need in asked] for engine in asking}
    right, distances = _held_to_brute_force(measured, asked, found)
    tell(f"asking {count} needs in {rounds} rounds")
    times = _times(asking, asked, rounds)
    return {
        "directory": measured.source,
        "listings": len(measured),
        "needs": count,
        "rounds": rounds,
        "left_out": left_out,
        "engines": {
            engine.name: {"version": engine.version, "agreement": right[engine.name], **_percentiles(times[engine.name])}
            for engine in asking
        },
        "ratios": _ratios({name: _percentiles(one) for name, one in times.items()}),
        "distances_as_geopy": distances,
        "threads": _threads(asking[0], asked, found["ours"]),
    }


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


def _times(asking: Sequence[Engine], asked: Sequence[Asked], rounds: int) -> dict[str, list[int]]:
    """Nanoseconds for each answer: in every round each engine answers all needs, none always first; warm, no collector."""
    times: dict[str, list[int]] = {engine.name: [] for engine in asking}
    gc.collect()
    gc.disable()
    try:
        for turn in range(rounds):
            first = turn % len(asking)
            for engine in (*asking[first:], *asking[:first]):
                for need in asked:
                    start = perf_counter_ns()
                    engine.ask(need)
                    times[engine.name].append(perf_counter_ns() - start)
    finally:
        gc.enable()
    return times


def _percentiles(times: list[int]) -> dict[str, float]:
    return {f"p{at}": float(np.percentile(times, at)) / 1e6 for at in PERCENTILES}


def _ratios(told: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    """How many times as long as ours the others take."""
    return {
        name: {at: milliseconds / told["ours"][at] for at, milliseconds in one.items()}
        for name, one in told.items()
        if name != "ours"
    }


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
    """Whether all engines agree with brute force, all miles with geopy, and all threads with one."""
    agreed = all(engine["agreement"] == report["needs"] for engine in report["engines"].values())
    threads = report["threads"]
    return agreed and report["distances_as_geopy"] == report["needs"] and threads["equal"] == threads["asked"]
