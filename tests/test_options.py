"""The list from the command line, over the demo directory: JSON that keeps to its schema, words for a person, exit statuses."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask

from directory import commands, referral
from directory.problems import CannotUnderstand
from directory.referral import Directory
from directory.settings import Settings
from directory.vocabulary import HELPLINES
from directory.web import create_app
from importers import commands as import_commands
from tests import evening, sites
from tests.builders import a_need

SCHEMA = json.loads((Path(__file__).parent.parent / "docs" / "options.schema.json").read_text())
DEMO = [
    "--near",
    "43215",
    "--age",
    "27",
    "--sex",
    "male",
    "--substance",
    "heroin",
    "--dependent",
    "opioid",
    "--payer",
    "medicaid",
]

KINDS: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    instance = tmp_path_factory.mktemp("instance")
    directory = Directory(Settings(instance, 8000, f"sqlite:///{instance / 'directory.sqlite3'}", ()))
    app = create_app(directory)
    commands.register(app, directory)
    import_commands.register(app)
    directory.ready()
    import_commands.import_demo(directory)
    yield app
    directory.database.close()


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=["options", *arguments])


def answer(app: Flask, *arguments: str) -> dict[str, Any]:
    result = run(app, *arguments, "--json")
    assert result.exit_code == 0, result.stderr
    told: dict[str, Any] = json.loads(result.stdout)
    return told


def keeps_to(schema: dict[str, Any], value: Any, where: str = "answer") -> None:
    """The part of JSON Schema that docs/options.schema.json uses, checked in full."""
    if "$ref" in schema:
        schema = SCHEMA["$defs"][schema["$ref"].rsplit("/", 1)[1]]
    if "enum" in schema:
        assert value in schema["enum"], where
    if "type" in schema:
        allowed = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
        assert any(isinstance(value, KINDS[kind]) for kind in allowed), f"{where}: {value!r} is not {allowed}"
    if isinstance(value, dict):
        assert set(schema.get("required", ())) <= value.keys(), where
        known = schema.get("properties", {})
        if schema.get("additionalProperties") is False:
            assert value.keys() <= known.keys(), where
        for key, part in value.items():
            keeps_to(known.get(key, {}), part, f"{where}.{key}")
    if isinstance(value, list):
        for at, part in enumerate(value):
            keeps_to(schema.get("items", {}), part, f"{where}[{at}]")


def test_the_json_keeps_to_its_schema_and_its_counts_add_up(app: Flask) -> None:
    told = answer(app, *DEMO, "--limit", "50")
    keeps_to(SCHEMA, told)
    counts = told["counts"]
    assert counts["options"] + counts["call_first"] + sum(counts["set_aside"].values()) == counts["listings"] > 20
    assert len(told["call_first"]) == counts["call_first"] > 5
    for entry in told["call_first"]:
        assert entry["points"] == sum(finding["points"] for finding in entry["findings"])
        assert entry["range"][0] <= entry["points"] <= entry["range"][1]
        cited = [finding for finding in entry["findings"] if finding["source"]]
        assert cited and all(finding["source"] in ("demo", "demo_calls") and finding["observed_at"] for finding in cited)


def test_a_plan_of_two_steps_names_the_second_with_its_number(tmp_path: Path, template: Path) -> None:
    with sites.a_directory(tmp_path, template, [*evening.statements(), evening.clinic()]) as opened:
        evening.report(opened)
        need = a_need(as_of=datetime.now(UTC).replace(microsecond=0), meeting_ends=None)
        told = referral.options(opened, need, 50).as_json()
    keeps_to(SCHEMA, told)
    (plan,) = (entry for entry in told["options"] if entry["tier"] == "B")
    after = next(entry for entry in told["options"] if entry["id"] == plan["then"])
    assert plan["second_step"] == {name: after[name] for name in SCHEMA["$defs"]["center"]["required"]} and after["phone"]
    assert all(entry["second_step"] is None for entry in told["options"] if entry is not plan)
    assert told["bridges"] and told["no_bridge"] == ""


def test_helplines_and_what_is_said_of_bridges_are_always_in_the_json(app: Flask) -> None:
    told = answer(app, "--near", "59001", "--within", "1", "--age", "12", "--substance", "heroin", "--taking", "methadone")
    assert told["counts"]["options"] == 0 and not told["bridges"]
    assert told["no_bridge"] == "No place within reach is known to continue methadone."
    assert [(one["for"], one["number"]) for one in told["helplines"]] == list(HELPLINES)
    usual = answer(app, *DEMO)
    assert usual["bridges"] and usual["no_bridge"] == "" and usual["helplines"] == told["helplines"]


def test_vetted_centers_alone_are_asked_for_by_an_option_or_in_the_file(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "need.json"
    file.write_text(json.dumps({"near": "43215", "substances": ["heroin"], "vetted_only": True}))
    families, everybody = answer(app, "--need", str(file)), answer(app, "--need", str(file), "--all-centers")
    assert (
        families["need"]["vetted_only"]
        and families["counts"]["set_aside"]["trust"]
        and "not on our list" in families["unchecked"]
    )
    assert not everybody["need"]["vetted_only"] and everybody["unchecked"] == ""
    assert "trust" not in everybody["counts"]["set_aside"]
    keeps_to(SCHEMA, families)
    assert answer(app, *DEMO, "--vetted-only")["need"]["vetted_only"] is True
    file.write_text(json.dumps({"near": "43215", "vetted_only": "perhaps"}))
    assert run(app, "--need", str(file)).exit_code == 2


def test_the_need_file_and_the_command_line_ask_the_same(app: Flask, tmp_path: Path) -> None:
    moment = ["--as-of", "2026-03-13T18:00-04:00"]
    need = {
        "near": "43215",
        "age": 27,
        "sex": "male",
        "substances": ["heroin"],
        "dependent_on": ["opioid"],
        "payer": "medicaid",
    }
    (tmp_path / "need.json").write_text(json.dumps(need))
    assert answer(app, "--need", str(tmp_path / "need.json"), *moment) == answer(app, *DEMO, *moment)


def test_the_words_lead_to_the_center_that_they_name(app: Flask) -> None:
    name = answer(app, *DEMO)["call_first"][3]["name"]
    told = answer(app, *DEMO, "--words", name)
    assert told["named"][0]["name"] == name
    assert (
        next(
            f["points"]
            for e in told["call_first"]
            if e["name"] == name
            for f in e["findings"]
            if f["criterion"] == "preferences"
        )
        >= 3
    )


def test_surveys_alone_give_nobody_a_bed_and_the_text_says_so(app: Flask) -> None:
    nobody_called_there = ["--near", "46204", *DEMO[2:]]
    result = run(app, *nobody_called_there)
    assert result.exit_code == 0
    assert "No center has confirmed a bed yet. 1 center is worth a call." in result.stdout and "Call first (1)" in result.stdout
    assert "988" in result.stdout and "1-800-662-HELP" in result.stdout and "naloxone" in result.stdout
    assert "Set aside:" in result.stdout and "Ask: Is a bed open" in result.stdout


def test_nothing_found_is_an_answer_too(app: Flask) -> None:
    result = run(app, "--near", "99501", "--within", "5", "--age", "12")
    assert result.exit_code == 0
    assert "No center in the directory fits" in result.stdout and "988" in result.stdout


@pytest.mark.parametrize(
    "arguments, told",
    [
        (["--near", "Springfield"], "Springfield, MA"),
        (["--near", "00000"], "Enter a"),
        (["--near", "43215", "--age", "old"], "age"),
        (["--near", "43215", "--substance", "herion"], "heroin"),
        (["--need", "missing.json"], "missing.json"),
    ],
)
def test_what_cannot_be_understood_ends_with_2_and_says_what_to_enter(app: Flask, arguments: list[str], told: str) -> None:
    result = run(app, *arguments, "--json")
    assert result.exit_code == 2
    assert told in result.stderr and not result.stdout


@pytest.mark.parametrize("text", ["", "[]", "{", '{"nearby": "43215"}', "[" * 100_000])
def test_a_bad_need_file_is_told_in_words(app: Flask, tmp_path: Path, text: str) -> None:
    (tmp_path / "need.json").write_text(text)
    result = run(app, "--need", str(tmp_path / "need.json"))
    assert result.exit_code == 2
    assert "Error:" in result.stderr and "Traceback" not in result.stderr


def test_every_command_and_option_has_help(app: Flask) -> None:
    for name in ("options", "index", "terms", "import", "sources"):
        command = app.cli.commands[name]
        assert command.help, name
        for option in command.params:
            assert getattr(option, "help", "argument"), f"{name} {option.name}"


def test_the_nearest_set_aside_are_near_and_those_of_unknown_distance_come_last(app: Flask) -> None:
    aside = answer(app, "--near", "59001", "--within", "1", "--age", "12", "--limit", "50")["set_aside"]
    miles = [entry["miles"] for entry in aside]
    known = [distance for distance in miles if distance is not None]
    assert known == sorted(known) and miles[: len(known)] == known and None in miles


def test_a_missing_file_imports_nothing_and_says_so_in_json(app: Flask) -> None:
    with app.app_context():
        result = app.test_cli_runner().invoke(args=["import", "demo", "no-such-file.xlsx", "--json"])
    assert result.exit_code == 1, result.stderr
    told = json.loads(result.stdout)
    assert told["new"] == 0
    assert told["problems"][0]["where"] == "no-such-file.xlsx"


@pytest.mark.parametrize(
    "name, value, told",
    [("PORT", "abc", "1 to 65535"), ("DATABASE_URL", "mysql://x", "sqlite"), ("INSTANCE", __file__, "can't be used")],
)
def test_bad_settings_end_in_a_sentence(name: str, value: str, told: str) -> None:
    started = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "app", "terms"],
        env={**os.environ, name: value},
        cwd=Path(__file__).parent.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert started.returncode and told in started.stderr and "Traceback" not in started.stderr


@pytest.mark.parametrize(
    ("written", "opened"),
    [
        ("sqlite:///a/rel.db", "sqlite:///{here}/a/rel.db"),
        ("sqlite:///rel.db?timeout=9", "sqlite:///{here}/rel.db?timeout=9"),
        ("sqlite:////srv/list.db", "sqlite:////srv/list.db"),
        ("sqlite:///:memory:", "sqlite:///:memory:"),
        ("sqlite:///file:rel.db?uri=true", "sqlite:///file:rel.db?uri=true"),
        ("postgresql://user@host/name", "postgresql://user@host/name"),
    ],
)
def test_a_database_is_the_same_from_every_folder(
    written: str, opened: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert Settings.from_environment({"DATABASE_URL": written}).database_url == opened.format(here=tmp_path)


def test_a_database_that_is_not_there_is_told_in_words(tmp_path: Path) -> None:
    url = f"postgresql://nobody@/none?host={tmp_path}"
    directory = Directory(Settings(tmp_path / "instance", 8000, url, ()))
    with pytest.raises(CannotUnderstand, match="DATABASE_URL"):
        directory.ready()
    directory.database.close()
