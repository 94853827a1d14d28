"""Who sends files: people who ask the API and send bytes to the addresses that it gives them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener
from uuid import UUID, uuid4

from sqlalchemy import Engine, insert

from video_pipeline.accounts.tokens import Claims
from video_pipeline.api import dependencies
from video_pipeline.catalog.people import users
from video_pipeline.storage.multipart import SignedRequest
from video_pipeline.storage.objects import ObjectStore
from video_pipeline.types import Role
from video_pipeline_tests.api.conftest import Answer, Client

_STRAIGHT = build_opener(ProxyHandler({}))


@dataclass(frozen=True)
class Sent:
    """What the store said."""

    status: int
    etag: str = ""


def send(request: SignedRequest, body: bytes) -> Sent:
    """Send bytes as any HTTP client does, with the headers given and no more."""
    headers = {"Content-Type": "", **request.headers}
    try:
        with _STRAIGHT.open(Request(request.url, body, headers, method=request.method), timeout=60) as answer:
            return Sent(answer.status, answer.headers.get("ETag", ""))
    except HTTPError as refusal:
        with refusal:
            return Sent(refusal.code)


def put(url: str, body: bytes) -> Sent:
    """PUT bytes."""
    return send(SignedRequest("PUT", url), body)


@dataclass(frozen=True)
class Person:
    """Somebody with an account."""

    api: Client
    user_id: UUID
    token: str

    def ask(self, method: str, path: str, content: object = None) -> Answer:
        """What the API answers them."""
        return self.api.ask(method, path, content, token=self.token)

    def begin(self, body: bytes, **told: object) -> Answer:
        """Announce a file of these bytes; what is told of it besides counts more than what is so."""
        file = {"filename": "gate.mp4", "size_bytes": len(body), "mime_type": "video/mp4", **told}
        return self.ask("POST", "/api/uploads", file)

    def begun(self, body: bytes, **told: object) -> Any:
        """An upload that the API has let begin."""
        answer = self.begin(body, **told)
        assert answer.status == 201, answer.body
        return answer.told

    def send(self, upload: Any, body: bytes) -> list[dict[str, object]]:
        """Send all of a file, and give the parts that it was sent in."""
        if upload["put"] is not None:
            assert send(SignedRequest(**upload["put"]), body).status == 200
        return self.send_parts(upload, body, [part["number"] for part in upload["parts"]])

    def send_parts(self, upload: Any, body: bytes, numbers: Sequence[int]) -> list[dict[str, object]]:
        """Send some parts of a file."""
        urls, size = {part["number"]: part["url"] for part in upload["parts"]}, upload["part_size"]
        sent = {number: put(urls[number], body[(number - 1) * size : number * size]) for number in numbers}
        assert {answer.status for answer in sent.values()} <= {200}
        return [{"number": number, "etag": answer.etag} for number, answer in sent.items()]

    def complete(self, upload: Any, parts: list[dict[str, object]]) -> Answer:
        """Say that everything has been sent."""
        return self.ask("POST", f"/api/uploads/{upload['video_id']}/complete", {"parts": parts})

    def abort(self, upload: Any) -> Answer:
        """Give an upload up."""
        return self.ask("DELETE", f"/api/uploads/{upload['video_id']}")

    def upload(self, body: bytes, **told: object) -> UUID:
        """Upload a file, from beginning to end."""
        upload = self.begun(body, **told)
        answer = self.complete(upload, self.send(upload, body))
        assert answer.status == 200, answer.body
        return UUID(upload["video_id"])

    @property
    def used(self) -> int:
        """What they have used of this week's quota, in bytes."""
        used: int = self.ask("GET", "/api/quota").told["used"]
        return used


def person(api: Client, engine: Engine, role: Role = Role.MEMBER) -> Person:
    """Somebody new."""
    user_id = uuid4()
    with engine.begin() as connection:
        row = {"id": user_id, "email": f"{user_id}@example.org", "display_name": "Ada", "role": role}
        connection.execute(insert(users).values(row))
    return Person(api, user_id, dependencies.access_tokens().issue(Claims(user_id, 0)))


def sha256(body: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(body).hexdigest()


def under_way(store: ObjectStore) -> set[str]:
    """The keys that the store expects more parts of."""
    listed = store.client.list_multipart_uploads(Bucket=store.bucket)
    return {upload["Key"] for upload in listed.get("Uploads", [])}
