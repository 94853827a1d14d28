from __future__ import annotations

import base64
import json
from datetime import UTC
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from video_pipeline.catalog.cursors import Cursor, Key, Order, Sort, decode, encode

NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=100)
KEYS: dict[Sort, st.SearchStrategy[Key]] = {
    Sort.DATE: st.datetimes(timezones=st.just(UTC)),
    Sort.NAME: NAMES,
    Sort.DURATION: st.floats(min_value=0, allow_infinity=False, allow_nan=False),
    Sort.SIZE: st.integers(0, 2**63 - 1),
}
ID = UUID(int=7)


@given(st.data(), st.sampled_from(Sort), st.sampled_from(Order), st.uuids())
def test_a_cursor_comes_back_as_it_went(data: st.DataObject, sort: Sort, order: Order, video_id: UUID) -> None:
    cursor = Cursor(sort, order, data.draw(KEYS[sort]), video_id)

    text = encode(cursor)

    assert decode(text, sort=sort, order=order) == cursor
    assert text.isascii()
    assert not set(text) & set("+/=&?#% ")


@given(st.text(max_size=80), st.sampled_from(Sort), st.sampled_from(Order))
def test_what_is_no_cursor_is_refused(text: str, sort: Sort, order: Order) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whichever part of it is wrong
        decode(text, sort=sort, order=order)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda some: st.lists(some, max_size=5)
)


@given(st.sampled_from(Sort), st.sampled_from(Order), JSON, st.uuids().map(str) | JSON)
@example(Sort.DATE, Order.ASCENDING, "0001-01-01T00:00:00+14:00", str(ID))
@example(Sort.SIZE, Order.ASCENDING, 10**4000, str(ID))
def test_what_looks_like_a_cursor_is_one_or_refused(sort: Sort, order: Order, key: object, video_id: object) -> None:
    text = base64.urlsafe_b64encode(json.dumps([sort, order, key, video_id]).encode()).decode()

    try:
        cursor = decode(text, sort=sort, order=order)
    except ValueError:
        return
    assert decode(encode(cursor), sort=sort, order=order) == cursor


def test_brackets_in_brackets_are_refused_however_deep() -> None:
    with pytest.raises(ValueError, match="not a cursor"):
        decode(base64.urlsafe_b64encode(b"[" * 30_000).decode(), sort=Sort.NAME, order=Order.ASCENDING)


def test_a_cursor_of_another_list_is_refused() -> None:
    text = encode(Cursor(Sort.SIZE, Order.ASCENDING, 5, ID))

    with pytest.raises(ValueError, match="this list"):
        decode(text, sort=Sort.SIZE, order=Order.DESCENDING)


@pytest.mark.parametrize(
    ("sort", "key"),
    [
        (Sort.DATE, "2026-01-01T00:00:00"),
        (Sort.DATE, "yesterday"),
        (Sort.DATE, 5),
        (Sort.NAME, "x" * 101),
        (Sort.NAME, "a\0b"),
        (Sort.NAME, "\ud800"),
        (Sort.NAME, None),
        (Sort.DURATION, "long"),
        (Sort.DURATION, float("nan")),
        (Sort.DURATION, 10**400),
        (Sort.SIZE, -1),
        (Sort.SIZE, 2**63),
        (Sort.SIZE, True),
        (Sort.SIZE, 1.5),
    ],
)
def test_a_key_that_the_database_could_not_compare_is_refused(sort: Sort, key: object) -> None:
    text = base64.urlsafe_b64encode(json.dumps([sort, "asc", key, str(ID)]).encode()).decode()

    with pytest.raises(ValueError):  # noqa: PT011
        decode(text, sort=sort, order=Order.ASCENDING)
