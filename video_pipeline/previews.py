"""Stable, signed addresses of posters and storyboards, for Dagster's UI.

Dagster's markdown shows pictures from http addresses only, and a presigned URL would expire inside the event log. So
an asset writes an address of our own API that never changes, signed so that nobody can walk through other videos.
"""

from __future__ import annotations

import hashlib
import hmac
from uuid import UUID

from video_pipeline.types import ArtifactKind

PREVIEWABLE = frozenset({ArtifactKind.POSTER, ArtifactKind.STORYBOARD})


def signature(signing_key: str, video_id: UUID, kind: ArtifactKind) -> str:
    """HMAC-SHA256 over the preview's name, in hex; the key is the installation's."""
    message = f"preview:{video_id}:{kind}".encode()
    return hmac.new(signing_key.encode(), message, hashlib.sha256).hexdigest()


def is_valid(signing_key: str, video_id: UUID, kind: ArtifactKind, given: str) -> bool:
    """Whether `given` is the signature of that preview; false for all where the installation has no key."""
    expected = signature(signing_key, video_id, kind)
    return bool(signing_key) and hmac.compare_digest(expected.encode(), given.encode())  # text would have to be ASCII


def address(base_url: str, signing_key: str, video_id: UUID, kind: ArtifactKind) -> str:
    """Where a browser finds the preview, under the API at `base_url`."""
    return f"{base_url.rstrip('/')}/previews/{video_id}/{kind}?signature={signature(signing_key, video_id, kind)}"
