from __future__ import annotations

from uuid import uuid4

from video_pipeline.catalog import belongings
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import editing, uploads
from video_pipeline_tests.api.people import add_user


def begin(connection, owner_id, title):
    video_id = uuid4()
    uploads.register_upload(
        connection,
        video_id=video_id,
        inbox_key=f"incoming/{video_id}.mp4",
        filename="a.mp4",
        extension="mp4",
        scope=f"owner:{owner_id}",
        title=title,
        owner_id=owner_id,
    )
    uploads.mark_uploaded(connection, video_id, etag="etag", size_bytes=1)
    return video_id


def test_what_somebody_has_is_found_by_title_deleted_or_not(engine):
    ada, bob = add_user(engine), add_user(engine, "bob@example.org")
    with transaction(engine) as connection:
        gone, there = begin(connection, ada, "Gone"), begin(connection, ada, "There")
        begin(connection, ada, None)
        begin(connection, bob, "Another's")
        editing.delete_video(connection, gone)

        assert belongings.titled(connection, ada) == {"Gone": gone, "There": there}


def test_others_are_those_who_are_not_named_and_nobody(engine):
    ada, bob = add_user(engine), add_user(engine, "bob@example.org")
    with transaction(engine) as connection:
        assert not belongings.any_of_others(connection, [])
        begin(connection, ada, "One")
        assert belongings.any_of_others(connection, [])
        assert belongings.any_of_others(connection, [bob])
        assert not belongings.any_of_others(connection, [ada, bob])
        begin(connection, None, "Handed in at the desk")
        assert belongings.any_of_others(connection, [ada, bob])
