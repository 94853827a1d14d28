"""Every disagreement between catalog and bucket, made for real; and a video with which nothing is wrong."""

from __future__ import annotations

import os
from collections.abc import Callable
from uuid import UUID, uuid4

from sqlalchemy import select, update

from video_pipeline import intake
from video_pipeline.care.disagreements import Code
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import editing, multipart, uploads, videos
from video_pipeline.catalog.records.facts import record_metadata
from video_pipeline.catalog.tables import artifacts
from video_pipeline.media.profiles import required
from video_pipeline.storage import keys
from video_pipeline.types import ArtifactKind, Container
from video_pipeline_tests.catalog.stories import FACTS, in_parts
from video_pipeline_tests.desk import RUN, Desk

BODY = b"no video"


def put(desk: Desk, key: str, body: bytes = BODY) -> str:
    """Write into the bucket behind everybody's back; gives the key."""
    desk.store.client.put_object(Bucket=desk.store.bucket, Key=key, Body=body)
    return key


def register(desk: Desk) -> UUID:
    """A video whose upload has begun."""
    video_id = uuid4()
    with transaction(desk.engine) as connection:
        uploads.register_upload(
            connection,
            video_id=video_id,
            inbox_key=keys.upload(video_id, "mp4"),
            filename="gate.mp4",
            extension="mp4",
            scope="somebody",
        )
    return video_id


def upload(desk: Desk, body: bytes = BODY) -> UUID:
    """A video that lies in the inbox."""
    video_id = register(desk)
    put(desk, keys.upload(video_id, "mp4"), body)
    with transaction(desk.engine) as connection:
        uploads.mark_uploaded(connection, video_id, etag="e", size_bytes=len(body))
    return video_id


def accept(desk: Desk) -> UUID:
    """A video whose original lies where it belongs, in the middle of its processing."""
    body = os.urandom(32)
    video_id = upload(desk, body)
    original = put(desk, keys.original(video_id, Container.MP4), body)
    stored = desk.store.head(original)
    assert stored is not None
    sha256 = desk.store.fetch(original, desk.folder / "original")
    with transaction(desk.engine) as connection:
        videos.begin_validation(connection, video_id, run_id=RUN)
        videos.accept(connection, video_id, sha256=sha256, size_bytes=len(body), original_key=original)
        record_metadata(connection, video_id, facts=FACTS, browser_ready=True)
    desk.store.delete([keys.upload(video_id, "mp4")])
    return video_id


def served(desk: Desk) -> UUID:
    """A video that is completed, and with which nothing is wrong."""
    video_id = accept(desk)
    for kind in sorted(required(FACTS)):
        desk.derive(video_id, kind, f"{kind} of {video_id}".encode())
    with transaction(desk.engine) as connection:
        videos.complete(connection, video_id, run_id=RUN, required=required(FACTS))
    return video_id


def artifact(desk: Desk, video_id: UUID, kind: ArtifactKind = ArtifactKind.PROXY) -> str:
    """The key of a video's artifact."""
    return next(key for key in sorted(desk.keys(desk.row(video_id))) if f"/{kind}/" in key)


def refuse(desk: Desk) -> UUID:
    """A video that was refused, and its file kept to be looked at."""
    video_id = upload(desk)
    with transaction(desk.engine) as connection:
        videos.refuse(connection, video_id, code="too_long", sentence="It is too long.")
    put(desk, keys.rejected(video_id))
    desk.store.delete([keys.upload(video_id, "mp4")])
    return video_id


def delete(desk: Desk, video_id: UUID) -> UUID:
    """Delete a video, as its owner does."""
    with transaction(desk.engine) as connection:
        editing.delete_video(connection, video_id)
    return video_id


def an_upload_of_nobody(desk: Desk) -> None:
    put(desk, keys.upload(uuid4(), "mp4"))


def an_upload_of_a_video_that_is_served(desk: Desk) -> None:
    put(desk, keys.upload(served(desk), "mp4"))


def a_refusal_killed_before_it_emptied_the_inbox(desk: Desk) -> None:
    put(desk, keys.upload(refuse(desk), "mp4"))


def a_drop_whose_verdict_was_its_last_step(desk: Desk) -> None:
    video_id = adopt(desk)
    with transaction(desk.engine) as connection:
        videos.refuse(connection, video_id, code="too_long", sentence="It is too long.")
    put(desk, keys.rejected(video_id))


def adopt(desk: Desk, name: str = "gate.mp4") -> UUID:
    """A file that was dropped, and seen."""
    stored = desk.store.head(put(desk, f"{keys.DROP}mall/gate/{name}"))
    assert stored is not None
    video_id = intake.drop_id(desk.store.bucket, stored)
    with transaction(desk.engine) as connection:
        intake.adopt(connection, video_id, stored)
    return video_id


def a_copy_that_was_never_accepted(desk: Desk) -> None:
    put(desk, keys.original(refuse(desk), Container.MP4))


def an_original_of_nobody(desk: Desk) -> None:
    put(desk, keys.original(uuid4(), Container.MP4))


