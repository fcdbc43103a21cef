"""The page with the list through the server that people use, beside the same server with a list that was made before."""

import http.client
import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from urllib.parse import urlencode

import numpy as np

from benchmarks.clients import CLIENTS
from benchmarks.imports import filled, new_directory
from benchmarks.served import ROOT, Served, served
from directory import proposing, store
from directory.asking import DEMO_NEED
from directory.listing import Vetting
from directory.vocabulary import VettingState

GOAL_SHARE: Final = 0.5
GOAL_P99: Final = 50.0
_SECONDS: Final = 5.0
_TURNS: Final = 2
_CONSTANT: Final = ("-m", "benchmarks.constant")


def measure_web(workbook: Path, tell: Callable[[str], None], seconds: float = _SECONDS) -> dict[str, Any]:
    """Requests a second and milliseconds of both, asked in turns by as many clients, in a process of their own."""
    took: dict[str, list[dict[str, Any]]] = {"ours": [], "constant": []}
    with TemporaryDirectory() as folder:
        instance = Path(folder) / "instance"
        tell(f"importing {workbook.name}, and asking for the page from {CLIENTS} clients at once")
        filled(instance, workbook)
        _check_everything(instance)
        for _ in range(_TURNS):
            with served(instance) as ours:
                took["ours"].append(_asked(ours, _kept(ours), seconds))
            with served(instance, *_CONSTANT) as constant:
                took["constant"].append(_asked(constant, "/options/" + "0" * 22, seconds))
    told = {name: _figures(turns) for name, turns in took.items()}
    share = told["ours"]["requests"] / told["constant"]["requests"]
    return {
        "clients": CLIENTS,
        **told,
        "share": share,
        "share_reached": share >= GOAL_SHARE,
        "p99_reached": told["ours"]["p99"] <= GOAL_P99,
    }


def _check_everything(instance: Path) -> None:
    """Say that every center is vetted, since whoever is not signed in gets no others: so the page is as long as it can be."""
    directory = new_directory(instance)
    step = Vetting(VettingState.VETTED, datetime.now(UTC), "a benchmark")
    with directory.database.writing() as connection:
        store.append_vettings(connection, [(key, step) for key in directory.index.current().columns.ids])
    directory.index.catch_up()
    proposing.work_out(directory)  # once after an import, and for three seconds: it would be in the first turn alone
    directory.database.close()


def _kept(program: Served) -> str:
    """Send the form as a browser would; where the list is then found."""
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    with closing(http.client.HTTPConnection("127.0.0.1", program.port)) as connection:
        connection.request("POST", "/options", urlencode(DEMO_NEED, doseq=True), form)
        with connection.getresponse() as response:
            return response.headers["Location"] or ""


def _asked(program: Served, path: str, seconds: float) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.clients", str(program.port), path, str(seconds)]
    told: dict[str, Any] = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout)
    return told


def _figures(turns: list[dict[str, Any]]) -> dict[str, float]:
    milliseconds = [one for turn in turns for one in turn["milliseconds"]]
    figures = {f"p{at}": float(np.percentile(milliseconds, at)) for at in (50, 99)}
    return figures | {"requests": len(milliseconds) / sum(turn["seconds"] for turn in turns)}


def in_words(told: dict[str, Any]) -> list[str]:
    """The figures as lines."""
    lines = [f"The page with the list, {told['clients']} clients, requests a second (milliseconds at p50 and p99):"]
    for name, what in (("ours", "asked anew each time"), ("constant", "from a list made before")):
        one = told[name]
        lines.append(f"{name:10}{one['requests']:>9.0f}  ({one['p50']:.1f}, {one['p99']:.1f})  {what}")
    share, p99 = ("reached" if told[name] else "missed" for name in ("share_reached", "p99_reached"))
    return [
        *lines,
        f"goal: at least {GOAL_SHARE:g} of the constant page's requests: {told['share']:.2f}, {share}",
        f"goal: p99 at most {GOAL_P99:g} ms: {told['ours']['p99']:.1f}, {p99}",
    ]
