"""Bodies of every operation that takes one: far too large, boxes in boxes, of another kind, and with more in them."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from video_pipeline.accounts import invitations
from video_pipeline.accounts.tokens import Claims
from video_pipeline.api import dependencies
from video_pipeline.api.app import create_app
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.people import users
from video_pipeline.catalog.tables import categories, sites, videos
from video_pipeline.types import Role
from video_pipeline_tests.api.access import TABLE
from video_pipeline_tests.api.conftest import Answer
from video_pipeline_tests.api.gallery import Gallery
from video_pipeline_tests.api.town import Things, operations

OPERATIONS = operations()
WITH_A_BODY = sorted(name for name, row in TABLE.items() if row.content)
DEEP = 100_000


def target(things: Things, name: str) -> tuple[str, str]:
    """The method and the path of an operation on these things."""
    (method, path), row = OPERATIONS[name], TABLE[name]
    path = re.sub(r"{(\w+)}", lambda found: str(getattr(things, row.names.get(found[1], found[1]))), path)
    return method, f"{path}?{urlencode(row.query(things))}" if row.query else path


def content(things: Things, name: str) -> dict[str, Any]:
    """A body that would be taken."""
    make = TABLE[name].content
    assert make is not None
    made = make(things)
    assert isinstance(made, dict)
    return made


def sent(things: Things, name: str, body: bytes, *, length: int | None = None, kind: str = "application/json") -> bytes:
    """What is answered to an admin's bytes, until the API hangs up; `length` is what is said of them, if not so."""
    method, path = target(things, name)
    token = dependencies.access_tokens().issue(Claims(things.gallery.people["admin"], epoch=0))
    size = len(body) if length is None else length
    head = f"{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n"
    head += f"Content-Length: {size}\r\n" + (f"Content-Type: {kind}\r\n" if kind else "")
    host, port = urlsplit(things.gallery.api.address).netloc.split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(head.encode() + b"\r\n" + body)
        return b"".join(iter(lambda: connection.recv(65_536), b""))


def status(answer: bytes) -> int:
    """The status of such an answer."""
    return int(answer.split(b" ", 2)[1])


def test_nothing_that_takes_a_body_is_forgotten() -> None:
    paths = create_app().openapi()["paths"]
    taking = {told["operationId"] for methods in paths.values() for told in methods.values() if "requestBody" in told}

    assert set(WITH_A_BODY) == taking


@pytest.mark.parametrize("name", WITH_A_BODY)
def test_five_megabytes_are_not_read(things: Things, name: str) -> None:
    assert status(sent(things, name, b"{", length=5_000_000)) == 413


@pytest.mark.parametrize("name", WITH_A_BODY)
def test_boxes_in_boxes_are_no_accident(things: Things, name: str) -> None:
    field = next(iter(content(things, name)), "more")
    inside = [b"[" * DEEP + b"]" * DEEP, f'{{"{field}":'.encode() + b"[" * DEEP + b"]" * DEEP + b"}"]
    inside += [f'{{"{field}":'.encode() * 20_000 + b"1" + b"}" * 20_000, b'{"size_bytes":' + b"9" * 20_000 + b"}"]
    inside += [b'{"a":1e999999,"b":NaN}', b"\xff\xfe", b'"', b"null", b"[]", b"{}" * 2, b'{"a":"\\ud800"}']

    told = [status(sent(things, name, body)) for body in inside]

    assert [one for one in told if one >= 500] == []
    assert {400, 422} >= set(told[:4]) - ({401} if name in {"refresh", "login"} else set())


KINDS = ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml", "")


@pytest.mark.parametrize("name", WITH_A_BODY)
def test_what_a_form_of_another_page_could_send_is_not_taken(things: Things, name: str) -> None:
    body = json.dumps(content(things, name)).encode()

    assert {kind: status(sent(things, name, body, kind=kind)) for kind in KINDS} == dict.fromkeys(KINDS, 422)


TEXTS = ("\x00", "a\x00b", "\ud800", "\u202e\uffff\U0010ffff", "<script>alert(1)</script>", "'; DROP TABLE videos; --")
LONG = "ä" * 100_000


@pytest.mark.parametrize("name", WITH_A_BODY)
def test_text_of_any_kind_is_taken_or_refused(gallery: Gallery, name: str) -> None:
    things = Things(gallery)
    method, path = target(things, name)
    fields = [field for field, value in content(things, name).items() if isinstance(value, str)]
    told = {
        (field, text[:20]): gallery.ask("admin", method, path, {**content(things, name), field: text}).status
        for field in fields
        for text in (*TEXTS, LONG)
    }

    assert {one: answer for one, answer in told.items() if answer >= 500} == {}
    assert {answer for (_, text), answer in told.items() if text in {"\ud800", LONG[:20]}} <= {400, 401, 404, 422}


MORE: dict[str, Any] = {
    "id": str(uuid4()),
    "video_id": str(uuid4()),
    "owner_id": str(uuid4()),
    "created_by": str(uuid4()),
    "requested_by": "somebody",
    "role": "admin",
    "is_active": False,
    "password_hash": "x",
    "token_epoch": 7,
    "status": "completed",
    "key": "originals/mine",
    "inbox_key": "originals/mine",
    "original_key": "originals/mine",
    "scope": "installation",
    "site_id": str(uuid4()),
    "view_count": 10**6,
    "source": "drop",
    "updated_by": str(uuid4()),
}


