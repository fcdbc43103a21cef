"""A warm start: how long until the first answer, and whether two servers hold the index in memory once."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, Final

from benchmarks.imports import filled
from benchmarks.served import ROOT, served

GOAL_SECONDS: Final = 1.5
_STARTS: Final = 5
_KEPT: Final = ("Rss", "Pss", "Anonymous")


def measure_start(workbook: Path, tell: Callable[[str], None]) -> dict[str, Any]:
    """Seconds from the process's start to the demo need's list, of which imports; and two servers' memory of the index."""
    with TemporaryDirectory() as folder:
        instance = Path(folder) / "instance"
        tell(f"importing {workbook.name}, and starting the program {_STARTS} times")
        count = filled(instance, workbook)
        seconds = [_started(instance) for _ in range(_STARTS)]
        start = perf_counter()
        subprocess.run([sys.executable, "-c", "import app"], cwd=ROOT, check=True, env=os.environ | {"INSTANCE": str(instance)})
        imports = perf_counter() - start
        with served(instance) as one, served(instance) as other:
            memory = [mapped(program.process.pid, instance / "index") for program in (one, other)]
    took = median(seconds)
    return {
        "listings": count,
        "seconds": took,
        "slowest": max(seconds),
        "imports": imports,
        "goal": GOAL_SECONDS,
        "reached": took <= GOAL_SECONDS,
        "memory": memory,
        "shared": bool(memory[0]) and all(one["Pss"] < one["Rss"] and not one["Anonymous"] for one in memory),
    }


def _started(instance: Path) -> float:
    with served(instance) as program:
        return program.seconds


def mapped(pid: int, folder: Path) -> dict[str, int]:
    """The kilobytes of a folder's files that a process has in memory, and how many are its own; {} where nobody says."""
    smaps = Path(f"/proc/{pid}/smaps")
    if not smaps.exists():
        return {}
    told: Counter[str] = Counter(dict.fromkeys(_KEPT, 0))
    inside = False
    for line in smaps.read_text(encoding="utf-8").splitlines():
        name, _, rest = line.partition(" ")
        if not name.endswith(":"):
            inside = str(folder) in rest
        elif inside and name[:-1] in _KEPT:
            told[name[:-1]] += int(rest.split()[0])
    return dict(told)


def in_words(told: dict[str, Any]) -> list[str]:
    """The figures as lines."""
    kept = [[f"{one[name]:,} kB" for name in _KEPT] for one in told["memory"] if one]
    memory = [f"{whole}, its part {part}, its own {own}" for whole, part, own in kept]
    verdict = "shared" if told["shared"] else "not shared" if memory else "not known here"
    return [
        f"From the start of python3 app.py to the first list, {told['listings']:,} listings, seconds: {told['seconds']:.2f} "
        f"(slowest {told['slowest']:.2f}), of which imports {told['imports']:.2f}",
        f"goal at most {told['goal']:g}: {'reached' if told['reached'] else 'missed'}",
        f"Two servers, the index in the memory of each: {'; '.join(memory)}: {verdict}",
    ]
