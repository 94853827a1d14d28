from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from video_pipeline.care.census import Census, Kind
from video_pipeline.care.disagreements import Ages, Code, Cutoffs, Disagreement
from video_pipeline.catalog import inventory
from video_pipeline_tests.care import messes
from video_pipeline_tests.care.messes import ALL
from video_pipeline_tests.desk import Desk

NOW = Ages(timedelta(0), timedelta(0))


def counted(desk: Desk, ages: Ages = NOW) -> tuple[list[Disagreement], Census]:
    census = Census(desk.engine, desk.store, Cutoffs.at(datetime.now(UTC), ages))
    return list(census.disagreements()), census


def test_each_disagreement_is_found_by_its_name_and_nothing_else_unless_it_is_too_young(desk: Desk) -> None:
    messes.served(desk)
    found: dict[Disagreement, Code] = {}
    for mess in ALL:
        before = set(found)
        mess(desk)
        found = {one: one.code for one in counted(desk)[0]}
        assert [found[one] for one in found.keys() - before] == [ALL[mess]], mess.__name__
        assert before <= found.keys(), mess.__name__

    assert Counter(found.values()) == Counter(ALL.values())
    assert counted(desk, Ages())[0] == []


def test_nothing_is_wrong_with_videos_at_any_point_of_their_way(desk: Desk) -> None:
    for healthy in (messes.register, messes.upload, messes.adopt, messes.accept, messes.served, messes.refuse):
        healthy(desk)
    found, census = counted(desk)

    assert found == []
    assert census.counted[Kind.VIDEOS] == 6
    assert (census.counted[Kind.INBOX], census.counted[Kind.ORIGINALS], census.counted[Kind.REJECTS]) == (2, 2, 1)


def test_a_catalog_of_many_pages_is_read_to_its_end(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inventory, "PAGE", 2)
    for _ in range(5):
        messes.an_acknowledged_upload_that_is_nowhere(desk)
    found, census = counted(desk)

    assert [one.video_id for one in found] == sorted(one.video_id for one in found if one.video_id)
    assert (len(found), census.counted[Kind.VIDEOS]) == (5, 5)
