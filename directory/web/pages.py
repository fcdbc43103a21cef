"""The pages that anybody may see: the form, the list, a listing, and how options are ranked."""

import re
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast

from flask import Blueprint, Response, abort, current_app, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Redirect

from directory import asking, paper, referral, store
from directory.matching.beds import NOT_KNOWN, OUTSIDE_HOURS
from directory.matching.criteria import BY_NAME, CRITERIA
from directory.matching.criterion import WEIGHTS_VERSION
from directory.matching.rank import TIERS
from directory.need import Need
from directory.problems import CannotUnderstand, Problem
from directory.referral import Directory
from directory.web import cards, choices, forms, told, words
from directory.web.choices import Values

pages: Final = Blueprint("pages", __name__)
KEPT: Final = timedelta(hours=24)
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{22}")
_FEW, _MORE, _MOST = 10, 20, 210


def _directory() -> Directory:
    return cast(Directory, current_app.extensions["directory"])


def _now() -> datetime:
    """The moment, in the whole seconds in which reports are compared."""
    return datetime.now(UTC).replace(microsecond=0)


@pages.get("/")
def form() -> str:
    """The form."""
    return _form(choices.DEFAULTS)


@pages.post("/options")
def ask() -> Redirect | tuple[str, int]:
    """Keep the need for a day under an opaque name and go there; or the form again, with what to mend."""
    typed, now = forms.typed(request.form), _now()
    try:
        need = forms.understand(typed, _directory().gazetteer, now)
    except CannotUnderstand as error:
        return _form(typed, error.problems), 422
    return _keep(need)


@pages.get("/options/<token>")
def options(token: str) -> str | Response:
    """The list for a kept need, as of now."""
    need = _kept(token)
    if need is None:
        return _no_longer_kept()
    answered = referral.options(_directory(), need, _shown())
    entries = (*answered.options, *answered.call_first)
    waiting = answered.option_count + answered.call_first_count - len(entries)
    some, rest, none = cards.narrowing(answered)
    return _page(
        "options.html",
        demonstration=paper.invented(answered),
        answered=answered,
        sheet=cards.sheet(answered),
        need=need,
        token=token,
        headline=paper.headline(answered),
        age=paper.age(answered),
        described=paper.capital(paper.need_in_words(need)) + paper.times_in_words(need),
        set_aside=sorted(answered.aside_counts.items(), key=lambda counted: -counted[1]),
        criteria=BY_NAME,
        loosenings=paper.loosenings(answered),
        weights=words.weights(need),
        version=WEIGHTS_VERSION,
        narrowing=some,
        narrowing_more=rest,
        narrowing_none=none,
        more=min(_shown() + _MORE, _MOST) if waiting > 0 and _shown() < _MOST else None,
        more_by=min(_MORE, waiting),
    )


@pages.post("/options/<token>/narrow")
def narrow(token: str) -> Redirect | Response:
    """The same need with the must-haves that are ticked, under a name of its own."""
    need = _kept(token)
    if need is None:
        return _no_longer_kept()
    beside = [code for code in need.must if code not in choices.WISH]
    try:
        changed = asking.read_need(
            asking.written_need(need) | {"must": [*beside, *request.form.getlist("must")]}, _directory().gazetteer, need.as_of
        )
    except CannotUnderstand:
        abort(400)
    return _keep(changed)


@pages.post("/options/<token>/loosen")
def loosen(token: str) -> Redirect | Response:
    """The same need after one of the changes that the list offered; the list again where it offers that no more."""
    need = _kept(token)
    if need is None:
        return _no_longer_kept()
    offered = referral.options(_directory(), need, 1).loosenings
    wanted = request.form.get("change", "")
    return _keep(next((one.need for one in offered if one.words == wanted), need))


@pages.get("/options/<token>/change")
def change(token: str) -> str | Response:
    """The form again, as it was sent."""
    need = _kept(token)
    return _no_longer_kept() if need is None else _form(forms.filled(need))


