"""What the tables' columns have in common: names of constraints, ids, moments, words and digests."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Column, DateTime, Enum, MetaData, Uuid, func

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def word(words: type[StrEnum], *, constraint: str) -> Enum:
    """A short text that is one of `words`, held by a CHECK: unlike a native enum it changes in a transaction."""
    return Enum(
        words,
        native_enum=False,
        create_constraint=True,
        name=constraint,
        length=20,
        values_callable=lambda members: [member.value for member in members],
    )


def identity() -> Column[Any]:
    """An id that the database gives."""
    return Column("id", Uuid, primary_key=True, server_default=func.gen_random_uuid())


def moment(name: str, *, now: bool = False) -> Column[Any]:
    """A timestamp; with `now` it is always there and starts as the moment of the insert."""
    return Column(name, DateTime(timezone=True), nullable=not now, server_default=func.now() if now else None)


def digest(column: str) -> CheckConstraint:
    """SHA-256 in lower-case hexadecimal, or nothing."""
    return CheckConstraint(f"{column} ~ '^[0-9a-f]{{64}}$'", name=f"{column}_is_sha256")
