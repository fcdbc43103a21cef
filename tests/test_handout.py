"""The hand-out: what is frozen, and that every rendering says just that, in each language, whatever centers are called."""

import json
import re
import string
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final

import icalendar
import pytest

from directory import handout
from directory.availability import Bucket, Report
from directory.directions import Directions, address_of, directions_to
from directory.handout import Snapshot, square
from directory.handout.catalog import CATALOGS, LANGUAGES
from directory.handout.frozen import QUESTIONS, insurance
from directory.handout.message import SEGMENT, SEGMENTS, parts, plain
from directory.handout.sheet import sheet
from directory.handout.telling import Teller
from directory.hours import Hours
from directory.matching.criteria import CRITERIA
from directory.matching.criterion import NEUTRAL
from directory.vocabulary import HELPLINES, MEDICATIONS, BedState, Channel, SourceKind
from tests.builders import AS_OF, a_listing, a_need, a_provenance, a_report
from tests.handout import scene

EXPECTED: Final = Path(__file__).parent / "handout" / "expected"


def unstyled(page: handout.Page) -> bytes:
    """A page without its style and the policy that goes with that, for a reader."""
    return re.sub(r"(?s)(<style>).*(</style>)|sha256-[A-Za-z0-9+/=]*", r"\1\2", page.html).encode()


RENDERINGS: Final[dict[str, Callable[[Snapshot, str], bytes]]] = {
    "page.html": lambda frozen, language: unstyled(handout.page(frozen, language, scene.LINK)),
    "present.html": lambda frozen, language: unstyled(handout.present(frozen, language)),
    "message.txt": lambda frozen, language: handout.text_message(frozen, language, scene.LINK).encode(),
    "calendar.ics": lambda frozen, language: handout.calendar(frozen, language),
    "cards.vcf": lambda frozen, language: handout.cards(frozen, language),
}
THEN: Final[dict[str, Any]] = {"name": "Example Second House", "town": "Columbus, OH", "phone": None}
EVERY: Final = pytest.mark.parametrize("name", [*RENDERINGS])
SPOKEN: Final = pytest.mark.parametrize("language", LANGUAGES)


def option(frozen: Snapshot, number: int) -> dict[str, Any]:
    found: dict[str, Any] = [*frozen["options"], *frozen["backups"]][number - 1]
    return found


@SPOKEN
@EVERY
def test_a_rendering_says_what_is_expected(name: str, language: str) -> None:
    file = EXPECTED / language / name
    found = RENDERINGS[name](scene.snapshot(), language)
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(found)
        pytest.fail(f"{file.name} was missing and has been written: read it before you commit it")
    assert found == file.read_bytes()


def test_a_snapshot_is_plain_data_that_survives_being_stored() -> None:
    frozen = scene.snapshot()
    stored = json.loads(json.dumps(frozen))
    assert stored == frozen
    assert all(make(stored, "en") == make(frozen, "en") for make in RENDERINGS.values())
    assert (frozen["number"], frozen["as_of"], frozen["made_at"]) == (3, "2026-03-13T18:30-04:00", "2026-03-13T18:34-04:00")


def test_three_options_and_two_backups_stand_in_calling_order() -> None:
    frozen = scene.snapshot()
    assert (len(frozen["options"]), len(frozen["backups"]), len(frozen["bridges"])) == (3, 2, 2)
    listed = [one["id"] for one in (*frozen["options"], *frozen["backups"])]
    assert listed == [entry.listing.id for entry in scene.answered().presented()]


@EVERY
@SPOKEN
def test_nothing_of_the_need_is_on_it(name: str, language: str) -> None:
    need = a_need(plan="Canary Gold Plan", words="canaryword", applies=("excludes.insulin",), level="3_5", age=27)
    frozen = scene.snapshot(need)
    told = (json.dumps(frozen) + RENDERINGS[name](frozen, language).decode()).casefold()
    assert not [
        word for word in ("canary", "heroin", "medicaid", "insulin", "aged 27", "43215", "points", "100 points") if word in told
    ]
    assert "heroin" not in handout.file_name(frozen, language, "pdf")


def test_what_calls_told_stands_in_place_of_ask() -> None:
    fields = dict(sheet(scene.snapshot()).listed[0].fields)
    assert fields["Cost up front"].startswith("$150") and fields["Length of stay"].startswith("28 days")
    assert fields["Bring"] == "photo ID, insurance card, clothes for 7 days. Leave at home: phone charger, cigarettes"
    first = option(scene.snapshot(), 1)
    assert first["phone"] == {"number": "614-555-0171 ext. 4", "dial": "+16145550171;ext=4", "kind": "direct"}
    assert sheet(scene.snapshot()).listed[0].asked == "ask for Dana"


