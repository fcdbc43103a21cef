"""The pages around a need in Spanish: every word on them is said through the catalog, which has every message that is said.

The pages are walked in a language without letters: what can still be read came past the catalog, or is a name.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final

import pytest
from flask.testing import FlaskClient

from directory.handout import catalog
from directory.referral import Directory
from directory.spoken import say
from directory.values import STATES
from directory.web import language
from tests import evening, sites, translating
from tests.every_page import READY

_LETTER: Final = re.compile(r"%\(\w+\)[sd]|\{\w+\}|[^\W\d_]")
_WORD: Final = re.compile(r"[^\W\d_]{2,}")
_READ_ALOUD: Final = ("alt", "aria-label", "title", "placeholder")
NAMES: Final = frozenset(
    _WORD.findall(
        "English min Columbus Cleveland Ohio America New York example org Example House Ready Held Third Withdrawal Unit Asked"
        " Silent for Women Day Clinic Sister Program Street Invented Survey of Centers Gold counselor invented xlsx row HELP"
        " music Springfield Nowhereville Atlantis ZZ two noon xx Medicare"
    )
)
"""What is no sentence: names, what somebody typed, and units."""


class Letterless:
    """A language whose letters can't be read; it remembers the messages that the Spanish catalog does not have."""

    def __init__(self) -> None:
        self.held = {one.id if isinstance(one.id, str) else one.id[0] for one in translating.held() if one.id}
        self.unheard: set[str] = set()

    def gettext(self, message: str) -> str:
        if message not in self.held:
            self.unheard.add(message)
        return letterless(message)

    def ngettext(self, one: str, many: str, number: int) -> str:
        return self.gettext(one) and letterless(one if number == 1 else many)


def letterless(message: str) -> str:
    """A message with a dot for each letter; what is filled in stays."""
    return _LETTER.sub(lambda found: found[0] if len(found[0]) > 1 else "·", message)


class _Readable(HTMLParser):
    """All that is read, seen or heard on a page."""

    def __init__(self) -> None:
        super().__init__()
        self.read: list[str] = []

    def handle_data(self, data: str) -> None:
        self.read.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.read += [value for name, value in attrs if name in _READ_ALOUD and value]


def legible(page: str) -> set[str]:
    """The words that can be read on a page."""
    reader = _Readable()
    reader.feed(page)
    return {*_WORD.findall(" ".join(reader.read))} - STATES.keys()


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory, template: Path) -> Iterator[Directory]:
    folder = tmp_path_factory.mktemp("spanish")
    said = [*evening.statements(), evening.clinic()]
    with sites.a_directory(folder, template, said) as opened:
        evening.report(opened)
        evening.vet(opened)
        sites.checked(opened, *CHECKED)
        yield opened


@pytest.fixture(scope="module")
def client(directory: Directory) -> FlaskClient:
    return sites.a_site(directory).test_client()


@pytest.fixture
def tongue(monkeypatch: pytest.MonkeyPatch) -> Letterless:
    """Spanish without letters, in the place of Spanish."""
    made, spanish = Letterless(), catalog.CATALOGS["es"]
    monkeypatch.setitem(language.TONGUES, "es", made)
    told = {key: letterless(words) for key, words in spanish.sentences.items()}
    without = replace(spanish, sentences=told, days=("·",) * 7, months=("·",) * 12)
    monkeypatch.setitem(catalog.CATALOGS, "es", without)
    return made


CHECKED: Final = (*evening.REPORTED, "asked", "women", "clinic")
WISHES: Final = ["counseling.family", "language.spanish", "payer.free"]
NEEDS: Final[dict[str, dict[str, Any]]] = {
    "ready": {},
    "calls": {"sex": "female", "pregnant": "yes", "veteran": "yes", "leaves_at": "23:30", "ends_at": "23:00"},
    "nothing": {"near": "44113", "within_miles": "10", "must": WISHES, "payer": "private", "level": "3_5"},
    "continuing": {"taking": ["methadone", "buprenorphine_xr"], "payer": "uninsured", "travel": "farther", "nice": WISHES},
    "alcohol": {"substances": ["alcohol", "cocaine"], "dependent_on": ["alcohol", "benzodiazepine"], "veteran": "no"},
    "a plan": {"payer": "private", "plan": "Invented Gold", "self_pay_ok": "yes", "words": "Example House for Women"},
    "a plan alone": {"payer": "", "plan": "Invented Gold", "wants": ["buprenorphine", "naltrexone_xr"], "travel": "any"},
    "wishes": {
        "language": "spanish",
        "words": "music",
        "applies": ["excludes.insulin", "excludes.arson"],
        "level": "inpatient",
    },
    "points": {"weight_payment": "20", "weight_travel": "2", "sex": "", "age": "", "within_miles": "anywhere"},
    "a child": {"age": "8", "age_asked": "8", "near": "44113", "within_miles": "10"},
    "military": {"payer": "military", "age": "70", "level": "residential", "must": ["moud.methadone_start"]},
}
MISTAKES: Final[list[dict[str, Any]]] = [
    {"near": "", "age": "two", "ends_at": "noon", "weight_payment": "33"},
    {"near": "Springfield", "sex": "male", "pregnant": "yes", "ends_on": "2026-01-02"},
    {"near": "Nowhereville, OH", "weight_payment": "xx", "ends_on": "2019-01-02", "ends_at": "20:00"},
    {"near": "Atlantis", "within_miles": "0", "ends_at": "20:00", "leaves_at": "19:59"},
    {"near": "99999", "ends_on": "xx", "ends_at": "20:00"},
    {"near": "Columbus, ZZ", "plan": "\u202eGold"},
    {"near": "10,10"},
    {"near": "-83.00,39.96"},
    {"near": "43215", "pregnant": "yes"},
]


