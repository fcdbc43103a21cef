"""The federal directory of 2023 as its publisher gave it: every listing, and the figures that are known of it."""

import shutil
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

import pytest

from directory import duplicates, store
from directory.database import Database
from directory.listing import Listing, PhoneKind
from directory.places import Gazetteer
from directory.problems import Loudness
from directory.vocabulary import SETTINGS_INPATIENT, SETTINGS_RESIDENTIAL, Answer
from importers import samhsa_national_directory
from importers.export import export_listings
from importers.listings import import_listings
from importers.pipeline import Order, Summary, import_file
from tests import databases
from tests.listing_files import counts

NAME = "national-directory-su-facilities-2023.xlsx"
ORDER = Order("a test", datetime(2026, 3, 13, 20, 0, tzinfo=UTC))


class Imported(NamedTuple):
    database: Database
    file: Path
    summary: Summary
    listings: list[Listing]


@pytest.fixture(scope="module")
def real(
    real_files: Path, gazetteer: Gazetteer, tmp_path_factory: pytest.TempPathFactory, template: Path
) -> Iterator[Imported]:
    file = Path(shutil.copy(template, tmp_path_factory.mktemp("real") / "directory.db"))
    database = Database(databases.sqlite_url(file))
    started = perf_counter()
    summary = import_file(database, samhsa_national_directory.importer, real_files / NAME, ORDER)
    print(f"\nreading, understanding and storing the real directory: {perf_counter() - started:.2f} s", file=sys.stderr)  # noqa: T201
    with database.reading() as connection:
        listings = list(store.listings(connection, gazetteer.locate))
    yield Imported(database, real_files / NAME, summary, listings)
    database.close()


def test_every_row_is_a_listing(real: Imported) -> None:
    summary = real.summary
    assert (summary.rows, summary.new, summary.refused, len(real.listings)) == (12_744, 12_744, 0, 12_744)
    assert {problem.loudness for problem in summary.problems} == {Loudness.NOTICE}
    assert {listing.said_by["organization"].observed_at for listing in real.listings} == {date(2023, 6, 29)}


def test_the_residential_and_inpatient_ones_are_as_many_as_the_codes_say(real: Imported) -> None:
    beds = [listing for listing in real.listings if listing.says(*SETTINGS_RESIDENTIAL, *SETTINGS_INPATIENT)]
    assert len(beds) == 3_384


def test_recovery_residences_without_treatment_are_known_as_such(real: Imported) -> None:
    homes = [listing for listing in real.listings if listing.says("care.recovery_residence")]
    assert len([home for home in homes if not home.says(*SETTINGS_RESIDENTIAL, *SETTINGS_INPATIENT)]) == 350


def test_the_residential_ones_that_do_not_treat_opioids_are_known(real: Imported) -> None:
    refusing = [listing for listing in real.listings if listing.answer("treats.opioid") is Answer.NO]
    assert len([listing for listing in refusing if listing.says("setting.residential")]) == 124


def test_withheld_addresses_stay_withheld(real: Imported) -> None:
    withheld = [listing for listing in real.listings if listing.address.confidential]
    assert len(withheld) == 11
    assert all(listing.point is None and not listing.address.address_1 for listing in withheld)


def test_nearly_every_listing_has_the_middle_of_its_zip_code(real: Imported) -> None:
    points = [listing.point for listing in real.listings if listing.point]
    assert len(points) > 12_700
    assert all(point.approximate for point in points)


def test_telephones_keep_their_extensions_and_intake_lines_come_first(real: Imported) -> None:
    phones = [phone for listing in real.listings for phone in listing.phones]
    assert len([phone for phone in phones if phone.extension]) > 500
    assert {len(phone.number) for phone in phones} == {10}
    with_intake = [listing for listing in real.listings if any(phone.kind is PhoneKind.INTAKE for phone in listing.phones)]
    assert len(with_intake) > 4_000
    assert all(listing.phone and listing.phone.kind is PhoneKind.INTAKE for listing in with_intake)


def test_zip_codes_keep_their_leading_zeros(real: Imported) -> None:
    assert len([listing for listing in real.listings if listing.address.postal_code.startswith("0")]) == 1_312


def test_some_pairs_are_proposed_as_one_place(real: Imported) -> None:
    """801 rows share a street and ZIP code, and most are programs of their own. Read one by one, these 27 are worth a look."""
    found = duplicates.proposals(real.listings)
    assert 20 <= len(found) <= 35
    assert 4 <= len([one for one in found if one.score >= duplicates.CERTAIN]) <= 10
    assert all(one.first.address.postal_code == one.second.address.postal_code for one in found)


def test_importing_it_again_changes_nothing(real: Imported) -> None:
    with real.database.reading() as connection:
        before = store.counter(connection)
    again = import_file(real.database, samhsa_national_directory.importer, real.file, ORDER)
    assert (again.imported, again.unchanged, again.new, again.changed, again.gone) == (True, 12_744, 0, 0, 0)
    with real.database.reading() as connection:
        assert store.counter(connection) == before


def test_all_of_it_goes_there_and_back_as_a_file_of_listings(real: Imported, template: Path, tmp_path: Path) -> None:
    other = Database(databases.sqlite_url(Path(shutil.copy(template, tmp_path / "other.db"))))
    assert export_listings(real.database, tmp_path / "one.jsonl") == 12_744
    assert counts(import_listings(other, tmp_path / "one.jsonl", ORDER)) == (12_744, 0, 0, 0)
    assert export_listings(other, tmp_path / "two.jsonl") == 12_744
    assert (tmp_path / "one.jsonl").read_bytes() == (tmp_path / "two.jsonl").read_bytes()
    other.close()
