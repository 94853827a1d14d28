from video_pipeline.catalog import queries
from video_pipeline.catalog.records.warnings import add_warnings
from video_pipeline.types import Finding, Severity
from video_pipeline_tests.catalog.stories import processing


def warning(code: str, sentence: str = "It is so.") -> Finding:
    return Finding(code, sentence, Severity.WARN)


def test_what_decoding_showed_is_added_to_what_was_known(conn):
    video_id = processing(conn)
    before = queries.video(conn, video_id).warnings

    add_warnings(conn, video_id, [warning("decode_errors")])

    assert queries.video(conn, video_id).warnings == (*before, warning("decode_errors"))


def test_a_warning_said_again_takes_its_own_place(conn):
    video_id = processing(conn)
    add_warnings(conn, video_id, [warning("decode_errors", "3 parts."), warning("shorter_than_declared")])

    add_warnings(conn, video_id, [warning("decode_errors", "4 parts.")])

    known = {finding.code: finding.sentence for finding in queries.video(conn, video_id).warnings}
    assert known["decode_errors"] == "4 parts."
    assert "shorter_than_declared" in known
