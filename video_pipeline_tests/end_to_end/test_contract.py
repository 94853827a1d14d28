"""The API and its OpenAPI document say the same, whoever asks for whatever: no 500, nothing that is not written there.

`CONTRACT_EXAMPLES` is how many requests are drawn for each operation besides those at the bounds; `make contract` draws
many.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import pytest

from video_pipeline import playback
from video_pipeline.accounts.tokens import AccessTokens, Claims
from video_pipeline.api.rates import Rule
from video_pipeline.catalog.engine import connect
from video_pipeline.config import settings
from video_pipeline.local.stack import running
from video_pipeline.playback import Grant, Rendering
from video_pipeline.storage.client import client
from video_pipeline.storage.objects import ObjectStore
from video_pipeline_tests.api.conftest import Client
from video_pipeline_tests.api.gallery import Gallery, opened
from video_pipeline_tests.desk import Desk

from .contract import judge

EXAMPLES = int(os.environ.get("CONTRACT_EXAMPLES", "2"))
UNLIMITED = [f"RATE_LIMIT_{rule.upper()}" for rule in Rule]

#: What can be done with a video that is there and stays.
OF_A_VIDEO = r"^/api/videos/{video_id}/|^/media/"


@dataclass(frozen=True)
class Served:
    """An API in a process of its own, with people and a site, and the admin's token."""

    gallery: Gallery
    token: str

    @property
    def address(self) -> str:
        """Where it is."""
        return self.gallery.api.address


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory(prefix="video-pipeline-contract-") as name:
        for limit in UNLIMITED:
            patch.setenv(limit, "off")
        with running(Path(name), parts={"api"}) as stack:
            for variable, value in stack.environment.items():
                patch.setenv(variable, value)
            engine = connect(stack.environment["DATABASE_URL"])
            yield _served(stack.urls["api"], Desk(engine, _bucket(stack.environment), Path(name), Path(name) / "none"))
            engine.dispose()
    settings.cache_clear()


def _bucket(told: dict[str, str]) -> ObjectStore:
    return ObjectStore(client(told["S3_ENDPOINT_URL"], told["S3_REGION"]), told["S3_BUCKET"])


def _served(address: str, desk: Desk) -> Served:
    gallery = opened(Client(address), desk)
    return Served(gallery, AccessTokens(os.environ["SIGNING_KEY"]).issue(Claims(gallery.people["admin"], epoch=0)))


def _link(video_id: UUID) -> dict[str, str]:
    """What a link to a video consists of."""
    ring = playback.keyring("", os.environ["SIGNING_KEY"])
    expires = playback.expiry(datetime.now(UTC), 3600)
    address = playback.address(ring, Grant(video_id, Rendering.ORIGINAL, expires))
    return {"video_id": str(video_id), "kind": "original", **dict(parse_qsl(urlsplit(address).query))}


# Before the others, who may remove the camera that its video belongs to.
def test_what_is_done_with_a_video_is_what_the_contract_says(served):
    video_id = served.gallery.accepted()
    known = [
        {"include-path-regex": "^/api/videos/", "parameters": {"path.video_id": str(video_id)}},
        {"include-path-regex": "^/media/", "parameters": _link(video_id)},
    ]
    verdict = judge(
        served.address,
        token=served.token,
        examples=EXAMPLES,
        modes="positive",
        methods=[],
        operations=known,
        only=OF_A_VIDEO,
    )

    assert verdict.faults == {}
    assert verdict.errors == []
    asked = {name for name, _ in verdict.answers}
    assert asked - verdict.succeeded() == set()


def test_an_admin_gets_what_the_contract_says(served):
    verdict = judge(served.address, token=served.token, examples=EXAMPLES)

    assert verdict.faults == {}
    assert verdict.errors == []
    assert {
        "POST /api/uploads",
        "POST /api/sites",
        "GET /api/videos",
        "PATCH /api/configuration",
    } <= verdict.succeeded()


def test_who_is_nobody_in_particular_gets_what_the_contract_says(served):
    verdict = judge(served.address, examples=EXAMPLES, modes="positive", methods=[])

    assert verdict.faults == {}
    assert verdict.errors == []
    assert not {name for name in verdict.succeeded() if name.endswith(("/videos", "/uploads", "/users"))}
