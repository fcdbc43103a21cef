"""Columns mended where a few listings changed: the same answers as columns built anew, and no build to wait for."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from random import Random

import numpy as np
import pytest

from directory import store
from directory.database import Database
from directory.listing import Listing, Point
from directory.matching.assembling import columns_of, joined, placed
from directory.matching.columns import Columns, as_given, degrees
from directory.matching.excerpt import without
from directory.matching.mending import mended
from directory.matching.rank import rank
from directory.need import Need
from directory.search import analysis, disk
from directory.search.postings import closed_up
from directory.search.words import Words
from tests import worlds
from tests.builders import a_report, a_statement
from tests.test_generations import FEW, add, an_index, queue


def answer(built: Columns, need: Need) -> object:
    """All that a ranking says, by id."""
    ranking = rank(built, need)
    rows = (*ranking.first(999, calls=False), *ranking.first(999, calls=True))
    order = [
        (
            built.ids[int(ranking.block.positions[row])],
            ranking.tier(int(row)),
            int(ranking.total[row]),
            ranking.low_and_high(int(row)),
        )
        for row in rows
    ]
    return order, ranking.counts(), [ranking.block.counts(("payer.medicaid", "moud.methadone_start"))]


def changed_in_part(random: Random, listings: list[Listing], others: list[Listing]) -> list[Listing]:
    """Some of the listings with everything that is known of others, but their own names and places."""
    some = random.sample(range(len(listings)), 12)
    kept = ("id", "organization", "program", "address", "point", "phones")
    return [replace(others[at], **{name: getattr(listings[at], name) for name in kept}) for at in some]


@pytest.mark.parametrize("seed", range(12))
def test_mended_columns_answer_as_those_built_anew(seed: int) -> None:
    random = Random(seed)
    as_of = worlds.a_moment(random)
    listings, others = worlds.listings(random, as_of, 80), worlds.listings(random, as_of, 80)
    changed = changed_in_part(random, listings, others)
    now = {listing.id: listing for listing in (*listings, *changed)}
    patched, anew = mended(columns_of(listings), changed), columns_of(list(now.values()))
    assert patched is not None
    for name in (
        "yes",
        "no",
        "personal",
        "planes",
        "hours_at",
        "hours_opens",
        "report_at",
        "report_seen",
        "vetting_since",
        "confirmed",
    ):
        assert np.array_equal(getattr(patched, name), getattr(anew, name)), name
    for _ in range(6):
        need = worlds.a_need(random, as_of)
        assert answer(patched, need) == answer(anew, need)


@pytest.mark.parametrize("seed", range(6))
def test_columns_of_portions_put_together_answer_as_those_of_all_listings(seed: int) -> None:
    random = Random(seed)
    as_of = worlds.a_moment(random)
    listings = sorted(worlds.listings(random, as_of, 80), key=lambda listing: listing.id)
    ends = [0, *sorted(random.sample(range(80), 5)), 80]
    parts = [as_given(listings[start:stop]) for start, stop in pairwise(ends)]
    together, whole = placed(joined(parts), [degrees(listing) for listing in listings]), columns_of(listings)
    assert together.ids == whole.ids
    for name in (
        "yes",
        "no",
        "planes",
        "cells",
        "id_rank",
        "hours_at",
        "report_at",
        "report_seen",
        "vetting_until",
        "plan_taken",
    ):
        assert np.array_equal(getattr(together, name), getattr(whole, name)), name
    assert [together.zones[at] for at in together.zone] == [whole.zones[at] for at in whole.zone]
    assert [together.buckets[at] for at in together.report_bucket] == [whole.buckets[at] for at in whole.report_bucket]
    for _ in range(6):
        need = worlds.a_need(random, as_of)
        assert answer(together, need) == answer(whole, need)


@pytest.mark.parametrize("seed", range(6))
def test_columns_and_words_without_some_answer_as_those_built_of_the_others(seed: int) -> None:
    random = Random(seed)
    as_of = worlds.a_moment(random)
    listings = worlds.listings(random, as_of, 80)
    built = columns_of(listings)
    gone = np.array(sorted(random.sample(range(80), 9)), np.intp)
    others = [listing for listing in listings if listing.id not in {built.ids[at] for at in gone.tolist()}]
    left, anew = without(built, gone), columns_of(others)
    assert left.ids == anew.ids and np.array_equal(left.cells, anew.cells) and np.array_equal(left.planes, anew.planes)
    for _ in range(6):
        need = worlds.a_need(random, as_of)
        assert answer(left, need) == answer(anew, need)
    by_id = {listing.id: analysis.document(listing) for listing in listings}
    words = Words(closed_up(Words.from_documents([by_id[key] for key in built.ids]).arrays, gone))
    assert len(words) == len(left)
    for listing in others[:20]:
        at = left.ids.index(listing.id)
        assert words.relevance(listing.organization)[at] == words.relevance(listing.organization, np.array([at]))[0] > 0


def test_a_listing_into_which_another_was_merged_may_be_renamed_where_it_stands() -> None:
    random = Random(1)
    listings = worlds.listings(random, worlds.a_moment(random), 5)
    renamed = replace(listings[0], organization="Another Example")
    patched = mended(columns_of(listings), [renamed], {renamed.id})
    assert patched and patched.organization[patched.position(renamed.id)] == as_given([renamed]).organization[0]
    moved = replace(renamed, point=Point(1.0, 2.0))
    assert mended(columns_of(listings), [moved], {renamed.id}) is None


def test_who_is_new_renamed_or_moved_is_not_mended() -> None:
    random = Random(1)
    listings = worlds.listings(random, worlds.a_moment(random), 5)
    built = columns_of(listings)
    assert mended(built, [replace(listings[0], id="somebody:else")]) is None
    assert mended(built, [replace(listings[0], organization="Another Example")]) is None
    assert mended(built, [replace(listings[0], address=replace(listings[0].address, city="Dayton"))]) is None
    assert mended(built, []) is not None


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "instance" / "index"


@pytest.fixture
def filled(sqlite_database: Database) -> Database:
    add(sqlite_database, *range(FEW))
    return sqlite_database


def report_on(database: Database, listing_id: str) -> None:
    with database.writing() as connection:
        store.append_reports(connection, [(listing_id, a_report())])


def test_a_report_is_answered_from_at_once_and_nothing_is_built(filled: Database, folder: Path) -> None:
    index, neighbor = an_index(folder, filled), an_index(folder, filled)
    key = index.current().columns.ids[3]
    neighbor.current()
    before = disk.read_current(folder)
    report_on(filled, key)
    for one in (index, neighbor, an_index(folder, filled)):
        found = one.current().columns
        assert len(found.report_state) == 1 and found.report_at[found.position(key) + 1] == 1
        assert one.current() is one.current()
    assert disk.read_current(folder) == before and queue(filled) == (key,)
    assert index.check() == []
    assert index.catch_up().counter == index.current().counter
    assert disk.read_current(folder) != before and queue(filled) == ()


def test_a_new_listing_is_built_for(filled: Database, folder: Path) -> None:
    index = an_index(folder, filled)
    index.current()
    before = disk.read_current(folder)
    with filled.writing() as connection:
        store.append(connection, [a_statement(local_id="brand new")], None)
    assert len(index.current().columns) == FEW + 1
    assert disk.read_current(folder) != before


def test_an_index_of_another_history_is_never_mended(filled: Database, folder: Path) -> None:
    index = an_index(folder, filled)
    index.current()
    before = disk.read_current(folder)
    with filled.writing() as connection:
        connection.exec_driver_sql("DELETE FROM built_index")
    report_on(filled, index.current().columns.ids[0])
    assert len(an_index(folder, filled).current().columns.report_state) == 1
    assert disk.read_current(folder) != before
