from dataclasses import replace

import pytest

from video_pipeline.catalog import queries
from video_pipeline.catalog.records.facts import add_warnings, record_duration, record_metadata
from video_pipeline.errors import RequestRefused
from video_pipeline.types import Finding, Severity
from video_pipeline_tests.catalog.stories import FACTS, failed, processing


def warning(code: str, sentence: str = "It is so.") -> Finding:
    return Finding(code, sentence, Severity.WARN)


def test_metadata_is_kept_whole_and_in_columns(conn):
    video_id = processing(conn)
    record_metadata(conn, video_id, facts=FACTS, browser_ready=False)

    video = queries.video(conn, video_id)

    assert (video.facts, video.browser_ready, video.container) == (FACTS, False, FACTS.container)
    assert (video.duration_seconds, video.audio_codec) == (10.01, "aac")


def test_metadata_of_a_file_without_streams_leaves_their_columns_empty(conn):
    video_id = processing(conn)
    record_metadata(conn, video_id, facts=replace(FACTS, video=None, audio=None), browser_ready=False)

    video = queries.video(conn, video_id)

    assert (video.width, video.height, video.frame_rate, video.video_codec, video.audio_codec) == (None,) * 5


def test_metadata_is_not_written_to_a_video_that_has_failed(conn):
    with pytest.raises(RequestRefused, match="is failed"):
        record_metadata(conn, failed(conn, processing(conn)), facts=FACTS, browser_ready=True)


def test_a_video_lasts_as_long_as_was_decoded_of_it(conn):
    video_id = processing(conn)
    record_metadata(conn, video_id, facts=FACTS, browser_ready=True)
    record_duration(conn, video_id, 1.25)
    record_metadata(conn, video_id, facts=FACTS, browser_ready=True)
    assert queries.video(conn, video_id).duration_seconds == 1.25, "what the file says does not count any more"
    with pytest.raises(RequestRefused, match="be measured"):
        record_duration(conn, failed(conn, processing(conn, content="another")), 1.25)


def test_what_decoding_showed_is_added_to_what_was_known(conn):
    video_id = processing(conn)
    before = queries.video(conn, video_id).warnings

    add_warnings(conn, video_id, [warning("picture_lost")])

    assert queries.video(conn, video_id).warnings == (*before, warning("picture_lost"))


def test_a_warning_said_again_takes_its_own_place(conn):
    video_id = processing(conn)
    add_warnings(conn, video_id, [warning("picture_lost", "3 parts."), warning("shorter_than_declared")])

    add_warnings(conn, video_id, [warning("picture_lost", "4 parts.")])

    known = {finding.code: finding.sentence for finding in queries.video(conn, video_id).warnings}
    assert known["picture_lost"] == "4 parts."
    assert "shorter_than_declared" in known
