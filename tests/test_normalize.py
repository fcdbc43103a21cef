"""A record's text to a statement: a bad optional value costs itself, a bad required one the row; every loss is reported."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.normalize import FIELDS, ParsedRecord, answered, normalize
from directory.problems import Loudness, Problem
from tests.builders import VALUES, a_provenance

TEXT = {
    "organization": "  Example   House ", "address_1": "12 Example Street", "city": "Columbus", "state_province": "ohio",
    "postal_code": "43201-1234", "phone": "(614) 555-0101 ext 12", "intake_1": " ", "website": "www.example.org",
}  # fmt: skip
WHO = a_provenance(reference="invented.xlsx, row 7")


def a_record(**text: str) -> ParsedRecord:
    return ParsedRecord("1", "invented.xlsx, row 7", TEXT | text)


def test_text_becomes_values_and_what_is_empty_says_nothing() -> None:
    statement, problems = normalize(a_record(), WHO)
    assert statement is not None and problems == []
    assert statement.values == VALUES | {"website": "https://www.example.org"}
    assert (statement.source, statement.local_id, statement.provenance) == (WHO.source, "1", WHO)
    assert statement.restates and not statement.withdrawn


@pytest.mark.parametrize("field", [name for name, spec in FIELDS.items() if spec.required])
def test_a_missing_required_value_costs_the_row(field: str) -> None:
    statement, (problem,) = normalize(a_record(**{field: "  "}), WHO)
    assert statement is None
    assert problem.loudness is Loudness.ROW
    assert problem.what == f"the {FIELDS[field].called} is missing; the row was left out"
    assert problem.where == "invented.xlsx, row 7" and problem.fix.startswith("Enter ")


def test_a_bad_optional_value_costs_only_itself() -> None:
    statement, problems = normalize(a_record(phone="call us", website="ftp://example.org"), WHO)
    assert statement is not None and not {"phone", "website"} & statement.values.keys()
    assert [(problem.loudness, problem.found) for problem in problems] == [
        (Loudness.VALUE, "call us"),
        (Loudness.VALUE, "ftp://example.org"),
    ]


def test_every_problem_of_a_row_is_reported_at_once() -> None:
    statement, problems = normalize(a_record(organization="", postal_code="x", phone="x"), WHO)
    assert statement is None
    assert [problem.loudness for problem in problems] == [Loudness.ROW, Loudness.ROW, Loudness.VALUE]


def test_the_problems_of_the_importer_come_along() -> None:
    noticed = Problem(Loudness.NOTICE, "invented.xlsx, row 7", "a column was empty")
    _, problems = normalize(ParsedRecord("1", noticed.where, TEXT, problems=(noticed,)), WHO)
    assert problems == [noticed]


def test_a_term_affirmed_and_denied_at_once_is_unknown_and_said_so() -> None:
    both = frozenset(("payer.medicaid",))
    statement, (problem,) = normalize(replace(a_record(), yes=both | {"sex.male"}, no=both | {"age.child"}), WHO)
    assert statement is not None
    assert (statement.yes, statement.no) == (frozenset(("sex.male",)), frozenset(("age.child",)))
    assert problem.loudness is Loudness.NOTICE and "“Medicaid”" in problem.what


def test_in_a_complete_list_silence_is_a_no_once_anything_is_said() -> None:
    lists = (("sex.female", "sex.male"), ("age.child", "age.adult"))
    assert answered(frozenset(("sex.male",)), lists) == {"sex.female"}
    assert answered(frozenset(), lists) == frozenset()
    assert answered(frozenset(("sex.male", "sex.female", "age.adult")), lists) == {"age.child"}


@given(st.dictionaries(st.sampled_from(sorted(FIELDS)), st.text(max_size=400)))
def test_any_text_gives_a_statement_or_says_why_not(text: dict[str, str]) -> None:
    statement, problems = normalize(a_record(**text), WHO)
    assert (statement is None) == any(problem.loudness is Loudness.ROW for problem in problems)
    if statement:
        assert all(value not in ("", None) for value in statement.values.values())
        assert {name for name, spec in FIELDS.items() if spec.required} <= statement.values.keys()


# --- where a listing is ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("latitude", "longitude", "kept", "what"),
    [
        ("39.9612", "-82.9988", {"latitude": "39.9612", "longitude": "-82.9988"}, None),
        ("0", "0.0", {}, None),
        ("", "", {}, None),
        ("39.9612", "0", {}, None),
        ("-82.9988", "39.9612", {}, "latitude and longitude seem to be swapped; neither was used"),
        ("144.7937", "13.4443", {}, "latitude and longitude seem to be swapped; neither was used"),
        ("48.2", "16.37", {}, "the coordinates lie outside the United States and its territories; they were not used"),
        ("north", "-82.9988", {}, "the latitude could not be read; the value was left out"),
    ],
)
def test_coordinates_are_a_pair_that_can_be_true_or_nothing(
    latitude: str, longitude: str, kept: dict[str, str], what: str | None
) -> None:
    statement, problems = normalize(a_record(latitude=latitude, longitude=longitude), WHO)
    assert statement is not None
    assert {name: statement.values[name] for name in ("latitude", "longitude") if name in statement.values} == kept
    assert [problem.what for problem in problems] == ([what] if what else [])


def test_of_a_withheld_address_neither_street_nor_coordinates_are_kept() -> None:
    told = {"confidential": "yes", "latitude": "39.9612", "longitude": "-82.9988", "address_2": "behind the mill"}
    statement, problems = normalize(a_record(**told), WHO)
    assert statement is not None and not problems
    assert not statement.values.keys() & {"address_1", "address_2", "latitude", "longitude"}


@pytest.mark.parametrize(
    "street",
    [
        "- - -", "--", "***", "Confidential", "CONFIDENTIAL ADDRESS", "(Address Confidential)",
        "Location is kept confidential.", "Undisclosed location", "Address withheld", "Not published", "Call for address",
        "Please contact us for location",
        "Available upon request", "private address", "Dirección confidencial", "La ubicación es confidencial.", "CONFIDENCIAL",
        "Dirección no publicada", "Llame para obtener la dirección", "Por favor llámenos para la ubicación",
    ],
)  # fmt: skip
def test_whoever_says_in_place_of_a_street_that_it_is_withheld_gives_no_place(street: str) -> None:
    statement, problems = normalize(a_record(address_1=street, address_2="Rear", latitude="-83.00", longitude="39.96"), WHO)
    assert statement and not problems and statement.values["confidential"] is True
    assert not statement.values.keys() & {"address_1", "address_2", "latitude", "longitude"}


def test_words_beside_a_street_withhold_it_and_strokes_there_do_not() -> None:
    hidden, _ = normalize(a_record(address_2="Confidential location"), WHO)
    shown, _ = normalize(a_record(address_2="--"), WHO)
    assert hidden and "address_1" not in hidden.values and shown and shown.values["address_1"] == "12 Example Street"


@pytest.mark.parametrize(
    "street",
    [
        "1085 Private Road 3481",
        "24 Shelter Rock Road",
        "Highway 68 Milepost 4",
        "P.O. Box 27",
        "-",
        "",
        "9 Confidential Way",
        "Calle Privada 12",
        "12 Avenida Reservada",
        "東京",
    ],
)
def test_a_street_that_is_one_is_kept_with_its_point(street: str) -> None:
    statement, _ = normalize(a_record(address_1=street, latitude="39.96", longitude="-83.00"), WHO)
    assert statement and "confidential" not in statement.values and statement.values["latitude"] == "39.96"
