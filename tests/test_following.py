"""While the index is built nobody waits, nobody sees what must not be seen, and then all is current by itself."""

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import Popen
from typing import Final

import pytest
from flask import Flask
from flask.testing import FlaskClient

from directory import asking, builder, following, merging, proposing, referral, store, upkeep
from directory.account import Account, Role
from directory.following import following as follow
from directory.listing import Vetting
from directory.referral import Directory
from directory.search import disk, generations
from directory.settings import ROOT, Settings
from directory.upkeep import Reason
from directory.vocabulary import VettingState
from tests import evening, sites
from tests.people import a_client, a_person

PROMPTLY: Final = 2.0
"""Seconds in which a page answers while others work on this machine; a build that is waited for takes longer here."""
READY: Final = "invented_survey:ready"
NEED: Final = evening.NEED | {"words": ""}


@pytest.fixture
def directory(tmp_path: Path, template: Path) -> Iterator[Directory]:
    with sites.a_directory(tmp_path, template, evening.statements()) as opened:
        evening.report(opened)
        opened.index.current()
        yield opened


@pytest.fixture
def app(directory: Directory) -> Flask:
    return sites.a_site(directory)


def say(directory: Directory, local_id: str, like: str = "ready", **values: str) -> None:
    (told,) = evening.statements(like)
    with directory.database.writing() as connection:
        store.append(connection, [replace(told, local_id=local_id, values=dict(told.values) | values)], None)


def vet(directory: Directory, state: VettingState, listing_id: str = READY) -> None:
    now = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=state is VettingState.VETTED)
    with directory.database.writing() as connection:
        step = Vetting(state, now, "staff 9", (now + timedelta(days=99)).date())
        store.append_vettings(connection, [(listing_id, step)])


def shown(directory: Directory) -> dict[str, str]:
    """The names of what may be an option, by id."""
    need = asking.read_need(NEED, directory.gazetteer, datetime.now(UTC))
    answered = referral.options(directory, need, 50)
    return {entry.listing.id: entry.listing.name for entry in (*answered.options, *answered.call_first)}


@contextmanager
def being_built(directory: Directory) -> Iterator[None]:
    """As while another process builds: nobody else may, and nobody who asks waits for it."""
    directory.index.may_lag = True
    with disk.only_builder(directory.settings.instance / "index", 1):
        yield
    directory.index.may_lag = False


def until(holds: Callable[[], bool], seconds: float = 60) -> None:
    ends = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends, "it did not come about"
        time.sleep(0.05)


# --- while it lags -----------------------------------------------------------------------------------------------------


def test_the_generation_before_answers_and_says_so_until_the_next_is_there(directory: Directory, app: Flask) -> None:
    page = app.test_client().get("/how-options-are-ranked").get_data(as_text=True)
    assert "newer facts are being taken in" not in page
    with being_built(directory):
        say(directory, "brand new", organization="Example Brand New House")
        assert READY in shown(directory) and "invented_survey:brand new" not in shown(directory)
        page = app.test_client().get("/how-options-are-ranked").get_data(as_text=True)
        assert f"Results as of {datetime.now(UTC).astimezone():%H:}" in page and "newer facts are being taken in" in page
        assert "newer facts" not in app.test_client().get("/").get_data(as_text=True), "families' pages wait for no index"
    assert "invented_survey:brand new" in shown(directory)
    assert directory.index.current().behind is None


def test_what_is_shown_meanwhile_is_as_the_database_has_it(directory: Directory) -> None:
    before = shown(directory)
    assert {READY, "invented_survey:held", "invented_survey:third", "invented_survey:sister"} <= before.keys()
    with being_built(directory):
        say(directory, "brand new")
        assert shown(directory) == before
        vet(directory, VettingState.SUSPENDED)
        assert shown(directory).keys() == before.keys() - {READY}
        say(directory, "held", "held", organization="Example Renamed House", intake_hours="24/7")
        assert shown(directory)["invented_survey:held"] == "Example Renamed House"
        say(directory, "third", "third", postal_code="44113", city="Cleveland", intake_hours="24/7")
        assert "invented_survey:third" not in shown(directory), "nobody knows where on the map it would be found"
        with directory.database.writing() as connection:
            (told,) = evening.statements("sister")
            gone = replace(told, values={}, yes=frozenset(), no=frozenset(), withdrawn=True)
            store.append(connection, [gone], None)
        assert "invented_survey:sister" not in shown(directory)
        with directory.database.writing() as connection:
            store.remove_source(connection, "invented_survey")
        assert shown(directory) == {}
    assert directory.index.current().behind is None and shown(directory) == {}


