"""Who may do what through the API: every operation, who gets what answer, and a request that would be granted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from video_pipeline_tests.api.town import Things

GRANTED = 200  # or another of the 2xx

PEOPLE = (None, "stranger", "outsider", "member", "owner", "admin")
"""Nobody in particular; somebody without a site; a member of another site; one of the video's; its owner; an admin."""


@dataclass(frozen=True)
class Told:
    """What people are answered: `granted` may, users are told `others`, and who does not say who they are, `nobody`."""

    others: int
    nobody: int = 401
    granted: frozenset[str] = frozenset()


class May(Enum):
    """Who may, and what the others are answered."""

    EVERYBODY = Told(GRANTED, nobody=GRANTED)
    WHO_IS_LOGGED_IN = Told(401)  # by a password or a token of its own, and here nobody has one
    WHO_WAS_SENT_IT = Told(404, nobody=404)  # an invitation, or the address of a preview
    WHO_HAS_A_LINK = Told(403, nobody=403)
    USERS = Told(GRANTED)
    ADMINS = Told(403, granted=frozenset({"admin"}))
    WHO_SEES_THE_VIDEO = Told(404, granted=frozenset({"member", "owner", "admin"}))
    WHO_CHANGES_THE_VIDEO = Told(403, granted=frozenset({"owner", "admin"}))
    WHO_READS_THE_UPLOAD = Told(404, granted=frozenset({"owner", "admin"}))
    UPLOADER = Told(404, granted=frozenset({"owner"}))
    WHO_SEES_THE_SITE = Told(404, granted=frozenset({"member", "admin"}))

    def answer(self, who: str | None) -> int:
        """What somebody is answered."""
        if who is None:
            return self.value.nobody
        return GRANTED if who in self.value.granted else self.value.others


@dataclass(frozen=True)
class Row:
    """Who may do an operation, and what it takes to be granted: the body, the query, and what its path names.

    A parameter of the path is the attribute of `Things` of that name, unless `names` says which.
    """

    may: May
    content: Callable[[Things], object] | None = None
    query: Callable[[Things], Mapping[str, object]] | None = None
    names: Mapping[str, str] = field(default_factory=dict)


def _upload(things: Things) -> Mapping[str, object]:
    return {"key": things.key}


def _site(things: Things) -> dict[str, str]:
    return things.named(site_id=str(things.site_id))


def _link(_: Things) -> Mapping[str, object]:
    return {"expires": 2**33, "key": "installation", "signature": "0" * 64}


OF_THE_UPLOAD = {"video_id": "uploading"}
FILE = {"filename": "gate.mp4", "mime_type": "video/mp4", "size_bytes": 8}

