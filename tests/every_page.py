"""Every page of the site in every state that matters, in one list: a page that is new is added to PAGES.

A page is reached by its address, in which the names of `Grounds.at` may stand, as somebody or as nobody; and where a state
comes of something done there, by doing it.
"""

import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pyotp
from flask.testing import FlaskClient
from playwright.sync_api import Page

from directory import accounts, store
from directory.accounts import Register, Role, Who
from directory.conflicts import Conflict, Side
from directory.listing import Vetting
from directory.public_address import short_id
from directory.referral import Directory
from directory.upkeep import Reason
from directory.vocabulary import SourceKind, VettingState
from tests import builders, evening, people, sites
from tests.workbooks import HEADER, a_book, a_facility

FORM: Final[dict[str, Any]] = {"code_name": "Blue Heron", "plan": "Invented Gold", "words": "music"} | evening.NEED
_NEEDS: Final[dict[str, dict[str, str]]] = {
    "list": {},
    "calls": {"sex": "female", "pregnant": "yes"},
    "none": {"near": "44113", "within_miles": "10"},
}
LONG_AGO: Final = f"{datetime.now(UTC) - timedelta(days=1):%Y-%m-%d}"
"""A day that can still be entered, and on which nothing can be planned any more."""
STAFF_CALL, SURVEY = SourceKind.STAFF_CALL, SourceKind.SURVEY
READY, HELD, ASKED, WOMEN = (f"invented_survey:{name}" for name in ("ready", "held", "asked", "women"))
LAPSING: Final = f"task-{short_id(f'{Reason.LAPSING} {READY} ')}"
"""Where it waits on the queue."""


@dataclass(frozen=True, slots=True)
class Grounds:
    """What there is on the site to be looked at: the sessions of invented people, and addresses by a name."""

    sessions: Mapping[str, str]
    at: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Shown:
    """A page in a state: its name, its address, words that stand on it in this state, who looks ("" for nobody), what is done.

    `kept` are texts typed there that must still stand in its fields.
    """

    name: str
    address: str
    says: str
    who: str = ""
    done: Callable[[Page], None] = lambda page: None
    kept: tuple[str, ...] = ()


def press(button: str, /, **filled: str) -> Callable[[Page], None]:
    """Fill in fields by their ids, and press the first button of this name."""

    def do(page: Page) -> None:
        for field, text in filled.items():
            page.locator(f"#{field}").evaluate("field => field.closest('details')?.setAttribute('open', '')")
            page.locator(f"#{field}").fill(text)
        with page.expect_navigation():
            page.get_by_role("button", name=button).first.click()

    return do


def _set_up(page: Page) -> None:
    secret = page.locator(".secret").inner_text().replace(" ", "")
    press("Use this app", code=pyotp.TOTP(secret).now())(page)


def _tokenless(page: Page) -> None:
    page.locator("[name=csrf_token]").evaluate_all("fields => fields.forEach(field => field.remove())")
    press("Open the case", near="43215")(page)


def tick_all_and_compare(page: Page) -> None:
    """Tick every center of a list, and ask to have all of them side by side."""
    for box in page.locator("[name=center]").all():
        box.check()
    with page.expect_navigation():
        page.get_by_role("button", name="Compare side by side").click()


