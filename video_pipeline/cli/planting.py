"""Samples for people who develop or demonstrate: places, people at several points of their quota, and videos.

Everything is found again by its name, and made only where it is missing. Videos take the way of every upload: what a
status says of one is so, and nothing stands for what did not happen.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import Connection, Engine

from video_pipeline import intake
from video_pipeline.accounts import passwords
from video_pipeline.catalog import belongings, directory, places, uploading
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import editing, people, quota
from video_pipeline.catalog.records import places as ground
from video_pipeline.cli.specimens import Specimen
from video_pipeline.errors import RequestRefused
from video_pipeline.storage.multipart import DirectUploads
from video_pipeline.storage.objects import OPAQUE
from video_pipeline.types import Caller, Role, VideoStatus
from video_pipeline.uploads import transfer
from video_pipeline.uploads.announcement import Announcement
from video_pipeline.uploads.begin import Begun, begin
from video_pipeline.uploads.limits import Limits, this_week

CATEGORIES = ("Gaming", "Tutorials", "Vlogs", "Music", "Sports", "Cooking")
SITES = {"Harbour": ("North Quay", "South Quay"), "Market Hall": ("Entrance",)}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who has used a share of this week's quota."""

    name: str
    quota_share: float

    @property
    def email(self) -> str:
        """An address that is nobody's (RFC 2606)."""
        return f"{self.name.lower()}@seed.example"


OWNER = Person("Hanna", 0.5)
PEOPLE = (Person("Nora", 0), OWNER, Person("Frank", 1))

DELETED = Specimen("Out of Focus", "Vlogs", "yuvtestsrc", 220)
BEGUN = Specimen("Still on Its Way", "Sports", "smptebars", 247)
SENT = (
    Specimen("Every Cell Counts", "Gaming", "life", 262),
    Specimen("How to Read a Test Card", "Tutorials", "smptehdbars", 294),
    Specimen("A Day in Colours", "Vlogs", "rgbtestsrc", 330),
    Specimen("Sound and Shape", "Music", "testsrc2", 349),
    Specimen("Faster Than It Looks", "Sports", "testsrc", 392),
    Specimen("Apple Man With Cream", "Cooking", "mandelbrot", 440),
    Specimen("Dear Diary", "Vlogs"),
    DELETED,
)


def settle(engine: Engine, *, force: bool = False) -> dict[str, str]:
    """Make sites, cameras, categories and people that are missing; the passwords of new people, by their addresses.

    Raises:
        RequestRefused: there are videos of other people's, and `force` does not say to go on all the same.
    """
    with transaction(engine) as connection:
        _refuse_among_others(connection, force=force)
        sites = set(_cameras(connection).values())
        _categories(connection)
        new = {person.email: secrets.token_urlsafe(16) for person in PEOPLE if _known(connection, person) is None}
        for person in PEOPLE:
            _join(connection, person, new.get(person.email), sites=sites)
    return new


def plant(engine: Engine, direct: DirectUploads, folder: Path, *, defaults: Limits) -> list[UUID]:
    """Send the videos that are missing, whose files are made in `folder`; the ids of all that were sent, now or before.

    One is begun and never sent. Afterwards everybody has used as much of the week's quota as they are to have.
    """
    with transaction(engine) as connection:
        user = directory.user(connection, _id(connection, OWNER))
        owner = Caller(user.id, user.role, user.site_ids)
        there = belongings.titled(connection, user.id)
        sender = _Sender(engine, direct, folder, defaults, owner, tuple(_cameras(connection)), _categories(connection))
    if BEGUN.title not in there:
        sender.begin(BEGUN, 0)
    video_ids = [there.get(one.title) or sender.begin(one, number) for number, one in enumerate(SENT)]
    for specimen, video_id in zip(SENT, video_ids, strict=True):
        sender.send(specimen, video_id)
    with transaction(engine) as connection:
        for person in PEOPLE:
            _fill(connection, person, defaults)
    return video_ids


def discard(engine: Engine) -> None:
    """Delete the sample that is to be a deleted one; twice is the same as once."""
    with transaction(engine) as connection:
        editing.delete_video(connection, belongings.titled(connection, _id(connection, OWNER))[DELETED.title])


