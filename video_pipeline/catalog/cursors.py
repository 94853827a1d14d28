"""Where a list goes on: what its last video was sorted by, and that video's id, as text that clients hand back.

A cursor is opaque to them and untrusted to us: it decides where a list begins, never what may be in it.
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

LONGEST_NAME = 100
LARGEST_BYTES = 2**63 - 1

Key = datetime | str | float | int


class Sort(StrEnum):
    """What a list of videos is sorted by."""

    DATE = "date"
    NAME = "name"
    DURATION = "duration"
    SIZE = "size"


class Order(StrEnum):
    """Whether a list begins with the least or with the most."""

    ASCENDING = "asc"
    DESCENDING = "desc"


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a list of that sort and order: right behind the video with this key and id."""

    sort: Sort
    order: Order
    key: Key
    video_id: UUID


def encode(cursor: Cursor) -> str:
    """The cursor as text that needs no quoting in a URL."""
    key = cursor.key.isoformat() if isinstance(cursor.key, datetime) else cursor.key
    told = json.dumps([cursor.sort, cursor.order, key, str(cursor.video_id)], ensure_ascii=True)
    return base64.urlsafe_b64encode(told.encode()).rstrip(b"=").decode()


def decode(text: str, *, sort: Sort, order: Order) -> Cursor:
    """The cursor that a client hands back for a list of that sort and order.

    Raises:
        ValueError: it is none that `encode` made, or one of another list.
    """
    told = _told(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
    if not (isinstance(told, list) and len(told) == 4 and told[:2] == [sort, order] and isinstance(told[3], str)):
        raise ValueError("It is not a cursor of this list.")
    return Cursor(sort, order, _KEYS[sort](told[2]), UUID(told[3]))


def _told(text: bytes) -> object:
    try:
        return json.loads(text)
    except RecursionError as error:  # brackets in brackets in brackets
        raise ValueError("It is not a cursor.") from error


def _date(key: object) -> datetime:
    moment = datetime.fromisoformat(key) if isinstance(key, str) else None
    if moment is None or moment.tzinfo is None:
        raise ValueError("Its date is none.")
    return moment


def _name(key: object) -> str:
    if not (isinstance(key, str) and len(key) <= LONGEST_NAME and "\0" not in key):
        raise ValueError("Its name is none.")
    key.encode()  # lone surrogates are no text; a UnicodeEncodeError is a ValueError
    return key


def _seconds(key: object) -> float:
    if not (isinstance(key, float) and math.isfinite(key)):
        raise ValueError("Its duration is none.")
    return key


def _bytes(key: object) -> int:
    if isinstance(key, bool) or not (isinstance(key, int) and 0 <= key <= LARGEST_BYTES):
        raise ValueError("Its size is none.")
    return key


_KEYS: Mapping[Sort, Callable[[object], Key]] = {
    Sort.DATE: _date,
    Sort.NAME: _name,
    Sort.DURATION: _seconds,
    Sort.SIZE: _bytes,
}
