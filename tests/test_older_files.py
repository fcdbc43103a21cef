"""An older edition brought in after a newer one is not the source's last word: it is refused, or forced with a reason."""

from dataclasses import replace
from datetime import date

import pytest

from directory.database import Database
from directory.problems import CannotUnderstand, Loudness
from importers.base import Importer
from tests.invented_list import ELM, IMPORTER, OAK, ORDER, Bring, changed, counts, held, loud, read, state


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
