"""What a thumb opens, hits and misses, for all parts of a page at once."""

from typing import Final

from playwright.sync_api import Locator, Page

LEAST: Final = 43.9
"""CSS pixels in height: the 44 that are asked for, less what a browser rounds away."""
_BOXES: Final = """parts => parts.filter(part => part.getClientRects().length).map(part => {
    const box = part.getBoundingClientRect();
    return [part.textContent.trim() || part.id, box.width, box.height];
})"""
ALL_DRAWN: Final = "parts => parts.every(part => part.getClientRects().length)"
_OPEN: Final = "parts => parts.forEach(part => { part.open = true; })"


def unfold(page: Page) -> None:
    """Open whatever is folded away."""
    page.locator("details").evaluate_all(_OPEN)


def missed(targets: Locator, height: float = LEAST, width: float = 0) -> list[str]:
    """Those that are too small, by their words or ids; what is folded away counts too, what the page does not draw does not."""
    boxes: list[tuple[str, float, float]] = targets.evaluate_all(_BOXES)
    assert boxes, "nothing was measured at all"
    return [f"{words}: {across:g} by {high:g}" for words, across, high in boxes if high < height or across < width]