@SPOKEN
def test_a_center_that_nobody_here_has_checked_says_so(language: str) -> None:
    words = CATALOGS[language].say("field.unchecked")
    new = [replace(one, vettings=()) if one.id[-1] in "28" else one for one in scene.listings()]
    frozen = handout.freeze(scene.answered(*new), scene.TOLD, 3, scene.MADE)
    made = sheet(frozen, language)
    assert [one.name for one in (*made.options, *made.backups) if words in one.notes] == ["Example House 2"]
    assert [one.name for one in made.bridges if words in one.starts] == ["Example Day Clinic"]
    for name in ("page.html", "present.html"):
        assert words in RENDERINGS[name](frozen, language).decode(), name
        assert words not in RENDERINGS[name](scene.snapshot(), language).decode(), name
    number = next(one.number for one in made.listed if words in one.notes)
    for center, card in enumerate(
        RENDERINGS["cards.vcf"](frozen, language).decode().replace("\r\n ", "").split("END:VCARD")[:-1], 1
    ):
        assert (words.rstrip(".") in card) is (center == number), card
    sent, short = handout.messages(frozen, language), CATALOGS[language].say("message.unchecked")
    assert [at for at, words in enumerate(sent) if short in words] == [number, len(sent) - 1], "the center, and the bridge"
    assert not any(short in words for words in handout.messages(scene.snapshot(), language))
    two_steps = frozen | {"options": [option(frozen, 1) | {"then": THEN | {"checked": False}}]}
    assert CATALOGS[language].say("field.then_unchecked") in sheet(two_steps, language).options[0].notes
    assert all(note.endswith(".") for note in sheet(two_steps, language).options[0].notes), "they stand in one line on paper"
    for center in (*frozen["options"], *frozen["backups"], *frozen["bridges"]):
        del center["checked"]
    assert words not in RENDERINGS["page.html"](frozen, language).decode(), "a hand-out of before says nothing of it"


def test_what_nobody_knows_says_ask() -> None:
    told = sheet(handout.freeze(scene.answered(), {}, 1, scene.MADE)).listed
    third = next(one for one in told if one.data["id"] == "invented_survey:5")
    fields = dict(third.fields)
    assert {fields[name] for name in ("Cost up front", "Length of stay", "Insurance", "Who drives")} == {"ask"}
    assert fields["Bring"].startswith("ask") and third.asked == "ask whom you should speak to"


def test_a_withheld_address_is_nowhere() -> None:
    hidden = next(one for one in sheet(scene.snapshot()).listed if one.data["id"] == "invented_survey:5")
    assert (hidden.street, hidden.directions) == ("", None)
    listing = scene.listings()[4]
    assert listing.address.address_1 and not address_of(listing) and not directions_to(listing)


def test_a_map_is_offered_for_a_door_or_an_address_and_not_for_the_middle_of_a_zip_code() -> None:
    ways = {one.data["id"]: one.directions for one in sheet(scene.snapshot()).listed}
    written = "12%20Example%20Street%2C%20Suite%205%2C%20Cincinnati%2C%20OH%2045202"
    assert ways["invented_survey:1"] == Directions("geo:39.9952,-83.0047", "maps:?daddr=39.9952,-83.0047")
    assert ways["invented_survey:3"] == Directions(f"geo:0,0?q={written}", f"maps:?daddr={written}")
    assert {one.id: directions_to(one) for one in scene.listings() if one.id in ways} == ways, (
        "the board leads to the same doors"
    )


def test_they_arrive_before_the_hold_ends_and_before_intake_closes() -> None:
    held = a_report("held", 0.5, hold_until=AS_OF.replace(hour=23))
    early, late = Hours.read("Mo-Su 08:00-22:00"), Hours.read("Mo-Su 08:00-23:30")
    by = {}
    for number, hours in enumerate((early, late), start=1):
        center = scene.a_center(number, reports=(held,), intake_hours=hours)
        by[number] = option(handout.freeze(scene.answered(center), {}, 1, scene.MADE), 1)["arrive_by"]
    assert by == {1: "2026-03-13T22:00-04:00", 2: "2026-03-13T23:30-04:00"}


