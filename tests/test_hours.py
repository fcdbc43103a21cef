"""Weekly hours: what is written is what is meant, around midnight and around the end of the week."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.hours import DAY, WEEK, Hours, read_clock

spans = st.lists(st.tuples(st.integers(0, WEEK - 1), st.integers(1, 2 * DAY)), max_size=5)


def minutes(hours: Hours) -> set[int]:
    """Every minute of the week in which the doors are open, one by one."""
    return {minute % WEEK for start, end in hours.spans for minute in range(start, end)}


def at(day: int, clock: str) -> int:
    return day * DAY + read_clock(clock)


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("24/7", "24/7"),
        ("daily 00:00-24:00", "24/7"),
        ("Mo-Fr 08:00-22:00; Sa 10:00-02:00", "Mo-Fr 08:00-22:00; Sa 10:00-02:00"),
        ("Monday-Friday 8 am-10 pm", "Mo-Fr 08:00-22:00"),
        ("8:00-20:00", "Mo-Su 08:00-20:00"),
        ("Fr 20:00-24:00; Sa 00:00-06:00", "Fr 20:00-06:00"),
        (
            "Mo,We,Fr 9:00-12:00,13:00-17:00",
            "Mo 09:00-12:00,13:00-17:00; We 09:00-12:00,13:00-17:00; Fr 09:00-12:00,13:00-17:00",
        ),
        ("Sa-Mo 10:00-12:00", "Mo 10:00-12:00; Sa-Su 10:00-12:00"),
        ("Mo-Su closed", "Mo-Su closed"),
        ("Mo-Su 08:00-20:00; Su off", "Mo-Sa 08:00-20:00"),
        ("Mo-Su 08:00-20:00; Su 10:00-12:00", "Mo-Sa 08:00-20:00; Su 10:00-12:00"),
    ],
)
def test_hours_have_one_canonical_way_of_being_written(written: str, canonical: str) -> None:
    assert str(Hours.read(written)) == canonical
    assert Hours.read(canonical) == Hours.read(written)


@pytest.mark.parametrize("written", ["", "sometimes", "Mo-Fr", "Mo-Fr 08:00", "Xx 08:00-10:00", "25:00-26:00", "Mo 8-22"])
def test_what_is_no_hours_says_what_to_enter(written: str) -> None:
    with pytest.raises(ValueError, match="Enter"):
        Hours.read(written)


@given(spans)
def test_written_and_read_again_they_are_the_same_minutes(drawn: list[tuple[int, int]]) -> None:
    written = "; ".join(_rule(start, length) for start, length in drawn) or "Mo-Su closed"
    hours = Hours.read(written)
    last_of_day = {start // DAY: (start, length) for start, length in drawn}
    meant = {minute % WEEK for start, length in last_of_day.values() for minute in range(start, start + min(length, DAY))}
    assert minutes(hours) == meant
    assert Hours.read(str(hours)) == hours
    assert {minute for minute in range(WEEK) if hours.open_at(minute)} == meant


def _rule(start: int, length: int) -> str:
    day, clock = divmod(start, DAY)
    end = (clock + min(length, DAY)) % DAY
    return f"{('Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa', 'Su')[day]} {clock // 60}:{clock % 60:02}-{end // 60}:{end % 60:02}"


def test_three_in_the_morning_is_not_within_eight_to_ten() -> None:
    hours = Hours.read("Mo-Su 08:00-22:00")
    assert not hours.open_at(at(2, "3:03"))
    assert hours.open_at(at(2, "8:00")) and not hours.open_at(at(2, "22:00"))
    assert hours.wait_from(at(2, "3:03")) == 297


def test_a_night_belongs_to_the_day_on_which_it_begins() -> None:
    hours = Hours.read("Su 20:00-04:00")
    assert hours.open_at(at(0, "3:59")) == (at(6, "20:00") - WEEK, at(0, "4:00"))
    assert not hours.open_at(at(6, "3:59"))


def test_nobody_arrives_after_the_last_arrival() -> None:
    hours = Hours.read("Mo-Fr 08:00-22:00").until_last_arrival(read_clock("21:00"))
    assert hours.open_at(at(0, "20:59")) and not hours.open_at(at(0, "21:00"))
    night = Hours.read("Mo 20:00-06:00").until_last_arrival(read_clock("2:00"))
    assert night.open_at(at(1, "1:59")) and not night.open_at(at(1, "2:00"))
    always = Hours.read("24/7").until_last_arrival(read_clock("21:00"))
    assert always.open_at(at(3, "0:00")) and not always.open_at(at(3, "22:00"))


def test_doors_that_never_open_are_never_waited_for() -> None:
    assert Hours.read("Mo-Su closed").wait_from(0) is None
    assert Hours.read("Mo 09:00-10:00").wait_from(at(0, "10:00")) == WEEK - 60
