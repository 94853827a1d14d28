"""What becomes of each disagreement: looked at once more, with the video's row held, and only then acted upon.

Whatever dies in between leaves what the next sweep finds. A deleted video's objects go before its row, so that no
object is kept that nobody knows of; a row whose object is gone is withdrawn before anything is asked to be made again,
in one transaction, so that no row is served that has no object.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, Engine

from video_pipeline.care.census import is_alive, lying
from video_pipeline.care.disagreements import Code, Cutoffs, Disagreement
from video_pipeline.care.judgement import judge
from video_pipeline.catalog import inventory
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.inventory import Holding
from video_pipeline.catalog.records import events, purging, videos
from video_pipeline.catalog.records.reprocess import request_reprocess
from video_pipeline.storage import leftovers
from video_pipeline.storage.objects import ObjectStore
from video_pipeline.types import ArtifactKind, Output, StoredObject, VideoStatus
from video_pipeline.whereabouts import VANISHED

logger = logging.getLogger(__name__)

REQUESTED_BY = "sweep"
LOST = "watchdog.original_lost"


@dataclass(frozen=True, slots=True)
class Scene:
    """What is wrong with a video and still is, and what is there: its row is ours until the transaction ends."""

    connection: Connection
    store: ObjectStore
    video_id: UUID
    found: tuple[Disagreement, ...]
    holding: Holding | None
    objects: dict[str, StoredObject]


def settle(
    engine: Engine, store: ObjectStore, found: Sequence[Disagreement], cutoffs: Cutoffs
) -> Sequence[Disagreement]:
    """Do away with disagreements about one video that want the same deed; gives those that were still so.

    Raises:
        StoreUnavailable, CatalogUnavailable: one of the two did not answer.
    """
    video_id = found[0].video_id
    if video_id is None:
        return ()
    with transaction(engine) as connection:
        scene = _scene(connection, store, video_id, found, cutoffs)
        if scene.found:
            DEEDS[scene.found[0].code](scene)
    for one in found:
        logger.info("%s: %s", "Settled" if one in scene.found else "Not so any more", one)
    return scene.found


def _scene(
    connection: Connection, store: ObjectStore, video_id: UUID, found: Sequence[Disagreement], cutoffs: Cutoffs
) -> Scene:
    holding = inventory.holding(connection, video_id, locked=True)
    objects = lying(store, video_id, holding)
    still = set(judge(video_id, holding, objects, cutoffs))
    held = tuple(one for one in found if one in still or _was_read(one, holding, objects))
    return Scene(connection, store, video_id, held, holding, {stored.key: stored for stored in objects})


def _was_read(found: Disagreement, holding: Holding | None, objects: Sequence[StoredObject]) -> bool:
    """Whether it is an artifact whose bytes were read and were not what its row says; they are, if both are as then."""
    if found.code is not Code.ARTIFACT_DAMAGED or holding is None or holding.is_busy:
        return False
    is_current = any(made.key == found.key and made.superseded_at is None for made in holding.artifacts)
    return is_current and any((stored.key, stored.etag) == (found.key, found.version) for stored in objects)


def discard(engine: Engine, store: ObjectStore, found: Disagreement) -> bool:
    """Remove the parts of an upload that nobody will finish. False where somebody may."""
    key, upload_id = str(found.key), str(found.version)
    if is_alive(engine, key, upload_id):
        logger.info("Not so any more: %s", found)
        return False
    leftovers.discard(store, key, upload_id)
    logger.info("Settled: %s", found)
    return True


def _delete_objects(scene: Scene) -> None:
    for one in scene.found:
        _delete(scene.store, scene.objects[str(one.key)])


def _delete(store: ObjectStore, stored: StoredObject) -> None:
    if not store.delete_exactly(stored):
        logger.info("The object %s was gone, or replaced, when it was to be deleted.", stored.key)


def _purge(scene: Scene) -> None:
    for stored in scene.objects.values():
        _delete(scene.store, stored)
    if lying(scene.store, scene.video_id, scene.holding):  # somebody wrote meanwhile: the row stays for the next sweep
        return
    keep_row = scene.holding is not None and scene.holding.holds_quota
    purging.purge_video(scene.connection, scene.video_id, keep_row=keep_row)


def _forget_artifacts(scene: Scene) -> None:
    for key in (str(one.key) for one in scene.found):
        if key in scene.objects:
            _delete(scene.store, scene.objects[key])
        purging.forget_artifact(scene.connection, key)


def _make_again(scene: Scene) -> None:
    """Withdraw every output of which something is wrong, and ask for it, if there is something to make it from.

    A video that is not completed is left at that: whatever is asked of it makes everything.
    """
    holding = scene.holding
    if holding is None:
        return
    outputs = {_output(holding, one) for one in scene.found}
    current = (made for made in holding.artifacts if made.superseded_at is None)
    withdrawn = [made.key for made in current if any(made.kind in output.kinds for output in outputs)]
    purging.withdraw_artifacts(scene.connection, withdrawn)
    if holding.video.original_key in scene.objects and holding.video.status is VideoStatus.COMPLETED:
        request_reprocess(scene.connection, scene.video_id, outputs=outputs, requested_by=REQUESTED_BY)


def _output(holding: Holding, found: Disagreement) -> Output:
    """The output that an artifact is of, which is named by its key, or where there is none by its kind."""
    kinds = {made.key: made.kind for made in holding.artifacts}
    kind = kinds[found.key] if found.key in kinds else ArtifactKind(str(found.key))
    return next(output for output in Output if kind in output.kinds)


def _give_up(scene: Scene) -> None:
    videos.refuse(scene.connection, scene.video_id, code=VANISHED.code, sentence=VANISHED.sentence)


def tell_of_lost_original(engine: Engine, found: Disagreement) -> None:
    """Tell operators that an original is missing or damaged, loudly: nothing that this product does brings it back."""
    logger.error("%s Restore it from a backup.", found)
    data = {
        "video_id": found.video_id,
        "key": found.key,
        "code": found.code,
        "sentence": f"{found.code.sentence} Restore {found.key} from a backup.",
    }
    with transaction(engine) as connection:
        events.emit(connection, LOST, str(found.video_id), data, same_as=LOST)


STRAYS = (Code.STRAY_UPLOAD, Code.STRAY_ORIGINAL, Code.STRAY_RENDITION, Code.STRAY_REJECT, Code.OLD_REJECT)
GONE = (Code.DELETED_VIDEO, Code.ABORTED_UPLOAD)
REPAIRED = (Code.ARTIFACT_MISSING, Code.ARTIFACT_DAMAGED, Code.ARTIFACT_FOREIGN, Code.ARTIFACT_LACKING)

DEEDS: dict[Code, Callable[[Scene], None]] = {
    **dict.fromkeys(REPAIRED, _make_again),
    **dict.fromkeys(GONE, _purge),
    **dict.fromkeys(STRAYS, _delete_objects),
    Code.SUPERSEDED_ARTIFACT: _forget_artifacts,
    Code.UPLOAD_MISSING: _give_up,
}
"""What is done, by what it is done about. An original that is lost, and what we do not know, are left as they are."""

TOGETHER = tuple(tuple(code for code in DEEDS if DEEDS[code] is deed) for deed in dict.fromkeys(DEEDS.values()))
"""The codes that want the same deed, in the order in which the deeds are done."""
