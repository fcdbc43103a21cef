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
_SPREAD: Final = ("-n", "auto", "--dist", "loadfile")
"""A worker for each processor; the tests of one file stay together, since they share what is slow to set up."""


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
    with TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        results.append(_checked("pytest", ("pytest", *_SPREAD, *arguments, f"--junit-xml={report}")))
        left_out = _left_out(report)
    print("\nAll checks:", *results, *_told(left_out), sep="\n", flush=True)
    return int(any(result.code for result in results))


def _checked(title: str, command: tuple[str, ...]) -> Result:
    print(f"\n== {title}", flush=True)
    began = time.perf_counter()
    code = subprocess.run([sys.executable, "-m", *command], cwd=_ROOT, env=_environment(), check=False).returncode
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
