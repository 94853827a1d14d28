import re

from video_pipeline_tests.api.conftest import Client


def test_all_that_the_page_is_made_of_comes_from_here_and_may_do_nothing_else(api: Client):
    page = api.get("/docs")
    pieces = re.findall(r'(?:src|href|data-contract)="([^"]+)"', page.body.decode())

    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "/docs/swagger-ui-bundle.js" in pieces
    assert {piece: api.get(piece).status for piece in pieces} == dict.fromkeys(pieces, 200)
    assert "://" not in page.body.decode()
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'; script-src 'self';" in policy
    assert "connect-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy

    names = ("swagger-ui.js", "index.html", "..%2Fapp.py", "page.html")
    assert {name: api.get(f"/docs/{name}").status for name in names} == dict.fromkeys(names, 404)
