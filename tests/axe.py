"""axe-core in a page of a real browser: what breaks a rule of WCAG 2.0 to 2.2, A and AA, or good practice."""

from importlib import resources
from typing import Any, Final

from playwright.sync_api import Page

from tests.thumb import unfold

_SCRIPT: Final = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
_TAGS: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
_OPTIONS: Final[dict[str, Any]] = {
    "runOnly": {"type": "tag", "values": _TAGS},
    "rules": {"target-size": {"enabled": True}},  # AA in WCAG 2.2, but left out by axe-core unless it is asked for
    "resultTypes": ["violations"],
}


def violations(page: Page) -> list[str]:
    """One sentence for each part of the page that breaks a rule; what is folded away is unfolded and judged too.

    The page is looked at from its top, where it came to rest: farther down, the way out stands in front of whatever passes
    beneath it, and a thumb moves that out again.
    """
    unfold(page)
    page.evaluate("() => scrollTo({top: 0, behavior: 'instant'})")
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(_SCRIPT)
    found = page.evaluate("options => axe.run(document, options)", _OPTIONS)
    assert found["passes"], "nothing was judged at all"
    return [
        f"{rule['id']}: {part['html'][:200]} ({part['failureSummary'].partition(chr(10))[2].strip()})"
        for rule in found["violations"]
        for part in rule["nodes"]
    ]
