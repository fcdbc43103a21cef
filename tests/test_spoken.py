"""A sentence is its English text to everybody, and is said in another language with all that was filled in."""

import copy
import gettext
import json
import pickle

import pytest

from directory.spoken import Spoken, beside, both, capital, count, joined, say
from directory.vocabulary import TERMS, label


class Loud:
    """A language of which one hears what went through it: it marks each message, and doubles nothing."""

    def gettext(self, message: str) -> str:
        return f"<{message}>"

    def ngettext(self, one: str, many: str, number: int) -> str:
        return f"<{one if number == 1 else many}>"


LOUD = Loud()


def test_a_sentence_is_its_english_text() -> None:
    told = say("takes %(people)s", people=say("women"))
    assert told == "takes women" and f"{told}." == "takes women." and "takes women" in {told}
    assert json.dumps([told]) == '["takes women"]' and "; ".join([told]) == "takes women"
    assert type(str(told)) is str


def test_what_is_filled_in_is_said_too_and_what_is_no_sentence_stays() -> None:
    told = say("%(plan)s, %(people)s and %(age)d", plan="Gold", people=say("women"), age=7)
    assert told.spoken(LOUD) == "<Gold, <women> and 7>"


@pytest.mark.parametrize(
    ("number", "english", "loud"), [(1, "1 bed", "<1 bed>"), (0, "0 beds", "<0 beds>"), (3, "3 beds", "<3 beds>")]
)
def test_one_and_several_have_their_own_form(number: int, english: str, loud: str) -> None:
    told = count("%(num)d bed", "%(num)d beds", number)
    assert (told, told.spoken(LOUD)) == (english, loud)


def test_a_percent_sign_stands_where_nothing_is_filled_in() -> None:
    assert say("50 % of them").spoken(LOUD) == "<50 % of them>"


def test_an_enumeration_is_said_whole_and_leaves_out_what_is_empty() -> None:
    drugs = joined((say("opioid"), "", say("alcohol"), "xylazine"), both)
    assert drugs == "opioid and alcohol and xylazine"
    assert isinstance(drugs, Spoken)
    assert drugs.spoken(LOUD) == "<<<opioid> and <alcohol>> and xylazine>"
    assert joined(("", ""), beside) == "" and joined([say("one")], beside) == "one"


def test_small_and_capital_letters_are_those_of_the_language() -> None:
    class Spanish(Loud):
        def gettext(self, message: str) -> str:
            return {"Long-term residential": "Residencial de larga duración", "IV access": "IV: acceso", "full": "lleno"}[
                message
            ]

    assert say("Long-term residential").lower() == "long-term residential"
    assert say("Long-term residential").lower().spoken(Spanish()) == "residencial de larga duración"
    assert say("IV access").lower() == "IV access" and say("IV access").lower().spoken(Spanish()) == "IV: acceso"
    full = capital(say("full"))
    assert isinstance(full, Spoken) and (full, full.spoken(Spanish())) == ("Full", "Lleno")
    assert capital("plain words") == "Plain words"


def test_its_own_text_is_what_an_english_page_says() -> None:
    terms = [told for code in TERMS for told in (label(code), label(code).lower(), capital(label(code)))]
    counted = [count("%(num)d bed for %(who)s", "%(num)d beds for %(who)s", num, who=label("sex.male")) for num in range(3)]
    for told in (*terms, *counted, joined(terms[:9], both), joined(terms[:9], beside), say("50 % of them")):
        assert isinstance(told, Spoken) and told.spoken(gettext.NullTranslations()) == told


def test_a_sentence_can_be_copied_and_kept() -> None:
    told = count("%(num)d bed for %(people)s", "%(num)d beds for %(people)s", 2, people=say("men").lower())
    for again in (copy.deepcopy(told), pickle.loads(pickle.dumps(told))):
        assert again == told and again.spoken(LOUD) == "<2 beds for <men>>"
