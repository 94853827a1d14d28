"""Know more containers: MPEG-TS, MPEG-PS, FLV, Ogg, ASF and MXF.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

CONTAINERS = ("mp4", "mov", "mkv", "webm", "avi")
MORE = ("ts", "mpg", "flv", "ogv", "wmv", "mxf")


def upgrade() -> None:
    _only((*CONTAINERS, *MORE))


def downgrade() -> None:
    # Videos in the newer containers are kept: the version before has no word for theirs, so it is forgotten.
    op.execute(
        f"UPDATE videos SET container = NULL, facts = jsonb_set(facts, '{{container}}', 'null') "  # noqa: S608 - our words
        f"WHERE container IN ({_words(MORE)})"
    )
    _only(CONTAINERS)


def _only(containers: tuple[str, ...]) -> None:
    op.drop_constraint(op.f("ck_videos_container"), "videos", type_="check")
    op.create_check_constraint(op.f("ck_videos_container"), "videos", f"container IN ({_words(containers)})")


def _words(containers: tuple[str, ...]) -> str:
    return ", ".join(f"'{container}'" for container in containers)