def a_derived_object_that_no_row_knows(desk: Desk) -> None:
    put(desk, keys.rendition(served(desk), ArtifactKind.WEB, "0" * 64, "mp4"))


def a_refused_file_of_a_video_that_is_served(desk: Desk) -> None:
    put(desk, keys.rejected(served(desk)))


def a_drop_that_nobody_saw(desk: Desk) -> None:
    put(desk, f"{keys.DROP}mall/gate/unseen.mp4")


def something_else_in_the_inbox(desk: Desk) -> None:
    put(desk, f"{keys.INBOX}readme.txt")


def parts_of_an_upload_of_nobody(desk: Desk) -> None:
    key = keys.upload(uuid4(), "mp4")
    desk.store.client.create_multipart_upload(Bucket=desk.store.bucket, Key=key)


def an_acknowledged_upload_that_is_nowhere(desk: Desk) -> None:
    desk.store.delete([keys.upload(upload(desk), "mp4")])


def an_original_that_is_gone(desk: Desk) -> None:
    desk.store.delete([keys.original(served(desk), Container.MP4)])


def an_original_cut_short(desk: Desk) -> None:
    put(desk, keys.original(served(desk), Container.MP4), b"cut")


def a_proxy_that_is_gone(desk: Desk) -> None:
    desk.store.delete([artifact(desk, served(desk))])


def a_proxy_cut_short(desk: Desk) -> None:
    put(desk, artifact(desk, served(desk)), b"cut")


def a_completed_video_without_a_poster(desk: Desk) -> None:
    video_id = served(desk)
    key = artifact(desk, video_id, ArtifactKind.POSTER)
    desk.store.delete([key])
    with transaction(desk.engine) as connection:
        connection.execute(artifacts.delete().where(artifacts.c.key == key))


def artifacts_of_other_bytes(desk: Desk) -> None:
    video_id = served(desk)
    with transaction(desk.engine) as connection:
        one = (artifacts.c.video_id == video_id) & (artifacts.c.kind == ArtifactKind.PROXY)
        connection.execute(update(artifacts).where(one).values(input_sha256="0" * 64))


def a_deleted_video(desk: Desk) -> None:
    delete(desk, served(desk))


def an_upload_that_was_given_up(desk: Desk) -> None:
    video_id = register(desk)
    with transaction(desk.engine) as connection:
        in_parts(connection, video_id, part_bytes=1, part_count=1, week_start=None)
        multipart.give_up(connection, video_id)


def a_proxy_whose_place_another_took(desk: Desk) -> None:
    desk.derive(served(desk), ArtifactKind.PROXY, os.urandom(8))


MESSES: dict[Callable[[Desk], None], Code] = {
    an_upload_of_nobody: Code.STRAY_UPLOAD,
    an_upload_of_a_video_that_is_served: Code.STRAY_UPLOAD,
    a_refusal_killed_before_it_emptied_the_inbox: Code.STRAY_UPLOAD,
    a_drop_whose_verdict_was_its_last_step: Code.STRAY_UPLOAD,
    a_copy_that_was_never_accepted: Code.STRAY_ORIGINAL,
    a_derived_object_that_no_row_knows: Code.STRAY_RENDITION,
    a_refused_file_of_a_video_that_is_served: Code.STRAY_REJECT,
    parts_of_an_upload_of_nobody: Code.UNFINISHED_UPLOAD,
    an_acknowledged_upload_that_is_nowhere: Code.UPLOAD_MISSING,
    a_proxy_that_is_gone: Code.ARTIFACT_MISSING,
    a_proxy_cut_short: Code.ARTIFACT_DAMAGED,
    artifacts_of_other_bytes: Code.ARTIFACT_FOREIGN,
    a_completed_video_without_a_poster: Code.ARTIFACT_LACKING,
    a_deleted_video: Code.DELETED_VIDEO,
    an_upload_that_was_given_up: Code.ABORTED_UPLOAD,
    a_proxy_whose_place_another_took: Code.SUPERSEDED_ARTIFACT,
}
"""What the sweep does away with, and what it is called."""

LEFT_ALONE: dict[Callable[[Desk], None], Code] = {
    a_drop_that_nobody_saw: Code.UNADOPTED_DROP,
    something_else_in_the_inbox: Code.UNKNOWN_OBJECT,
    an_original_of_nobody: Code.ORPHAN_ORIGINAL,
    an_original_that_is_gone: Code.ORIGINAL_MISSING,
    an_original_cut_short: Code.ORIGINAL_DAMAGED,
}
"""What it only tells."""

ALL = {**MESSES, **LEFT_ALONE}


def everything(desk: Desk) -> tuple[object, ...]:
    """All that the catalog and the bucket hold, for comparing."""
    with transaction(desk.engine) as connection:
        tables = artifacts.metadata.tables
        rows = {name: sorted(map(str, connection.execute(select(table)))) for name, table in tables.items()}
    return rows, {stored.key: stored.etag for stored in desk.store.list("")}