def test_the_same_where_more_changed_than_is_mended(directory: Directory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generations, "_MOST_MENDED", 1)
    before = shown(directory)
    with being_built(directory):
        vet(directory, VettingState.SUSPENDED)
        for one in evening.statements("held", "third"):
            say(directory, one.local_id, one.local_id, intake_hours="24/7", capacity="30")
        vet(directory, VettingState.SUSPENDED, "invented_survey:held")
        assert shown(directory).keys() == before.keys() - {READY, "invented_survey:held"}


def test_a_start_with_an_older_index_answers_from_it(directory: Directory) -> None:
    say(directory, "brand new")
    vet(directory, VettingState.SUSPENDED)
    later = Directory(directory.settings)
    with being_built(later):
        assert READY not in shown(later) and "invented_survey:held" in shown(later)
        since = later.index.current().behind
        assert since and since <= datetime.now(UTC)
    later.database.close()


def test_a_database_that_is_put_back_meanwhile_is_what_counts(directory: Directory, tmp_path: Path) -> None:
    file = Path(str(directory.database.engine.url.database))
    shutil.copy(file, tmp_path / "backup")
    with being_built(directory):
        say(directory, "brand new")
        vet(directory, VettingState.SUSPENDED)
        assert READY not in shown(directory)
        directory.database.close()
        shutil.copy(tmp_path / "backup", file)
        assert READY in shown(directory)


def test_nothing_is_shown_that_was_suspended_while_all_ask_at_once(directory: Directory, app: Flask) -> None:
    vet(directory, VettingState.VETTED)
    suspended, over, late = threading.Event(), threading.Event(), []
    assert "Example Ready House" in app.test_client().get("/centers/ohio").get_data(as_text=True)

    def ask() -> None:
        while not over.is_set():
            was, began = suspended.is_set(), time.monotonic()
            found = shown(directory), app.test_client().get("/centers/ohio").get_data(as_text=True)
            late.append(time.monotonic() - began)
            if was:
                assert READY not in found[0] and "Example Ready House" not in found[1]

    threads = [_Failing(ask) for _ in range(4)]
    with being_built(directory):
        for thread in threads:
            thread.start()
        for number in range(10):
            say(directory, f"new {number}")
            if number == 5:
                vet(directory, VettingState.SUSPENDED)
                suspended.set()
        time.sleep(0.3)
        over.set()
        for thread in threads:
            thread.join()
    assert not [thread.failed for thread in threads if thread.failed] and len(late) > 4
    assert max(late) < 2 * PROMPTLY, max(late)


class _Failing(threading.Thread):
    """A thread whose failure is not lost."""

    def __init__(self, work: Callable[[], None]) -> None:
        super().__init__()
        self._work, self.failed = work, ""

    def run(self) -> None:
        try:
            self._work()
        except AssertionError as error:
            self.failed = str(error) or "failed"


