"""The hand-out as a PDF: tagged for screen readers (PDF/UA), its fonts inside, two pages at most."""

import logging
from typing import Any, Final

from directory.handout.page import DENSITIES, density, printed
from directory.handout.sheet import sheet
from directory.handout.snapshot import Snapshot
from directory.problems import CannotUnderstand, Loudness, Problem

PAGES: Final = 2
_FIX: Final = (
    "On Debian and Ubuntu: sudo apt install libpango-1.0-0 libpangoft2-1.0-0 fonts-dejavu-core. On a Mac: brew install pango. "
    "On Windows: install MSYS2, and in it mingw-w64-x86_64-pango. Until then print the page from the browser: it gives the "
    "same two pages"
)


class CannotPrint(CannotUnderstand):
    """There is no PDF on this machine; its problem says what to install, and that the browser's print serves till then."""

    def __init__(self, found: str) -> None:
        super().__init__(Problem(Loudness.FILE, "PDF", "it needs Pango, which this machine lacks", found, _FIX))


def pdf(snapshot: Snapshot, language: str = "en", link: str = "") -> bytes:
    """The hand-out, as tightly set as it must be; raises CannotPrint where Pango is missing."""
    weasyprint = _printer()
    fetcher = weasyprint.urls.URLFetcher(allowed_protocols=("data",))
    start = DENSITIES.index(density(sheet(snapshot, language)))
    for name in DENSITIES[start:]:
        html = weasyprint.HTML(string=printed(snapshot, language, link, name), url_fetcher=fetcher)
        document = html.render()
        if len(document.pages) <= PAGES:
            break
    made: bytes = document.write_pdf(pdf_variant="pdf/ua-1", pdf_tags=True)
    return made


def _printer() -> Any:
    """WeasyPrint, which is there everywhere, but can be read in only where Pango is."""
    try:
        import weasyprint
        import weasyprint.urls
    except (ImportError, OSError) as error:
        raise CannotPrint(str(error).partition("\n")[0]) from None
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    return weasyprint
