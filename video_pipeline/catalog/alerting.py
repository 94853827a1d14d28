"""What is told to the outside: events, as facts of the catalog, and their delivery to each channel (an outbox).

An event is written in the transaction of the fact that it tells of, so that neither is ever without the other. Who is
to hear of it is decided afterwards, by the courier, which knows the channels.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, SmallInteger, Table, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB

from video_pipeline.catalog.columns import identity, metadata, moment

EVENTS = {
    "video.completed": "A video is served for the first time. It comes once for each video.",
    "video.failed": "A video ended as `failed`; `code`, `sentence` and `retryable` say why. A duplicate names the "
    "video that came first, in `duplicate_of`. It comes again where the video is processed again and fails again.",
    "upload.expired": "An upload was given up, because nothing more was heard of it.",
    "watchdog.job_given_up": "A stage gave no sign of life, or got no further, for longer than it may; `reason` says "
    "which. Its run is ended, and tried again a bounded number of times.",
    "watchdog.run_ended": "A run was ended at which nobody worked, or whose video is gone.",
    "watchdog.video_retried": "A video that no run was there for any more was given another one.",
    "watchdog.runs_waiting": "Runs have been waiting for longer than an hour; it comes once an hour.",
    "watchdog.quota_settled": "Counters of the weekly quota did not agree with the uploads, and were put right.",
    "watchdog.original_lost": "The original of a video is missing from the bucket, or its bytes are not those that "
    "were validated. Nothing was removed; restore `key` from a backup.",
    "watchdog.sweep_refused": "The daily sweep found more than half of a kind to be removed and removed none of it; "
    "`code` and `found` say what. A wrong bucket, or a wrong database, looks like this.",
    "watchdog.receiver_gone": "The receiver of a channel answered `410 Gone`: nothing is sent to it any more.",
    "alerts.test": "`video-pipeline alerts test` was run.",
}
"""Every type of event, and what it tells."""

events = Table(
    "events",
    metadata,
    identity(),
    Column("type", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("data", JSONB, nullable=False),
    # What alerts have in common that say the same; null where no operator needs to hear of it.
    Column("same_as", Text),
    moment("occurred_at", now=True),
    moment("routed_at"),
    CheckConstraint("type ~ '^[a-z]+([._][a-z]+)+$'", name="type"),
    Index("ix_events_unrouted", "occurred_at", postgresql_where=text("routed_at IS NULL")),
    Index("ix_events_occurred_at", "occurred_at"),
)

_OPEN = "num_nonnulls(delivered_at, given_up_at, suppressed_at) = 0"

deliveries = Table(
    "deliveries",
    metadata,
    identity(),
    Column("event_id", ForeignKey("events.id", ondelete="CASCADE"), nullable=False),
    Column("channel", Text, nullable=False),
    # As the event's, on channels that tell the same only once an hour; null on those that tell everything.
    Column("same_as", Text),
    Column("attempts", SmallInteger, nullable=False, server_default="0"),
    Column("last_error", Text),
    moment("created_at", now=True),
    # While a courier is on its way, this is when another one takes it to be dead.
    moment("next_attempt_at", now=True),
    moment("delivered_at"),
    moment("given_up_at"),
    moment("suppressed_at"),
    # The delivery that tells of this one, which was suppressed.
    Column("told_by", ForeignKey("deliveries.id", ondelete="SET NULL"), index=True),
    UniqueConstraint("event_id", "channel"),
    CheckConstraint("num_nonnulls(delivered_at, given_up_at, suppressed_at) <= 1", name="one_end"),
    Index("ix_deliveries_due", "channel", "next_attempt_at", postgresql_where=text(_OPEN)),
    Index("ix_deliveries_same_as", "channel", "same_as", postgresql_where=text("same_as IS NOT NULL")),
    Index(
        "uq_deliveries_open_alert",
        "channel",
        "same_as",
        unique=True,
        postgresql_where=text(f"same_as IS NOT NULL AND {_OPEN}"),
    ),
)

gone_receivers = Table(
    "gone_receivers",
    metadata,
    Column("channel", Text, primary_key=True),
    moment("gone_at", now=True),
)
