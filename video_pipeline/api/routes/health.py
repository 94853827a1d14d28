"""Whether the API is alive."""

from fastapi import APIRouter

router = APIRouter()


@router.get("/healthz")
def healthz() -> dict[str, str]:
    """The process answers; it says nothing of what stands behind it."""
    return {"status": "ok"}