PAGES: Final = [
    Shown("the form", "/need", "Find out whom to call tonight"),
    Shown(
        "the form with what to mend", "/need", "Please correct 2 things",
        done=press("Show", near="Springfield", age="two", plan="Gold", words="music"),
        kept=("Springfield", "two", "Gold", "music"),
    ),
    Shown("the list without an option", "{calls}", "Call these first, in this order"),
    Shown("the list on which nothing fits", "{none}", "No center fits yet"),
    Shown("the list, as a counselor sees it", "{list}", "Open a case with this need", "maria"),
    Shown("the need to be changed", "{list}/change", "Find out whom to call tonight", kept=("27",)),
    Shown("a list that is no longer kept", "/options/aaaaaaaaaaaaaaaaaaaaaa", "no longer kept"),
    Shown("a listing", f"/listings/{READY}", "2 beds are open"),
    Shown("a listing of which little is known", "/listings/invented_survey:silent", "Nobody has reported on its beds"),
    Shown("a listing that nobody has checked", "/listings/invented_survey:held", "This center is not shown here now"),
    Shown("how options are ranked", "/how-options-are-ranked", "tiers before points"),
    Shown("nothing here", "/nowhere", "There is nothing here"),
    Shown("the form, in Spanish", "/es/need", "Vea a quién llamar esta noche"),
    Shown(
        "the form with what to mend, in Spanish", "/es/need", "corrija 2 cosas",
        done=press("Ver a quién", near="Springfield", age="dos"), kept=("Springfield", "dos"),
    ),
    Shown("the list, in Spanish", "/es{list}", "La lista para la reunión"),
    Shown("the list on which nothing fits, in Spanish", "/es{none}", "Todavía no hay un centro adecuado"),
    Shown("the need to be changed, in Spanish", "/es{list}/change", "Vea a quién llamar esta noche", kept=("27",)),
    Shown("a listing, in Spanish", f"/es/listings/{READY}", "Hay 2 camas libres"),
    Shown("how options are ranked, in Spanish", "/es/how-options-are-ranked", "los grupos van antes que los puntos"),
    Shown("signing in", "/sign-in", "Families need no account"),
    Shown(
        "signing in with a wrong code", "/sign-in", "do not belong together",
        done=press("Sign in", name="maria", password="wrong", code="1"), kept=("maria",),
    ),
    Shown("signing in again", "/desk", "Your session has ended", "late"),
    Shown("the first password", "/activate/{link}", "Choose a password, olga"),
    Shown(
        "two passwords that differ", "/activate/{link}", "The two are not the same",
        done=press("Keep", password="x" * 20, again="y" * 20),
    ),
    Shown("a link that is no longer good", "/activate/none", "no longer good"),
    Shown("the authenticator app", "/account/second-step", "Show that it works", "nora"),
    Shown("a code that is none", "/account/second-step", "This is not the code", "nora", press("Use this app", code="1")),
    Shown("the recovery codes", "/account/second-step", "Keep these recovery codes", "nora", _set_up),
    Shown("the desk", "/desk", "Your cases", "maria"),
    Shown("an empty desk", "/desk", "No case is open", "tom"),
    Shown("the desk of staff", "/desk", "Find out whom to call tonight", "ann"),
    Shown("not for this role", "/calls", "Not for your role", "ann"),
    Shown("the account", "/account", "Where you are signed in", "maria"),
    Shown(
        "a password too short", "/account", "This password is", "maria",
        press("Change the", present=people.PASSWORD, password="short"),
    ),
    Shown("a new case", "/cases/new", "Open a case", "maria"),
    Shown(
        "a new case with a name in it", "/cases/new", "looks like a name", "maria",
        press("Open the case", near="43215", words="near Jessica", code_name="Old Barn"),
        ("43215", "near Jessica", "Old Barn"),
    ),
    Shown("what waited for a new session", "/cases/new", "Nothing that you typed is lost", "maria", _tokenless, ("43215",)),
    Shown("the need of a case", "{case}/need", "what is needed", "maria", kept=("27", "music")),
    Shown("the board", "{case}", "On the list", "maria"),
    Shown("the board after much was done", "{busy}", "Changed since you last looked", "maria"),
    Shown("the board of a meeting to come", "{planned}", "ask again then", "maria"),
    Shown(
        "a plan for a time that is over", "{case}", "still to come", "maria",
        press("Plan for this time", plan_at="19:00", plan_on=LONG_AGO), (LONG_AGO, "19:00"),
    ),
    Shown(
        "a reason with a name in it", "{case}", "looks like a name", "maria",
        press("Drop it", **{"because-1": "ask Jessica"}), ("ask Jessica",),
    ),
    Shown("centers found by name", "{case}", "House for Women", "maria", press("Look it up", words="Women"), ("Women",)),
    Shown("no center of that name", "{case}", "Enter a center’s name", "maria", press("Look it up", words="")),
    Shown("about a case", "{busy}/about", "These can see the case", "maria"),
    Shown(
        "an end that says nothing", "{case}/about", "Choose how it ended", "maria",
        press("Say that it ended", on="2026-01-02"), ("2026-01-02",),
    ),
    Shown("no colleague of that name", "{case}/about", "signs in", "maria", press("Let in", colleague="Nobody"), ("Nobody",)),
    Shown("about the case of a colleague", "{busy}/about", "You were let into this case", "sam"),
    Shown("about a case that ended", "{ended}/about", "Admitted by", "maria"),
    Shown("a case about to be erased", "{gone}/purge", "nothing of it can be brought back", "maria"),
    Shown("a case erased", "{gone}/purge", "The case is erased", "maria", press("Erase it now")),
    Shown("the calls", "/calls", "Open the call sheet", "maria"),
    Shown("no calls", "/calls", "Nobody waits to be called", "tom"),
    Shown("a call sheet", f"{{case}}/calls/{ASKED}", "I am calling now", "maria"),
    Shown("a call that is going on", f"{{busy}}/calls/{ASKED}", "The call is yours", "maria"),
    Shown("a call that a colleague is on", f"{{busy}}/calls/{ASKED}", "maria is on this call", "sam"),
    Shown(
        "a call that ends with nothing said", f"{{busy}}/calls/{ASKED}", "Choose what the call came to", "maria",
        press("End the call", call_back_at="20 min", spoke_with="the desk"), ("20 min", "the desk"),
    ),
    Shown("beds", f"/listings/{READY}/report", "Still so", "ann"),
    Shown("beds after a report", f"/listings/{HELD}/report", "Reported:", "ann", press("1 bed")),
    Shown("beds of which nobody spoke", f"/listings/{WOMEN}/report", "Nobody has reported", "maria"),
    Shown("no hand-out yet", "{case}/handouts", "Nothing was handed out yet", "maria"),
    Shown("hand-outs", "{handouts}", "Changed since printed", "maria"),
    Shown("what a family sees behind the link", "{shared}", "Call in this order"),
    Shown("what a family sees behind the link, in Spanish", "/es{shared}", "Llame en este orden"),
    Shown("a link to a hand-out", "{handouts}", "shown this once", "maria", press("Make a new link")),
    Shown("the hand-out", "{handout}", "Call in this order", "maria"),
    Shown("the hand-out in Spanish", "{handout}?language=es", "Llame", "maria"),
    Shown("presented", "{handout}/present", "Call now", "maria"),
    Shown("presented in Spanish", "{handout}/present?language=es", "Llame", "maria"),
    Shown("a text message", "{handout}/text", "As a text message", "maria"),
    Shown("what staff check next", "/staff", "Lapses on", "ann"),
    Shown(
        "a number that can't be read", "/staff", "Enter a telephone number", "ann",
        press("This is the right number", **{"number-1": "call them"}), ("call them",),
    ),
    Shown(
        "a check without evidence, on the queue", "/staff", "choose what you found", "ann",
        press("Write it down", **{f"{LAPSING}-until-licence": "2999-01-02"}), ("2999-01-02",),
    ),
    Shown("the checking of a center", f"/listings/{READY}/vetting", "Two different people approve", "ann"),
    Shown("a check without evidence", f"/listings/{WOMEN}/vetting", "choose what you found", "ann", press("Write it down")),
    Shown("a complaint", f"/listings/{ASKED}/complaint", "suspended at once", "maria"),
    Shown("a complaint that says nothing", f"/listings/{ASKED}/complaint", "Enter what happened", "maria", press("Suspend it")),
    Shown("a center suspended", "/listings/invented_survey:third/complaint", "tell them now", "maria",
          press("Suspend it", because="wanted money at the door")),
    Shown(
        "looking a listing up", "/staff/find", "invented_survey:ready", "ann",
        done=press("Look it up", words="Readdy Hous"), kept=("Readdy Hous",),
    ),
    Shown("nothing to look up", "/staff/find", "Enter a name, telephone number", "ann", press("Look it up", words=" ")),
    Shown("looking up what is not there", "/staff/find", "Nothing is found", "ann", press("Look it up", words="99950")),
    Shown("pairs that may be one place", "/staff/duplicates", "What was decided", "ann"),
    Shown("a pair of two places", "/staff/duplicates", "are different places", "ann", press("Different places")),
    Shown("a letter to a center", f"/listings/{READY}/vetting", "Send it yourself", "ann", press("Make a letter")),
    Shown("what a center is asked", "{attest}", "This is what we hold of you"),
    Shown("what a center says, not to be read", "{attest}", "Enter a telephone number",
          done=press("This is so", phone="call us"), kept=("call us",)),
    Shown("what a center answered", "{attested}", "What differs from what we hold", "ann"),
    Shown("accounts", "/admin/accounts", "A new account", "ada"),
    Shown("a new account's link", "/admin/accounts", "shown this once", "ada", press("Make the account", name="Kim Example")),
    Shown("an account that can't be made", "/admin/accounts", "Use 2 to 60 letters", "ada",
          press("Make the account", name="x"), ("x",)),
    Shown("who did what", "/admin/audit", "never what was written or read", "ada"),
    Shown("a file to be imported", "/staff/import", "Nothing is changed before you say so", "ann"),
    Shown("no file", "/staff/import", "Choose the file as it was downloaded", "ann", press("Read what", covers="OH"), ("OH",)),
    Shown("what a file would change", "{upload}", "Nothing is changed yet", "ann"),
    Shown("a mapping that is proposed", "{table}", "What it does not understand", "ann"),
    Shown("a mapping that does not fit", "{table}", "names a term that does not exist", "ann",
          press("Read what", mapping='[yes_no]\nDetox = ["care.none"]'), ('[yes_no]\nDetox = ["care.none"]',)),
    Shown("a file that is none", "{scan}", "can’t be imported as it is", "ann"),
    Shown("a file that does not say its day", "{undated}", "Say what is asked for above", "ann"),
    Shown("a file of which a State is none", "{undated}", "Enter a State", "ann", press("Read it again", covers="Atlantis"),
          ("Atlantis",)),
    Shown("the imports", "/staff/runs", "book.xlsx", "ann"),
    Shown("an import", "/staff/runs/1", "SHA-256", "ann"),
    Shown("an import to be undone", "/staff/runs/1/undo", "Undo this import?", "ann"),
    Shown("an import that there is not", "/staff/runs/77/undo", "This import can’t be undone", "ann"),
    Shown("contradictions", "/staff/conflicts", "What is said now", "ann"),
    Shown("a contradiction settled", "/staff/conflicts", "614-555-0151 was kept", "ann", press("Keep what was confirmed")),
    Shown("a link of a center that is over", "/attest/none", "works no more"),
    Shown("where are you", "/", "Where are you?"),
    Shown("where are you, in Spanish", "/es/", "¿Dónde"),
    Shown("what families look for", "/centers", "How far to look"),
    Shown("what families look for, in Spanish", "/es/centers", "Hasta"),
    Shown("a place that is several", "/centers", "Springfield", done=press("Show", near="Springfield"), kept=("Springfield",)),
    Shown("checked centers", "{found}", "Example Ready House"),
    Shown("checked centers, in Spanish", "/es{found}", "Example Ready House"),
    Shown("no checked center", "{far}", "What you can do now"),
    Shown("no checked center, in Spanish", "/es{far}", "centro"),
    Shown("a checked center", "{center}", "When you call"),
    Shown("a checked center, in Spanish", "/es{center}", "llame"),
    Shown("a report that says nothing", "{center}", "Choose what is wrong", done=press("Tell us", words="it rang")),
    Shown("a report, thanked for", "/centers/reported", "Thank you"),
    Shown("a report, thanked for in Spanish", "/es/centers/reported", "Gracias"),
    Shown("a center that families do not see", "/centers/ohio/columbus/example-house-0123456789", "center"),
    Shown("a search that is over", "/centers/found/aaaaaaaaaaaaaaaaaaaaaa", "24 hours"),
    Shown("how we check", "/how-we-check", "Its license is in force"),
    Shown("how we check, in Spanish", "/es/how-we-check", "licencia"),
    Shown("who pays us", "/who-pays-us", "pays"),
    Shown("who pays us, in Spanish", "/es/who-pays-us", "paga"),
    Shown("the States", "/centers/states", "Choose a State"),
    Shown("the States, in Spanish", "/es/centers/states", "Elija un estado"),
    Shown("a State", "/centers/ohio", "Example Ready House"),
    Shown("a State, in Spanish", "/es/centers/ohio", "Example Ready House"),
    Shown("a State without a center", "/centers/utah", "We have checked no center here yet"),
    Shown("a list that is kept", "{kept}", "Take it off the list"),
    Shown("a list that is kept, in Spanish", "/es{kept}", "Su lista"),
    Shown("a list of which one is gone", "{short}", "no longer shown here"),
    Shown("a list with nothing on it", "{emptied}", "Nothing is on it now"),
    Shown("more for a list", "{kept}/more", "How far to look"),
    Shown("more for a list, in Spanish", "/es{kept}/more", "Hasta"),
    Shown("a list that is over", "/list/none", "This list is over"),
    Shown("side by side", "{compared}", "Here they differ"),
    Shown("side by side, in Spanish", "/es{compared}", "En esto son distintos"),
    Shown("nothing ticked", "{found}", "Tick at least one center", done=press("Keep on a list")),
    Shown("more than four ticked", "{found}", "Only 4 centers fit", done=tick_all_and_compare),
]  # fmt: skip
UNSEEN: Final = {
    "static": "style sheets and a picture",
    "health.alive": "plain text for machines",
    "health.ready": "plain text for machines",
    "crawlers.robots": "plain text for machines",
    "crawlers.sitemap": "XML for machines",
    "families_kept.text": "a file of plain text",
    "es_families_kept.text": "a file of plain text",
    "account_pages.square": "a picture, seen on the page of the authenticator app",
    "cases.all_cases": "leads to the desk",
    "handouts.file": "files to be kept: the HTML one is the hand-out's own page, the PDF is judged by its own tests",
}
"""The addresses that are no page of their own, each with the reason."""


