"""A program that judges files, each in a process of its own, so that what was taken for it can be measured.

It reads a JSON object a line (`path`, `everything`) and answers with one: the `code` and the `sentence` of a refusal,
or the codes of `warnings` and the `tags` of a file that was taken; and `peak_bytes`, the most memory that any process
had in use that looked at the file. It imports little and opens nothing, since a process counts as its own what the one
that started it had in use.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from dataclasses import replace
from pathlib import Path

from video_pipeline.errors import MediaRefused
from video_pipeline.media.acceptance import accept
from video_pipeline.media.checks import Policy
from video_pipeline.media.process import Bounds
from video_pipeline.types import Container

POLICY = Policy(max_bytes=10**8, max_duration_seconds=4 * 3600)
EVERYTHING = replace(POLICY, containers=frozenset(Container))
BOUNDS = Bounds(wall_seconds=30, memory_bytes=6 * 1024**3)  # far above what any takes, however busy the machine is


def answer(path: Path, *, everything: bool = False) -> dict[str, object]:
    """What becomes of a file, and what looking at it took."""
    try:
        taken = accept(path, EVERYTHING if everything else POLICY, declared_extension=None, bounds=BOUNDS)
        told: dict[str, object] = {
            "warnings": [finding.code for finding in taken.warnings],
            "tags": taken.facts.tags,
            "seconds": taken.facts.duration_seconds,
        }
    except MediaRefused as refusal:
        told = {"code": refusal.reason.code, "sentence": refusal.reason.sentence}
    return {**told, "peak_bytes": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024}


def main() -> None:
    """Answer until nobody asks any more."""
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if child == 0:
            sys.stdout.write(json.dumps(answer(Path(asked["path"]), everything=asked["everything"])) + "\n")
            sys.stdout.flush()
            os._exit(0)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main()
