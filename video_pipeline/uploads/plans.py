"""In how many parts a file is sent, and how much of the quota is taken before it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from video_pipeline.catalog.uploading import UploadRow
from video_pipeline.storage.multipart import PART_BYTES_MIN, PARTS_MAX, part_bytes
from video_pipeline.storage.objects import MIB
from video_pipeline.uploads.limits import Limits

#: Up to here stock Uppy sends a file as one, by a form, and never says how large it is.
FORM_BYTES_MAX = 100 * MIB


@dataclass(frozen=True, slots=True)
class Plan:
    """How a file is sent: `part_count` parts of `part_bytes`, the last one smaller; one part is a single request."""

    part_bytes: int
    part_count: int
    reserved_bytes: int


Planning = Callable[[int | None, Limits], Plan]
"""Makes the plan for a file of a size, which may be unknown, under limits."""


def exact(size_bytes: int | None, limits: Limits) -> Plan:
    """Parts whose sizes are known, and signed."""
    if size_bytes is None:
        raise ValueError("Parts of known sizes need the size of the file.")
    size = part_bytes(size_bytes, limits.part_bytes)
    return Plan(size, -(-size_bytes // size), size_bytes)


def as_uppy_cuts(size_bytes: int | None, limits: Limits) -> Plan:  # noqa: ARG001 - one of the kinds of Planning
    """Parts that the client cuts as it likes; what nobody knows the size of is reserved when it is complete."""
    return Plan(PART_BYTES_MIN, PARTS_MAX, size_bytes or 0)


def as_form(size_bytes: int | None, limits: Limits) -> Plan:
    """One request of at most so many bytes, all of which are reserved until the file has come."""
    largest = size_bytes or min(FORM_BYTES_MAX, limits.max_file_bytes)
    return Plan(largest, 1, largest)


def part_size(upload: UploadRow, number: int) -> int | None:
    """How many bytes a part has; None where the client cuts the file as it likes."""
    if upload.declared_bytes is None or not is_exact(upload):
        return None
    return min(upload.part_bytes, upload.declared_bytes - (number - 1) * upload.part_bytes)


def is_exact(upload: UploadRow) -> bool:
    """Whether the sizes of the parts are known."""
    size = upload.declared_bytes
    return size is not None and upload.part_count == -(-size // upload.part_bytes)
