"""People and their videos behind the served API, for tests of what each of them gets to see."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Engine, insert, update

from video_pipeline.accounts.tokens import Claims
from video_pipeline.api import dependencies
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.people import memberships, users
from video_pipeline.catalog.records import uploads, videos
from video_pipeline.catalog.records.facts import record_metadata
from video_pipeline.catalog.tables import videos as table
from video_pipeline.storage import keys
from video_pipeline.types import Container, Role
from video_pipeline_tests.api.conftest import Answer, Client
from video_pipeline_tests.catalog.crowd import camera, site, user
from video_pipeline_tests.catalog.stories import FACTS, RUN
from video_pipeline_tests.desk import Desk

ORIGINAL = bytes(range(256)) * 5000  # more than one piece


@dataclass
class Gallery:
    """A site with a camera; its owner, a member of the site, a stranger and an admin; and what each asks the API."""

    api: Client
    desk: Desk
    site: UUID
    camera: UUID
    people: dict[str, UUID] = field(default_factory=dict)

    @property
    def engine(self) -> Engine:
        """The catalog."""
        return self.desk.engine

    def ask(self, who: str | None, method: str, path: str, content: object = None, **headers: str) -> Answer:
        """What the API answers somebody, or nobody in particular; headers are named with underscores."""
        token = dependencies.access_tokens().issue(Claims(self.people[who], epoch=0)) if who else None
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.api.ask(method, path, content, token=token, headers=sent)

    def get(self, who: str, path: str) -> Any:
        """What somebody is told."""
        answer = self.ask(who, "GET", path)
        assert answer.status == 200, answer.body
        return answer.told

    def uploaded(self, title: str = "Harbour", *, owner: str = "owner") -> UUID:
        """A video that waits to be validated."""
        video_id = uuid4()
        with transaction(self.engine) as connection:
            uploads.register_upload(
                connection,
                video_id=video_id,
                inbox_key=keys.upload(video_id, "mp4"),
                filename="Überfahrt.MP4",
                extension="mp4",
                scope=f"owner:{video_id}",
                title=title,
                owner_id=self.people[owner],
                site_id=self.site,
                camera_id=self.camera,
            )
            uploads.mark_uploaded(connection, video_id, etag="etag", size_bytes=len(ORIGINAL))
        return video_id

    def accepted(self, title: str = "Harbour", *, browser_ready: bool = True) -> UUID:
        """A video whose original is validated and lies in the bucket."""
        video_id = self.uploaded(title)
        key = keys.original(video_id, Container.MP4)
        path = self.desk.folder / "original"
        path.write_bytes(ORIGINAL)
        self.desk.put(path, key)
        sha256 = hashlib.sha256(ORIGINAL).hexdigest()
        with transaction(self.engine) as connection:
            videos.begin_validation(connection, video_id, run_id=RUN)
            videos.accept(connection, video_id, sha256=sha256, size_bytes=len(ORIGINAL), original_key=key)
            record_metadata(connection, video_id, facts=FACTS, browser_ready=browser_ready)
        return video_id

    def failed(self) -> UUID:
        """A video that could not be validated."""
        video_id = self.uploaded()
        with transaction(self.engine) as connection:
            videos.fail(connection, video_id, code="damaged", sentence="It is damaged.", retryable=False)
        return video_id

    def ages(self, video_ids: list[UUID]) -> None:
        """Let these videos be of one moment, so that only their ids tell them apart."""
        with transaction(self.engine) as connection:
            moment = self.desk.row(video_ids[0]).created_at
            connection.execute(update(table).where(table.c.id.in_(video_ids)).values(created_at=moment))


def opened(api: Client, desk: Desk) -> Gallery:
    """A gallery with its people and no videos."""
    with transaction(desk.engine) as connection:
        place = site(connection, "harbour")
        gallery = Gallery(api, desk, place, camera(connection, place))
        for name in ("owner", "member", "stranger", "admin"):
            gallery.people[name] = user(connection, name)
        role = update(users).where(users.c.id == gallery.people["admin"]).values(role=Role.ADMIN)
        connection.execute(role)
        connection.execute(insert(memberships).values(user_id=gallery.people["member"], site_id=place))
    return gallery
