from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import quota
from video_pipeline.catalog.uploading import CameraSite
from video_pipeline.types import Container
from video_pipeline.uploads.limits import limits as known
from video_pipeline.uploads.limits import standing
from video_pipeline.uploads.week import Reset, week_of


def test_what_nobody_has_set_is_as_the_environment_says(engine, limits):
    with transaction(engine) as connection:
        assert known(connection, limits) == limits


def test_what_an_admin_has_set_counts(engine, limits):
    with transaction(engine) as connection:
        connection.exec_driver_sql(
            "INSERT INTO configuration (weekly_bytes_per_user, max_file_bytes, accepted_containers, "
            "quota_reset_weekday, quota_reset_hour, quota_reset_timezone) "
            "VALUES (0, 7, '{webm,mkv}', 0, 0, 'Asia/Tokyo')"
        )
        assert known(connection, replace(limits, reset=Reset(3, 5))) == replace(
            limits,
            weekly_bytes=0,
            max_file_bytes=7,
            containers=frozenset({Container.WEBM, Container.MKV}),
            reset=Reset(0, 0, "Asia/Tokyo"),
        )


def test_a_site_narrows_and_never_widens(limits):
    site = CameraSite(uuid4(), [".MP4", "m4v"], limits.max_file_bytes + 1)

    assert limits.at(site) == replace(limits, extensions=frozenset({"mp4", "m4v"}))
    assert limits.at(CameraSite(uuid4(), None, 5)) == replace(limits, max_file_bytes=5)


def test_where_a_user_stands_is_told_of_this_week_alone(engine, caller, limits):
    now = datetime.now(UTC)
    week = week_of(now, limits.reset)
    with transaction(engine) as connection:
        for start, size in ((week.start, 5), (week.end, 100)):
            quota.reserve(connection, caller.user_id, week_start=start, size_bytes=size, limit_bytes=1000)
        found = standing(connection, caller.user_id, limits)

    assert (found.used, found.limit) == (5, limits.weekly_bytes)
    assert found.resets_at > now
