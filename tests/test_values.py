"""Text that people and files really write, good and bad, through the readers of values."""

from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory import days, values
from directory.listing import Phone, PhoneKind

COLOURS = values.one_of(("dark_red", "blue"))
AGE = values.whole_number(0, 120)

GOOD: list[tuple[Callable[[str], Any], str, Any]] = [
    (values.text, "  two \t words\r\n", "two words"),
    (values.text, "a\x00b\x1fc\x85d", "a b c d"),
    (values.text, "Niños ✓", "Niños ✓"),
    (values.text, "", ""),
    (values.text, "x" * 300, "x" * 300),
    (values.some_text, " x ", "x"),
    (values.postal_code, "43215", "43215"),
    (values.postal_code, "43215-1234", "43215"),
    (values.postal_code, " 1040 ", "01040"),
    (values.postal_code, "601", "00601"),
    (values.latitude, " 39.961200 ", "39.9612"),
    (values.latitude, "0", ""),
    (values.latitude, "-14.3", "-14.3"),
    (values.longitude, "-82.99881234567", "-82.998812"),
    (values.longitude, "-0.0", ""),
    (values.state_province, "oh", "OH"),
    (values.state_province, " Ohio ", "OH"),
    (values.state_province, "district  of columbia", "DC"),
    (values.state_province, "PW", "PW"),
    (values.phone, "614-555-0101", "6145550101"),
    (values.phone, "614-555-0101 x12", "6145550101x12"),
    (values.phone, "(614) 555-0101 ext. 12", "6145550101x12"),
    (values.phone, "(614)555-0101#5", "6145550101x5"),
    (values.phone, "614.555.0101 Extension 7", "6145550101x7"),
    (values.phone, "+1 614 555 0101", "6145550101"),
    (values.phone, "1-800-662-HELP", "8006624357"),
    (values.phone, "6145550101x12", "6145550101x12"),
    (values.phone, "691-350-2115 x123", "6913502115x123"),
    (values.phone, "+691 350 2115", "6913502115"),
    (values.website, "https://example.org/a?b=c", "https://example.org/a?b=c"),
    (values.website, "www.example.org", "https://www.example.org"),
    (values.website, "http://", ""),
    (values.website, "example.org:8080/a", "https://example.org:8080/a"),
    (values.text, "\ufeffExample\u200b House\u200e", "Example House"),
    (values.website, "  ", ""),
    (AGE, " 27 ", 27),
    (AGE, "0", 0),
    (AGE, "120", 120),
    (values.miles, "12.5", 12.5),
    (values.miles, "6000", 6000.0),
    (values.day, " 2026-03-13 ", date(2026, 3, 13)),
    (
        values.moment,
        "2026-03-13T20:00-04:00",
        datetime(2026, 3, 13, 20, 0, tzinfo=timezone(timedelta(hours=-4))),
    ),
    (values.yes_or_no, "Yes", True),
    (values.yes_or_no, " n ", False),
    *((values.yes_or_no, word, True) for word in ("Y", "TRUE", "x", "1", "✓")),
    *((values.yes_or_no, word, False) for word in ("No", "FALSE", "0")),
    (values.postal_code, "1040.0", "01040"),
    (values.postal_code, "01040-1234", "01040"),
    (values.phone, "6145550101.0", "6145550101"),
    (COLOURS, "Dark Red", "dark_red"),
    (COLOURS, "dark-red", "dark_red"),
    (COLOURS, "BLUE", "blue"),
]

BAD: list[tuple[Callable[[str], Any], str]] = [
    (values.text, "x" * 301),
    (values.some_text, " \n "),
    (values.postal_code, ""),
    (values.postal_code, "00000"),
    (values.postal_code, "432150"),
    (values.postal_code, "4321O"),
    (values.postal_code, "43"),
    (values.postal_code, "٤٣٢١٥"),
    (values.postal_code, "K1A 0B1"),
    (values.state_province, ""),
    (values.state_province, "Ontario"),
    (values.state_province, "C"),
    (values.phone, ""),
    (values.phone, "call us"),
    (values.phone, "911"),
    (values.phone, "555-0101"),
    (values.phone, "+44 20 7946 0000"),
    (values.phone, "614-555-0101 or 911"),
    (values.website, "javascript:alert(1)"),
    (values.website, "ftp://example.org"),
    (values.website, "javascript:alert(document.title)"),
    (values.website, "data:text/html,a.b"),
    (values.website, "mailto:help@example.org"),
    (values.website, "https://example.org@example.net/"),
    (values.website, "https://exa mple.org"),
    (values.text, "Example \u202eesuoH"),
    (values.text, "\u2067Example House"),
    (values.website, "https://example"),
    (values.website, "https://[example.org"),
    (AGE, "-1"),
    (AGE, "121"),
    (AGE, "27.5"),
    (AGE, "²"),
    (AGE, "9" * 5000),
    (values.miles, "0"),
    (values.miles, "-3"),
    (values.miles, "6001"),
    (values.miles, "nan"),
    (values.miles, "inf"),
    (values.miles, "far"),
    (values.day, "13/03/2026"),
    (values.day, "2026-02-30"),
    (values.day, "20260313"),
    (values.moment, "2026-03-13T20:00"),
    (values.moment, "tonight"),
    (values.yes_or_no, "maybe"),
    (values.yes_or_no, ""),
    (values.latitude, "95"),
    (values.latitude, "39,96"),
    (values.latitude, "-82.99"),
    (values.longitude, "west"),
    (values.longitude, "181"),
    (COLOURS, "green"),
]

