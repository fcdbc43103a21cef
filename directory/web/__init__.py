"""The pages: a need in, the list out; and the desk of those who sign in. No script, no request to any other host.

A cookie is set by signing in alone; whoever does not sign in has none.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from flask import Flask
from jinja2 import StrictUndefined

from directory.accounts import Keys, Register
from directory.referral import Directory
from directory.web import (
    access_log,
    account_pages,
    admin,
    attest,
    became,
    bed_pages,
    calls,
    case_end,
    cases,
    crawlers,
    errors,
    families,
    families_about,
    families_kept,
    families_listing,
    families_places,
    handouts,
    health,
    language,
    looked_at,
    pages,
    reading,
    roles,
    security,
    shared,
    sign_in,
    staff,
    staff_duplicates,
    staff_find,
    staff_import,
    staff_mapping,
    staff_review,
    staff_table,
    vetting_pages,
    words,
)
from directory.web.staff_import import Importing

_STATIC: Final = Path(__file__).with_name("static")
_MOST_BYTES: Final = 64 * 1024
_PARTS: Final = (
    health.health,
    crawlers.crawlers,
    sign_in.sign_in,
    account_pages.account_pages,
    admin.admin,
    cases.cases,
    case_end.case_end,
    calls.calls,
    bed_pages.beds,
    handouts.handouts,
    staff.staff,
    staff_review.staff_review,
    staff_import.staff_import,
    staff_mapping.staff_mapping,
    staff_table.staff_table,
    staff_duplicates.staff_duplicates,
    staff_find.staff_find,
    vetting_pages.vetting_pages,
    attest.attest,
)
_IN_BOTH_LANGUAGES: Final = (
    families.families,
    families_listing.families_listing,
    families_about.families_about,
    families_places.families_places,
    families_kept.families_kept,
    pages.pages,
    reading.reading,
    shared.shared,
)


def create_app(
    directory: Directory, source_titles: Mapping[str, str] | None = None, importing: Importing | None = None
) -> Flask:
    """The site over an opened directory; `source_titles` has people's words for the sources' short names.

    `importing` is what staff import files with in the browser; without it that page is not there.
    """
    app = access_log.Site("directory.web")
    app.config.update(
        MAX_CONTENT_LENGTH=_MOST_BYTES,
        MAX_FORM_MEMORY_SIZE=_MOST_BYTES,
        TRUSTED_HOSTS=[*security.OWN_HOSTS, *directory.settings.trusted_hosts],
        SEND_FILE_MAX_AGE_DEFAULT=7 * 24 * 3600,
    )
    app.extensions["directory"] = directory
    app.extensions["register"] = Register(directory.database, Keys.of(directory.settings.instance))
    app.extensions["importing"] = importing
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    words.register(app, source_titles or {})
    language.register(app)
    became.register(app)
    app.jinja_env.globals["styles"] = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:12] for path in _STATIC.glob("*.css")
    }
    security.register(app)
    access_log.register(app)
    looked_at.register(app)
    errors.register(app)
    roles.register(app)
    security.refuse_unwritable(app)
    for part in _PARTS:
        app.register_blueprint(part)
    for part in _IN_BOTH_LANGUAGES:
        language.in_both(app, part)
    roles.check(app)
    return app
