"""What can go wrong, as types.

    PipelineError
    ├── Permanent            the same input will fail the same way: never retried
    │   ├── MediaRefused         a rule refused the file; carries the findings
    │   ├── DuplicateVideo       the same bytes are in the catalog already
    │   ├── RenditionFaulty      what was made of the file is not what it should be
    │   ├── NotFound             there is nothing of that id, or nothing that the caller may see
    │   │   └── VideoNotFound        no video has that id
    │   ├── NotAuthenticated     nobody has said who they are, or not so that it can be believed
    │   ├── NotAllowed           the caller may not do that
    │   │   └── CrossOrigin          a page of another origin asks in the name of whoever has it open
    │   ├── QuotaExceeded        the caller has no room left for it
    │   ├── GivenUp              the work was held to be dead, and is somebody else's now
    │   ├── RequestRefused       somebody asked for what cannot be done
    │   │   └── Conflict             it stands in the way of what is there already
    │   ├── FileChanged          a file of the caller's changed while it was read
    │   └── ConfigurationError   a setting is missing or contradicts another
    └── Retryable            the same input may well succeed later: retried with backoff
        ├── StoreUnavailable     the object store did not answer, or not as it should
        ├── ObjectMissing        the object is not (yet, or any more) in the bucket
        ├── ObjectChanged        the object is not the one that was seen before
        ├── CatalogUnavailable   the database did not answer
        ├── TooManyRequests      the caller has asked too often
        ├── IssuerUnavailable    the outside issuer's keys could not be read
        ├── ServerUnreachable    the API, or the store beside it, did not answer a client
        ├── DownloadDamaged      what a client was sent is not what the catalog has
        ├── PartFailed           a part of the local stack did not come up
        ├── NoRoom               the disk that work is done on is full
        └── MediaToolFailed      a media process died for a reason that is not the file's

Every error has a stable `code`, and its message is a sentence that says what happened and, where it helps, what to do.
They are translated only at the edges: an asset turns them into a Dagster Failure, the CLI into an exit code.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from video_pipeline.types import Finding


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many requests a rule allows in which time, and after how many seconds there is room for one again."""

    rule: str
    requests: int
    window_seconds: int
    wait_seconds: int


class PipelineError(Exception):
    """Something went wrong; the docstring of a subclass is its message where none is given."""

    code: str = "internal_error"

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


class NotFound(Permanent):
    """There is nothing of that id."""

    code = "not_found"


class VideoNotFound(NotFound):
    """No video has that id."""

    code = "video_not_found"


class NotAuthenticated(Permanent):
    """Say who you are: log in, or send a token that is valid."""

    code = "not_authenticated"


class NotAllowed(Permanent):
    """You may not do that."""

    code = "not_allowed"


class CrossOrigin(NotAllowed):
    """A login kept in cookies serves pages of this origin only. From elsewhere, send a bearer token."""

    code = "cross_origin"


class QuotaExceeded(Permanent):
    """There is no room left for that in this week's quota."""

    code = "quota_exceeded"


class GivenUp(Permanent):
    """Nothing was heard of this work for so long that it was given up. What it makes is not wanted any more."""

    code = "given_up"


class RequestRefused(Permanent):
    """What was asked for cannot be done."""

    code = "request_refused"


class Conflict(RequestRefused):
    """What was asked for stands in the way of what is there already."""

    code = "conflict"


class FileChanged(Permanent):
    """The file changed while it was read. Upload it again when it is finished."""

    code = "file_changed"


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


class TooManyRequests(Retryable):
    """You have asked too often. Wait a while."""

    code = "too_many_requests"

    def __init__(self, message: str | None = None, *, allowance: Allowance | None = None) -> None:
        """Carry what the caller is allowed, where that is known."""
        self.allowance = allowance
        super().__init__(message)


class IssuerUnavailable(Retryable):
    """The outside issuer did not answer, so that its tokens cannot be checked."""

    code = "issuer_unavailable"


class ServerUnreachable(Retryable):
    """The server did not answer."""

    code = "server_unreachable"


class DownloadDamaged(Retryable):
    """What was downloaded is not what the catalog has."""

    code = "download_damaged"


class PartFailed(Retryable):
    """A part of the stack did not come up."""

    code = "part_failed"


class NoRoom(Retryable):
    """The disk that work is done on is full."""

    code = "no_room"


class MediaToolFailed(Retryable):
    """A media process ended for a reason that is not the file's."""

    code = "media_tool_failed"
