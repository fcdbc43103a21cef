"""What Spanish-speaking families type finds what the same words find in English; and English words mean what they meant."""

import tomllib
import unicodedata

import numpy as np
import pytest
from rapidfuzz.distance import OSA

from directory.search.analysis import SYNONYMS_FILE, document, tokens, words
from directory.search.words import Words
from directory.vocabulary import GROUPS, TERMS, Term
from tests.builders import DEFAULT_YES, a_listing

CODES = list(TERMS)
WORDS = Words.from_documents(
    [
        document(a_listing(organization="Example", yes=(code,), unknown=DEFAULT_YES - {code}, city="", postal_code=""))
        for code in CODES
    ]
)
"""One listing for each term of the vocabulary, of which nothing else is known."""

with SYNONYMS_FILE.open("rb") as file:
    GROUPED = tomllib.load(file)
SPANISH = {tuple(words(phrase)): token for token, phrases in GROUPED.pop("spanish").items() for phrase in phrases}
ENGLISH = {tuple(words(phrase)): token for group in GROUPED.values() for token, phrases in group.items() for phrase in phrases}
LABEL_WORDS = {word for term in TERMS.values() for word in words(term.label)} | {w for g in GROUPS for w in words(g.label)}

SAME = [
    ("desintoxicación", "detox", "care.withdrawal"),
    ("desintoxicación de alcohol", "detox alcohol", "withdrawal.alcohol"),
    ("Desintoxicación de heroína", "heroin detox", "withdrawal.opioid"),
    ("desintoxicacion de opioides", "opioid detox", "withdrawal.opioid"),
    ("rehabilitación", "rehab", "setting.residential"),
    ("centro de rehabilitación", "rehab", "setting.residential"),
    ("centros de rehabilitación para mujeres", "rehab women", "program.women"),
    ("tratamiento residencial", "residential treatment", "setting.residential"),
    ("hospitalización", "inpatient", "setting.inpatient"),
    ("hospitalización parcial", "partial hospitalization", "setting.outpatient_day"),
    ("ambulatorio", "outpatient", "setting.outpatient"),
    ("tratamiento ambulatorio", "outpatient", "setting.outpatient"),
    ("heroína", "heroin", "treats.opioid"),
    ("adicción a la heroína", "heroin", "treats.opioid"),
    ("fentanilo", "fentanyl", "treats.opioid"),
    ("adicción a los opioides", "opioid addiction", "treats.opioid"),
    ("alcoholismo", "alcoholism", "treats.alcohol"),
    ("adicción al alcohol", "alcohol", "treats.alcohol"),
    ("tratamiento del alcoholismo", "treatment alcoholism", "treats.alcohol"),
    ("ludopatía", "gambling", "treats.gambling"),
    ("metadona", "methadone", "medication.methadone"),
    ("clínica de desintoxicación", "clinic detox", "care.withdrawal"),
    ("ayuda para adicción a la heroína", "help heroin", "treats.opioid"),
    ("clínica de metadona", "methadone clinic", "moud.otp"),
    ("tratamiento con metadona", "methadone", "moud.methadone_start"),
    ("buprenorfina", "Suboxone", "moud.buprenorphine_start"),
    ("buprenorfina inyectable", "Sublocade", "moud.buprenorphine_xr_start"),
    ("naltrexona", "Vivitrol", "moud.naltrexone_start"),
    ("naloxona", "Narcan", "after.naloxone"),
    ("sobredosis", "overdose", "after.naloxone"),
    ("tratamiento asistido con medicamentos", "MAT", "moud.buprenorphine_start"),
    ("metanfetaminas", "meth", "withdrawal.methamphetamine"),
    ("cocaína", "cocaine", "withdrawal.cocaine"),
    ("benzodiacepinas", "benzos", "withdrawal.benzodiazepine"),
    ("abuso de sustancias", "substance abuse", "care.substance_use"),
    ("adicciones", "addiction", "care.substance_use"),
    ("drogadicción", "drug addiction", "care.substance_use"),
    ("embarazada", "pregnant", "accepts.pregnant"),
    ("mujeres embarazadas", "pregnant", "program.pregnant"),
    ("mujeres", "women", "sex.female"),
    ("para mujeres", "women", "program.women"),
    ("hombres", "men", "sex.male"),
    ("programas para hombres", "program men", "program.men"),
    ("adolescentes", "teens", "program.adolescents"),
    ("veteranos", "veterans", "program.veterans"),
    ("personas mayores", "elderly", "program.seniors"),
    ("en español", "Spanish", "language.spanish"),
    ("que hablen español", "Spanish", "language.spanish"),
    ("lenguaje de señas", "sign language", "language.sign"),
    ("seguro médico", "insurance", "payer.private"),
    ("aseguranza", "private insurance", "payer.private"),
    ("sin seguro", "sliding scale", "payer.sliding_scale"),
    ("gratis", "free", "payer.free"),
    ("pago en efectivo", "cash", "payer.self_pay"),
    ("consejería familiar", "family", "counseling.family"),
    ("terapia de grupo", "group", "counseling.group"),
    ("terapia de pareja", "couples", "counseling.couples"),
    ("doce pasos", "12-step", "approach.twelve_step"),
    ("12 pasos", "12-step", "approach.twelve_step"),
    ("prevención de recaídas", "prevention relapse", "approach.relapse_prevention"),
    ("salud mental", "mental", "amenity.mental_health"),
    ("prevención del suicidio", "prevention suicide", "amenity.suicide_prevention"),
    ("violencia doméstica", "domestic", "program.domestic_violence"),
    ("trauma", "trauma", "program.trauma"),
    ("diagnóstico dual", "dual diagnosis", "program.co_occurring"),
    ("transporte", "transportation", "amenity.transportation"),
    ("cuidado de niños", "child care", "amenity.child_care"),
    ("guardería", "child care", "amenity.child_care"),
    ("casa de recuperación", "recovery house", None),
    ("casas sobrias", "sober living", None),
    ("vivienda", "housing", "recovery.housing"),
    ("VIH", "HIV", "program.hiv"),
]


