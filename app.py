"""The referral directory. `python3 app.py` starts it; `python3 app.py test` tests it; `flask --app app` has its commands."""

import os
import sys

from directory import bootstrap

if __name__ == "__main__":
    bootstrap.ensure({"test": "test", "bench": "bench"}.get((sys.argv[1:2] or ["run"])[0], "run"))

from directory import commands, review_commands, start, user_commands  # noqa: E402 - the requirements may only be there now
from directory.problems import CannotUnderstand  # noqa: E402
from directory.referral import Directory  # noqa: E402
from directory.settings import Settings  # noqa: E402
from directory.web import create_app  # noqa: E402
from importers import commands as import_commands  # noqa: E402
from importers.browser import BrowserImports  # noqa: E402
from importers.sources import TITLES  # noqa: E402

try:
    directory = Directory(Settings.from_environment(os.environ))
    app = create_app(directory, TITLES, BrowserImports(directory.database))
except CannotUnderstand as error:
    sys.exit(str(error))
commands.register(app, directory)
user_commands.register(app, directory)
review_commands.register(app, directory)
import_commands.register(app)

if __name__ == "__main__":
    sys.exit(start.main(sys.argv[1:], app, directory, lambda: import_commands.import_demo(directory)))
