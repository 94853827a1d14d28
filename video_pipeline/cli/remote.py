"""Commands for whoever has an account: they talk to a server's API, from any machine."""

from __future__ import annotations

import sys
from typing import Annotated
from uuid import UUID

import typer
from pydantic_core import to_json
from rich.console import Console
from rich.markup import escape

from video_pipeline.cli import catalogue
from video_pipeline.cli.sentences import sentences
from video_pipeline.cli.sight import look
from video_pipeline.client import Client
from video_pipeline.client.connection import normal
from video_pipeline.client.logins import Logins, OnDisk, state_folder
from video_pipeline.client.videos import Filters
from video_pipeline.errors import NotAuthenticated
from video_pipeline.types import VideoStatus

LOCAL = "http://127.0.0.1:8000"

commands = typer.Typer(add_completion=False)
out = Console(width=None if sys.stdout.isatty() else 120)

Server = Annotated[
    str | None,
    typer.Option(
        "--server",
        envvar="VIDEO_PIPELINE_SERVER",
        help="Address of the API; unless told, that of the latest login.",
        show_default=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def opened(server: str | None) -> Client:
    """The server that is meant, with the login that is remembered.

    Raises:
        NotAuthenticated: none is named, and nobody has logged in anywhere.
    """
    logins = Logins(state_folder())
    address = server or logins.latest_server()
    if address is None:
        raise NotAuthenticated("You are not logged in: `video-pipeline login --server https://…`.")
    return _client(logins, address)


def _client(logins: Logins, address: str) -> Client:
    return Client(address, keeper=OnDisk(logins, normal(address)))


@commands.command()
def login(
    server: Server = None,
    *,
    email: Annotated[str | None, typer.Option(help="Your e-mail address; asked for unless told.")] = None,
) -> None:
    """Log in to a server; the password is asked for, or read from standard input. Other commands use the login."""
    with sentences():
        logins = Logins(state_folder())
        with _client(logins, server or logins.latest_server() or LOCAL) as client:
            known = email or typer.prompt("E-mail address", err=True)
            client.login(known, _password())
            out.print(f"Logged in at {escape(client.address)} as {escape(known)}.", soft_wrap=True)


def _password() -> str:
    if sys.stdin.isatty():
        asked: str = typer.prompt("Password", hide_input=True, err=True)
        return asked
    return sys.stdin.readline().rstrip("\r\n")


@commands.command()
def logout(server: Server = None) -> None:
    """End the login at a server, and forget it."""
    with sentences(), opened(server) as client:
        client.logout()
        out.print(f"Logged out at {escape(client.address)}.", soft_wrap=True)


@commands.command("list")
def list_(
    *,
    status: VideoStatus | None = None,
    q: Annotated[str | None, typer.Option(help="Words in title, description or file name.")] = None,
    site: Annotated[str | None, typer.Option(help="A site's slug, name or id.")] = None,
    camera: Annotated[str | None, typer.Option(help="A camera's slug, name or id.")] = None,
    category: Annotated[str | None, typer.Option(help="A category's slug, name or id.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many to list, the newest first.")] = 20,
    as_json: AsJson = False,
    server: Server = None,
) -> None:
    """List the videos that you may see."""
    with sentences(), opened(server) as client:
        filters = _filters(client, status, q, site, camera, category)
        if as_json:
            _write(list(client.videos.list(at_most=limit, **filters)))
            return
        total = client.videos.page(limit=1, **filters)
        found = list(client.videos.list(at_most=limit, **filters))
        out.print(catalogue.listed(found, total.total, is_exact=total.total_is_exact))


def _filters(
    client: Client,
    status: VideoStatus | None,
    q: str | None,
    site: str | None,
    camera: str | None,
    category: str | None,
) -> Filters:
    filters: Filters = {}
    if status is not None:
        filters["status"] = status
    if q is not None:
        filters["q"] = q
    if camera is not None:
        filters["camera"] = client.places.camera(camera, site=site).id
    elif site is not None:
        filters["site"] = client.places.site(site).id
    if category is not None:
        filters["category"] = client.places.category(category).id
    return filters


@commands.command()
def show(video_id: UUID, *, as_json: AsJson = False, server: Server = None) -> None:
    """Show all that is known of a video."""
    with sentences(), opened(server) as client:
        seen = look(client, video_id)
        if as_json:
            _write(seen)
        else:
            out.print(catalogue.described(seen))


@commands.command()
def delete(
    video_ids: list[UUID],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    server: Server = None,
) -> None:
    """Delete videos of yours; nobody sees or plays them from then on."""
    with sentences(), opened(server) as client:
        for video_id in video_ids:
            video = client.videos.get(video_id)
            if yes or typer.confirm(f"Delete {video.title or video.filename} ({video_id})?", err=True):
                client.videos.delete(video_id)
                out.print(f"{video_id}  {escape(video.filename)}  deleted", soft_wrap=True)


def _write(told: object) -> None:
    sys.stdout.write(to_json(told, indent=2).decode() + "\n")