@pytest.mark.parametrize("need", NEEDS.values(), ids=[*NEEDS])
def test_a_list_is_said_through_the_catalog_alone(client: FlaskClient, tongue: Letterless, need: dict[str, Any]) -> None:
    address = client.post("/es/options", data=evening.NEED | need).location
    assert address.startswith("/es/options/")
    for page in (address, f"{address}?show=30", f"{address}/change"):
        told = client.get(page)
        assert told.status_code == 200 and legible(told.text) <= NAMES
    assert tongue.unheard == set()


@pytest.mark.parametrize("mistake", MISTAKES, ids=str)
def test_what_is_to_be_mended_is_said_through_the_catalog(
    client: FlaskClient, tongue: Letterless, mistake: dict[str, Any]
) -> None:
    told = client.post("/es/options", data=evening.NEED | mistake)
    assert told.status_code == 422 and legible(told.text) <= NAMES and tongue.unheard == set()


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/es/need", 200),
        ("/es/how-options-are-ranked", 200),
        (f"/es/options/{'a' * 22}", 404),
        *((f"/es/listings/invented_survey:{name}", 200) for name in CHECKED),
        ("/es/listings/invented_survey:silent", 404),
    ],
)
def test_a_page_is_said_through_the_catalog_alone(client: FlaskClient, tongue: Letterless, address: str, status: int) -> None:
    told = client.get(address)
    assert told.status_code == status and legible(told.text) <= NAMES and tongue.unheard == set()


def test_what_comes_past_the_catalog_is_caught(client: FlaskClient, tongue: Letterless) -> None:
    assert legible("<p title='Look'>·· <b>Call</b> Columbus</p>") - NAMES == {"Look", "Call"}
    app = client.application
    with app.test_request_context("/es/need"):
        page = app.jinja_env.from_string("{{ told }}, {{ told ~ '' }}, {{ _('Where') }}").render(
            told=say("takes %(who)s", who="them")
        )
        assert legible(page) == {"them", "takes"} and tongue.unheard == {"takes %(who)s"}


@pytest.mark.parametrize("spoken", ["", "/es"], ids=["english", "spanish"])
def test_each_page_leads_to_itself_in_the_other_language(client: FlaskClient, spoken: str) -> None:
    other = "" if spoken else "/es"
    kept = client.post(f"{spoken}/options", data=evening.NEED).location.removeprefix("/es")
    for page in ("/need", kept, f"{kept}?show=30", f"{kept}/change", "/how-options-are-ranked", f"/listings/{READY}"):
        told = client.get(spoken + page).text
        assert f'href="{other}{page}" lang="{"es" if other else "en"}"' in told, page
        ours = {
            link
            for link in re.findall(r'(?:href|action)="([^"]+)"', told)
            if re.match(r"(/es)?/(need|options|listings|how)", link)
        }
        assert [link for link in ours if link.startswith("/es/") != bool(spoken)] == [f"{other}{page}"], page


def test_the_spanish_pages_say_what_the_english_ones_say(client: FlaskClient) -> None:
    kept = client.post("/es/options", data=evening.NEED | {"age": "27"}).location
    page = re.sub(r"\s+", " ", client.get(kept).text)
    for words in (
        "Hombre de 27 años; consume heroína; depende de opioides; Medicaid; a 100 millas o menos de 43215 (Columbus, OH).",
        "3 opciones y 1 de reserva para la familia, en este orden.",
        "Hay 2 camas libres (dicho a la",
        "Hay 2 camas libres, una de ellas apartada (dicho a la",
        "¿Hay una cama libre hoy, desde cuándo, y hasta cuándo la apartarían?",
        "Atiende ahí mismo la abstinencia de opioides",
        "Luego, después de la abstinencia:",
        "Empieza buprenorfina el mismo día.",
    ):
        assert words in page, words
    assert "m.." not in page and "the" not in re.findall(r"\w+", page)
    calls = client.get(client.post("/es/options", data=evening.NEED | {"taking": "methadone"}).location).text
    assert "sería el primero si continuara metadona" in calls
    assert "¿Puede la persona seguir con metadona en la misma dosis, sin que se la bajen?" in calls


def test_the_home_leads_to_the_form_and_the_form_to_a_list_in_the_same_language(client: FlaskClient) -> None:
    assert 'href="/es/need"' in client.get("/es/").text
    page = client.get("/es/need").text
    assert 'action="/es/options"' in page and '<html lang="es">' in page
    assert (client.get("/es/").text + page).count("en inglés") == 2, "only signing in is in English, and says so"


def test_narrowing_and_loosening_go_on_in_spanish(client: FlaskClient) -> None:
    few = client.post("/es/options", data=evening.NEED | {"near": "44113", "within_miles": "10"}).location
    change = re.search(r'name="change" value="([^"]+)"', client.get(few).text)
    assert change and "millas" in change[1]
    assert re.search(r": \d+ (sirve|sirven) o vale la pena llamarlos?</button>", client.get(few).text)
    wider = client.post(f"{few}/loosen", data={"change": change[1]}).location
    assert wider.startswith("/es/options/") and "Example Ready House" in client.get(wider).text
    narrowed = client.post(f"{few}/narrow", data={"must": ["language.spanish"]}).location
    assert narrowed.startswith("/es/options/") and "imprescindible: Español" in client.get(narrowed).text
