"""Requests that are not what they should be: paths, methods, headers, and text where ids, words or cursors belong."""

from __future__ import annotations

import http.client
import re
from urllib.parse import quote, urlencode, urlsplit

import pytest

from video_pipeline.accounts.tokens import Claims
from video_pipeline.api import dependencies
from video_pipeline_tests.api.gallery import Gallery
from video_pipeline_tests.api.town import Things, operations

OPERATIONS = operations()
WITH_AN_ID = sorted({path for _, path in OPERATIONS.values() if "{" in path})
REFUSED = {400, 403, 404, 405, 422}

TRAVERSALS = (
    "..",
    "../../../../etc/passwd",
    "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "%252e%252e%252fetc%252fpasswd",
    "..%5c..%5cwindows",
    "%00",
    "%0d%0aSet-Cookie:%20a=b",
    "%ff%fe",
    "'%20OR%20'1'='1",
    "incoming%2f..%2foriginals",
    "x" * 5000,
)


def exactly(gallery: Gallery, who: str, method: str, target: str, **headers: str) -> http.client.HTTPResponse:
    """The answer to a request whose target is sent as it is written, with its body read."""
    token = dependencies.access_tokens().issue(Claims(gallery.people[who], epoch=0))
    connection = http.client.HTTPConnection(urlsplit(gallery.api.address).netloc, timeout=10)
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, target, headers={"Authorization": f"Bearer {token}", **told})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer


def filled(things: Things, path: str, **instead: str) -> str:
    """A path with what it names in it, or something else instead."""
    return re.sub(r"{(\w+)}", lambda found: instead.get(found[1], str(getattr(things, found[1]))), path)


@pytest.mark.parametrize("path", WITH_AN_ID)
def test_no_path_leads_anywhere_else(gallery: Gallery, things: Things, path: str) -> None:
    methods = {method for method, known in OPERATIONS.values() if known == path} - {"PUT", "PATCH"} or {"PUT"}
    names = re.findall(r"{(\w+)}", path)
    targets = [filled(things, path, **{name: evil}) for name in names for evil in TRAVERSALS]
    query = urlencode({"key": things.key, "partNumbers": "1", "expires": 2**33, "signature": "0" * 64})
    statuses = {
        (method, target): exactly(gallery, "admin", method, f"{target}?{query}").status
        for method in sorted(methods)
        for target in targets
    }

    assert {asked: status for asked, status in statuses.items() if status not in REFUSED} == {}


@pytest.mark.parametrize("name", ["..%2f..%2fapp.py", "%2e%2e%2fapp.py", "start.js%00", "page.html", "../app.py"])
def test_the_page_of_the_contract_has_no_other_pieces(gallery: Gallery, name: str) -> None:
    assert exactly(gallery, "admin", "GET", f"/docs/{name}").status == 404


def declared(target: str) -> set[str]:
    """The methods of every path that a target could be."""
    return {method for method, path in OPERATIONS.values() if re.fullmatch(re.sub(r"{\w+}", "[^/]+", path), target)} | (
        {"HEAD"} if target.startswith("/media/") else set()
    )


@pytest.mark.parametrize("path", sorted({path for _, path in OPERATIONS.values()}))
def test_a_path_answers_to_the_methods_that_it_has_and_to_no_other(gallery: Gallery, things: Things, path: str) -> None:
    target = filled(things, path)
    others = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND", "OPTIONS"}

    told = {method: exactly(gallery, "admin", method, target).status for method in others - declared(target)}

    assert set(told.values()) <= {400, 404, 405}


def test_a_method_is_what_the_request_line_says(gallery: Gallery, things: Things) -> None:
    target = f"/api/videos/{things.video_id}"
    overrides = {"X_HTTP_Method_Override": "DELETE", "X_Method_Override": "DELETE", "X_HTTP_Method": "DELETE"}
    answer = exactly(gallery, "owner", "GET", f"{target}?_method=DELETE", **overrides)

    assert answer.status == 200
    assert gallery.ask("owner", "GET", target).status == 200


@pytest.mark.parametrize("path", ["/api/videos/", "/healthz/", "/docs/", "//evil.example/"])
def test_nobody_is_sent_where_a_header_says(gallery: Gallery, path: str) -> None:
    answer = exactly(gallery, "admin", "GET", path, Host="evil.example", X_Forwarded_Host="evil.example")

    assert (answer.status, answer.headers["Location"]) == (404, None)


@pytest.mark.parametrize(
    "forwarded", ["203.0.113.9", "127.0.0.1, 203.0.113.9", "::1, 203.0.113.9", "localhost", "127.0.0.1.evil", "'"]
)
def test_nobody_becomes_this_machine_by_saying_so(gallery: Gallery, forwarded: str) -> None:
    assert exactly(gallery, "owner", "GET", "/metrics", X_Forwarded_For=forwarded).status == 403


@pytest.mark.parametrize("given", ["a b", "<script>", "x" * 65, "a;b", "é".encode().decode("latin-1"), "{}"])
def test_an_answer_repeats_no_name_of_a_request_that_is_none(gallery: Gallery, given: str) -> None:
    assert re.fullmatch(
        r"[0-9a-f]{32}", exactly(gallery, "owner", "GET", "/healthz", X_Request_ID=given).headers["X-Request-ID"]
    )


EVIL = 'a\r\nSet-Cookie: stolen=1\r\n\r\n<b>\u202egpj.exe"; filename="evil.html'


def test_no_title_becomes_a_header_or_another_kind_of_file(gallery: Gallery, things: Things) -> None:
    gallery.ask("owner", "PATCH", f"/api/videos/{things.video_id}", {"title": EVIL})
    link = gallery.get("owner", f"/api/videos/{things.video_id}/download-url")["url"]

    answer = gallery.ask(None, "GET", link)

    assert gallery.get("owner", f"/api/videos/{things.video_id}")["title"] == EVIL
    assert answer.headers["Set-Cookie"] is None
    assert len(answer.headers.get_all("Content-Disposition", [])) == 1
    assert answer.headers.get_filename("").endswith(".mp4")
    assert not set(answer.headers.get_filename("")) & set('\r\n\u202e<>"/')


QUERIES = (
    "'; DROP TABLE videos; --",
    "%' OR '1'='1",
    "\\",
    "\\\\%_",
    "$$;select pg_sleep(9);$$",
    "\u0000",
    "a\u0000b",
    "\ud7ff\ue000\uffff",
    "(" * 400,
    "&|!:*<->",
    "x" * 501,
)


@pytest.mark.parametrize("field", ["q", "sort", "order", "cursor", "status", "site", "recorded_from", "limit"])
def test_words_of_a_query_are_words(gallery: Gallery, things: Things, field: str) -> None:
    assert things.video_id
    answers = {text: gallery.ask("stranger", "GET", f"/api/videos?{field}={quote(text)}") for text in QUERIES}

    found = {text: answer.told.get("videos", []) for text, answer in answers.items()}
    assert {answer.status for answer in answers.values()} <= {200, 422}
    assert {answers[text].status for text in QUERIES if "\x00" in text} == {422}
    assert [text for text, videos in found.items() if videos] == []
    assert gallery.get("owner", "/api/videos")["total"] > 0
