"""Asking a server on this machine how it is, within seconds."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

SECONDS = 3.0

_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # whatever proxy the user has for other hosts


def http_answers(url: str) -> bool:
    """Whether `url` answers with success."""
    try:
        with _direct.open(url, timeout=SECONDS):
            return True
    except OSError:  # urllib's errors are of this kind, a status of 400 and up among them
        return False


def http_json(url: str) -> Any:  # noqa: ANN401 - as json.loads
    """The JSON document at `url`, or None where it does not answer with one."""
    try:
        with _direct.open(url, timeout=SECONDS) as answer:
            return json.load(answer)
    except (OSError, ValueError):
        return None
