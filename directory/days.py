"""Days as spreadsheets write them, in whatever shape and order. Pure."""

import re
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Final

from directory.values import AN_EXAMPLE_DAY, day

_SLASHED_DAY: Final = re.compile(r"([0-9]{1,2})([/.-])([0-9]{1,2})\2([0-9]{4})")
_NAMED_DAY: Final = re.compile(r"([0-9]{1,2})[ -]([a-z]+)[ -.,]+([0-9]{4})|([a-z]+)\.? ([0-9]{1,2}),? ([0-9]{4})")
_SERIAL_DAY: Final = re.compile(r"[2-7][0-9]{4}(?:\.0+)?")
_MIDNIGHT: Final = re.compile(r"[T ]00:00(?::00)?$")
_BEFORE_FIRST_SERIAL: Final = date(1899, 12, 30)
MONTH_FIRST: Final = "month_first"
DAY_FIRST: Final = "day_first"
_MONTHS: Final = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
)  # fmt: skip


def day_in_any_shape(order: str = "") -> Callable[[str], date]:
    """A reader of days as spreadsheets write them: 2026-11-24, 11/24/2026, 24-Nov-2026, November 24, 2026, 46350.

    `order` is MONTH_FIRST or DAY_FIRST. Without it a day that could be two days, such as 03/04/2026, raises ValueError.
    """

    def read(value: str) -> date:
        written = _MIDNIGHT.sub("", value.strip()).casefold()
        slashed, named = _SLASHED_DAY.fullmatch(written), _NAMED_DAY.fullmatch(written)
        try:
            if _SERIAL_DAY.fullmatch(written):
                return _BEFORE_FIRST_SERIAL + timedelta(days=int(float(written)))
            if slashed:
                return _slashed_day(int(slashed[1]), int(slashed[3]), int(slashed[4]), order)
            if named:
                return date(int(named[3] or named[6]), _month(named[2] or named[4]), int(named[1] or named[5]))
        except _TwoDays as error:
            raise ValueError(str(error)) from None
        except ValueError:
            raise ValueError(f"Enter a day that the calendar has, as {AN_EXAMPLE_DAY}") from None
        return day(written)

    return read


class _TwoDays(ValueError):
    """A day that could be two days."""


def _slashed_day(first: int, second: int, year: int, order: str) -> date:
    if order == DAY_FIRST or (not order and first > 12):
        return date(year, second, first)
    if not order and first != second and second <= 12:
        raise _TwoDays(
            f"Enter the day as {AN_EXAMPLE_DAY}: this could be {date(year, first, second)} or {date(year, second, first)}"
        )
    return date(year, first, second)


def _month(name: str) -> int:
    return next((number for number, month in enumerate(_MONTHS, start=1) if len(name) > 2 and month.startswith(name)), 0)


def order_of_days(written: Iterable[str]) -> str:
    """How a column writes its days: MONTH_FIRST, as in the United States, unless one of them can't be; then ""."""
    found = [_SLASHED_DAY.fullmatch(_MIDNIGHT.sub("", one.strip())) for one in written]
    return "" if any(one and int(one[1]) > 12 for one in found) else MONTH_FIRST