TABLE: Mapping[str, Row] = {
    "get_health": Row(May.EVERYBODY),
    "get_readiness": Row(May.EVERYBODY),
    "get_metrics": Row(May.EVERYBODY),  # on this machine: test_insiders.py tells of others
    "get_preview": Row(May.WHO_WAS_SENT_IT, query=lambda _: {"signature": "0" * 64}),
    "get_media": Row(May.WHO_HAS_A_LINK, query=_link),
    "login": Row(May.WHO_IS_LOGGED_IN, lambda things: {"email": things.email, "password": "guessed"}),
    "refresh": Row(May.WHO_IS_LOGGED_IN, lambda _: {"refresh_token": "guessed"}),
    "logout": Row(May.EVERYBODY, lambda _: {"refresh_token": "guessed"}),
    "get_me": Row(May.USERS),
    "change_me": Row(May.USERS, lambda _: {"display_name": "Ada"}),
    "list_users": Row(May.ADMINS),
    "change_user": Row(May.ADMINS, lambda _: {"is_active": False}),
    "list_members": Row(May.ADMINS),
    "add_member": Row(May.ADMINS),
    "remove_member": Row(May.ADMINS),
    "list_invitations": Row(May.ADMINS),
    "invite": Row(May.ADMINS, lambda things: {"email": things.email}),
    "withdraw_invitation": Row(May.ADMINS),
    "accept_invitation": Row(
        May.WHO_WAS_SENT_IT, lambda _: {"token": "guessed", "display_name": "Bob", "password": "guessed it all"}
    ),
    "begin_upload": Row(May.USERS, lambda _: FILE),
    "sign_parts": Row(May.WHO_CHANGES_THE_VIDEO, lambda _: {"numbers": [2]}, names=OF_THE_UPLOAD),
    "list_parts": Row(May.WHO_READS_THE_UPLOAD, names=OF_THE_UPLOAD),
    "complete_upload": Row(
        May.WHO_CHANGES_THE_VIDEO,
        lambda things: {"parts": [{"number": 1, "etag": things.upload["ETag"]}]},
        names=OF_THE_UPLOAD,
    ),
    "abort_upload": Row(May.WHO_CHANGES_THE_VIDEO, names=OF_THE_UPLOAD),
    "read_quota": Row(May.USERS),
    "companion_begin": Row(May.USERS, lambda _: {"filename": "gate.mp4", "type": "video/mp4"}),
    "companion_list": Row(May.UPLOADER, query=_upload),
    "companion_abort": Row(May.UPLOADER, query=_upload),
    "companion_sign_batch": Row(May.UPLOADER, query=lambda things: {"key": things.key, "partNumbers": "1,2"}),
    "companion_sign": Row(May.UPLOADER, query=_upload),
    "companion_complete": Row(
        May.UPLOADER, lambda things: {"parts": [{"PartNumber": 1, "ETag": things.upload["ETag"]}]}, _upload
    ),
    "companion_params": Row(May.USERS, query=lambda _: {"filename": "gate.mp4", "type": "video/mp4"}),
    "list_videos": Row(May.USERS),
    "get_video": Row(May.WHO_SEES_THE_VIDEO),
    "change_video": Row(May.WHO_CHANGES_THE_VIDEO, lambda _: {"title": "Mine"}),
    "delete_video": Row(May.WHO_CHANGES_THE_VIDEO),
    "get_video_status": Row(May.WHO_SEES_THE_VIDEO),
    "get_job": Row(May.WHO_SEES_THE_VIDEO),
    "list_artifacts": Row(May.WHO_SEES_THE_VIDEO),
    "reprocess_video": Row(May.WHO_CHANGES_THE_VIDEO, lambda _: {}),
    "get_lineage": Row(May.WHO_SEES_THE_VIDEO),
    "watch_video": Row(May.WHO_SEES_THE_VIDEO),
    "get_stream_url": Row(May.WHO_SEES_THE_VIDEO),
    "get_download_url": Row(May.WHO_SEES_THE_VIDEO),
    "count_view": Row(May.WHO_SEES_THE_VIDEO, lambda _: {"session": "one"}),
    "list_sites": Row(May.USERS),
    "add_site": Row(May.ADMINS, lambda things: things.named()),
    "get_site": Row(May.WHO_SEES_THE_SITE),
    "change_site": Row(May.ADMINS, lambda _: {"name": "Mine"}, names={"site_id": "empty_site"}),
    "remove_site": Row(May.ADMINS, names={"site_id": "empty_site"}),
    "list_cameras": Row(May.USERS),
    "add_camera": Row(May.ADMINS, _site),
    "get_camera": Row(May.WHO_SEES_THE_SITE),
    "change_camera": Row(May.ADMINS, lambda _: {"name": "Mine"}),
    "remove_camera": Row(May.ADMINS),
    "list_categories": Row(May.USERS),
    "add_category": Row(May.ADMINS, lambda things: things.named()),
    "get_category": Row(May.USERS),
    "change_category": Row(May.ADMINS, lambda _: {"name": "Mine"}),
    "remove_category": Row(May.ADMINS),
    "get_statistics": Row(May.USERS),
    "get_configuration": Row(May.ADMINS),
    "change_configuration": Row(May.ADMINS, lambda _: {"quota_reset_hour": 3}),
    "clean_up_stuck_jobs": Row(May.ADMINS),
}
