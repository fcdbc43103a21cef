"""Accounts, what opens them, their sessions, and the audit. Passwords, links, codes and session ids stand here as digests."""

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from directory.tables.base import Table


class AccountRow(Table):
    """A person who may sign in; `key` is the name as it is compared."""

    __tablename__ = "account"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True, index=True)
    name: Mapped[str]
    role: Mapped[str]
    password: Mapped[str]
    second_step: Mapped[str]
    offered: Mapped[str]
    last_step: Mapped[int]
    disabled: Mapped[bool]
    created_at: Mapped[str]


class RecoveryCodeRow(Table):
    """A code that stands in once for the authenticator app."""

    __tablename__ = "recovery_code"
    digest: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)


class ActivationRow(Table):
    """A link with which an account's password is set, once."""

    __tablename__ = "activation"
    digest: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[str]


class SessionRow(Table):
    """A browser in which somebody signed in; the row of one that ended is gone."""

    __tablename__ = "session"
    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(unique=True, index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    started_at: Mapped[str]
    seen_at: Mapped[str]


class AttemptRow(Table):
    """A sign-in that did not succeed, or not yet; `subject` is a digest of the account's name or of the network."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index("ix_sign_in_attempt_subject_at", "subject", "at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str]
    at: Mapped[str]


class AuditRow(Table):
    """Who did what to what, when. Appended; the database itself refuses to change or remove a row."""

    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[str] = mapped_column(index=True)
    who: Mapped[str]
    action: Mapped[str]
    object: Mapped[str]
