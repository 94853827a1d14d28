"""Uploads that nobody goes on with: given up at the store and in the catalog, and their quota returned.

The catalog decides, and then the store is told: whoever completes an upload at that moment either gives a sign of life
first, and it lives, or is refused. What a crash in between leaves at the store, the store itself removes within a day.
"""

from __future__ import annotations

import logging

from sqlalchemy import Engine

from video_pipeline.care.deeds import Deed, Done
from video_pipeline.catalog import watching
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import multipart
from video_pipeline.catalog.watching import StuckUpload
from video_pipeline.errors import StoreUnavailable
from video_pipeline.storage.multipart import DirectUploads

logger = logging.getLogger(__name__)

BATCH = 200
"""Uploads that one look ends at most; the next look goes on."""


def clear_uploads(engine: Engine, direct: DirectUploads) -> list[Done]:
    """End every upload of which nothing was heard for as long as one lives; one that has arrived is completed instead.

    A store that does not answer keeps them for the next time.
    """
    with transaction(engine) as connection:
        stuck = watching.stuck_uploads(connection, BATCH)
    done: list[Done] = []
    for upload in stuck:
        try:
            outcome = _clear(engine, direct, upload)
        except StoreUnavailable as error:
            logger.warning("Stuck uploads wait for the object store: %s", error)
            break
        done += [outcome] if outcome is not None else []
    return done


def _clear(engine: Engine, direct: DirectUploads, upload: StuckUpload) -> Done | None:
    """End one, or find it complete; None where it has come to life meanwhile."""
    stored = direct.store.head(upload.key)
    with transaction(engine) as connection:
        if stored is not None:
            is_healed = multipart.arrived(connection, upload.video_id, stored)
            why = "It lay in the bucket, complete, and nobody had said so."
            return Done(Deed.UPLOAD_HEALED, str(upload.video_id), why) if is_healed else None
        if not multipart.expire(connection, upload.video_id):
            return None
    direct.abort(upload.key)
    return Done(Deed.UPLOAD_EXPIRED, str(upload.video_id), multipart.EXPIRED.sentence)
