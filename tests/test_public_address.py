"""Addresses of centers for everybody: readable, found by their end, never leading to another center."""

from hashlib import sha256

import pytest

from directory import public_address
from directory.values import STATES
from tests.builders import a_listing


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("Example House", "example-house"),
        ("Éxample & Sons' Höme, Inc.", "example-and-sons-home-inc"),
        ("../../etc/passwd?x=<b>", "etc-passwd-x-b"),
        ("家", "center"),
        ("a" * 200, "a" * 60),
    ],
)
def test_words_become_part_of_an_address(words: str, said: str) -> None:
    assert public_address.slug(words) == said


def test_an_address_reads_as_state_city_and_name() -> None:
    listing = a_listing(organization="Example House", program="", id="invented_survey:1")
    end = sha256(b"invented_survey:1").hexdigest()[:10]
    assert public_address.address_of(listing) == {"state": "ohio", "city": "columbus", "name": f"example-house-{end}"}


def test_every_state_has_an_address_of_its_own() -> None:
    assert public_address.STATE_BY_SLUG["district-of-columbia"] == "DC"
    assert len(public_address.STATE_BY_SLUG) == len(STATES)


def test_a_short_id_that_two_share_leads_to_neither(monkeypatch: pytest.MonkeyPatch) -> None:
    ids = [f"invented_survey:{number}" for number in range(40)]
    assert public_address.by_short_id(ids) == {public_address.short_id(key): key for key in ids}
    monkeypatch.setattr(public_address, "SHORT", 1)
    shared = public_address.by_short_id(ids)
    named = [public_address.short_id(key) for key in ids]
    assert all(named.count(said) == 1 for said in shared) and len(shared) < len(set(named))


def test_twenty_thousand_listings_have_short_ids_of_their_own() -> None:
    ids = [f"samhsa_national_directory:{number}" for number in range(20_000)]
    assert len(public_address.by_short_id(ids)) == len(ids)
