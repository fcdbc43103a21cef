"""An import is undone: byte for byte what was there before; what people recorded stays; only the newest of its source goes."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest
from flask import Flask

from directory import review, review_commands, store, undoing
from directory.account import Role, Who
from directory.conflicts import Decision, Settled
from directory.database import Database
from directory.problems import CannotUnderstand
from directory.referral import Directory
from importers.export import exported
from importers.listings import import_listings
from tests import builders, sites
from tests.invented_list import ASH, ELM, IMPORTER, OAK, ORDER, SOURCE, Bring, brought, changed, counts, held
from tests.people import a_client, a_person
from tests.test_conflicts import NEWER, NEWEST, OTHER_PHONE, THIRD_PHONE, confirm, waiting
from tests.test_staff_import import send
from tests.test_web import well_formed

ANN: Final = Who("ann", datetime(2026, 3, 14, 9, 0, tzinfo=UTC))
LATER: Final = replace(ORDER, now=datetime(2026, 3, 14, 8, 0, tzinfo=UTC))


def everything(database: Database) -> str:
    return "".join(exported(database))


def undo(database: Database, number: int) -> undoing.Undoing:
    return undoing.undo(database, number, "staff 1", ANN)


def test_the_directory_is_byte_for_byte_what_it_was(bring: Bring, database: Database) -> None:
    bring(OAK, ELM)
    before = everything(database)
    with database.writing() as connection:
        store.clear_unindexed(connection, store.counter(connection))
    bring(changed(OAK, services="cash"), ASH, importer=NEWER)
    assert everything(database) != before
    done = undo(database, 2)
    assert (done.leave, done.go_back, done.stay) == (1, 2, 0)
    assert everything(database) == before
    with database.reading() as connection:
        assert len(store.unindexed(connection)) == 3
        assert store.audited(connection)[-1][1:] == ("ann", "import undone", "2: invented_list, list.csv")
        told = store.run(connection, 2)
    assert told and told.undone == {"at": ANN.at.isoformat(), "by": "staff 1", "kept": 0}


def test_what_was_undone_can_be_imported_again(bring: Bring, database: Database) -> None:
    bring(OAK)
    bring(OAK, ELM, importer=NEWER)
    after = everything(database)
    undo(database, 2)
    assert counts(bring(OAK, ELM, importer=NEWER)) == (1, 0, 1, 0, 0)
    assert everything(database) == after


def test_only_the_newest_of_its_source_goes_and_then_the_one_before(bring: Bring, database: Database) -> None:
    bring(OAK)
    bring(OAK, ELM, importer=NEWER)
    with pytest.raises(CannotUnderstand, match="a newer import of invented_list builds on it. Undo import 2 first"):
        undo(database, 1)
    undo(database, 2)
    with pytest.raises(CannotUnderstand, match="undone already"):
        undo(database, 2)
    undo(database, 1)
    assert held(database) == {}
    with pytest.raises(CannotUnderstand, match="there is no such import"):
        undo(database, 3)


def test_another_sources_import_since_does_not_stand_in_the_way(bring: Bring, database: Database, tmp_path: Path) -> None:
    bring(OAK)
    brought(database, tmp_path, (ELM,), importer=replace(IMPORTER, source=replace(SOURCE, name="another_list")))
    undo(database, 1)
    assert set(held(database)) == {"Elm House"}


def test_what_people_said_stays_and_with_it_what_only_the_import_named(bring: Bring, database: Database) -> None:
    bring(OAK)
    bring(OAK, ELM, ASH, importer=NEWER)
    confirm(database, "Oak House", values={"phone": "6145550150"})
    confirm(database, "Elm House", values={"phone": "2165550150"})
    with database.writing() as connection:
        ash = held(database)["Ash House"].id
        store.append_reports(connection, [(ash, builders.a_report())])
    done = undo(database, 2)
    assert (done.leave, done.go_back, done.stay) == (0, 0, 2)
    assert {name: str(one.phones[0]) for name, one in held(database).items()} == {
        "Oak House": "614-555-0150", "Elm House": "216-555-0150", "Ash House": "313-555-0103 ext. 12",
    }  # fmt: skip


def test_contradictions_go_with_their_import_and_those_that_it_ended_are_open_again(bring: Bring, database: Database) -> None:
    bring(OAK)
    confirm(database, values={"phone": "6145550150"})
    bring(OTHER_PHONE, importer=NEWER)
    (first,) = waiting(database)
    bring(THIRD_PHONE, importer=NEWEST, order=LATER)
    assert [one.conflict.said.value for one in waiting(database)] == ["6145550188"]
    undo(database, 3)
    assert waiting(database) == [first]
    undo(database, 2)
    assert waiting(database) == []


def test_what_staff_decided_stays_decided(bring: Bring, database: Database) -> None:
    bring(OAK)
    confirm(database, values={"phone": "6145550150"})
    bring(OTHER_PHONE, importer=NEWER)
    (opened,) = waiting(database)
    review.settle(database, opened.number, Settled(Decision.TAKEN, ANN.at, "staff 1"), ANN)
    undo(database, 2)
    assert [str(phone) for phone in held(database)["Oak House"].phones] == ["614-555-0177"]
    with database.reading() as connection:
        assert [one.number for one in store.settled_conflicts(connection, 5)] == [opened.number]


def test_a_file_of_listings_is_not_undone(bring: Bring, database: Database, tmp_path: Path) -> None:
    bring(OAK)
    (tmp_path / "all.jsonl").write_text(everything(database), encoding="utf-8")
    import_listings(database, tmp_path / "all.jsonl", ORDER)
    with pytest.raises(CannotUnderstand, match="brings calls, vetting and merges too"):
        undo(database, 2)


# --- where people do it ----------------------------------------------------------------------------------------------


@pytest.fixture
def directory(tmp_path: Path, template: Path) -> Iterator[Directory]:
    with sites.a_directory(tmp_path, template, []) as opened:
        brought(opened.database, tmp_path, (OAK,))
        brought(opened.database, tmp_path, (OAK, ELM), importer=NEWER)
        yield opened


def test_staff_read_first_what_it_would_do(directory: Directory) -> None:
    app = sites.a_site(directory)
    ann = a_client(app, a_person(app.extensions["register"], Role.STAFF, "ann", datetime.now(UTC)))
    assert "Undo this import" in ann.get("/staff/runs/2").text and "Undo this import" not in ann.get("/staff/runs/1").text
    asked = ann.get("/staff/runs/2/undo").text
    well_formed(asked)
    assert "Undo this import?" in asked and len(held(directory.database)) == 2
    refused = ann.get("/staff/runs/1/undo")
    well_formed(refused.text)
    assert refused.status_code == 409 and "Undo import 2 first." in refused.text
    done = send(ann, "/staff/runs/2/undo")
    assert (done.status_code, done.location) == (303, "/staff/runs/2")
    told = ann.get("/staff/runs/2").text
    well_formed(told)
    assert "staff 1" in told and "Undone" in told and "Undo this import" not in told
    assert "· undone" in ann.get("/staff/runs").text
    assert set(held(directory.database)) == {"Oak House"} and send(ann, "/staff/runs/2/undo").status_code == 409


def test_the_command_undoes_and_says_what_it_did(directory: Directory) -> None:
    app = Flask("only commands")
    review_commands.register(app, directory)

    def told(*words: str) -> str:
        done = app.test_cli_runner().invoke(args=["runs", *words])
        return done.stdout or done.stderr

    assert len(directory.index.current().columns) == 2
    said = "Undone: invented_list, list.csv; 1 left the directory, of 0 is said what was said before.\n"
    assert told("undo", "2") == said
    assert len(directory.index.current().columns) == 1
    assert "undone already" in told("undo", "2")
    assert f"Undone {datetime.now(UTC).date()} by command line" in told("2")
    for wrong in (("undo",), ("undo", "x"), ("1", "2"), ("0",)):
        assert "runs undo NUMBER" in told(*wrong)
