"""The browser that the tests drive: one for all tests of a process, in which each opens windows of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, sync_playwright

_OFF: Final = (
    "WebUIOmniboxPopup", "WebUIOmniboxAimPopup",
    # What Playwright turns off itself; of two lists a browser takes the last alone.
    "AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "PaintHolding", "ThirdPartyStoragePartitioning",
    "AvoidCorsURLLoaderRestartOnRedirect", "TcpPortRandomizationWin", "OptimizationHints", "NetworkTimeServiceQuerying",
    "AimEnabled", "PreconnectToSearch",
)  # fmt: skip
"""The first two are pages of the browser's own below the field for addresses, which it makes in every window for nobody to see:
each cost more than a page of ours.
"""
_QUIET: Final = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={','.join(_OFF)}",
]


@contextmanager
def opened(path: Path) -> Iterator[Browser]:
    """This Chromium or Chrome, without what asks its maker for something."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_QUIET)
        yield browser
        browser.close()