def grounds(directory: Directory) -> Grounds:
    """Let invented people work for an evening, so that every page has something to show."""
    evening.report(directory)
    evening.vet(directory)
    app = sites.a_site(directory)
    register, now = app.extensions["register"], datetime.now(UTC).replace(microsecond=0)
    roles = {"maria": Role.COUNSELOR, "sam": Role.COUNSELOR, "tom": Role.COUNSELOR, "late": Role.COUNSELOR, "ann": Role.STAFF}
    roles |= {"ada": Role.ADMIN}
    sessions = {name: people.a_person(register, role, name, now).session for name, role in roles.items()}
    sessions["nora"] = people.activated(register, "nora", Role.STAFF, now)[1]
    _let_it_end(register, sessions["late"], now)
    at = {"link": accounts.add(register, "olga", Role.STAFF, Who("command line", now))}
    for name, fields in _NEEDS.items():
        at[name] = app.test_client().post("/options", data=evening.NEED | fields).location
    sites.checked(directory, "sister", "unit", "silent", "clinic")
    at |= _for_families(app.test_client())
    maria, ann = app.test_client(), app.test_client()
    maria.set_cookie("session", sessions["maria"])
    ann.set_cookie("session", sessions["ann"])
    return Grounds(sessions, at | _cases(maria, directory) | _checked(ann, directory, now) | _imported(ann, directory, now))


