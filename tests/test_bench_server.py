"""What the benchmark says of a start and of the page is measured on the program itself. No time is asserted."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks import bench, starting, web
from benchmarks.imports import filled
from benchmarks.served import served
from directory.referral import Directory
from directory.settings import Settings


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bench") / "instance"
    assert filled(folder, bench.DEMO) > 0
    return folder


@contextmanager
def opened(instance: Path) -> Iterator[Directory]:
    directory = Directory(Settings.from_environment({"INSTANCE": str(instance)}))
    try:
        yield directory
    finally:
        directory.database.close()


def _is_mapped(array: Any) -> bool:
    while isinstance(array, np.ndarray):
        if isinstance(array, np.memmap):
            return True
        array = array.base
    return False


def test_what_is_loaded_is_mapped_and_not_copied(instance: Path) -> None:
    with opened(instance) as directory:
        generation = directory.index.current()
    arrays = {name: getattr(generation.columns, name) for name in type(generation.columns)._arrays()}
    arrays |= {f"words.{name}": array for name, array in generation.words.arrays.items()}
    assert [name for name, array in arrays.items() if array.size and not _is_mapped(array)] == []
    assert not any(array.flags.writeable for array in arrays.values() if array.size)


def test_two_servers_hold_the_index_in_memory_once(instance: Path) -> None:
    with served(instance) as one, served(instance) as other:
        told = [starting.mapped(program.process.pid, instance / "index") for program in (one, other)]
    if not any(told):
        pytest.skip("this system does not say what a process has in memory")
    assert all(memory["Rss"] > 0 and memory["Anonymous"] == 0 and memory["Pss"] < memory["Rss"] for memory in told)


def test_the_page_is_measured_beside_the_same_page_with_a_list_made_before() -> None:
    told = web.measure_web(bench.DEMO, lambda _: None, seconds=0.3)
    assert all(told[name]["requests"] > 0 and told[name]["p50"] <= told[name]["p99"] for name in ("ours", "constant"))
    assert told["share"] == pytest.approx(told["ours"]["requests"] / told["constant"]["requests"])
    assert any("goal: at least" in line for line in web.in_words(told))


def test_a_start_is_told_with_its_goal() -> None:
    memory = {"Rss": 8, "Pss": 4, "Anonymous": 0}
    told = {"listings": 1, "seconds": 1.0, "slowest": 2.0, "imports": 0.5, "goal": 1.5, "reached": True}
    words = "\n".join(starting.in_words(told | {"memory": [memory, memory], "shared": True}))
    assert "goal at most 1.5: reached" in words and words.endswith("shared")
