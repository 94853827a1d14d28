"""One API for a whole module of tests: everybody who may ask it, and something of every kind to ask for."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert

from video_pipeline.api.app import create_app
from video_pipeline.api.rates import Rule
from video_pipeline.catalog import queries
from video_pipeline.catalog.columns import metadata
from video_pipeline.catalog.engine import connect, transaction
from video_pipeline.catalog.people import memberships, users
from video_pipeline.catalog.records import jobs, videos
from video_pipeline.config import settings
from video_pipeline.local.stack import Running
from video_pipeline.storage.client import client
from video_pipeline.storage.multipart import SignedRequest
from video_pipeline.storage.objects import ObjectStore
from video_pipeline.types import ArtifactKind, Stage
from video_pipeline_tests.api.conftest import forget, served
from video_pipeline_tests.api.gallery import Gallery, opened
from video_pipeline_tests.catalog import crowd
from video_pipeline_tests.catalog.stories import RUN
from video_pipeline_tests.desk import Desk
from video_pipeline_tests.senders import send

OUTSIDER = "outsider"
"""A member of another site."""


@contextmanager
def town(stores: Running) -> Iterator[Gallery]:
    """The API without limits on requests, over a catalog that was emptied."""
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory(prefix="video-pipeline-town-") as name:
        limits = {f"RATE_LIMIT_{rule.upper()}": "off" for rule in Rule}
        for variable, value in {**stores.environment, **limits, "WORK_DIR": name}.items():
            patch.setenv(variable, value)
        settings.cache_clear()
        forget()
        desk = _desk(Path(name))
        with served() as api:
            yield _peopled(opened(api, desk))
        desk.engine.dispose()
        forget()
    settings.cache_clear()


def _desk(folder: Path) -> Desk:
    known = settings()
    engine = connect(known.database_url.get_secret_value(), pool_size=2)
    with engine.begin() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
    store = ObjectStore(client(known.s3_endpoint_url, known.s3_region), known.s3_bucket)
    return Desk(engine, store, folder, folder / "none")


def _peopled(gallery: Gallery) -> Gallery:
    with transaction(gallery.engine) as connection:
        gallery.people[OUTSIDER] = crowd.user(connection, OUTSIDER)
        membership = {"user_id": gallery.people[OUTSIDER], "site_id": crowd.site(connection, "airport")}
        connection.execute(insert(memberships).values(membership))
    return gallery


def operations() -> dict[str, tuple[str, str]]:
    """The method and the path of every operation, by its name."""
    paths = create_app().openapi()["paths"]
    return {
        told["operationId"]: (method.upper(), path)
        for path, methods in paths.items()
        for method, told in methods.items()
    }


@dataclass
class Things:
    """One thing of every kind, none of them the askers' own save the owner's; each is made when it is first named.

    The attributes are called as the parameters of paths are.
    """

    gallery: Gallery

    part_number = 1
    kind = ArtifactKind.POSTER

    @cached_property
    def video_id(self) -> UUID:
        """A video of the owner's and of the site, that has come to an end: watching it ends by itself."""
        video_id = self.gallery.accepted()
        with transaction(self.gallery.engine) as connection:
            jobs.start_job(connection, video_id=video_id, stage=Stage.METADATA, run_id=RUN, worker="here")
            jobs.interrupt_jobs(connection, RUN)
            videos.fail(connection, video_id, code="interrupted", sentence="It was interrupted.", retryable=True)
        return video_id

    @cached_property
    def job_id(self) -> UUID:
        """A job of that video's."""
        with transaction(self.gallery.engine) as connection:
            return queries.jobs_of(connection, self.video_id)[0].id

    @cached_property
    def upload(self) -> dict[str, str]:
        """An upload of the owner's in one part, which has arrived; with `ETag`, as Uppy tells of it."""
        begun = self.gallery.ask("owner", "POST", "/s3/multipart", {"filename": "a.mp4", "type": "video/mp4"}).told
        path = f"/s3/multipart/{begun['uploadId']}/1?key={begun['key']}"
        part = send(SignedRequest("PUT", self.gallery.get("owner", path)["url"]), b"no video")
        return {**begun, "ETag": part.etag}

    @property
    def upload_id(self) -> str:
        """The store's name of it."""
        return self.upload["uploadId"]

    @property
    def key(self) -> str:
        """Where it goes."""
        return self.upload["key"]

    @property
    def uploading(self) -> str:
        """The id of its video."""
        return Path(self.key).stem

    @property
    def site_id(self) -> UUID:
        """The site."""
        return self.gallery.site

    @cached_property
    def empty_site(self) -> UUID:
        """A site with nothing in it, which can be removed."""
        with transaction(self.gallery.engine) as connection:
            return crowd.site(connection, f"s{uuid4().hex}")

    @cached_property
    def camera_id(self) -> UUID:
        """A camera of the site."""
        answer = self.gallery.ask("admin", "POST", "/api/cameras", self.named(site_id=str(self.site_id)))
        return UUID(answer.told["id"])

    @cached_property
    def category_id(self) -> UUID:
        """A category."""
        return UUID(self.gallery.ask("admin", "POST", "/api/categories", self.named()).told["id"])

    @cached_property
    def invitation_id(self) -> UUID:
        """An invitation that nobody has accepted."""
        return UUID(self.gallery.ask("admin", "POST", "/api/invitations", {"email": self.email}).told["id"])

    @cached_property
    def user_id(self) -> UUID:
        """Somebody else."""
        row = insert(users).values(email=self.email, display_name="Bob").returning(users.c.id)
        with transaction(self.gallery.engine) as connection:
            found: UUID = connection.execute(row).scalar_one()
        return found

    @property
    def email(self) -> str:
        """An address that nobody has."""
        return f"{uuid4().hex}@example.org"

    @staticmethod
    def named(**more: str) -> dict[str, str]:
        """Something that has a name."""
        return {"slug": f"s{uuid4().hex}", "name": uuid4().hex, **more}
