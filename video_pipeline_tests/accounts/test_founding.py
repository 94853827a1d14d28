from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from video_pipeline.accounts.callers import identify
from video_pipeline.accounts.founding import make_first_admin
from video_pipeline.accounts.sessions import log_in


def test_the_first_admin_logs_in_with_the_password_that_was_told(engine, own):
    password = make_first_admin(engine, "admin@localhost")

    assert password
    assert identify(engine, log_in(engine, own, "admin@localhost", password).access_token, own).is_admin


def test_where_there_is_a_user_there_is_nothing_to_do(engine, add_user):
    add_user()

    assert make_first_admin(engine, "admin@localhost") is None


def test_of_several_starts_at_once_one_makes_the_admin(engine):
    with ThreadPoolExecutor(4) as threads:
        told = list(threads.map(lambda _: make_first_admin(engine, "admin@localhost"), range(4)))

    assert sum(password is not None for password in told) == 1
