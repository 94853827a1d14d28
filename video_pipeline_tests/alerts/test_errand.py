from __future__ import annotations

import threading

import pytest

from video_pipeline.alerts.errand import Errand


def test_it_goes_on_in_the_background_one_at_a_time() -> None:
    errand, done = Errand("test"), threading.Event()
    let_go = threading.Event()

    assert errand.begin(lambda: let_go.wait(30))
    assert not errand.begin(done.set)
    let_go.set()
    errand.wait()
    assert errand.begin(done.set)
    errand.wait()

    assert done.is_set()


def test_what_went_wrong_is_told_once_to_who_comes_next() -> None:
    errand, done = Errand("test"), threading.Event()

    def fail() -> None:
        raise ConnectionError("lost")

    errand.begin(fail)
    errand.wait()

    with pytest.raises(ConnectionError, match="lost"):
        errand.begin(done.set)
    assert not done.is_set()
    assert errand.begin(done.set)
    errand.wait()
    assert done.is_set()


def test_nobody_waits_where_nothing_was_begun() -> None:
    Errand("test").wait()
