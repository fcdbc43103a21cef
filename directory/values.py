"""Text to value, or words that say what to enter. The same readers serve a spreadsheet, a file and a form.

Each reader takes text as somebody typed it and returns the value, or raises ValueError whose message is for that person.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Final
from urllib.parse import urlsplit

import phonenumbers

from directory.hours import Hours, clock_in_words, read_clock
from directory.spoken import say

STATES: Final = {
    "AL": "Alabama", "AK": "Alaska", "AZ": "Arizona", "AR": "Arkansas", "CA": "California", "CO": "Colorado",
    "CT": "Connecticut", "DE": "Delaware", "DC": "District of Columbia", "FL": "Florida", "GA": "Georgia",
    "HI": "Hawaii", "ID": "Idaho", "IL": "Illinois", "IN": "Indiana", "IA": "Iowa", "KS": "Kansas", "KY": "Kentucky",
    "LA": "Louisiana", "ME": "Maine", "MD": "Maryland", "MA": "Massachusetts", "MI": "Michigan", "MN": "Minnesota",
    "MS": "Mississippi", "MO": "Missouri", "MT": "Montana", "NE": "Nebraska", "NV": "Nevada", "NH": "New Hampshire",
    "NJ": "New Jersey", "NM": "New Mexico", "NY": "New York", "NC": "North Carolina", "ND": "North Dakota",
    "OH": "Ohio", "OK": "Oklahoma", "OR": "Oregon", "PA": "Pennsylvania", "RI": "Rhode Island",
    "SC": "South Carolina", "SD": "South Dakota", "TN": "Tennessee", "TX": "Texas", "UT": "Utah", "VT": "Vermont",
    "VA": "Virginia", "WA": "Washington", "WV": "West Virginia", "WI": "Wisconsin", "WY": "Wyoming",
    "AS": "American Samoa", "FM": "Federated States of Micronesia", "GU": "Guam", "MH": "Marshall Islands",
    "MP": "Northern Mariana Islands", "PR": "Puerto Rico", "PW": "Palau", "VI": "U.S. Virgin Islands",
}  # fmt: skip
_STATE_BY_NAME: Final = {name.casefold(): code for code, name in STATES.items()}
_PLAIN_PHONE: Final = re.compile(r"([2-9]\d{2})-([2-9]\d{2})-(\d{4})(?: x(\d{1,6}))?")
_EXTENSION: Final = re.compile(r"(?:\bext\.?|\bextension|x|#)\s*:?\s*(\d{1,6})\s*$", re.IGNORECASE)
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]+")
_UNSEEN: Final = re.compile("[\u061c\u200b\u200e\u200f\u2060\ufeff]")
"""Marks without width that come along when text is copied; they are left out."""
TURNING: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Signs that turn the direction of writing: with them a name reads otherwise than it is spelled."""
_SIGNS: Final = re.compile(r"[^a-z0-9]+")
_WITHHOLDS: Final = re.compile(
    r"(?:the )?(?:(?:street |physical |exact )?(?:address|location|site)(?: is)? )?(?:kept )?"
    r"(?:confidential|undisclosed|withheld|unpublished|private|protected|not (?:disclosed|published|public|listed))"
    r"(?: (?:street )?(?:address|location|site))?"
    r"|(?:please )?(?:call|phone|contact)(?: us)? for (?:the |our )?(?:address|location|directions)"
    r"|(?:address |location )?(?:available )?(?:up)?on request"
    r"|(?:(?:la )?(?:direccion|ubicacion)(?: es)? )?(?:confidencial|privada|protegida|reservada|no (?:publicada|divulgada))"
    r"|(?:por favor )?llam(?:e|ar)(?:nos)? para (?:obtener |saber )?(?:la |nuestra )?(?:direccion|ubicacion)"
)
_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*:(?![0-9]{1,5}(?:[/?#]|$))", re.IGNORECASE)
_HOST: Final = re.compile(r"[\w-]+(\.[\w-]+)+\.?")
_FREELY_ASSOCIATED: Final = ("", "680", "691", "692")  # the country codes of Palau, Micronesia and the Marshall Islands
_DEGREES: Final = re.compile(r"[-+]?[0-9]{1,3}(\.[0-9]{0,20})?")
_WHOLE: Final = re.compile(r"\.0+$")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
AN_EXAMPLE_DAY: Final = "2026-03-13"
_YES: Final = frozenset(("yes", "y", "true", "x", "1", "✓", "✔", "☑"))
_NO: Final = frozenset(("no", "n", "false", "0"))
LONGEST_TEXT: Final = 300


def withholds(street: str) -> bool:
    """Whether a street says that it is not told: strokes in its place, or words such as “Confidential address”."""
    strokes = len("".join(street.split())) > 1 and not any(map(str.isalnum, street))
    return strokes or withheld_in_words(street)


def withheld_in_words(text: str) -> bool:
    """Whether a text says nothing but that an address is not told, in English or in Spanish."""
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    return bool(_WITHHOLDS.fullmatch(_SIGNS.sub(" ", plain).strip()))


def text(value: str) -> str:
    """One line of text: control characters and repeated spaces become one space, marks that nobody sees are left out."""
    if TURNING.search(value):
        raise ValueError(say("Enter it by typing it anew: it holds invisible signs that turn the direction of writing"))
    line = " ".join(_UNSEEN.sub("", _CONTROL.sub(" ", value)).split())
    if len(line) > LONGEST_TEXT:
        raise ValueError(say("Enter at most %(most)d characters", most=LONGEST_TEXT))
    return line


def some_text(value: str) -> str:
    """One line of text that is not empty."""
    line = text(value)
    if not line:
        raise ValueError("Enter at least one character")
    return line


def postal_code(value: str) -> str:
    """A five-digit ZIP code; a ZIP+4 loses its end, and what a spreadsheet made of it is undone: 1040 and 1040.0 are 01040."""
    digits = _WHOLE.sub("", value.strip()).partition("-")[0].strip()
    if not (digits.isascii() and digits.isdigit() and 3 <= len(digits) <= 5) or not int(digits):
        raise ValueError("Enter a five-digit ZIP code, such as 43215")
    return digits.zfill(5)


def state_province(value: str) -> str:
    """A two-letter State or territory, from its letters or its name in any capitals."""
    name = text(value).casefold()
    code = _STATE_BY_NAME.get(name, name.upper())
    if code not in STATES:
        raise ValueError("Enter a State, such as OH or Ohio")
    return code


def phone(value: str) -> str:
    """Ten digits, then `x` and an extension where there is one: `6145550101x12`. Vanity letters become digits."""
    plain = _PLAIN_PHONE.fullmatch(value)
    if plain:
        area, exchange, line, extension = plain.groups()
        return area + exchange + line + (f"x{extension}" if extension else "")
    return _odd_phone(_WHOLE.sub("", text(value)))


def _odd_phone(value: str) -> str:
    """The slow way, for numbers in other shapes than the federal directory's usual one."""
    extension = _EXTENSION.search(value)
    number = value[: extension.start()] if extension else value
    try:
        parsed = phonenumbers.parse(phonenumbers.convert_alpha_characters_in_number(number), "US")
    except phonenumbers.NumberParseException:
        raise ValueError("Enter a telephone number with its area code, such as 614-555-0101") from None
    country = "" if parsed.country_code == 1 else str(parsed.country_code)
    digits = f"{country}{parsed.national_number}"
    if country not in _FREELY_ASSOCIATED or len(digits) != 10 or not phonenumbers.is_possible_number(parsed):
        raise ValueError("Enter a telephone number with its area code, such as 614-555-0101")
    return digits + (f"x{extension.group(1)}" if extension else "")


def website(value: str) -> str:
    """An http or https address; `www.example.org` gains its https, a bare `http://` is nothing.

    No other scheme, and nothing in front of the host: `https://example.org@elsewhere.example` does not lead where it seems to.
    """
    address = text(value)
    if not address or address in ("http://", "https://"):
        return ""
    address = address if _SCHEME.match(address) else f"https://{address}"
    if not _leads_somewhere(address):
        raise ValueError("Enter a web address, such as https://example.org")
    return address


def _leads_somewhere(address: str) -> bool:
    """Whether it is a web address of a host that has a name, and of nobody in front of it."""
    try:
        parts = urlsplit(address)
        named = bool(_HOST.fullmatch(parts.hostname or "")) and parts.port != 0
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and named and "@" not in parts.netloc


def whole_number(lowest: int, highest: int) -> Callable[[str], int]:
    """A reader of whole numbers from `lowest` to `highest`, both included."""

    def read(value: str) -> int:
        digits = value.strip()
        if not (digits.isascii() and digits.isdigit() and len(digits) <= 9) or not lowest <= int(digits) <= highest:
            raise ValueError(say("Enter a whole number from %(lowest)d to %(highest)d", lowest=lowest, highest=highest))
        return int(digits)

    return read


def miles(value: str) -> float:
    """A distance over 0 and at most 6,000 miles."""
    try:
        distance = float(value.strip())
    except ValueError:
        distance = 0.0
    if not 0 < distance <= 6000:
        raise ValueError(say("Enter a number of miles from 1 to 6000, or leave it empty for anywhere"))
    return distance


def latitude(value: str) -> str:
    """Degrees north, as text: 39.9612; 0 is how files write that nobody knows. The whole directory lies between -15 and 72."""
    return _degrees(value, -15, 72, "Enter degrees north, such as 39.9612")


def longitude(value: str) -> str:
    """Degrees east, as text: -82.9988; 0 is how files write that nobody knows. East of Greenwich lies only the far Pacific."""
    return _degrees(value, -180, 180, "Enter degrees east, such as -82.9988; west is negative")


def in_reach(latitude: float, longitude: float) -> bool:
    """Whether a point lies where the United States and its territories are, from Samoa to Maine and from Palau to Alaska."""
    return -15 <= latitude <= 72 and (-180 <= longitude <= -64 or 130 <= longitude <= 180)


def _degrees(value: str, lowest: float, highest: float, fix: str) -> str:
    written = value.strip()
    if not _DEGREES.fullmatch(written) or not lowest <= float(written) <= highest:
        raise ValueError(fix)
    degrees = round(float(written), 6)
    return f"{degrees:.6f}".rstrip("0").rstrip(".") if degrees else ""


def day(value: str) -> date:
    """A day as 2026-03-13, the one form in which every source here and every form writes it."""
    written = value.strip()
    try:
        return date.fromisoformat(written if _DAY.fullmatch(written) else "")
    except ValueError:
        raise ValueError(say("Enter a day as %(example)s", example=AN_EXAMPLE_DAY)) from None


def is_day(value: str) -> bool:
    """Whether the text is a day in the one form."""
    try:
        day(value)
    except ValueError:
        return False
    return True


def written_day(value: str) -> str:
    """A day as text in the one form: 2026-03-13."""
    return day(value).isoformat()


def weekly_hours(value: str) -> str:
    """Weekly hours in their one canonical form: Mo-Fr 08:00-22:00; Sa 10:00-02:00, or 24/7."""
    return str(Hours.read(value))


def clock(value: str) -> str:
    """A time of day in its one canonical form: 21:00."""
    return clock_in_words(read_clock(value))


def moment(value: str) -> datetime:
    """A time with its distance from UTC, such as 2026-03-13T20:00-04:00."""
    try:
        read = datetime.fromisoformat(value.strip())
    except ValueError:
        read = None
    if read is None or read.tzinfo is None or not 2000 <= read.year < 2100:
        raise ValueError("Enter a time with its offset from UTC, such as 2026-03-13T20:00-04:00, from 2000 to 2099")
    return read


def yes_or_no(value: str) -> bool:
    """A yes or a no, in the words and signs that files and forms use for them."""
    word = text(value).casefold()
    if word in _YES or word in _NO:
        return word in _YES
    raise ValueError(say("Enter yes or no"))


def one_of(choices: Iterable[str]) -> Callable[[str], str]:
    """A reader of one word out of a closed list; capitals, spaces and hyphens do not matter."""
    known = {choice.casefold(): choice for choice in choices}

    def read(value: str) -> str:
        word = text(value).casefold().replace(" ", "_").replace("-", "_")
        if word not in known:
            raise ValueError(say("Enter one of: %(choices)s", choices=", ".join(known.values())))
        return known[word]

    return read
