"""How a video is played and downloaded: which bytes, and links that give them to whoever holds one, for a while.

A player sends no token with its requests, so the link itself carries the proof: what it gives, until when, and an
HMAC over both. The key's name is in the link, so that keys can be changed while older links still live.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from urllib.parse import urlencode
from uuid import UUID

from video_pipeline.catalog.described import DescribedVideo
from video_pipeline.catalog.rows import VideoRow
from video_pipeline.errors import ConfigurationError, NotFound
from video_pipeline.types import ArtifactKind, VideoStatus

STREAM_SECONDS = 3600
DOWNLOAD_SECONDS = 600
#: Links to posters are rounded up to this, so that browsers find in their cache what a list shows again.
POSTER_SECONDS = 3600


class Rendering(StrEnum):
    """What of a video can be played, shown or downloaded."""

    ORIGINAL = "original"
    WEB = "web"
    PROXY = "proxy"
    POSTER = "poster"
    STORYBOARD = "storyboard"
    STORYBOARD_INDEX = "storyboard_index"


@dataclass(frozen=True, slots=True)
class Media:
    """The bytes of a rendering, as they lie in the bucket."""

    key: str
    content_type: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Grant:
    """What a link gives, until when (in seconds since 1970), and whether it is to be saved and not shown."""

    video_id: UUID
    rendering: Rendering
    expires: int
    download: bool = False


@dataclass(frozen=True, slots=True)
class Keyring:
    """The keys that sign links, by their names: the first signs, all of them count."""

    keys: Mapping[str, bytes]

    def sign(self, grant: Grant) -> tuple[str, str]:
        """The name of the key and the signature in hexadecimal.

        Raises:
            ConfigurationError: there is no key.
        """
        if not self.keys:
            raise ConfigurationError("Links cannot be signed: neither MEDIA_KEYS nor SIGNING_KEY is set.")
        key_id = next(iter(self.keys))
        return key_id, _hmac(self.keys[key_id], key_id, grant)

    def allows(self, grant: Grant, key_id: str, signature: str, now: datetime) -> bool:
        """Whether one of our keys signed the grant, and it still lives."""
        key = self.keys.get(key_id)
        expected = _hmac(key or b"", key_id, grant)
        is_signed = hmac.compare_digest(expected.encode(), signature.encode())  # text would have to be ASCII
        return key is not None and is_signed and now.timestamp() < grant.expires


def keyring(media_keys: str, signing_key: str) -> Keyring:
    """The keys named in `name:secret,name:secret`, or else one that is derived from the installation's.

    Raises:
        ConfigurationError: an entry has no name or no secret, or two have one name.
    """
    entries = [entry.strip().partition(":") for entry in media_keys.split(",") if entry.strip()]
    named = {name: secret.encode() for name, _, secret in entries if name.isalnum() and secret}
    if len(named) != len(entries):
        raise ConfigurationError("MEDIA_KEYS is not a list of `name:secret`, with commas and each name once.")
    if not named and signing_key:
        named = {"installation": hmac.digest(signing_key.encode(), b"media", "sha256")}
    return Keyring(named)


def _hmac(key: bytes, key_id: str, grant: Grant) -> str:
    use = "download" if grant.download else "stream"
    canonical = "\n".join(("media", key_id, str(grant.video_id), grant.rendering, str(grant.expires), use))
    return hmac.new(key, canonical.encode(), hashlib.sha256).hexdigest()


def address(keys: Keyring, grant: Grant) -> str:
    """The link that gives what `grant` says: a path of the API, wherever that is served."""
    key_id, signature = keys.sign(grant)
    use = {"download": "1"} if grant.download else {}
    query = urlencode({"expires": grant.expires, "key": key_id, **use, "signature": signature})
    return f"/media/{grant.video_id}/{grant.rendering}?{query}"


def expiry(now: datetime, seconds: int, *, rounded_to: int = 1) -> int:
    """When a link ends that lives for so many seconds at least."""
    ends = int((now + timedelta(seconds=seconds)).timestamp())
    return -(-ends // rounded_to) * rounded_to


def moment(expires: int) -> datetime:
    """The same as a moment."""
    return datetime.fromtimestamp(expires, UTC)


def media(video: DescribedVideo, rendering: Rendering) -> Media:
    """The bytes of a rendering: validated ones only, and none of what is deleted.

    Raises:
        NotFound: there is no such rendering, or not yet.
    """
    found = _original(video.row) if rendering is Rendering.ORIGINAL else _derived(video, rendering)
    if found is None or video.row.status is VideoStatus.DELETED:
        raise NotFound(f"There is no {rendering.replace('_', ' ')} of this video, or not yet.")
    return found


def _original(row: VideoRow) -> Media | None:
    if row.original_key is None or row.checksum_sha256 is None or row.size_bytes is None:
        return None
    content_type = row.container.content_type if row.container else "application/octet-stream"
    return Media(row.original_key, content_type, row.size_bytes, row.checksum_sha256)


def _derived(video: DescribedVideo, rendering: Rendering) -> Media | None:
    made = video.artifacts.get(ArtifactKind(rendering))
    return None if made is None else Media(made.key, made.content_type, made.size_bytes, made.sha256)


def best(video: DescribedVideo) -> Rendering:
    """What a browser plays best: the original where it can, right after validation; else its copy, else the proxy.

    Raises:
        NotFound: there is nothing yet that a browser plays.
    """
    if video.row.browser_ready and _original(video.row):
        return Rendering.ORIGINAL
    for rendering in (Rendering.WEB, Rendering.PROXY):
        if ArtifactKind(rendering) in video.artifacts:
            return rendering
    raise NotFound("There is nothing of this video yet that a browser plays.")
