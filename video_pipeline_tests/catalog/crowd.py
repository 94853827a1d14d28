"""Many videos of several owners, sites and cameras, made by the database itself."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, insert, text

from video_pipeline.catalog.people import users
from video_pipeline.catalog.tables import cameras, categories, sites
from video_pipeline.types import Caller, Role

MANY = """
    INSERT INTO videos (status, source, scope, filename, extension, title, size_bytes, duration_seconds, created_at,
                        uploaded_at, owner_id, site_id, camera_id, category_id)
    SELECT 'uploaded', 'upload', 'crowd', 'clip-' || n || '.mp4', 'mp4', 'Take ' || md5(n::text), n * 7919 % 100000,
           n % 600, now() - n * interval '1 minute', now() - n * interval '1 minute',
           (:owners ::uuid[])[1 + n % :owner_count], (:sites ::uuid[])[1 + n / 7 % :site_count],
           (:cameras ::uuid[])[1 + n / 7 % :site_count], CASE WHEN n % 11 = 0 THEN :category ::uuid END
    FROM generate_series(1, :number) AS n
"""


@dataclass(frozen=True)
class Crowd:
    """Who and what there is; the videos are shared out evenly."""

    owners: list[UUID]
    sites: list[UUID]
    cameras: list[UUID]
    category: UUID

    def member(self, owner: int, *of_sites: int) -> Caller:
        """One of the owners, who sees some of the sites."""
        return Caller(self.owners[owner], Role.MEMBER, frozenset(self.sites[number] for number in of_sites))

    @property
    def admin(self) -> Caller:
        """Somebody who sees everything."""
        return Caller(self.owners[0], Role.ADMIN)


def user(conn: Connection, name: str) -> UUID:
    """Somebody who can own videos."""
    row = insert(users).values(email=f"{name}@example.org", display_name=name).returning(users.c.id)
    new_id: UUID = conn.execute(row).scalar_one()
    return new_id


def site(conn: Connection, name: str) -> UUID:
    """A site."""
    row = insert(sites).values(slug=name, name=name.title()).returning(sites.c.id)
    new_id: UUID = conn.execute(row).scalar_one()
    return new_id


def camera(conn: Connection, site_id: UUID) -> UUID:
    """The gate of a site."""
    row = insert(cameras).values(site_id=site_id, slug="gate", name="Gate").returning(cameras.c.id)
    new_id: UUID = conn.execute(row).scalar_one()
    return new_id


def category(conn: Connection, name: str = "Sports") -> UUID:
    """A category."""
    row = insert(categories).values(name=name, slug=name.lower()).returning(categories.c.id)
    new_id: UUID = conn.execute(row).scalar_one()
    return new_id


def gathered(conn: Connection, number: int, *, owners: int = 3, places: int = 2) -> Crowd:
    """So many videos, shared out among owners and sites."""
    people = [user(conn, f"owner-{n}") for n in range(owners)]
    spots = [site(conn, f"site-{n}") for n in range(places)]
    eyes = [camera(conn, spot) for spot in spots]
    kind = category(conn)
    conn.execute(
        text(MANY),
        {
            "number": number,
            "owners": people,
            "owner_count": owners,
            "sites": spots,
            "site_count": places,
            "cameras": eyes,
            "category": kind,
        },
    )
    conn.execute(text("SELECT gin_clean_pending_list('ix_videos_words')"))
    conn.execute(text("ANALYZE videos"))
    return Crowd(people, spots, eyes, kind)
