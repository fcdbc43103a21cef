"""SAMHSA's real download and reply, and its list of codes: every row is understood, and the figures that are known of them."""

import csv
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from directory.listing import Provenance
from directory.problems import Loudness
from importers import samhsa, samhsa_locator, samhsa_site_download
from importers.base import Importer
from importers.understanding import Understood, understand

SITE = "findtreatment-site-download-MA-2025-08-19.csv"
REPLY = "findtreatment-locator-reply-VA-2019.json"
NOW = datetime(2026, 3, 13, tzinfo=UTC)


def said_in(importer: Importer, file: Path) -> tuple[int, Understood]:
    batch = importer.read(file, importer.source)
    provenance = Provenance(importer.source.name, importer.source.kind, file.name, NOW.date(), "a test")
    return len(batch.rows), understand(importer, batch, provenance, lambda *_: None)


@pytest.fixture(scope="module")
def site(real_files: Path) -> tuple[int, Understood]:
    return said_in(samhsa_site_download.importer, real_files / SITE)


def test_the_download_is_read_whole_and_knows_its_day(site: tuple[int, Understood]) -> None:
    rows, said = site
    assert (rows, said.refused, len(said.statements)) == (662, 0, 466)
    assert samhsa.day_in(SITE) == date(2025, 8, 19)


def test_the_places_on_both_lists_are_one_listing_each(site: tuple[int, Understood]) -> None:
    told, website = site[1].problems
    assert "the web address could not be read" in website.what
    assert (told.loudness, told.what, told.found) == (Loudness.NOTICE, samhsa.JOINING.rule, "196 places")
    both = [one for one in site[1].statements if " and row " in one.provenance.reference]
    assert len(both) == 662 - 466 == 196


def test_addresses_withheld_in_the_download_lead_nowhere(site: tuple[int, Understood], real_files: Path) -> None:
    with (real_files / SITE).open(encoding="utf-8", newline="") as file:
        assert sum(row[2] == "- - -" for row in csv.reader(file)) == 18
    withheld = [one for one in site[1].statements if one.values.get("confidential")]
    assert len(withheld) == 12
    assert not [one for one in withheld if {"address_1", "latitude", "longitude"} & one.values.keys()]


def test_a_state_that_does_not_fit_its_zip_code_is_left_as_it_is(site: tuple[int, Understood]) -> None:
    (odd,) = [one for one in site[1].statements if one.values["state_province"] == "VT"]
    assert (odd.values["postal_code"], odd.values["city"]) == ("01089", "West Springfield")


def test_military_insurance_is_read_as_such_in_the_download_of_2025(site: tuple[int, Understood], real_files: Path) -> None:
    with (real_files / SITE).open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    marked = sum(row[header.index("mi")] == "1" for row in rows if row[header.index("type_facility")] == "SU")
    of_su = [one for one in site[1].statements if "care.substance_use" in one.yes or "care.mental_health" not in one.yes]
    assert 0 < marked <= sum("payer.military" in one.yes for one in of_su)


def test_the_saved_reply_is_read_whole(real_files: Path) -> None:
    rows, said = said_in(samhsa_locator.importer, real_files / REPLY)
    assert (rows, said.refused, len(said.statements)) == (30, 0, 29)
    assert {problem.loudness for problem in said.problems} == {Loudness.NOTICE}
    assert all("latitude" in one.values for one in said.statements)


def test_the_reply_is_known_to_be_a_page_of_a_longer_one(real_files: Path) -> None:
    batch = samhsa_locator.importer.read(real_files / REPLY, samhsa_locator.importer.source)
    assert [problem.found for problem in batch.problems] == ["30 of 22,949 facilities"]
    assert (batch.covers, batch.observed_at) == (frozenset(), None)


def test_every_service_that_their_lists_name_is_known_here(real_files: Path) -> None:
    source = samhsa_site_download.importer.source
    with (real_files / "samhsa-service-codes.csv").open(encoding="utf-8", newline="") as file:
        named = [row for row in csv.DictReader(file) if not row["name"].startswith("(column in")]
    pairs = {(row["category"], row["name"]) for row in named} | {(row["category_2026"], row["name_2026"]) for row in named}
    unknown = [pair for pair in pairs if pair[1] and source.meaning(f"{pair[0]}: {pair[1]}", otherwise=pair[1]).unknown]
    assert (len(named), unknown) == (345, [])


def test_the_codes_of_each_edition_are_those_of_their_lists(real_files: Path) -> None:
    tables = samhsa_site_download.importer.source.codes
    with (real_files / "samhsa-service-codes.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for edition, column in (("2025-08", "in_csv_export_2025_08"), ("2026-02", "in_locator_list_2026")):
        ours = {code for part in ("both", edition) for names in tables[part].values() for code in names}
        assert ours == {row["code"] for row in rows if row[column] == "y"} - set(tables["unnamed"])


def test_what_was_renamed_keeps_its_meaning_under_its_new_code(real_files: Path) -> None:
    tables = samhsa_site_download.importer.source.codes
    codes = {
        edition: {c: n for names in tables[edition].values() for c, n in names.items()} for edition in ("2025-08", "2026-02")
    }
    with (real_files / "samhsa-code-renames-2025-to-2026.csv").open(encoding="utf-8", newline="") as file:
        renamed = [row for row in csv.DictReader(file) if row["new_code"] and row["old_code"] in codes["2025-08"]]
    assert len(renamed) > 25
    assert {codes["2025-08"][row["old_code"]] for row in renamed} == {codes["2026-02"][row["new_code"]] for row in renamed}
