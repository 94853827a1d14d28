"""Times of a video, as people read them."""

from __future__ import annotations

import math


def clock(seconds: float) -> str:
    """Hours, minutes and whole seconds, as players show them."""
    if not math.isfinite(seconds):
        return "forever"
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"