def _checked(ann: FlaskClient, directory: Directory, now: datetime) -> dict[str, str]:
    """The staff's work: a listing that lapses soon, a wrong number, and a center that attested its facts."""
    with directory.database.writing() as connection:
        soon = Vetting(VettingState.VETTED, now - timedelta(days=2), "staff 9", now.date() + timedelta(days=20))
        store.append_vettings(connection, [(READY, soon)])
        store.open_correction(connection, HELD, ("wrong_number", "614-555-0151"), now)
    links = [re.search(r"/attest/[A-Za-z0-9_-]{22}", send(ann, f"/listings/{READY}/attestation").text) for _ in range(2)]
    assert links[0] and links[1]
    ann.post(links[0][0], data={"direct_line": "614-555-0177", "sex.female": "no"})
    answered = re.search(r"/staff/attestations/\w+", ann.get("/staff").text)
    assert answered
    return {"attest": links[1][0], "attested": answered[0]}


def _for_families(anybody: FlaskClient) -> dict[str, str]:
    """What a family finds near Columbus, and far from it; and one center's own page."""
    found, far = (anybody.post("/centers", data={"near": near, "within": "10"}).location for near in ("43215", "44113"))
    center = re.search(r'href="(/centers/ohio/[^"]+)"', anybody.get(found).text)
    assert center
    ends = re.findall(r'name="center" value="(\w+)"', anybody.get(found).text)
    kept, short = (anybody.post("/list", data={"center": some}).location for some in (ends[:2], [ends[0], "0123456789"]))
    emptied = anybody.post("/list", data={"kept": kept.rpartition("/")[2], "drop": ends[:2]}).location
    compared = anybody.post("/compare", data={"center": ends[:4]}).location
    shown = {"kept": kept, "short": short, "emptied": emptied, "compared": compared}
    return {"found": found, "far": far, "center": center[1]} | shown


