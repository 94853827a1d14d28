"""Sites, cameras and categories, found by what people call them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from video_pipeline.client.answers import Camera, Category, Site, read
from video_pipeline.client.connection import Connection
from video_pipeline.errors import NotFound, RequestRefused

Place = TypeVar("Place", Site, Camera, Category)


@dataclass(frozen=True, slots=True)
class Places:
    """The nouns that admins set up. A word is an id, a slug or a name, in whatever case."""

    connection: Connection

    def sites(self) -> Sequence[Site]:
        """The sites that the caller sees, by name."""
        return [read(Site, told) for told in self.connection.ask("GET", "/api/sites")["sites"]]

    def cameras(self, site_id: UUID | None = None) -> Sequence[Camera]:
        """The cameras of the caller's sites, or of one of them, by name."""
        params = {"site": None if site_id is None else str(site_id)}
        return [read(Camera, told) for told in self.connection.ask("GET", "/api/cameras", params=params)["cameras"]]

    def categories(self) -> Sequence[Category]:
        """All categories, by name."""
        return [read(Category, told) for told in self.connection.ask("GET", "/api/categories")["categories"]]

    def site(self, word: str) -> Site:
        """The site that is called so.

        Raises:
            NotFound: there is none that the caller sees.
            RequestRefused: there are several.
        """
        return _only("site", word, self.sites())

    def camera(self, word: str, *, site: str | None = None) -> Camera:
        """The camera that is called so, of the site that is called so where one is named.

        Raises:
            NotFound, RequestRefused: as for `site`.
        """
        return _only("camera", word, self.cameras(None if site is None else self.site(site).id))

    def category(self, word: str) -> Category:
        """The category that is called so.

        Raises:
            NotFound, RequestRefused: as for `site`.
        """
        return _only("category", word, self.categories())


def _only(noun: str, word: str, known: Sequence[Place]) -> Place:
    wanted = word.strip().casefold()
    found = [one for one in known if wanted in {str(one.id), one.slug}]
    found = found or [one for one in known if one.name.casefold() == wanted]
    if not found:
        listed = ", ".join(one.slug for one in known) or "none that you see"
        raise NotFound(f"No {noun} is called {word!r}; there are: {listed}.")
    if len(found) > 1:
        raise RequestRefused(f"Several of those are called {word!r}: name the site too, or give the {noun}'s id.")
    return found[0]
