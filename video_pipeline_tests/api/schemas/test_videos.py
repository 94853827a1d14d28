from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError
from sqlalchemy import Engine

from video_pipeline.api.schemas.videos import VideoChange, VideoDetail, VideoSummary
from video_pipeline.catalog.described import DescribedVideo, described
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records.artifacts import replace_artifact
from video_pipeline.catalog.records.facts import add_warnings
from video_pipeline.playback import Keyring, keyring
from video_pipeline.types import ArtifactKind, Finding, Severity
from video_pipeline_tests.catalog.stories import artifact, completed

NOW = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)
KEYS = keyring("", "installation")


@pytest.fixture
def video(engine: Engine) -> DescribedVideo:
    with transaction(engine) as connection:
        video_id = completed(connection)
        replace_artifact(connection, artifact(video_id, kind=ArtifactKind.POSTER, content="poster"))
        add_warnings(connection, video_id, [Finding("cut_short", "It ends early.", Severity.WARN)])
        return described(connection, [video_id])[video_id]


def test_a_detail_is_a_summary_and_more(video: DescribedVideo) -> None:
    summary, detail = VideoSummary.of(video, KEYS, NOW), VideoDetail.of(video, KEYS, NOW)

    assert detail.model_dump().items() >= summary.model_dump().items()
    assert [warning.code for warning in detail.warnings] == ["cut_short"]


def test_a_thumbnail_keeps_its_address_for_an_hour(video: DescribedVideo) -> None:
    addresses = [
        VideoSummary.of(video, KEYS, NOW + timedelta(minutes=minutes)).thumbnail_url for minutes in (0, 29, 31)
    ]

    assert addresses[0] == addresses[1] != addresses[2]
    assert VideoSummary.of(video, Keyring({}), NOW).thumbnail_url is None


def test_a_change_knows_what_was_left_out() -> None:
    assert VideoChange.model_validate({"title": None}).model_dump(exclude_unset=True) == {"title": None}
    with pytest.raises(ValidationError):
        VideoChange.model_validate({"owner_id": None})