def _imported(ann: FlaskClient, directory: Directory, now: datetime) -> dict[str, str]:
    """Files that staff brought: one that is in, a newer one and one that is none; and what contradicts a call."""

    def bring(content: bytes, name: str, source: str = "samhsa_national_directory") -> str:
        file = {"source": source, "file": (io.BytesIO(content), name)}
        return str(send(ann, "/staff/import", **file).location)

    def book(phone: str) -> bytes:
        facility = a_facility(name1="Example Ranch", city="Cheyenne", state="WY", zip="82001", phone=phone)
        return a_book(directory.settings.instance, [HEADER, facility]).read_bytes()

    send(ann, bring(book("614-555-0181"), "book.xlsx") + "/confirm")
    called, listed = (
        Side(f"61455501{end}", builders.a_provenance(kind=kind)) for end, kind in ((51, STAFF_CALL), (61, SURVEY))
    )
    with directory.database.writing() as connection:
        store.add_conflicts(connection, [Conflict(HELD, "phone", called, listed)], None, now)
    table = bring(b"Name,City,State,ZIP,Door,Gender\nA,Dayton,OH,45402,red,Men; Elves\n", "county.csv", "spreadsheet")
    place = b'"city": "Cheyenne", "state": "WY", "zip": "82001", "typeFacility": "SA", "services": null'
    undated = bring(
        b'{"rows": [{"name1": "Example Ranch", "street1": "1 Example Road", %s}]}' % place, "reply.json", "samhsa_locator"
    )
    brought = {"upload": bring(book("614-555-0182"), "newer.xlsx"), "scan": bring(b"%PDF-1.7", "scan.xlsx")}
    return brought | {"table": table, "undated": undated}


