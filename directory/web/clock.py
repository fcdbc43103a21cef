"""The one place in which the site reads a clock. `app.config["NOW"]` pins it, for tests."""

from datetime import UTC, datetime

from flask import current_app


def now() -> datetime:
    """The moment, in the whole seconds in which reports are compared."""
    pinned = current_app.config.get("NOW")
    return pinned if isinstance(pinned, datetime) else datetime.now(UTC).replace(microsecond=0)
