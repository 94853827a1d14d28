"""The API's description as a page to try it on; all of it comes from here, and nothing from elsewhere."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse

from video_pipeline.errors import NotFound

router = APIRouter(prefix="/docs", include_in_schema=False)

OURS = Path(str(files("video_pipeline.api"))) / "explorer"
FROM_SWAGGER = frozenset({"swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png"})
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
PAGE = {"Content-Security-Policy": POLICY}
KEPT = {"Cache-Control": "public, max-age=3600"}


@router.get("")
async def page() -> FileResponse:
    """The page."""
    return FileResponse(OURS / "page.html", headers=PAGE)


@router.get("/{name}")
async def piece(name: str) -> FileResponse:
    """What the page is made of.

    Raises:
        NotFound: it is not made of that.
    """
    if name == "start.js":
        return FileResponse(OURS / name, headers=KEPT)
    if name in FROM_SWAGGER:
        return FileResponse(_swagger() / name, headers=KEPT)
    raise NotFound


@cache
def _swagger() -> Path:
    """Where the bundle keeps Swagger UI, whichever version it is."""
    vendored = Path(str(files("swagger_ui_bundle"))) / "vendor"
    return next(path for path in vendored.glob("swagger-ui-*") if (path / "swagger-ui-bundle.js").is_file())