def test_times_are_by_the_clock_of_the_place_and_say_so() -> None:
    frozen = handout.freeze(scene.answered(scene.a_center(1, timezone="America/Chicago")), {}, 1, scene.MADE)
    assert option(frozen, 1)["clock"] == "CDT" and option(frozen, 1)["status"]["said_at"] == "2026-03-13T16:30-05:00"
    assert "Times at this place are by its own clock (CDT)." in sheet(frozen).listed[0].notes


def test_beds_out_of_a_file_are_not_said_to_be_confirmed() -> None:
    report = scene.a_center(1).reports[0]
    filed = scene.a_center(1, reports=(replace(report, channel=Channel.IMPORT),))
    said = {code: sheet(handout.freeze(scene.answered(filed), {}, 1, scene.MADE), code).listed[0].status for code in LANGUAGES}
    assert "(from a file, as it was" in said["en"] and "(de un archivo" in said["es"]


INSURANCES: Final = [
    ("a person confirmed the class", {"provenance": a_provenance(kind=SourceKind.STAFF_CALL)}, "", "kind_confirmed"),
    ("a survey says so", {}, "", "accepted"),
    ("the class is not the plan", {"provenance": a_provenance(kind=SourceKind.STAFF_CALL)}, "Gold", "accepted"),
    ("the plan is in network", {"yes": ("plan.gold",)}, "Gold", "confirmed"),
    ("the plan is not in network", {"no": ("plan.gold",)}, "Gold", "ask"),
    ("free", {"yes": ("payer.free",)}, "Gold", "free"),
    ("nobody knows", {"unknown": ("payer.medicaid",)}, "", "ask"),
]


@pytest.mark.parametrize(("why", "fields", "plan", "told"), INSURANCES, ids=[one[0] for one in INSURANCES])
def test_insurance_is_called_confirmed_only_where_somebody_confirmed_it(
    why: str, fields: dict[str, Any], plan: str, told: str
) -> None:
    assert insurance(a_listing(**fields), a_need(plan=plan)) == told


def test_a_whole_hour_has_no_minutes() -> None:
    ways = {
        minutes: Teller(CATALOGS["en"], scene.MADE).way({"miles": 43, "minutes": minutes}).partition(" · ")[2]
        for minutes in (55, 60, 65)
    }
    assert ways == {55: "about 55 min", 60: "about 1 h", 65: "about 1 h 5 min"}


def test_every_criterion_that_can_be_unknown_has_a_question_that_tells_nothing() -> None:
    asking = {one.name for one in CRITERIA if one.on_unknown != NEUTRAL}
    assert asking <= {*QUESTIONS}
    assert all(f"questions.{code}" in catalog.sentences for code in QUESTIONS.values() for catalog in CATALOGS.values())


def placeholders(words: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(words) if name}


@SPOKEN
def test_every_language_says_everything_with_the_same_parts(language: str) -> None:
    english, other = CATALOGS["en"], CATALOGS[language]
    assert {*other.sentences} == {*english.sentences}
    assert (len(other.days), len(other.months)) == (7, 12)
    for key, words in english.sentences.items():
        assert placeholders(words) >= placeholders(other.sentences[key]) and words.count("\n") == other.sentences[key].count(
            "\n"
        )
        assert other.sentences[key].strip() and (language == "en" or len(words) < 25 or words != other.sentences[key])
    assert {f"status.{state}" for state in BedState if state not in (BedState.NO_ANSWER, BedState.WOULD_NOT_SAY)} <= {
        *other.sentences
    }
    assert {f"drug.{drug}" for drug in MEDICATIONS} <= {*other.sentences}


@SPOKEN
def test_both_pages_have_the_clock_the_helplines_and_the_warning(language: str) -> None:
    html = handout.page(scene.snapshot(), language).html
    for words in [CATALOGS[language].sentences["safety"], *(f">{number}</a>" for _, number in HELPLINES)]:
        assert html.count(words) == 2, words
    assert html.count(sheet(scene.snapshot(), language).facts) == 2
    assert 'href="tel:+18006624357"' in html and "aloxon" in html


def test_the_demonstration_says_that_it_is_one() -> None:
    frozen = handout.freeze(scene.answered(scene.a_center(1, id="demo:1")), {}, 1, scene.MADE)
    for make in (RENDERINGS["page.html"], RENDERINGS["present.html"], RENDERINGS["message.txt"]):
        assert "every center here is invented. Do not call." in make(frozen, "en").decode()


@SPOKEN
@EVERY
def test_a_list_with_nothing_on_it_still_helps(name: str, language: str) -> None:
    told = RENDERINGS[name](scene.empty(), language).decode()
    assert name.endswith(("ics", "vcf")) or "911" in told


