"""`python3 app.py bench`: how fast the filter-score-facet core is beside other engines, and how fast an import is."""

import argparse
import json
import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from benchmarks import by_source, starting, web
from benchmarks.directories import REAL_SIZE, chosen
from benchmarks.imports import GOAL as IMPORT_GOAL
from benchmarks.imports import measure_import
from benchmarks.measure import in_order, measure
from benchmarks.timing import PERCENTILES

SIZES: Final = (REAL_SIZE, 200_000, 1_000_000)
DEMO: Final = Path(__file__).parent.parent / "seed_data" / "demo-directory.xlsx"
BESIDE: Final = Path(__file__).parent.parent.parent / "shared" / "data" / "national-directory-su-facilities-2023.xlsx"
COMPARED: Final = (
    "Compared for every need: the total, the 20 facets, and the top 20 in their order. Each engine scores words by its own",
    "BM25 over name, place and services, all from the same spellings; brute force works each one's score out anew in float64.",
    "Listings whose scores differ by less than 0.00005 of 100 points may change places. geopy judges the miles shown.",
    "Goals are judged in rounds, where an engine answers all needs in a row, as a server is asked. In turn: need by need.",
)


def main(arguments: list[str]) -> int:
    """Measure what is asked for and print it; 1 where an engine, a distance or a thread disagrees."""
    told = _parser().parse_args(arguments)
    workbook = told.directory or (BESIDE if BESIDE.exists() else None)
    if told.directory and not told.directory.is_file():
        _say(f"There is no file {told.directory}")
        return 2
    report: dict[str, Any] = {"machine": _machine(), "directories": [], "import": None, "sources": None}
    report |= {"start": None, "web": None}
    if told.measure_import:
        report["import"] = measure_import(workbook or DEMO, _say)
    if told.measure_imports:
        report["sources"] = by_source.measure_sources(_say)
    if told.measure_start:
        report["start"] = starting.measure_start(workbook or DEMO, _say)
    if told.measure_web:
        report["web"] = web.measure_web(workbook or DEMO, _say)
    if told.size or not (told.measure_import or told.measure_imports or told.measure_start or told.measure_web):
        _tell_where_from(workbook)
        for size in told.size or [REAL_SIZE]:
            report["directories"].append(measure(chosen(size, workbook), told.needs, told.rounds, _say))
    print(json.dumps(report, indent=2) if told.as_json else "\n".join(_in_words(report)))
    return 0 if all(in_order(one) for one in report["directories"]) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python3 app.py bench",
        description="Asks fixed needs of our engine, SQLite (FTS5 + R*Tree), tantivy and PostGIS, from one process: "
        "filter by distance and terms, score, count 20 facets, show 20. Checks every answer against brute force. "
        "Exit status 1 where one disagrees.",
    )
    add = parser.add_argument
    add("--size", type=int, action="append", choices=SIZES, help="listings; may be given several times (default: 12744)")
    add("--directory", type=Path, metavar="FILE", help="a National Directory workbook to measure on and to spread like")
    add("--import", dest="measure_import", action="store_true", help="measure from file to searchable (alone, without --size)")
    add("--imports", dest="measure_imports", action="store_true", help="measure rows a second by source (REAL_FILES)")
    add("--start", dest="measure_start", action="store_true", help="measure a warm start, and whether servers share memory")
    add("--web", dest="measure_web", action="store_true", help="measure the page with the list through the server, 8 clients")
    add("--rounds", type=_number, default=5, help="how often each need is asked (default: 5)")
    add("--needs", type=_number, default=200, help="how many needs (default: 200)")
    add("--json", dest="as_json", action="store_true", help="print JSON, and nothing else on standard output")
    return parser


