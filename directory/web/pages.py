"""The pages around a need: the form, the list, and the need narrowed or loosened.

Whoever is not signed in gets vetted centers alone. Who asks decides that each time a kept need is read, never the need.
"""

import re
import secrets
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as Redirect

from directory import asking, further, paper, referral, store
from directory.in_turn import in_turn
from directory.matching.criteria import BY_NAME
from directory.matching.criterion import WEIGHTS_VERSION
from directory.need import Need
from directory.need_words import need_in_words
from directory.problems import CannotUnderstand, Problem
from directory.spoken import capital
from directory.web import cards, choices, forms, words
from directory.web.choices import Values
from directory.web.language import speak, to
from directory.web.opened import now, opened, page
from directory.web.roles import a_family, anybody

pages: Final = Blueprint("pages", __name__)
KEPT: Final = timedelta(hours=24)
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{22}")
_FEW, _MORE, _MOST = 10, 20, 210


@pages.get("/need")
@anybody
def form() -> str:
    """The form."""
    return _form(choices.DEFAULTS)


@pages.post("/options")
@anybody
def ask() -> Redirect | tuple[str, int]:
    """Keep the need for a day under an opaque name and go there; or the form again, with what to mend."""
    typed = forms.typed(request.form)
    try:
        need = forms.understand(typed, opened().gazetteer, now())
    except CannotUnderstand as error:
        return _form(typed, error.problems), 422
    return _keep(need)


@pages.get("/options/<token>")
@anybody
@in_turn
def options(token: str) -> str | Response:
    """The list for a kept need, as of now."""
    need = kept(token)
    if need is None:
        return _no_longer_kept()
    answered = referral.options(opened(), need, _shown())
    entries = (*answered.options, *answered.call_first)
    waiting = answered.option_count + answered.call_first_count - len(entries)
    some, rest, none = cards.narrowing(answered)
    sheet = cards.sheet(answered)
    return page(
        "options.html",
        demonstration=paper.invented(answered),
        behind=answered.behind,
        answered=answered,
        sheet=sheet,
        keeps=cards.to_keep(answered, sheet) if need.vetted_only else [],
        need=need,
        token=token,
        headline=paper.headline(answered),
        age=paper.age(answered),
        described=capital(need_in_words(need)),
        set_aside=sorted(answered.aside_counts.items(), key=lambda counted: -counted[1]),
        criteria=BY_NAME,
        loosenings=[(one.words, further.loosened(one)) for one in further.loosenings(answered)],
        weights=words.weights(need),
        version=WEIGHTS_VERSION,
        narrowing=some,
        narrowing_more=rest,
        narrowing_none=none,
        unfolded=_shown() > _FEW or cards.named_below(answered, sheet),
        more=min(_shown() + _MORE, _MOST) if waiting > 0 and _shown() < _MOST else None,
        more_by=min(_MORE, waiting),
    )


@pages.post("/options/<token>/narrow")
@anybody
def narrow(token: str) -> Redirect | Response:
    """The same need with the must-haves that are ticked, under a name of its own."""
    need = kept(token)
    if need is None:
        return _no_longer_kept()
    beside = [code for code in need.must if code not in choices.WISH]
    ticked = request.form.getlist("must")
    if not set(ticked) <= choices.WISH.keys():
        abort(400)
    try:
        changed = asking.read_need(asking.written_need(need) | {"must": [*beside, *ticked]}, opened().gazetteer, need.as_of)
    except CannotUnderstand:
        abort(400)
    return _keep(changed)


@pages.post("/options/<token>/loosen")
@anybody
def loosen(token: str) -> Redirect | Response:
    """The same need after one of the changes that the list offered; the list again where it offers that no more."""
    need = kept(token)
    if need is None:
        return _no_longer_kept()
    offered = referral.options(opened(), need, 1).loosenings
    wanted = request.form.get("change", "")
    return _keep(next((one.need for one in offered if speak(one.words) == wanted), need))


@pages.get("/options/<token>/change")
@anybody
def change(token: str) -> str | Response:
    """The form again, as it was sent."""
    need = kept(token)
    return _no_longer_kept() if need is None else _form({**forms.filled(need), **forms.planned(need, now())})


def _keep(need: Need) -> Redirect:
    """Keep a need for a day under an opaque name, and go there."""
    token, moment = secrets.token_urlsafe(16), now()
    with opened().database.writing() as connection:
        store.keep_need(connection, token, asking.written_need(need), moment, moment + KEPT)
    return redirect(to("pages.options", token=token), 303)


def _form(form: Values, problems: tuple[Problem, ...] = ()) -> str:
    return filled_in("form.html", form, problems)


def filled_in(template: str, form: Values, problems: tuple[Problem, ...] = (), **more: Any) -> str:
    """A page with the form of a need, as it stands and with what is to be mended."""
    wrong: dict[str, str] = {}
    for problem in problems:
        wrong.setdefault(problem.where, forms.sentence(problem))
    places = next((problem.choices for problem in problems if problem.where == "near"), ())
    open_more = any(name in wrong or any(form.get(name, [])) for name in choices.FOLDED)
    return page(
        template,
        family=a_family(),
        form=form,
        told=wrong,
        places=places,
        open_more=open_more,
        open_weights="weights" in wrong or any(form.get(name, [usual]) != [usual] for name, usual in choices.WEIGHT.items()),
        offered=choices,
        ready=round(opened().settings.ready_minutes),
        weight_titles={name: BY_NAME[name.removeprefix("weight_")].title for name in choices.WEIGHT},
        **more,
    )


def kept(token: str) -> Need | None:
    """The need under a name as it stands now, for who asks for it; None where it is not kept any more."""
    if not _TOKEN.fullmatch(token):
        return None
    moment = now()
    with opened().database.reading() as connection:
        written = store.kept_need(connection, token, moment)
    if written is None or "as_of" not in written:
        return None
    try:
        return replace(asking.read_kept(written, opened().gazetteer, moment), vetted_only=a_family())
    except CannotUnderstand:
        return None


def _no_longer_kept() -> Response:
    """The page in a list's place: why it is gone, and where to go on, for the family and for a counselor alike."""
    return make_response(render_template("no-longer-kept.html"), 404)


def _shown() -> int:
    wanted = request.args.get("show", "")
    return min(max(int(wanted), _FEW), _MOST) if re.fullmatch(r"[0-9]{1,4}", wanted) else _FEW
