"""Hands that use nothing but the keyboard, and eyes that must see at each step where they are."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from playwright.sync_api import Page

from tests.people import PASSWORD, Person

_MOST: Final = 250
"""More stops than any page has: who has not arrived by then does not arrive."""
_STOP: Final = """() => {
    const here = document.activeElement, style = getComputedStyle(here), box = here.getBoundingClientRect();
    const ringed = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
    return {
        id: here.id, words: (here.innerText || '').trim(), somewhere: here !== document.body,
        seen: ringed && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    };
}"""


@dataclass
class Keys:
    """A page worked by Tab, Shift+Tab, Enter, Space and typing."""

    page: Page

    def _tab(self, key: str = "Tab") -> dict[str, str]:
        """Go one stop on; wherever that is, it has a ring around it and stands in view."""
        self.page.keyboard.press(key)
        stop: dict[str, str] = self.page.evaluate(_STOP)
        assert stop["seen"] or not stop["somewhere"], f"nobody sees that “{stop['words'] or stop['id']}” has the focus"
        return stop

    def _go(self, key: str = "Tab", *, id: str = "", words: str = "", within: bool = False) -> None:
        for _ in range(_MOST):
            stop = self._tab(key)
            if (id and stop["id"] == id) or (words and (stop["words"] == words or (within and words in stop["words"]))):
                return
        raise AssertionError(f"“{id or words}” can't be reached by {key}")

    def _leave_by(self, key: str) -> None:
        with self.page.expect_navigation():
            self.page.keyboard.press(key)

    def enter(self, field: str, text: str, then: str = "") -> None:
        """Type into the field of an id in place of what stands there, and perhaps send the form."""
        self._go(id=field)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)
        if then:
            self._leave_by(then)

    def press(self, words: str, key: str = "Enter", within: bool = False) -> None:
        """Press the link or button of these words."""
        self._go(words=words, within=within)
        self._leave_by(key)

    def tick(self, id: str) -> None:
        """Choose by Space."""
        self._go(id=id)
        self.page.keyboard.press("Space")
        assert self.page.locator(":focus").is_checked()

    def back_to(self, id: str) -> None:
        """Go back by Shift+Tab."""
        self._go("Shift+Tab", id=id)

    def skip_to_main(self) -> None:
        """The first stop of a page just opened leads past all that stands on every page, into its main part."""
        assert self._tab()["words"] in ("Skip to the main part", "Skip to the list")
        self.page.keyboard.press("Enter")
        self._tab()
        assert self.page.evaluate("() => document.activeElement.closest('main') !== null"), "the link skips nothing"

    def goes_round(self, heading: str) -> None:
        """On the page of this heading nothing holds the focus: it passes every stop and begins again, in both directions."""
        self.page.get_by_role("heading", level=1, name=heading).wait_for()
        for key in ("Tab", "Shift+Tab"):
            self._go(key, words="Skip to the main part")
            self._go(key, words="How options are ranked")
            self._go(key, words="Skip to the main part")


# --- the evening's steps -----------------------------------------------------------------------------------------------


def keyed_in(keys: Keys, person: Person) -> None:
    """Sign in from the sign-in page."""
    keys.skip_to_main()
    for field, text in (("name", person.account.name), ("password", PASSWORD)):
        keys.enter(field, text)
    keys.enter("code", person.code(datetime.now(UTC)), "Enter")
    keys.goes_round("Your desk")


def case_keyed_in(keys: Keys) -> None:
    """Open a case from the desk."""
    keys.press("Open a case")
    for field, text in (("code_name", "Blue Heron"), ("near", "43215"), ("age", "27"), ("payer", "Medicaid")):
        keys.enter(field, text)
    keys.back_to("near")
    keys.press("Open the case")
    keys.goes_round("Blue Heron")


def call_keyed_in(keys: Keys) -> None:
    """Make the board's next call to its end; no answer is chosen by Enter in a field."""
    keys.press("Open the call sheet")
    keys.goes_round("Example ")
    keys.press("I am calling now")
    keys.press("2 beds", "Space")
    keys.enter("typed-bed.from", "canarynote", "Enter")
    assert keys.page.locator("#typed-bed\\.from").input_value() == "canarynote", "and no answer was chosen by Enter"
    assert keys.page.locator("#item-bed\\.from [aria-pressed=true]").count() == 0
    keys.tick("outcome-accepted")
    keys.press("End the call")


def handed_out_by_keys(keys: Keys) -> None:
    """Make the hand-out, look at it, present it without a signal, and come back to the board."""
    keys.press("Make the hand-out")
    keys.press("Look at it, print it")
    keys.page.get_by_role("heading", level=1, name="Call in this order").wait_for()
    keys.skip_to_main()
    keys.page.evaluate("() => history.go(-2)")
    keys.page.get_by_role("link", name="Present it").wait_for()
    keys.press("Present it")
    keys.page.context.set_offline(True)
    keys.press("Plan B", within=True)
    assert keys.page.url.endswith("#option-2")
    keys.page.context.set_offline(False)
    keys.page.evaluate("() => history.go(-2)")
    keys.page.get_by_role("link", name="Back to the board").wait_for()
    keys.press("Back to the board")
