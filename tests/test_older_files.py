"""An older edition brought in after a newer one is not the source's last word: it is refused, or forced with a reason."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from directory import store, undoing
from directory.account import Who
from directory.database import Database
from directory.merging import merge
from directory.problems import CannotUnderstand, Loudness
from directory.sameness import Decided, Decision
from importers.base import Importer
from importers.differences import FieldChange
from tests.invented_list import (
    ELM,
    IMPORTER,
    LOCATE,
    NOW,
    OAK,
    ORDER,
    Bring,
    brought,
    changed,
    counts,
    held,
    loud,
    read,
    state,
)  # fmt: skip
from tests.listing_files import text_of


def of(day: date) -> Importer:
    return replace(IMPORTER, read=lambda path, source: replace(read(path, source), observed_at=day))


OLDER, NEWER = of(date(2025, 3, 1)), of(date(2026, 3, 1))
MOVED = changed(OAK, phone="614-555-0199")


@pytest.mark.parametrize("older", [(OAK, ELM), (MOVED,), (MOVED, changed(ELM, phone="216-555-0155"))])
def test_an_older_file_that_would_undo_a_newer_one_is_refused(
    bring: Bring, database: Database, older: tuple[tuple[str, ...], ...]
) -> None:
    bring(MOVED, ELM, importer=NEWER)
    before = state(database)
    with pytest.raises(CannotUnderstand, match="older than what this source said last.*2025-03-01.*2026-03-01.*--force"):
        bring(*older, importer=OLDER)
    assert state(database) == before


def test_what_a_newer_file_took_out_does_not_come_back_with_an_older_one(bring: Bring, database: Database) -> None:
    bring(OAK, ELM, importer=OLDER)
    bring(OAK, importer=NEWER)
    with pytest.raises(CannotUnderstand, match="older than what this source said last"):
        bring(OAK, ELM, changed(OAK, name="Third House"), importer=OLDER)
    assert held(database)["Elm House"].withdrawn


def test_with_a_reason_an_older_file_is_taken_and_said(bring: Bring) -> None:
    bring(MOVED, ELM, importer=NEWER)
    summary = bring(OAK, ELM, importer=OLDER, order=replace(ORDER, force_because="the newer one was a draft"))
    assert counts(summary) == (0, 1, 1, 0, 0)
    assert [one.what for one in loud(summary, Loudness.NOTICE)] == ["the file is older than what this source said last"]


def test_an_older_file_that_undoes_nothing_is_taken(bring: Bring) -> None:
    bring(OAK, importer=NEWER)
    assert counts(bring(OAK, ELM, importer=OLDER)) == (1, 0, 1, 0, 0)


# --- an edition that says the same again -----------------------------------------------------------------------------

BETWEEN = of(date(2025, 9, 1))
ANOTHER = replace(BETWEEN, source=replace(IMPORTER.source, name="another_list"))


def test_an_edition_between_two_that_agree_changes_nothing_back(bring: Bring, database: Database) -> None:
    bring(OAK, ELM, importer=OLDER)
    assert counts(bring(ELM, OAK, importer=NEWER)) == (0, 0, 2, 0, 0)
    before = state(database)
    with pytest.raises(CannotUnderstand, match="older than .* said last.*2025-09-01, against 2026-03-01; 1 listing"):
        bring(MOVED, ELM, importer=BETWEEN)
    assert state(database) == before
    assert counts(bring(OAK, ELM, importer=BETWEEN)) == (0, 0, 2, 0, 0)


def beside(database: Database, folder: Path) -> None:
    """Another list, of a day between, says of the same house what ours never did; they are merged."""
    brought(database, folder, (MOVED,), importer=ANOTHER)
    with database.writing() as connection:
        one, other = (listing for listing in store.listings(connection, LOCATE) if listing.organization == "Oak House")
        merge(connection, Decided(Decision.MERGED, one.id, other.id, NOW, "staff 1"), (one, other))


def telephone(database: Database) -> tuple[str, date]:
    oak = held(database)["Oak House"]
    return str(oak.phone), oak.said_by["phone"].observed_at


def test_what_a_source_says_again_stands_over_what_others_said_between(
    bring: Bring, database: Database, tmp_path: Path
) -> None:
    bring(OAK, importer=OLDER)
    beside(database, tmp_path)
    assert telephone(database) == ("614-555-0199", date(2025, 9, 1))
    assert counts(bring(OAK, ELM, importer=NEWER)) == (1, 0, 1, 0, 0)
    assert telephone(database) == ("614-555-0101", date(2026, 3, 1))


def test_undone_it_was_not_said_again(bring: Bring, database: Database, tmp_path: Path) -> None:
    bring(OAK, importer=OLDER)
    beside(database, tmp_path)
    before = text_of(database)
    bring(OAK, ELM, importer=NEWER)
    done = undoing.undo(database, 3, "staff 1", Who("ann", NOW))
    assert (done.leave, done.go_back, text_of(database)) == (1, 0, before)
    assert telephone(database) == ("614-555-0199", date(2025, 9, 1))


def test_that_it_was_said_again_is_told_once_and_without_its_words(bring: Bring, database: Database) -> None:
    bring(OAK, ELM, importer=OLDER)
    bring(ELM, OAK, importer=NEWER)
    before = state(database)
    assert counts(bring(OAK, ELM, importer=NEWER)) == (0, 0, 2, 0, 0)
    assert state(database)[:2] == before[:2]
    for line in text_of(database).splitlines()[1:]:
        said, again = json.loads(line)["statements"]
        told = {name: value for name, value in said.items() if name not in ("values", "yes", "no", "reference")}
        assert again == told | {"reference": again["reference"], "observed_at": "2026-03-01", "restates": False}


def test_what_was_said_again_changes_as_everything_does(bring: Bring, database: Database) -> None:
    bring(OAK, ELM, importer=OLDER)
    bring(ELM, OAK, importer=NEWER)
    summary = bring(MOVED, importer=of(date(2026, 3, 5)))
    assert counts(summary) == (0, 1, 0, 1, 0)
    assert summary.changes[0].fields == (FieldChange("main telephone", "614-555-0101", "614-555-0199"),)
    assert telephone(database)[0] == "614-555-0199" and held(database)["Elm House"].withdrawn
