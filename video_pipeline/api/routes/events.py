"""A video's state as it changes, for whoever would otherwise ask again and again."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Response
from fastapi.responses import StreamingResponse

from video_pipeline.api.dependencies import CallerDep, Catalog
from video_pipeline.api.routes.videos import READING
from video_pipeline.api.watching import Watch, told

router = APIRouter(prefix="/api/videos", tags=["processing"])

UNBUFFERED = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}  # the latter for nginx
EXAMPLE = """\
event: status
data: {"status":"processing","error":null,"progress":43,"jobs":[]}
id: 5f70bf18a086007016e948b04aed3b82

"""
# Of each event: the stream as a whole has no end, and so no schema.
EVENT = {
    "type": "object",
    "properties": {
        "event": {"const": "status"},
        "data": {"type": "string", "contentMediaType": "application/json"},
        "id": {"type": "string"},
    },
    "required": ["event", "data", "id"],
}
TOLD: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Events named `status`, whose data is what `GET /api/videos/{video_id}/status` answers.",
        "content": {"text/event-stream": {"schema": EVENT, "example": EXAMPLE}},
    },
    204: {"description": "Nothing will follow the state that `Last-Event-ID` names: do not connect again."},
}


class EventStream(StreamingResponse):
    """Server-Sent Events that are written already; FastAPI's own class is for routes that are generators."""

    media_type = "text/event-stream"


@router.get(
    "/{video_id}/events",
    operation_id="watch_video",
    response_class=EventStream,
    responses={**READING, **TOLD},
)
def events(
    video_id: UUID,
    caller: CallerDep,
    catalog: Catalog,
    last_event_id: Annotated[
        str | None, Header(alias="Last-Event-ID", max_length=200, description="Of the last event that was received.")
    ] = None,
) -> Response:
    """Server-Sent Events of where a video stands: now, and within a second of every change.

    A state is sent once, and not at all if `Last-Event-ID` names it; heartbeats alone are no change. A comment every
    15 seconds keeps the connection. The stream ends after a final state (`completed`, `failed`), when the video is
    deleted or may be seen no longer, and after an hour. A client that got a final state is done; any other connects
    again with `Last-Event-ID`, and a valid token: it gets the rest, or 204, 401 or 404, after which browsers'
    `EventSource` does not try again either.
    """
    watch = Watch.begin(catalog, video_id, caller.user_id)
    state = watch.look()
    if state.is_final and state.id == last_event_id:
        return Response(status_code=HTTPStatus.NO_CONTENT)
    return EventStream(told(state, last_event_id, watch.look), headers=UNBUFFERED)
