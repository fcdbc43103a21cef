"""The commands around accounts: `user add`, `user list`, `user disable`, `user reset`. Links are printed, never sent."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final

import click
from flask import Flask

from directory import accounts
from directory.account import COMMAND_LINE
from directory.accounts import Keys, Register, Role, Who
from directory.problems import CannotUnderstand
from directory.referral import Directory

WRONG: Final = 2
_SITE: Final = click.option(
    "--site", help="The site's address, such as https://directory.example.org.  [default: this machine]"
)


def register(app: Flask, directory: Directory) -> None:
    """Add `user` to `flask --app app`."""
    group = click.Group("user", help="Accounts of counselors and staff. Families need none.")
    for command in (_add(directory), _list(directory), _disable(directory), _reset(directory)):
        group.add_command(command)
    app.cli.add_command(group)


def _add(directory: Directory) -> click.Command:
    @click.command("add", help="Make an account for NAME, and print the one-time link with which that person sets a password.")
    @click.argument("name")
    @click.option("--role", required=True, type=click.Choice([role.value for role in Role]), help="What the person does here.")
    @_SITE
    def command(name: str, role: str, site: str | None) -> None:
        with _opened(directory) as (opened, who):
            _say_link(directory, accounts.add(opened, name, Role(role), who), site)

    return command


def _list(directory: Directory) -> click.Command:
    @click.command("list", help="List the accounts: name, role, and what still has to be done.")
    def command() -> None:
        with _opened(directory) as (opened, _):
            for one in accounts.everybody(opened):
                click.echo(f"{one.account.name}  {one.account.role}  {accounts.state(one)}")

    return command


def _disable(directory: Directory) -> click.Command:
    @click.command("disable", help="Close NAME's account at once, wherever it is signed in. `user reset` opens it again.")
    @click.argument("name")
    def command(name: str) -> None:
        with _opened(directory) as (opened, who):
            accounts.disable(opened, name, who)
            click.echo(f"{name} can't sign in any more, and is signed out everywhere.", err=True)

    return command


def _reset(directory: Directory) -> click.Command:
    @click.command("reset", help="Take NAME's password, app and codes away, and print a new one-time link.")
    @click.argument("name")
    @_SITE
    def command(name: str, site: str | None) -> None:
        with _opened(directory) as (opened, who):
            _say_link(directory, accounts.reset(opened, name, who), site)

    return command


def _say_link(directory: Directory, token: str, site: str | None) -> None:
    hosts = directory.settings.trusted_hosts
    start = site or (f"https://{hosts[0]}" if hosts else f"http://127.0.0.1:{directory.settings.port}")
    click.echo(f"{start.rstrip('/')}/activate/{token}")
    click.echo(f"Give this link to that person alone. It works once, within {accounts.LINK_HOURS} hours.", err=True)


@contextmanager
def _opened(directory: Directory) -> Iterator[tuple[Register, Who]]:
    """The register of accounts, and who acts on the command line; what is wrong is said in words."""
    try:
        directory.ready()
        opened = Register(directory.database, Keys.of(directory.settings.instance))
        yield opened, Who(COMMAND_LINE, datetime.now(UTC))
    except CannotUnderstand as error:
        for problem in error.problems:
            click.echo(f"Error: {problem}", err=True)
        raise SystemExit(WRONG) from None
