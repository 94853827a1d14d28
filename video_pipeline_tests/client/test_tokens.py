from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from video_pipeline.client.tokens import InMemory, Tokens

OLD, NEW = Tokens("old", "once"), Tokens("new", "next")


def test_many_threads_use_a_refresh_token_once():
    keeper, used = InMemory(OLD), []

    def renew(refresh: str) -> Tokens:
        used.append(refresh)
        return NEW

    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: keeper.renewed(OLD, renew), range(8)))

    assert used == ["once"]
    assert found == [NEW] * 8
    assert keeper.current() == NEW


def test_what_cannot_be_renewed_stays():
    only = Tokens("only")

    assert InMemory(only).renewed(only, lambda _: NEW) == only


@pytest.mark.parametrize(("seconds", "is_stale"), [(-1, True), (20, True), (300, False)])
def test_a_token_is_stale_a_moment_before_it_ends(seconds: float, is_stale: bool):
    assert Tokens("a", "r", datetime.now(UTC) + timedelta(seconds=seconds)).is_stale is is_stale


def test_a_token_of_which_nobody_knows_the_end_is_tried():
    assert not Tokens("a").is_stale


def test_tokens_are_not_shown():
    assert "secret" not in repr(Tokens("secret", "secret too"))
