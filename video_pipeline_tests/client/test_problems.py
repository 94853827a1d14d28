import httpx2
import pytest

from video_pipeline.client.problems import problem_of

ASKED = httpx2.Request("GET", "http://api.example/videos")


def answer(status: int, **given) -> httpx2.Response:
    return httpx2.Response(status, request=ASKED, **given)


def test_a_problem_carries_what_the_api_told():
    told = {"detail": "Wait a while.", "code": "too_many_requests", "retryable": True}
    problem = problem_of(answer(429, json=told, headers={"Retry-After": "7"}))

    assert (str(problem), problem.code, problem.status) == ("Wait a while.", "too_many_requests", 429)
    assert (problem.retryable, problem.retry_after_seconds) == (True, 7.0)


@pytest.mark.parametrize("body", [b"<html>Bad Gateway</html>", b'["no problem"]', b""])
def test_what_is_no_problem_of_ours_is_told_by_its_status(body: bytes):
    problem = problem_of(answer(502, content=body, headers={"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}))

    assert str(problem) == "The server at api.example answered 502 Bad Gateway."
    assert (problem.code, problem.retryable, problem.retry_after_seconds) == ("unexpected_answer", True, None)
