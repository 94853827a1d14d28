"""What can go wrong, as types.

    PipelineError
    ├── Permanent            the same input will fail the same way: never retried
    │   ├── MediaRefused         a rule refused the file; carries the findings
    │   ├── DuplicateVideo       the same bytes are in the catalog already
    │   ├── RenditionFaulty      what was made of the file is not what it should be
    │   ├── VideoNotFound        no video has that id
    │   ├── RequestRefused       somebody asked for what cannot be done
    │   └── ConfigurationError   a setting is missing or contradicts another
    └── Retryable            the same input may well succeed later: retried with backoff
        ├── StoreUnavailable     the object store did not answer, or not as it should
        ├── ObjectMissing        the object is not (yet, or any more) in the bucket
        ├── ObjectChanged        the object is not the one that was seen before
        ├── CatalogUnavailable   the database did not answer
        ├── PartFailed           a part of the local stack did not come up
        └── MediaToolFailed      a media process died for a reason that is not the file's

Every error has a stable `code`, and its message is a sentence that says what happened and, where it helps, what to do.
They are translated only at the edges: an asset turns them into a Dagster Failure, the CLI into an exit code.
"""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from video_pipeline.types import Finding


class PipelineError(Exception):
    """Something went wrong; the docstring of a subclass is its message where none is given."""

    code: ClassVar[str] = "internal_error"

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or type(self).__doc__ or self.code)


class Permanent(PipelineError):
    """This cannot work, however often it is tried."""

    code = "permanent_error"


class Retryable(PipelineError):
    """This did not work now; trying again may help."""

    code = "temporary_error"


class MediaRefused(Permanent):
    """The file was refused."""

    code = "media_refused"

    def __init__(self, *findings: Finding) -> None:
        """Carry what the rules found; the first finding is the one the uploader is told."""
        self.findings = findings
        super().__init__(findings[0].sentence)

    @property
    def reason(self) -> Finding:
        """The finding that the uploader is told."""
        return self.findings[0]


class DuplicateVideo(Permanent):
    """The same video is in the catalog already."""

    code = "duplicate"

    def __init__(self, original_id: UUID) -> None:
        """Point at the video that came first."""
        self.original_id = original_id
        super().__init__(f"The same file is in the catalog already, as video {original_id}.")


class RenditionFaulty(Permanent):
    """What was made of the file is not what it should be, though no tool said so."""

    code = "rendition_faulty"


class VideoNotFound(Permanent):
    """No video has that id."""

    code = "video_not_found"


class RequestRefused(Permanent):
    """What was asked for cannot be done."""

    code = "request_refused"


class ConfigurationError(Permanent):
    """A setting is missing or wrong."""

    code = "configuration_error"


class StoreUnavailable(Retryable):
    """The object store did not answer as it should."""

    code = "store_unavailable"


class ObjectMissing(Retryable):
    """The object is not in the bucket."""

    code = "object_missing"


class ObjectChanged(Retryable):
    """The object in the bucket is not the one that was seen before."""

    code = "object_changed"


class CatalogUnavailable(Retryable):
    """The catalog's database did not answer."""

    code = "catalog_unavailable"


class PartFailed(Retryable):
    """A part of the stack did not come up."""

    code = "part_failed"


class MediaToolFailed(Retryable):
    """A media process ended for a reason that is not the file's."""

    code = "media_tool_failed"