OPENED: Final = ("tel", "geo", "maps", "data")
"""What a link of a hand-out may open: nothing of it asks another host."""


class Tags(HTMLParser):
    """The names and the links of everything in a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.links: list[str] = []
        self.handlers: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]
        self.handlers += [name for name, _ in attrs if name.startswith("on") or name == "style"]


@pytest.mark.parametrize("frozen", [scene.hostile(), scene.raw(), scene.snapshot()], ids=["hostile", "raw", "usual"])
@SPOKEN
def test_names_cannot_become_html(frozen: Snapshot, language: str) -> None:
    for page in (handout.page(frozen, language, scene.LINK), handout.present(frozen, language)):
        tags = Tags(page.html)
        assert not {"script", "iframe", "form", "object"} & tags.names and not tags.handlers
        assert not [link for link in tags.links if link.partition(":")[0] not in OPENED and not link.startswith("#")]
        assert "{{" not in page.html or scene.HOSTILE[:8] not in page.html
        assert page.html.count("<style>") == 1 and "unsafe" not in page.policy


@pytest.mark.parametrize("frozen", [scene.hostile(), scene.raw()], ids=["hostile", "raw"])
def test_names_cannot_become_events_or_cards(frozen: Snapshot) -> None:
    book: Any = icalendar.Calendar.from_ical(handout.calendar(frozen))
    written = handout.calendar(frozen).decode()
    lines = written.split("\r\n")
    assert len(book.walk("VEVENT")) == lines.count("BEGIN:VEVENT") > 0 and "\n" not in written.replace("\r\n", "")
    assert all(len(line.encode()) <= 75 for line in lines)
    cards = handout.cards(frozen).decode().split("\r\n")
    assert cards.count("BEGIN:VCARD") == cards.count("END:VCARD") == 5
    assert all(len(line.encode()) <= 75 and "\n" not in line for line in cards)
    starts = {line.partition(":")[0] for line in cards if line and not line.startswith(" ")}
    assert starts == {"BEGIN", "VERSION", "FN", "N", "ORG", "TEL;TYPE=WORK,VOICE", "ADR;TYPE=WORK", "NOTE", "END"}


def test_a_card_can_be_read_back() -> None:
    frozen = scene.snapshot()
    frozen["options"][0]["name"] = "House; of, \\ Hope"
    assert "ORG:House\\; of\\, \\\\ Hope\r\n" in handout.cards(frozen).decode()
    assert "TEL;TYPE=WORK,VOICE:+16145550171,4\r\n" in handout.cards(frozen).decode()


def test_the_calendar_warns_of_each_clock_once() -> None:
    book: Any = icalendar.Calendar.from_ical(handout.calendar(scene.snapshot()))
    first = [
        (str(one["summary"]), one["dtstart"].dt.isoformat()) for one in book.walk("VEVENT") if str(one["summary"])[0] == "1"
    ]
    assert first == [
        ("1. Call Example House 1 again", "2026-03-14T00:00:00+00:00"),
        ("1. Last moment to arrive: Example House 1", "2026-03-14T02:30:00+00:00"),
    ]
    names = [str(one["uid"]) for one in book.walk("VEVENT")]
    assert len({*names}) == len(names)


@pytest.mark.parametrize("frozen", [scene.hostile(), scene.raw(), scene.snapshot()], ids=["hostile", "raw", "usual"])
@SPOKEN
def test_a_text_message_is_short_and_in_letters_that_every_telephone_knows(frozen: Snapshot, language: str) -> None:
    for words in handout.messages(frozen, language, scene.LINK):
        assert len(words) <= SEGMENT * SEGMENTS and plain(words) == words
    assert handout.messages(frozen, language, scene.LINK)[-1].endswith(scene.LINK)


def test_an_option_is_one_message_with_number_bed_and_clock() -> None:
    message = handout.messages(scene.snapshot())[1]
    assert "614-555-0171 ext. 4, ask for Dana" in message and "held until 10:30 pm Friday" in message
    assert len(message) <= 2 * SEGMENT


@pytest.mark.parametrize(
    "link",
    [f"{scene.LINK}?need=heroin", f"{scene.LINK}#heroin", "javascript:alert(1)", "https://", f"{scene.LINK} x", "https://user@example.org/",
     f"{scene.LINK}{'a' * 300}", f"{scene.LINK}\n"],
)  # fmt: skip
def test_a_link_with_more_in_it_than_a_path_is_not_shared(link: str) -> None:
    for make in (
        lambda: handout.page(scene.snapshot(), "en", link),
        lambda: handout.text_message(scene.snapshot(), "en", link),
    ):
        with pytest.raises(ValueError, match="share link"):
            make()


def test_the_square_code_is_a_picture_in_the_page_itself() -> None:
    assert square.data(scene.LINK).startswith("data:image/svg+xml")
    assert handout.page(scene.snapshot()).html.count("<img") == 0
    assert handout.page(scene.snapshot(), "en", scene.LINK).html.count("<img") == 1


def test_files_are_named_by_number_and_day_alone() -> None:
    assert handout.file_name(scene.snapshot(), "en", "pdf") == "list-3-2026-03-13.pdf"
    assert handout.file_name(scene.snapshot(), "es", "ics") == "list-3-2026-03-13-es.ics"


def test_what_the_list_cannot_promise_is_said_without_the_need() -> None:
    far = replace(
        scene.a_center(1, unknown=("payer.medicaid", "moud.buprenorphine_start", "moud.buprenorphine_continue")), point=None
    )
    told = sheet(handout.freeze(scene.answered(far), {}, 1, scene.MADE)).not_promised
    assert "Insurance is not confirmed for any option on this list, and none is free." in told


LIMITS: Final = {
    "who pays": (a_report("open", 1, bucket=Bucket(funded=False)), "beds are open (not publicly funded) (said"),
    "the level": (a_report("open", 1, beds=2, bucket=Bucket(level="3_7_bio")), "2 beds are open for ASAM 3.7 BIO (said"),
    "a bed held for another": (
        a_report("held", 1, beds=2, hold_until=AS_OF + timedelta(hours=4), recorded_by="for another"),
        "2 beds are open, one of them held (said",
    ),
}


@pytest.mark.parametrize(("report", "words"), LIMITS.values(), ids=LIMITS)
def test_the_hand_out_says_the_limits_that_the_screen_says(report: Report, words: str) -> None:
    tried = a_report("no_answer", 0.25)
    center = scene.a_center(1, reports=(report, tried))
    answer = scene.asked((center,), a_need(payer="self_pay", self_pay_ok=True))
    frozen = handout.freeze(answer, {}, 1, scene.MADE)
    for name in ("page.html", "present.html", "message.txt"):
        told = RENDERINGS[name](frozen, "en").decode().replace("\u00a0", " ")
        assert words.casefold() in told.casefold() and "; nobody answered 6:15 pm Friday" in told, name
        assert "nadie contestó" in RENDERINGS[name](frozen, "es").decode()


def test_a_time_of_day_at_the_end_of_a_sentence_brings_no_second_full_stop() -> None:
    center = scene.a_center(1, reports=(a_report("limited", 1, beds=1), a_report("no_answer", 0.25)))
    frozen = handout.freeze(scene.answered(center), {}, 1, scene.MADE)
    for name in ("page.html", "present.html", "message.txt"):
        told = re.sub(r"<[^>]+>", "", RENDERINGS[name](frozen, "es").decode()).replace("\u00a0", " ")
        assert "nadie contestó: viernes, 6:15 p. m." in told and not re.findall(r"m\.\.|\. \.", told), name


def test_a_hold_that_ends_before_they_are_there_is_said_on_the_hand_out() -> None:
    held = a_report("held", 0.5, hold_until=AS_OF + timedelta(minutes=40))
    frozen = handout.freeze(scene.answered(scene.a_center(1, reports=(held,))), {}, 1, scene.MADE)
    assert "that ends before you can be there: ask to hold it longer" in handout.page(frozen, "en").html


def test_what_to_pack_stands_in_the_same_file_as_the_words_that_lead_to_it() -> None:
    for language, heading in (("en", "What to pack"), ("es", "Qué empacar")):
        for made in (handout.page(scene.snapshot(), language), handout.present(scene.snapshot(), language)):
            assert f"“{heading}”" in made.html and f">{heading}</h" in made.html


def test_an_accent_is_kept_and_the_length_in_parts_is_told_truly() -> None:
    assert plain("Martínez, José, Niño ¿cómo? “sí”") == 'Martínez, José, Niño ¿cómo? "sí"'
    assert [parts("a" * 160), parts("a" * 161), parts("á" * 70), parts("á" * 71), parts("á" * 135)] == [1, 2, 1, 2, 3]
    assert set("áíóú") & set(handout.text_message(scene.snapshot(), "es"))