def _refuse_among_others(conn: Connection, *, force: bool) -> None:
    ours = [known for known in (_known(conn, person) for person in PEOPLE) if known is not None]
    if not force and belongings.any_of_others(conn, ours):
        raise RequestRefused(
            "There are videos here that are no samples. Seed an installation that is for trying out, or say --force."
        )


def _known(conn: Connection, person: Person) -> UUID | None:
    found = directory.find_address(conn, person.email)
    return found.id if found else None


def _id(conn: Connection, person: Person) -> UUID:
    known = _known(conn, person)
    if known is None:
        raise RequestRefused(f"{person.email} is gone. Run the command again.")
    return known


def _join(conn: Connection, person: Person, password: str | None, *, sites: set[UUID]) -> None:
    if password is not None:
        hashed = passwords.hashed(password)
        people.create_user(conn, email=person.email, display_name=person.name, password_hash=hashed)
    for site_id in sites:
        people.add_member(conn, site_id, _id(conn, person))


def _cameras(conn: Connection) -> dict[UUID, UUID]:
    """The sites of all sample cameras, by camera; what is missing is made."""
    everything = Caller(UUID(int=0), Role.ADMIN, frozenset())
    sites = {site.slug: site.id for site in places.list_sites(conn, everything)}
    cameras = {(camera.site_id, camera.slug): camera.id for camera in places.list_cameras(conn, everything)}
    found = {}
    for name, names in SITES.items():
        site_id = sites.get(_slug(name)) or ground.add_site(conn, _named(name))
        for camera in names:
            known = cameras.get((site_id, _slug(camera)))
            found[known or ground.add_camera(conn, {**_named(camera), "site_id": site_id})] = site_id
    return found


def _categories(conn: Connection) -> dict[str, UUID]:
    """The categories, by name; what is missing is made."""
    known = {category.slug: category.id for category in places.list_categories(conn)}
    return {name: known.get(_slug(name)) or ground.add_category(conn, _named(name)) for name in CATEGORIES}


def _named(name: str) -> dict[str, str]:
    return {"name": name, "slug": _slug(name)}


def _slug(name: str) -> str:
    return name.lower().replace(" ", "-")


def _fill(conn: Connection, person: Person, defaults: Limits) -> None:
    """Take as much of this week's quota as the person's share says, in all."""
    known, week = this_week(conn, defaults)
    user_id = _id(conn, person)
    wanted = int(known.weekly_bytes * person.quota_share)
    missing = wanted - uploading.used_bytes(conn, user_id, week.start)
    if missing > 0:
        quota.reserve(conn, user_id, week_start=week.start, size_bytes=missing, limit_bytes=known.weekly_bytes)


@dataclass(frozen=True, slots=True)
class _Sender:
    """Sends samples, as their owner would."""

    engine: Engine
    direct: DirectUploads
    folder: Path
    defaults: Limits
    owner: Caller
    cameras: Sequence[UUID]
    categories: Mapping[str, UUID]

    def begin(self, specimen: Specimen, number: int) -> UUID:
        """Announce a sample, from one camera after the other."""
        path = specimen.make(self.folder)
        file = Announcement(
            path.name,
            "video/mp4",
            path.stat().st_size,
            sha256=intake.digest(path),
            title=specimen.title,
            camera_id=self.cameras[number % len(self.cameras)],
            category_id=self.categories[specimen.category],
        )
        begun = begin(self.engine, self.direct, self.owner, file, defaults=self.defaults)
        return begun.upload.video_id if isinstance(begun, Begun) else begun.video_id

    def send(self, specimen: Specimen, video_id: UUID) -> None:
        """Send what has not been sent."""
        with transaction(self.engine) as connection:
            upload = uploading.upload(connection, video_id)
        if upload.status is VideoStatus.UPLOADING:
            self.direct.store.store(specimen.make(self.folder), upload.key, content_type=OPAQUE)
            transfer.complete(self.engine, self.direct, self.owner, video_id, [], defaults=self.defaults)
