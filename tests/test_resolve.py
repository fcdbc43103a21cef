"""Statements to a listing: authority, then date, then order of recording; a source's last word in place of its first."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.listing import Address, Listing, Located, Phone, PhoneKind, Point, Statement
from directory.resolve import Said, resolve
from directory.vocabulary import Answer, SourceKind
from tests.builders import VALUES, a_statement

HERE = Point(39.9952, -83.0047, approximate=True)
OLD, BETWEEN, NEW = date(2025, 1, 1), date(2025, 6, 1), date(2026, 1, 1)
SURVEY, LICENCE, CALL = SourceKind.SURVEY, SourceKind.LICENSING, SourceKind.STAFF_CALL


def locate(address: Address, _given: Point | None) -> Located:
    known = (address.postal_code, address.state_province) == ("43201", "OH")
    return Located(HERE, "America/New_York") if known else Located()


def listing(*statements: Statement) -> Listing:
    return resolve("invented_survey:1", [Said(number, one) for number, one in enumerate(statements)], locate)


def survey(**fields: Any) -> Statement:
    return a_statement(**fields)


def somebody(kind: SourceKind, **fields: Any) -> Statement:
    """Another source than the survey, with an addition of its own."""
    usual: dict[str, Any] = {"values": {}, "restates": False}
    return a_statement(source=str(kind), kind=kind, **(usual | fields))


def test_a_single_statement_is_the_listing() -> None:
    said = survey(values=VALUES | {"intake_1": "6145550102", "intake_2": "6145550101x12"}, no=frozenset(("age.child",)))
    held = listing(said)
    assert (held.name, held.address.place) == ("Example House", "Columbus, OH")
    assert held.phones == (Phone("6145550102", "", PhoneKind.INTAKE), Phone("6145550101", "12", PhoneKind.INTAKE))
    assert [held.answer(code) for code in ("status.operating", "age.child", "age.adult")] == [
        Answer.YES, Answer.NO, Answer.UNKNOWN,
    ]  # fmt: skip
    assert (held.point, held.withdrawn, held.confirmed_at) == (HERE, None, None)


@pytest.mark.parametrize(
    ("weaker", "stronger"),
    [
        ({"kind": SURVEY, "observed_at": NEW}, {"kind": CALL, "observed_at": OLD}),
        ({"kind": SourceKind.WEB, "observed_at": NEW}, {"kind": SURVEY, "observed_at": OLD}),
        ({"kind": LICENCE, "observed_at": NEW}, {"kind": SourceKind.ATTESTATION, "observed_at": OLD}),
        ({"kind": CALL, "observed_at": OLD}, {"kind": CALL, "observed_at": NEW}),
    ],
    ids=["a call over a survey", "a survey over the web", "the center over its licence", "the newer of two calls"],
)
def test_authority_then_date_decides_each_field(weaker: dict[str, Any], stronger: dict[str, Any]) -> None:
    low = a_statement(source="low", values=VALUES | {"program": "Weaker"}, yes=frozenset(("payer.medicaid",)), **weaker)
    high = a_statement(source="high", values={"program": "Stronger"}, no=frozenset(("payer.medicaid",)), **stronger)
    for held in (listing(low, high), listing(high, low)):
        assert held.program == "Stronger"
        assert held.organization == "Example House"
        assert held.answer("payer.medicaid") is Answer.NO
        assert held.said_by["program"].source == "high"
        assert (held.said_by["program"].kind, held.facts["payer.medicaid"].provenance.kind) == (high.provenance.kind,) * 2


def test_of_equals_the_one_recorded_last_decides() -> None:
    first, last = survey(source="one", yes=frozenset(("sex.male",))), survey(source="two", no=frozenset(("sex.male",)))
    assert listing(first, last).answer("sex.male") is Answer.NO
    assert listing(last, first).answer("sex.male") is Answer.YES


def test_the_licence_register_has_the_last_word_on_licences_and_on_nothing_else() -> None:
    codes = frozenset(("status.operating", "licence.carf", "payer.medicaid"))
    held = listing(survey(), somebody(CALL, yes=codes, observed_at=NEW), somebody(LICENCE, no=codes, observed_at=OLD))
    assert [held.answer(code) for code in ("status.operating", "licence.carf", "payer.medicaid")] == [
        Answer.NO, Answer.NO, Answer.YES,
    ]  # fmt: skip


def test_a_restatement_stands_in_place_of_all_that_its_source_said_before() -> None:
    before = survey(values=VALUES | {"program": "Old wing"}, yes=frozenset(("payer.medicaid", "status.operating")))
    added = replace(survey(values={}, yes=frozenset(("payer.medicare",))), restates=False)
    after = survey(values=VALUES, yes=frozenset(("status.operating",)))
    held = listing(before, added, after)
    assert (held.program, set(held.facts)) == ("", {"status.operating"})


def test_an_addition_leaves_the_rest_of_what_its_source_said() -> None:
    added = replace(survey(values={"phone": "6145550109"}, yes=frozenset(("payer.medicaid",))), restates=False)
    held = listing(survey(), added)
    assert (held.organization, str(held.phone)) == ("Example House", "614-555-0109")
    assert held.says("payer.medicaid") and held.says("status.operating")


def test_a_restatement_leaves_what_others_said() -> None:
    call = somebody(CALL, values={"intake_1": "6145550108"}, yes=frozenset(("payer.medicaid",)))
    held = listing(survey(), call, survey(values=VALUES | {"program": "New wing"}))
    assert (str(held.phone), held.program) == ("614-555-0108", "New wing")
    assert held.facts["payer.medicaid"].provenance.kind is CALL


def test_a_withdrawn_listing_keeps_what_was_said_and_says_who_withdrew_it() -> None:
    withdrawal = survey(values={}, yes=frozenset(), withdrawn=True, observed_at=NEW, reference="2026.xlsx")
    held = listing(survey(observed_at=OLD), withdrawal)
    assert held.withdrawn == withdrawal.provenance
    assert (held.organization, held.answer("status.operating")) == ("Example House", Answer.NO)
    assert held.facts["status.operating"].provenance == withdrawal.provenance


def test_a_call_after_the_withdrawal_says_whether_it_operates() -> None:
    gone = survey(values={}, withdrawn=True, observed_at=date(2025, 6, 1))
    operating = frozenset(("status.operating",))
    assert not listing(survey(), gone, somebody(CALL, yes=operating, observed_at=OLD)).says("status.operating")
    assert listing(survey(), gone, somebody(CALL, yes=operating, observed_at=NEW)).says("status.operating")


def test_a_listing_listed_again_is_not_withdrawn() -> None:
    assert listing(survey(), survey(values={}, withdrawn=True), survey()).withdrawn is None


def test_a_listing_that_one_of_its_sources_still_has_is_not_withdrawn() -> None:
    other = survey(source="register", kind=LICENCE)
    gone = survey(values={}, withdrawn=True)
    assert listing(survey(), other, gone).withdrawn is None
    assert listing(survey(), other, gone, replace(gone, source="register")).withdrawn is not None


def test_a_call_does_not_bring_a_withdrawn_listing_back() -> None:
    held = listing(survey(), survey(values={}, withdrawn=True), somebody(CALL, yes=frozenset(("payer.medicaid",))))
    assert held.withdrawn is not None


def test_a_withheld_address_has_neither_street_nor_point() -> None:
    held = listing(survey(values=VALUES | {"confidential": True, "address_2": "Suite 2"}))
    assert (held.address.confidential, held.address.address_1, held.address.address_2) == (True, "", "")
    assert held.point is None


def test_a_call_or_the_center_itself_confirms_a_listing_as_of_its_day() -> None:
    center = somebody(SourceKind.ATTESTATION, observed_at=OLD)
    assert listing(survey(observed_at=NEW), center).confirmed_at == OLD
    assert listing(survey(), center, somebody(CALL, observed_at=NEW)).confirmed_at == NEW


def test_statements_without_a_name_or_place_are_no_listing() -> None:
    with pytest.raises(ValueError, match="no statement gives its name and place"):
        listing(survey(values={"organization": "Example House"}))


def test_what_is_said_again_is_as_of_the_later_day() -> None:
    again = survey(values={}, yes=frozenset(), restates=False, observed_at=NEW, reference="newer")
    other = survey(values={"program": "Another"}, source="other", observed_at=BETWEEN)
    first = survey(values=VALUES | {"program": "First"}, observed_at=OLD)
    assert listing(first, other).program == "Another"
    held = listing(first, again, other)
    assert (held.program, held.said_by["program"].observed_at, held.said_by["program"].reference) == ("First", NEW, "newer")
    assert (
        listing(replace(first, provenance=other.provenance), replace(again, provenance=first.provenance))
        .said_by["program"]
        .observed_at
        == BETWEEN
    )


SOURCES = st.sampled_from(SourceKind)


@given(st.data())
def test_the_order_in_which_statements_are_given_changes_nothing(data: st.DataObject) -> None:
    codes = st.frozensets(st.sampled_from(("status.operating", "licence.carf", "payer.medicaid", "sex.male")))
    told = [Said(0, survey())]
    for number in range(1, data.draw(st.integers(1, 6)) + 1):
        kind, yes, no = data.draw(SOURCES), data.draw(codes), data.draw(codes)
        one = a_statement(
            source=str(kind),
            kind=kind,
            yes=yes,
            no=no - yes,
            values=data.draw(st.sampled_from((VALUES, {"program": str(number)}, {}))),
            observed_at=data.draw(st.sampled_from((OLD, NEW))),
            restates=data.draw(st.booleans()),
            withdrawn=data.draw(st.booleans()),
        )
        told.append(Said(number, one))
    shuffled = data.draw(st.permutations(told))
    assert resolve("invented_survey:1", shuffled, locate) == resolve("invented_survey:1", told, locate)