@pages.get("/listings/<listing_id>")
def listing(listing_id: str) -> str:
    """Everything that is known of a listing."""
    found = _directory().listings([listing_id]).get(listing_id)
    if found is None:
        abort(404)
    now = _now()
    decisive, beside = told.facts_by_group(found)
    return _page(
        "listing.html",
        listing=found,
        history=told.history(found, now),
        clock_name=found.timezone.replace("_", " ") or "UTC",
        weekly=told.weekly(found.intake_hours) if found.intake_hours else [],
        latest=told.clock(found.latest_arrival) if found.latest_arrival else "",
        licence=told.licence(found),
        vetting=told.vetting(found, now),
        decisive=decisive,
        beside=beside,
        voice=told.speaker(found),
        not_known=told.not_known(found, now),
    )


@pages.get("/how-options-are-ranked")
def ranking() -> str:
    """How options are ranked, from the criteria themselves."""
    return _page(
        "ranking.html",
        criteria=CRITERIA,
        tiers=TIERS,
        version=WEIGHTS_VERSION,
        admit=BY_NAME["admit"],
        bases=words.bases(),
        freshness=words.freshness(),
        unknown=NOT_KNOWN,
        outside=OUTSIDE_HOURS,
    )


@pages.get("/healthz")
def health() -> Response:
    """Says that the program answers."""
    return _plain("alive\n")


@pages.get("/readyz")
def ready() -> Response:
    """Says that database and index are there and how many listings they hold; 503 where one of them fails."""
    with _directory().database.reading() as connection:
        held = store.count(connection)
    indexed = len(_directory().index.current().columns)
    return _plain(f"ready: {held} listings, {indexed} indexed\n")


@pages.get("/robots.txt")
def robots() -> Response:
    """Keeps lists and listings out of search engines; they would be stale there."""
    return _plain("User-agent: *\nDisallow: /options\nDisallow: /listings\n")


def _plain(text: str) -> Response:
    response = make_response(text)
    response.mimetype = "text/plain"
    return response


def _keep(need: Need) -> Redirect:
    """Keep a need for a day under an opaque name, and go there."""
    token, now = secrets.token_urlsafe(16), _now()
    with _directory().database.writing() as connection:
        store.keep_need(connection, token, asking.written_need(need), now, now + KEPT)
    return redirect(url_for("pages.options", token=token), 303)


def _page(template: str, **shown: Any) -> str:
    """A page; it says so where the directory holds the demonstration's invented centers."""
    if "demonstration" not in shown:
        shown["demonstration"] = words.demonstration(_directory().index.current(), current_app.extensions)
    return render_template(template, **shown)


def _form(form: Values, problems: tuple[Problem, ...] = ()) -> str:
    wrong: dict[str, str] = {}
    for problem in problems:
        wrong.setdefault(problem.where, forms.sentence(problem))
    places = next((problem.choices for problem in problems if problem.where == "near"), ())
    open_more = any(name in wrong or any(form.get(name, [])) for name in choices.FOLDED)
    return _page(
        "form.html",
        form=form,
        told=wrong,
        places=places,
        open_more=open_more,
        open_weights="weights" in wrong or any(form.get(name, [usual]) != [usual] for name, usual in choices.WEIGHT.items()),
        offered=choices,
        weight_titles={name: BY_NAME[name.removeprefix("weight_")].title for name in choices.WEIGHT},
    )


def _kept(token: str) -> Need | None:
    """The need under a name, its moment now, its clock the place's; None where it is not kept any more."""
    if not _TOKEN.fullmatch(token):
        return None
    now = _now()
    with _directory().database.reading() as connection:
        written = store.kept_need(connection, token, now)
    if written is None:
        return None
    asked = datetime.fromisoformat(written["as_of"])
    try:
        return asking.read_need(written | {"as_of": now.astimezone(asked.tzinfo).isoformat()}, _directory().gazetteer, now)
    except CannotUnderstand:
        return None


def _no_longer_kept() -> Response:
    sentence = "What was asked is kept for 24 hours and then erased. Please fill in the form again."
    return make_response(render_template("message.html", title="This list is no longer kept", sentence=sentence), 404)


def _shown() -> int:
    wanted = request.args.get("show", "")
    return min(max(int(wanted), _FEW), _MOST) if re.fullmatch(r"[0-9]{1,4}", wanted) else _FEW
