"""Every check of the program, one after the other, each to its end: what `python3 app.py test` runs."""

import os
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from xml.etree import ElementTree

_ROOT: Final = Path(__file__).resolve().parent.parent
_STYLE: Final = (
    ("ruff check", ("ruff", "check", ".")),
    ("ruff format", ("ruff", "format", "--check", ".")),
    ("mypy --strict", ("mypy",)),
)
_SPREAD: Final = ("-n", str((os.cpu_count() or 1) + 1), "--dist", "loadfile", "--no-loadscope-reorder")
"""A worker more than processors, since some wait for a browser or a database; the tests of one file stay together, since they
share what is slow to set up. The files are begun in the order of tests/conftest.py, not the one with the most tests first.
"""
IN_MEMORY: Final = Path("/dev/shm")
ROOM: Final = 2 << 30
"""Bytes that must be free there: six times what the tests' files come to."""


@dataclass(frozen=True, slots=True)
class Result:
    """How one check ended."""

    title: str
    code: int
    seconds: float

    def __str__(self) -> str:
        """The result as a line of the summary."""
        return f"  {self.title:14} {'FAILED' if self.code else 'passed':7} {self.seconds:6.1f} s"


def main(arguments: list[str]) -> int:
    """Run all checks, whatever the others say; the arguments go to pytest. 0 when all passed."""
    results = [_checked(title, command) for title, command in _STYLE]
    with TemporaryDirectory(dir=scratch(IN_MEMORY, ROOM)) as folder:
        report = Path(folder) / "report.xml"
        os.chmod(folder, 0o755)  # the database server of the tests runs as somebody else, and has its own folder in it
        results.append(_checked("pytest", ("pytest", *_SPREAD, *arguments, f"--junit-xml={report}"), TMPDIR=folder))
        left_out = _left_out(report)
    print("\nAll checks:", *results, *_told(left_out), sep="\n", flush=True)
    return int(any(result.code for result in results))


def scratch(memory: Path, room: int) -> Path | None:
    """The folder for what tests write, in memory if programs can run from there and it has room; None for the usual one.

    What databases promise to keep is waited for until it is on the disk: that was more than half of the tests' time.
    """
    if "TMPDIR" in os.environ or not memory.is_dir():
        return None
    told = os.statvfs(memory)
    fits = told.f_bavail * told.f_frsize >= room and not told.f_flag & os.ST_NOEXEC and os.access(memory, os.W_OK)
    return memory if fits else None


def _checked(title: str, command: tuple[str, ...], **more: str) -> Result:
    print(f"\n== {title}", flush=True)
    began = time.perf_counter()
    code = subprocess.run([sys.executable, "-m", *command], cwd=_ROOT, env=_environment() | more, check=False).returncode
    return Result(title, code, time.perf_counter() - began)


def _environment() -> dict[str, str]:
    """What surrounds this process, less its colors where the output is kept in a log."""
    return {**os.environ, **({} if sys.stdout.isatty() else {"NO_COLOR": "1"})}


def _left_out(report: Path) -> Counter[str] | None:
    """How many tests were left out, by the reason that they gave; None where pytest ended before it wrote its report."""
    if not report.exists():
        return None
    cases = ElementTree.parse(report).iter("testcase")
    skips = (skip for case in cases for skip in case.iter("skipped") if skip.get("type") == "pytest.skip")
    return Counter(skip.get("message", "no reason given") for skip in skips)


def _told(left_out: Counter[str] | None) -> list[str]:
    if left_out is None:
        return ["pytest ended before it could say which tests were left out."]
    if not left_out:
        return ["Of the tests chosen, none was left out."]
    return [f"LEFT OUT: {count} test{'s' * (count > 1)}: {reason}" for reason, count in left_out.most_common()]