def _let_it_end(register: Register, session: str, now: datetime) -> None:
    found = accounts.look(register, session, now)
    assert found
    with register.database.writing() as connection:
        store.touch_session(connection, found.id, now - timedelta(minutes=31))


def _cases(maria: FlaskClient, directory: Directory) -> dict[str, str]:
    """Cases of maria's: one that is new, one that is busy, one that ended, one to be erased, and one planned for after it."""
    at = {name: send(maria, "/cases/new", **FORM).location for name in ("case", "busy", "ended", "gone")}
    meeting = {"ends_on": f"{datetime.now(UTC):%Y-%m-%d}", "ends_at": "23:59"}
    at["planned"] = send(maria, "/cases/new", **FORM, **meeting).location
    busy = at["busy"]
    maria.get(busy)
    send(maria, f"{busy}/handouts")
    at["handouts"] = f"{busy}/handouts"
    at["handout"] = f"{busy}/handouts/1"
    shared = re.search(r"/s/[A-Za-z0-9_-]{22}", send(maria, f"{busy}/handouts/1/share").text)
    assert shared
    at["shared"] = shared[0]
    send(maria, f"{busy}/colleagues", colleague="sam")
    because = "the family knows it"
    send(maria, f"{busy}/steps", listing=HELD, kind="dropped", because=because)
    send(maria, f"{busy}/steps", listing=WOMEN, kind="added", because=because)
    send(maria, f"{busy}/calls/{ASKED}/answer", item="bed.state", answer="two")
    send(maria, f"{at['planned']}/plan", plan_on=f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%d}", plan_at="19:00")
    send(maria, f"{at['ended']}/end", kind="admitted", admitted_by=READY)
    return at


def send(client: FlaskClient, address: str, **fields: Any) -> Any:
    """Send a form from a page of the client's session; raises where it was refused."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/account").text)
    assert token
    answered = client.post(address, data={"csrf_token": token[1], **fields})
    assert answered.status_code in (200, 303), (address, answered.status_code)
    return answered