def _number(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("enter a number from 1 up")
    return number


def _say(words: str) -> None:
    print(words, file=sys.stderr)


def _tell_where_from(workbook: Path | None) -> None:
    if workbook is None:
        _say("No National Directory workbook is at hand (--directory FILE): the real size is measured on a synthetic one.")


def _machine() -> dict[str, Any]:
    load = list(os.getloadavg()) if hasattr(os, "getloadavg") else None
    libraries = {name: version(name) for name in ("numpy", "geopy", "whoosh-reloaded", "sqlalchemy")}
    system = {"system": platform.platform(), "python": platform.python_version()}
    return {"cores": os.cpu_count(), "load": load} | system | libraries


def _in_words(report: dict[str, Any]) -> list[str]:
    machine = report["machine"]
    load = " ".join(f"{one:.2f}" for one in machine["load"]) if machine["load"] else "not known here"
    versions = f"Python {machine['python']}, numpy {machine['numpy']}, {machine['system']}"
    lines = [f"{machine['cores']} cores, load {load}, {versions}"]
    for directory in report["directories"]:
        lines += ["", *_directory_in_words(directory)]
    if report["directories"]:
        lines += ["", *COMPARED]
    for name, words in (
        ("import", _import_in_words),
        ("sources", by_source.in_words),
        ("start", starting.in_words),
        ("web", web.in_words),
    ):
        lines += ["", *words(report[name])] if report[name] else []
    return lines


def _directory_in_words(told: dict[str, Any]) -> list[str]:
    needs = told["needs"]
    lines = [
        f"{told['listings']:,} listings ({told['directory']}), {needs} needs, {told['rounds']} rounds; milliseconds",
        _columns("", [f"p{at}" for at in PERCENTILES], "p50 / ours", "p99 / ours", "in turn"),
    ]
    for name, engine in told["engines"].items():
        lines.append(f"{_row(told, name, engine)}  agreement {engine['agreement']} of {needs}; {engine['version']}")
    floor = told["floor"]
    over = ", ".join(f"p{at} {floor['ours_over_it'][f'p{at}']:.1f}" for at in PERCENTILES)
    threads = told["threads"]
    return [
        *lines,
        f"{_row(told, 'floor', floor)}  one pass over what must be read; ours takes so many times as long: {over}",
        *(_goal(one) for one in told["goals"]),
        *_whole_in_words(told),
        f"miles shown as geopy has them: {told['distances_as_geopy']} of {needs} needs",
        f"{threads['threads']} threads at once: {threads['equal']:,} of {threads['asked']:,} answers equal one thread's",
        *told["left_out"],
    ]


def _whole_in_words(told: dict[str, Any]) -> list[str]:
    """The whole answer beside SQLite's core alone."""
    whole = told["whole"]
    took = [f"{whole[f'p{at}']:.3f}" for at in PERCENTILES]
    verdicts = (
        f"{one['at']} {one['whole']:.3f}, SQLite's core {one['sqlite']:.3f}: {'reached' if one['reached'] else 'missed'}"
        for one in whole["goals"]
    )
    return [
        f"{_columns('whole', took)}  every gate, time, tier, point, range, the list "
        f"composed, facets, 20 explained; {whole['adds_up']} of {told['needs']} add up",
        *(f"goal: the whole answer no slower than SQLite's core alone: {one}" for one in verdicts),
    ]


def _row(told: dict[str, Any], name: str, figures: dict[str, Any]) -> str:
    """An engine's milliseconds, and how many times ours these are: in rounds at p50 and p99, and turn by turn at p50."""
    compared, in_turn = told["ratios"].get(name), told["ratios_in_turn"].get(name)
    more = [f"{one:.1f}" for one in (compared["p50"], compared["p99"], in_turn["p50"])] if compared and in_turn else [""] * 3
    return _columns(name, [f"{figures[f'p{at}']:.3f}" for at in PERCENTILES], *more)


def _columns(name: str, milliseconds: list[str], *more: str) -> str:
    return f"{name:10}" + "".join(f"{one:>11}" for one in (*milliseconds, *more))


def _goal(one: dict[str, Any]) -> str:
    verdict = "reached" if one["reached"] else "missed"
    return f"goal: {one['at']} of {one['engine']} {one['goal']:g} times ours or more: {one['ratio']:.1f}, {verdict}"


def _import_in_words(told: dict[str, Any]) -> list[str]:
    floors = " + ".join(f"{name} {seconds:.2f}" for name, seconds in told["floors"].items())
    verdict = "reached" if told["ratio"] <= IMPORT_GOAL else "missed"
    return [
        f"Import to searchable of {told['file']}, {told['listings']:,} listings, seconds: {told['ours']:.2f}",
        f"floor: {floors} = {told['floor']:.2f}",
        f"ratio {told['ratio']:.2f}; goal at most {IMPORT_GOAL:g}: {verdict}",
    ]
