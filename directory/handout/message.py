"""The hand-out as text messages: plain, short, in letters that every telephone knows; an accent costs parts, and is kept."""

import unicodedata
from typing import Final

from directory.handout import square
from directory.handout.sheet import Bridge, Sheet, Told, sheet
from directory.handout.snapshot import Snapshot
from directory.handout.telling import Teller

SEGMENT: Final = 153
"""How many letters one part of a long message holds, while all of them are of the GSM alphabet."""
SEGMENTS: Final = 3
"""No message is longer than so many of these parts; one with an accent that the alphabet lacks takes more, shorter ones."""
_ALONE: Final = 160
_WIDE, _WIDE_ALONE = 67, 70
"""The same where a letter is of no such alphabet."""
_GSM: Final = frozenset(
    "@£$¥èéùìòÇØøÅåÆæßÉ !\"#%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà\n_"
)
_ALIKE: Final = {
    "“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "…": "...", "·": "-", "º": "o", "ª": "a",
    "[": "(", "]": ")", "{": "(", "}": ")", "|": "/", "\\": "/", "~": "-", "^": "", "`": "'",
}  # fmt: skip
_NAME, _SHORT = 50, 30


def messages(snapshot: Snapshot, language: str = "en", link: str = "") -> tuple[str, ...]:
    """The head, one message an option, and one for the bridge and the helplines; none longer than three parts."""
    told = sheet(snapshot, language)
    return tuple(_fitting(words) for words in (_head(told), *(_option(told, one) for one in told.listed), _end(told, link)))


def text_message(snapshot: Snapshot, language: str = "en", link: str = "") -> str:
    """All the messages as one text, to be copied."""
    return "\n\n".join(messages(snapshot, language, link)) + "\n"


def plain(words: str) -> str:
    """Words in Latin letters with their accents, and otherwise in the GSM alphabet; other signs are left out."""
    told = "".join(one if _readable(one) else _ALIKE.get(one, _bare(one)) for one in unicodedata.normalize("NFC", words))
    return "\n".join(" ".join(line.split()) for line in told.splitlines())


def parts(words: str) -> int:
    """As how many parts a network sends words: one letter that the GSM alphabet lacks makes all of them shorter."""
    narrow = all(one in _GSM for one in words)
    alone, each = (_ALONE, SEGMENT) if narrow else (_WIDE_ALONE, _WIDE)
    return 1 if len(words) <= alone else -(-len(words) // each)


def _readable(sign: str) -> bool:
    return sign in _GSM or (sign.isalpha() and sign.isprintable() and unicodedata.name(sign, "").startswith("LATIN "))


def _bare(sign: str) -> str:
    if sign.isspace():
        return " "
    return "".join(one for one in unicodedata.normalize("NFKD", sign) if one in _GSM)


def _fitting(words: str) -> str:
    told, longest = plain(words), SEGMENT * SEGMENTS
    return told if len(told) <= longest else told[: longest - 3].rstrip() + "..."


def _cut(words: str, longest: int) -> str:
    return words if len(words) <= longest else words[: longest - 3].rstrip(" .") + "..."


def _head(told: Sheet) -> str:
    words = told.words.say("message.head", number=told.snapshot["number"], time=told.as_of)
    demonstration = told.words.say("page.demonstration") if told.snapshot["demonstration"] else ""
    return "\n".join(filter(None, (told.planned, words, demonstration, "" if told.listed else told.words.say("page.none"))))


def _option(told: Sheet, one: Told) -> str:
    say, teller = told.words.say, Teller(told.words, told.when)
    name = one.data["ask_for"]
    return say(
        "message.option",
        number=one.number,
        name=_cut(one.name, _NAME),
        town=_cut(one.town, _SHORT),
        phone=one.phone,
        unchecked=say("message.unchecked") if one.unchecked else "",
        ask_for=say("message.ask_for", name=_cut(name, _SHORT)) if name else "",
        status=one.status,
        arrive=teller.arrive(one.data),
        cost=_cut(teller.cost(one.data), _SHORT),
        insurance=teller.insurance(one.data),
    )


def _end(told: Sheet, link: str) -> str:
    """The nearest bridge, the helplines, and the link; each line whole."""
    lines = [_bridge(told, one) for one in told.bridges[:1]]
    lines += [f"{shown}: {what}." for what, shown, _ in told.helplines]
    lines += [told.words.say("message.link", link=square.checked(link))] if link else []
    return "\n".join(lines)


def _bridge(told: Sheet, one: Bridge) -> str:
    name, town = _cut(one.name, _NAME), _cut(one.town, _SHORT)
    unchecked = told.words.say("message.unchecked") if one.unchecked else ""
    return told.words.say("message.bridge", name=name, town=town, phone=one.phone, unchecked=unchecked)