def test_a_generation_that_its_builder_has_not_finished_yet_is_looked_at_again(
    directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between its publishing and the database's knowing of it, somebody asks."""
    directory.index.may_lag = True
    builder = Directory(directory.settings)
    told = generations.Index._remember
    asked: list[bool] = []

    def remember(index: generations.Index, name: str, counter: int) -> None:
        asked.append(directory.index.current().behind is not None)
        told(index, name, counter)

    monkeypatch.setattr(generations.Index, "_remember", remember)
    say(directory, "brand new")
    assert directory.index.current().behind
    builder.index.catch_up()
    assert asked == [True] and directory.index.current().behind is None
    builder.database.close()


# --- and then it follows ------------------------------------------------------------------------------------------------


def test_all_follows_by_itself(directory: Directory, app: Flask) -> None:
    """New listings, the words of a merge, words that changed, and the pairs that may be one place."""
    with directory.database.reading() as connection:
        before = store.counter(connection)
    desk = merging.MergingDesk(directory, a_person_at(app), datetime.now(UTC))
    with follow(directory, every=0.05):
        say(directory, "twin", organization="Example Ready House", licence_number="OH-0101")
        say(directory, "brand new", organization="Example Quetzal House", phone="6145550177", licence_number="")
        began = time.monotonic()
        shown(directory)
        assert time.monotonic() - began < PROMPTLY
        until(lambda: named(directory, "quetzal") == ["invented_survey:brand new"])
        until(lambda: Reason.DUPLICATE in {task.reason for task in upkeep.tasks(directory, datetime.now(UTC))})
        desk.merge("invented_survey:brand new", into="invented_survey:held")
        say(directory, "third", "third", organization="Example Quokka House", intake_hours="24/7")
        until(lambda: named(directory, "quokka") == ["invented_survey:third"])
        until(lambda: queue(directory) == () and not proposing.behind(directory))
        assert directory.index.current().counter > before and directory.index.check() == []
        assert "Quetzal" in directory.listings(["invented_survey:held"])["invented_survey:held"].name
        assert named(directory, "quetzal") == ["invented_survey:held"], "the words that the one that stays has by the merge"
    assert not directory.index.may_lag


def test_a_directory_that_was_emptied_is_current_again(directory: Directory) -> None:
    with follow(directory, every=0.05):
        with directory.database.writing() as connection:
            store.remove_source(connection, "invented_survey")
        until(lambda: directory.index.current().behind is None and not proposing.behind(directory))
        assert len(directory.index.current().columns) == 0


def a_person_at(app: Flask) -> Account:
    return a_person(app.extensions["register"], Role.STAFF, "", datetime.now(UTC)).account


def named(directory: Directory, words: str) -> list[str]:
    generation = directory.index.current()
    return [generation.columns.ids[at] for at in generation.words.named(words, 5)]


def queue(directory: Directory) -> tuple[str, ...]:
    with directory.database.reading() as connection:
        return store.unindexed(connection)


def test_the_builder_finds_a_database_that_is_named_from_the_folder_where_the_site_was_started(
    directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = Path(str(directory.database.engine.url.database))
    monkeypatch.chdir(file.parent)
    told = {"INSTANCE": str(directory.settings.instance), "DATABASE_URL": f"sqlite:///{file.name}"}
    site = Directory(Settings.from_environment(told))
    with follow(site, every=0.05):
        say(site, "brand new", organization="Example Quetzal House")
        until(lambda: named(site, "quetzal") == ["invented_survey:brand new"])
    assert not (ROOT / file.name).exists()
    site.database.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no SIGKILL there")
def test_a_builder_that_is_killed_harms_nothing(directory: Directory, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Popen[str]] = []

    class Seen(Popen[str]):
        def __init__(self, *args: object, **rest: object) -> None:
            super().__init__(*args, **rest)  # type: ignore[call-overload]
            started.append(self)

    monkeypatch.setattr(subprocess, "Popen", Seen)
    monkeypatch.setattr(following, "_AFTER_FAILING", 0.2)
    with follow(directory, every=0.05):
        say(directory, "brand new", organization="Example Quetzal House")
        until(lambda: bool(started))
        os.kill(started[0].pid, signal.SIGKILL)
        assert READY in shown(directory)
        until(lambda: named(directory, "quetzal") == ["invented_survey:brand new"])
    assert len(started) > 1 and directory.index.check() == []


def test_where_no_file_can_be_written_it_is_current_from_memory(directory: Directory) -> None:
    folder = directory.settings.instance / "index"
    folder.rename(folder.with_name("elsewhere"))
    folder.write_text("a file where the folder should be")
    with follow(directory, every=0.05):
        say(directory, "brand new")
        until(lambda: directory.index.current().behind is None and "invented_survey:brand new" in shown(directory))


def test_who_can_not_build_waits_an_hour_for_an_index_and_then_makes_its_own(
    directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = directory.settings.instance / "index"
    directory.index.may_lag = True
    folder.rename(folder.with_name("elsewhere"))
    folder.write_text("a file where the folder should be")
    say(directory, "brand new")
    assert directory.index.current().behind is not None
    monkeypatch.setattr(generations, "_LONGEST_LAG", timedelta(0))
    assert directory.index.current().behind is None and "invented_survey:brand new" in shown(directory)


def test_the_work_ends_with_the_site(directory: Directory, monkeypatch: pytest.MonkeyPatch) -> None:
    with follow(directory, every=0.05), disk.only_builder(directory.settings.instance / "index", 1):
        say(directory, "brand new")
        until(lambda: any(thread.name == "following" for thread in threading.enumerate()))
        time.sleep(0.3)
    assert not any(thread.name == "following" for thread in threading.enumerate())


def test_a_client_is_told_of_pairs_that_are_being_worked_out(directory: Directory, app: Flask) -> None:
    staff: FlaskClient = a_client(app, a_person(app.extensions["register"], Role.STAFF, "", datetime.now(UTC)))
    directory.index.may_lag = True
    assert "are being compared with each other" in staff.get("/staff/duplicates").get_data(as_text=True)
    assert "is still being worked out" in staff.get("/staff").get_data(as_text=True)
    assert builder.main(directory.settings, pairs=True) == builder.DONE
    assert "of listings may be one place" in staff.get("/staff/duplicates").get_data(as_text=True)
    assert "May be one place with" in staff.get("/staff").get_data(as_text=True)