def found(text: str) -> dict[str, float]:
    return {CODES[at]: float(share) for at, share in enumerate(WORDS.relevance(text)) if share > 0}


def without_accents(text: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))


@pytest.mark.parametrize(("spanish", "english", "code"), SAME, ids=[case[0] for case in SAME])
def test_a_spanish_phrase_is_read_like_the_english_one_and_finds_the_same(spanish: str, english: str, code: str | None) -> None:
    assert sorted(tokens(spanish)) == sorted(tokens(english))
    assert sorted(tokens(without_accents(spanish).upper())) == sorted(tokens(english))
    if code:
        assert code in found(spanish)
        assert code in found(without_accents(spanish).upper())


MISSPELT = [
    ("desintoxicasion", "care.withdrawal"),
    ("desintoxi", "care.withdrawal"),
    ("reabilitacion", "setting.residential"),
    ("rehabilitacon", "setting.residential"),
    ("rehabili", "setting.residential"),
    ("metadonna", "medication.methadone"),
    ("metado", "medication.methadone"),
    ("buprenorfna", "medication.buprenorphine"),
    ("heroinna", "treats.opioid"),
    ("fentanillo", "treats.opioid"),
    ("alcolismo", "treats.alcohol"),
    ("alcoholi", "treats.alcohol"),
    ("cocaína ", "withdrawal.cocaine"),
    ("cocaaina", "withdrawal.cocaine"),
    ("metanfetmina", "withdrawal.methamphetamine"),
    ("benzodiasepinas", "withdrawal.benzodiazepine"),
    ("embarasada", "accepts.pregnant"),
    ("embaraz", "accepts.pregnant"),
    ("mugeres", "sex.female"),
    ("hombrs", "sex.male"),
    ("adolesentes", "program.adolescents"),
    ("beteranos", "program.veterans"),
    ("consejeia", "counseling.individual"),
    ("transpore", "amenity.transportation"),
    ("adicion", "care.substance_use"),
    ("recaidad", "approach.relapse_prevention"),
    ("aseguransa", "payer.private"),
    ("ambulatrio", "setting.outpatient"),
    ("hospitalisacion", "setting.inpatient"),
]


@pytest.mark.parametrize(("typed", "code"), MISSPELT, ids=[case[0] for case in MISSPELT])
def test_a_spanish_word_misspelt_or_cut_short_is_found_too(typed: str, code: str) -> None:
    shares = found(typed)
    assert code in shares
    best = {one for one, share in shares.items() if np.isclose(share, max(shares.values()))}
    wanted = set(document(a_listing(organization="", yes=(code,), unknown=DEFAULT_YES - {code}))["services"])
    assert any(wanted & set(tokens(TERMS[one].label)) for one in best)


# --- what English means ------------------------------------------------------------------------------------------------


def test_no_spanish_phrase_is_an_english_one_or_a_word_of_a_label() -> None:
    assert not SPANISH.keys() & ENGLISH.keys()
    single = {phrase[0]: token for phrase, token in SPANISH.items() if len(phrase) == 1}
    assert not {word for word, token in single.items() if word in LABEL_WORDS and word != token}


def test_a_spanish_phrase_means_one_thing() -> None:
    with SYNONYMS_FILE.open("rb") as opened:
        written = tomllib.load(opened)["spanish"]
    phrases = [(tuple(words(phrase)), token) for token, some in written.items() for phrase in some]
    assert not [phrase for phrase, token in phrases if SPANISH[phrase] != token]
    assert all(phrase for phrase, _ in phrases)


@pytest.mark.parametrize("term", TERMS.values(), ids=lambda term: term.code)
def test_no_label_is_read_otherwise_for_the_spanish_phrases(term: Term) -> None:
    plain = words(term.label)
    runs = {tuple(plain[start:stop]) for start in range(len(plain)) for stop in range(start + 1, len(plain) + 1)}
    assert not runs & SPANISH.keys()


RELATED = {("rehabilitation", "rehabilitacion"), ("hospitalization", "hospitalizacion")}
"""Words that are close and mean the same, though English has no synonym there or takes the word as part of a phrase."""


def test_no_slip_of_a_labels_word_is_taken_for_a_spanish_word_of_another_meaning() -> None:
    """Close is one letter in a short word and two in a long one, as `Words` has it."""

    def close(one: str, other: str) -> bool:
        return len(other) >= 4 and OSA.distance(one, other) <= (1 if len(other) < 8 else 2)

    single = {phrase[0]: token for phrase, token in SPANISH.items() if len(phrase) == 1}
    english = {word: tokens(word)[0] for word in LABEL_WORDS | {phrase[0] for phrase in ENGLISH if len(phrase) == 1}}
    near = {(e, s) for e, meant in english.items() for s, token in single.items() if close(s, e) and token != meant}
    assert near <= RELATED


PLACES = [
    "Wilmington DE",
    "La Jolla",
    "El Centro CA",
    "Del Mar",
    "Los Angeles",
    "Valencia CA",
    "Saluda VA",
    "Mobile AL",
    "Dolores CO",
    "Chino",
]


@pytest.mark.parametrize("place", PLACES)
def test_a_place_with_a_spanish_name_is_still_a_place(place: str) -> None:
    assert tokens(place) == words(place)
