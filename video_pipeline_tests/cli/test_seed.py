from __future__ import annotations

import re

import pytest

from video_pipeline.catalog import queries
from video_pipeline.catalog.engine import transaction
from video_pipeline.cli import planting
from video_pipeline.types import VideoStatus


@pytest.fixture(autouse=True)
def _two_samples(monkeypatch):
    """Enough to see what the command says; test_planting.py plants all of them."""
    monkeypatch.setattr(planting, "SENT", (planting.SENT[-2], planting.DELETED))


def test_new_passwords_are_shown_this_once(run, engine, store):
    first, second = run("seed", "--no-wait"), run("seed", "--no-wait")

    assert (first.exit_code, second.exit_code) == (0, 0), first.output + second.output
    assert re.findall(r"^(\w+)@seed\.example  [\w-]{22}$", first.output, re.MULTILINE) == ["nora", "hanna", "frank"]
    assert second.output == ""
    with transaction(engine) as connection:
        counts = queries.counts_by_status(connection)
    wanted = (VideoStatus.UPLOADING, VideoStatus.UPLOADED, VideoStatus.DELETED)
    assert [counts[status] for status in wanted] == [1, 1, 1]


def test_an_installation_that_is_in_use_is_left_alone(run, desk):
    desk.receive()

    refused = run("seed", "--no-wait")

    assert refused.exit_code == 1
    assert "--force" in refused.stderr
