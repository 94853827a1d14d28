"""One line of JSON for each answer that an operator may ask about, and for what the server itself says.

Never in a line: paths and queries as they were asked for, tokens, signatures, e-mail addresses, names of files.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog
from structlog.types import EventDict, WrappedLogger

from video_pipeline.api.exchanges import Exchange

#: What is worth a line when it goes well, by the contract's name of the operation.
NOTABLE: Mapping[str, str] = {
    "list_videos": "videos_listed",
    "get_media": "media_sent",
    "delete_video": "video_deleted",
    "login": "logged_in",
}
LONGEST = 2_000
LONGEST_TRACE = 20_000

_log = structlog.stdlib.get_logger("video_pipeline.api")


class AccessLog:
    """Writes down all refusals and failures, and what is notable among the rest."""

    def began(self, exchange: Exchange) -> None:
        """Nothing is said yet."""

    def ended(self, exchange: Exchange) -> None:
        """Say what became of a request, at the level that it deserves."""
        if exchange.error is not None:
            _log.error("request_broke", exc_info=exchange.error, **_told(exchange))
        elif exchange.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            _log.error("request_failed", reason=exchange.reason, **_told(exchange))
        elif exchange.status >= HTTPStatus.BAD_REQUEST:
            _log.warning("request_refused", **_told(exchange))
        elif event := NOTABLE.get(exchange.operation or ""):
            _log.info(event, **_told(exchange))


def _told(exchange: Exchange) -> dict[str, object]:
    seconds = (exchange.ended or exchange.began) - exchange.began
    return {
        "request_id": exchange.request_id,
        "user_id": exchange.user_id,
        "method": exchange.method,
        "route": exchange.route,
        "status": exchange.status,
        "code": exchange.code,
        "duration_ms": round(seconds * 1000, 1),
        "bytes": exchange.sent_bytes,
    }


def configure() -> None:
    """Let everything that this process logs go to standard error, a line of JSON each; once, before it serves."""
    structlog.configure(
        processors=[*_COMMON, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("video_pipeline").setLevel(logging.INFO)
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = True
    logging.getLogger("uvicorn.access").disabled = True  # it writes queries down, and with them signatures


def formatter() -> logging.Formatter:
    """Makes a line of JSON of a record, ours or a library's."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_COMMON,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            _capped,
            structlog.processors.JSONRenderer(),
        ],
    )


def _capped(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """No longer than somebody reads: much of it may be a stranger's."""
    return {name: _short(value, LONGEST_TRACE if name == "exception" else LONGEST) for name, value in event.items()}


def _short(value: Any, longest: int) -> Any:  # noqa: ANN401 - whatever somebody logs
    if not isinstance(value, str) or len(value) <= longest:
        return value
    return f"{value[: longest // 2]} … {value[-longest // 2 :]}"


_COMMON: list[structlog.types.Processor] = [
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
