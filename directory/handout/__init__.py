"""The hand-out: a frozen, dated, numbered list for the family, and everything that is made of it. Reads no clock.

`freeze` makes the snapshot; every rendering is made from a snapshot alone, in a language of `LANGUAGES`.
"""

from directory.handout.calendar import calendar
from directory.handout.cards import cards
from directory.handout.catalog import CATALOGS, LANGUAGES
from directory.handout.changes import Change, changes
from directory.handout.facts import RULES, HandoutFacts, facts_of
from directory.handout.message import messages, parts, text_message
from directory.handout.page import Around, Page, file_name, page, present
from directory.handout.pdf import CannotPrint, pdf
from directory.handout.snapshot import Snapshot, as_it_stands, freeze

__all__ = [
    "CATALOGS",
    "LANGUAGES",
    "RULES",
    "CannotPrint",
    "Change",
    "HandoutFacts",
    "Around",
    "Page",
    "Snapshot",
    "as_it_stands",
    "calendar",
    "cards",
    "changes",
    "facts_of",
    "file_name",
    "freeze",
    "messages",
    "page",
    "parts",
    "pdf",
    "present",
    "text_message",
]
