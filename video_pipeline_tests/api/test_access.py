"""Every operation of the API as everybody, on what is somebody else's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from video_pipeline.local.stack import Running
from video_pipeline_tests.api.access import GRANTED, PEOPLE, TABLE, May
from video_pipeline_tests.api.conftest import Answer
from video_pipeline_tests.api.gallery import Gallery
from video_pipeline_tests.api.town import OUTSIDER, Things, operations, town

OPERATIONS = operations()
NOT_READY = 503  # no daemon and no broker are there, which anybody may know
OF_A_VIDEO = sorted(name for name, row in TABLE.items() if row.may is May.WHO_SEES_THE_VIDEO)


@pytest.fixture(scope="module")
def gallery(stores: Running) -> Iterator[Gallery]:
    with town(stores) as peopled:
        yield peopled


@pytest.fixture(scope="module")
def lasting(gallery: Gallery) -> Things:
    """What is only looked at."""
    return Things(gallery)


def asked(things: Things, who: str | None, name: str) -> Answer:
    """What somebody is answered to an operation on these things."""
    (method, path), row = OPERATIONS[name], TABLE[name]
    path = re.sub(r"{(\w+)}", lambda found: str(getattr(things, row.names.get(found[1], found[1]))), path)
    query = f"?{urlencode(row.query(things))}" if row.query else ""
    return things.gallery.ask(who, method, path + query, row.content(things) if row.content else None)


def kind(answer: Answer) -> int:
    """The status; of those that grant, any is as good."""
    return GRANTED if 200 <= answer.status < 300 or answer.status == NOT_READY else answer.status


def test_of_every_operation_it_is_written_who_may() -> None:
    assert OPERATIONS.keys() == TABLE.keys()


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_everybody_gets_what_is_theirs_and_nothing_else(gallery: Gallery, lasting: Things, name: str) -> None:
    expected = {who: TABLE[name].may.answer(who) for who in PEOPLE}
    changes = OPERATIONS[name][0] != "GET"
    told = {
        who: kind(asked(Things(gallery) if changes and answer == GRANTED else lasting, who, name))
        for who, answer in expected.items()
    }

    assert told == expected


@pytest.mark.parametrize("name", OF_A_VIDEO)
def test_of_what_is_deleted_nobody_gets_anything(gallery: Gallery, name: str) -> None:
    things = Things(gallery)
    assert things.job_id
    gallery.ask("owner", "DELETE", f"/api/videos/{things.video_id}")

    assert {who: kind(asked(things, who, name)) for who in PEOPLE if who} == dict.fromkeys(PEOPLE[1:], 404)


@pytest.mark.parametrize("who", ["stranger", OUTSIDER])
def test_lists_show_nothing_of_others(gallery: Gallery, lasting: Things, who: str) -> None:
    ids = {str(one) for one in (lasting.video_id, lasting.camera_id, lasting.site_id, lasting.uploading)}
    lists = [name for name, (method, path) in OPERATIONS.items() if method == "GET" and "{" not in path]
    sought = [f"/api/videos?site={lasting.site_id}", f"/api/videos?camera={lasting.camera_id}", "/api/videos?q=harbour"]
    sought += [f"/api/cameras?site={lasting.site_id}"]
    answers = [asked(lasting, who, name) for name in lists] + [gallery.ask(who, "GET", path) for path in sought]

    assert len(answers) > len(sought)
    assert [one for answer in answers for one in ids if one.encode() in answer.body] == []
    own = gallery.get(who, "/api/videos")
    assert {video["owner"]["id"] for video in own["videos"]} <= {str(gallery.people[who])}
    assert asked(lasting, who, "get_statistics").told["videos"] == own["total"]
    assert gallery.get("member", "/api/videos")["total"] > 0


@pytest.mark.parametrize("path", ["/graphql", "/dagster", "/server_info", "/dagster_version", "/notebook", "/report"])
def test_dagsters_ui_is_not_behind_the_api(gallery: Gallery, path: str) -> None:
    assert {gallery.ask(who, method, path).status for who in (None, "admin") for method in ("GET", "POST")} == {404}