def ask_for_more(things: Things, who: str | None, name: str, **instead: object) -> Answer:
    """Do an operation with much in its body that is nobody's to say."""
    method, path = target(things, name)
    body = {**MORE, **content(things, name), **instead}
    return things.gallery.ask(who, method, path, body)


def test_an_upload_is_its_owners_whatever_it_says(gallery: Gallery, things: Things) -> None:
    begun = [ask_for_more(things, "owner", name) for name in ("begin_upload", "companion_begin")]
    metadata = ask_for_more(things, "owner", "companion_begin", metadata=MORE)

    assert [answer.status for answer in begun] == [201, 200]
    keys = [answer.told["key"] for answer in (*begun, *([metadata] if metadata.status == 200 else []))]
    with transaction(gallery.engine) as connection:
        rows = connection.execute(select(videos).where(videos.c.inbox_key.in_(keys))).all()
    assert {(row.owner_id, row.status, row.scope, row.site_id, row.view_count, row.source) for row in rows} == {
        (gallery.people["owner"], "uploading", f"owner:{gallery.people['owner']}", None, 0, "upload")
    }
    assert len(rows) == len(keys)
    assert {str(row.id) for row in rows}.isdisjoint(MORE.values())


@pytest.mark.parametrize("name", ["change_video", "add_site", "add_camera", "add_category", "change_configuration"])
def test_what_is_not_to_be_said_is_refused(things: Things, name: str) -> None:
    answer = ask_for_more(things, "admin", name)

    assert (answer.status, answer.told["code"]) == (422, "invalid_request")


def test_nobody_makes_themselves_an_admin(gallery: Gallery, things: Things) -> None:
    invited = invitations.invite(
        gallery.engine, email=things.email, role=Role.MEMBER, site_id=None, invited_by=gallery.people["admin"]
    )
    accepted = ask_for_more(things, None, "accept_invitation", token=invited[1])
    changed = ask_for_more(things, "stranger", "change_me")

    assert (accepted.status, changed.status) == (201, 200)
    assert accepted.told["id"] != MORE["id"]
    with transaction(gallery.engine) as connection:
        of_both = users.c.id.in_([UUID(accepted.told["id"]), gallery.people["stranger"]])
        rows = connection.execute(select(users).where(of_both)).all()
    assert [(row.role, row.is_active, row.token_epoch) for row in rows] == [("member", True, 0)] * 2


def strangers_ids(things: Things) -> Iterator[tuple[int, str, str, dict[str, object]]]:
    """Operations that name something in the body which is another's, or nothing; each with the answer that is due."""
    nowhere, camera = str(uuid4()), str(things.camera_id)
    part = {"PartNumber": 1, "ETag": Things(things.gallery).upload["ETag"][::-1]}
    yield 404, "stranger", "begin_upload", {"camera_id": camera}
    yield 404, "outsider", "begin_upload", {"camera_id": camera}
    yield 404, "owner", "begin_upload", {"category_id": nowhere}
    yield 404, "stranger", "companion_begin", {"metadata": {"camera_id": camera}}
    yield 400, "owner", "change_video", {"category_id": nowhere}
    yield 400, "owner", "change_video", {"category_id": str(things.site_id)}
    yield 400, "admin", "add_camera", {"site_id": nowhere}
    yield 404, "admin", "invite", {"site_id": nowhere}
    yield 400, "owner", "companion_complete", {"parts": [part]}


def test_ids_of_others_in_a_body_lead_to_nothing(gallery: Gallery, things: Things) -> None:
    expected, told = [], []
    for due, who, name, instead in strangers_ids(things):
        method, path = target(things, name)
        expected.append((name, due))
        told.append((name, gallery.ask(who, method, path, {**content(things, name), **instead}).status))

    assert told == expected


def test_one_upload_is_not_completed_by_the_name_of_another(gallery: Gallery, things: Things) -> None:
    other = Things(gallery)
    crossed = f"/s3/multipart/{other.upload_id}/complete?{urlencode({'key': things.key})}"

    assert gallery.ask("owner", "POST", crossed, content(things, "companion_complete")).status == 404
    assert gallery.get("owner", f"/api/videos/{things.uploading}")["status"] == "uploading"


@pytest.mark.parametrize(
    "filename",
    ["../../../etc/cron.d/a.mp4", "..\\..\\a.mp4", "/a.mp4", "a\r\nX: y.mp4", "originals/a.mp4", "%2e%2e%2fa.mp4"],
)
def test_no_name_of_a_file_becomes_a_path_or_a_header(gallery: Gallery, things: Things, filename: str) -> None:
    method, path = target(things, "begin_upload")
    answer = gallery.ask("owner", method, path, {**content(things, "begin_upload"), "filename": filename})

    if answer.status == 201:
        assert answer.told["key"] == f"incoming/{answer.told['video_id']}.mp4"
        told = gallery.get("owner", f"/api/videos/{answer.told['video_id']}")["filename"]
        assert not set(told) & set("/\\\r\n")
    else:
        assert (answer.status, answer.told["code"]) == (400, "request_refused")


def test_all_that_leaves_the_tables_as_they_were(gallery: Gallery) -> None:
    with transaction(gallery.engine) as connection:
        assert all(connection.execute(select(table).limit(1)).all() for table in (videos, sites, categories, users))