READERS = [
    values.text, values.some_text, values.postal_code, values.state_province, values.phone, values.website, AGE,
    values.miles, values.day, values.moment, values.yes_or_no, COLOURS, values.latitude, values.longitude,
]  # fmt: skip


@pytest.mark.parametrize(("read", "written", "value"), GOOD)
def test_what_people_write_is_read(read: Callable[[str], Any], written: str, value: Any) -> None:
    assert read(written) == value


@pytest.mark.parametrize(("read", "written"), BAD)
def test_what_cannot_be_read_says_what_to_enter(read: Callable[[str], Any], written: str) -> None:
    with pytest.raises(ValueError, match="^Enter "):
        read(written)


@pytest.mark.parametrize("read", READERS)
@given(written=st.text(st.characters(), max_size=320) | st.from_regex(r"[0-9+x().\- ]{0,30}", fullmatch=True))
def test_any_text_is_read_or_refused_in_words(read: Callable[[str], Any], written: str) -> None:
    try:
        value = read(written)
    except ValueError as error:
        assert str(error).startswith("Enter ")
    else:
        assert not isinstance(value, str) or (value.encode() and len(value.splitlines()) == 1) or value == ""


@given(st.from_regex(r"[2-9][0-9]{2}[2-9][0-9]{6}", fullmatch=True), st.from_regex(r"|[0-9]{1,6}", fullmatch=True))
def test_a_number_as_people_read_it_is_read_back(number: str, extension: str) -> None:
    written = number + (f"x{extension}" if extension else "")
    assert values.phone(str(Phone(number, extension, PhoneKind.MAIN))) == written
    assert values.phone(written) == written


def test_every_value_that_was_read_reads_the_same_again() -> None:
    for read, _, value in GOOD:
        if isinstance(value, str) and value:
            assert read(value) == value


NOVEMBER_24 = (
    "2026-11-24", "11/24/2026", "24-Nov-2026", "November 24, 2026", "46350",
    "2026-11-24T00:00:00", "Nov. 24, 2026", "24 november 2026", "46350.0", " 11-24-2026 ", "11.24.2026",
)  # fmt: skip


@pytest.mark.parametrize("order", ["", days.MONTH_FIRST])
@pytest.mark.parametrize("written", NOVEMBER_24)
def test_a_day_is_read_in_every_shape_that_spreadsheets_give_it(written: str, order: str) -> None:
    assert days.day_in_any_shape(order)(written) == date(2026, 11, 24)


def test_a_day_that_could_be_two_is_read_only_where_the_order_is_known() -> None:
    assert days.day_in_any_shape(days.MONTH_FIRST)("03/04/2026") == date(2026, 3, 4)
    assert days.day_in_any_shape(days.DAY_FIRST)("03/04/2026") == date(2026, 4, 3)
    assert days.day_in_any_shape()("04/04/2026") == date(2026, 4, 4)
    with pytest.raises(ValueError, match="this could be 2026-03-04 or 2026-04-03"):
        days.day_in_any_shape()("03/04/2026")


@pytest.mark.parametrize(
    "written", ["", "2026-02-30", "2/30/2026", "13/13/2026", "Nov 24", "3/4/26", "Foo 3, 2026", "1234", "99999"]
)
def test_what_is_no_day_is_refused_with_an_example(written: str) -> None:
    with pytest.raises(ValueError, match="2026-03-13"):
        days.day_in_any_shape(days.MONTH_FIRST)(written)


def test_a_column_is_read_as_month_and_day_until_one_of_its_days_contradicts() -> None:
    assert days.order_of_days(["03/04/2026", "2026-01-01", "12/31/2025"]) == days.MONTH_FIRST
    assert days.order_of_days(["03/04/2026", "31/12/2025"]) == ""
