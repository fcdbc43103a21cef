"""The same server and the same page, but its list was made once, before: what a page costs without its answer."""

import sys
from datetime import UTC, datetime
from typing import Final

from app import app, directory
from directory import asking, referral, start
from directory.web import pages

SHOWN: Final = 10
"""As many of each kind as the page shows at first."""


def main() -> int:
    """Serve it until interrupted."""
    directory.ready()
    need = asking.read_need(asking.DEMO_NEED, directory.gazetteer, datetime.now(UTC).astimezone())
    answered = referral.options(directory, need, SHOWN)
    referral.options = lambda *_, **__: answered
    pages.kept = lambda token: need
    return start.serve(app, directory, lambda: None)


if __name__ == "__main__":
    sys.exit(main())
