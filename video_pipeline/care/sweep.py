"""Sweeps away what is nobody's, and has made again what is missing: told first, done only where that is wanted.

The census goes first and to its end. Only then is it known how many there are of each kind, and a sweep that would
remove more than half of one removes none of it: a wrong bucket, or a wrong database, looks like that.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, groupby

from sqlalchemy import Engine

from video_pipeline.care import integrity, removal
from video_pipeline.care.census import Census, Kind
from video_pipeline.care.disagreements import Ages, Code, Cutoffs, Disagreement
from video_pipeline.catalog import queries
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import events
from video_pipeline.storage.objects import ObjectStore

logger = logging.getLogger(__name__)

ALWAYS_ALLOWED = 20
"""So many of a kind may go even where they are more than half: the one upload that was left of one, for example."""

KEPT_IN_MEMORY = 50_000
"""Disagreements of one code that one sweep acts upon; what is beyond that is counted, and is the next one's."""

REFUSED = "watchdog.sweep_refused"

KINDS = {
    Code.STRAY_UPLOAD: Kind.INBOX,
    Code.STRAY_ORIGINAL: Kind.ORIGINALS,
    Code.STRAY_RENDITION: Kind.RENDITIONS,
    Code.STRAY_REJECT: Kind.REJECTS,
    Code.OLD_REJECT: Kind.REJECTS,
    Code.UNFINISHED_UPLOAD: Kind.UNFINISHED,
    Code.UPLOAD_MISSING: Kind.VIDEOS,
    Code.DELETED_VIDEO: Kind.VIDEOS,
    Code.ABORTED_UPLOAD: Kind.VIDEOS,
    Code.ARTIFACT_MISSING: Kind.ARTIFACTS,
    Code.ARTIFACT_DAMAGED: Kind.ARTIFACTS,
    Code.ARTIFACT_FOREIGN: Kind.ARTIFACTS,
    Code.ARTIFACT_LACKING: Kind.VIDEOS,
    Code.SUPERSEDED_ARTIFACT: Kind.ARTIFACTS,
    Code.ORIGINAL_MISSING: Kind.VIDEOS,
    Code.ORIGINAL_DAMAGED: Kind.VIDEOS,
}
"""Of what each code counts some. What does not stand here is told and never touched."""

LOST = (Code.ORIGINAL_MISSING, Code.ORIGINAL_DAMAGED)


@dataclass(frozen=True, slots=True)
class Report:
    """What a sweep found and did, by code. `refused` are those that were more than half; `examples` one of each."""

    found: Counter[Code]
    done: Counter[Code]
    refused: tuple[Code, ...]
    examples: dict[Code, Disagreement]

    def counts(self) -> dict[str, int]:
        """How many were found and done away with, under the names that Dagster's metadata has."""
        found = {f"{code}_found": number for code, number in sorted(self.found.items())}
        return found | {f"{code}_settled": number for code, number in sorted(self.done.items())}


def sweep(
    engine: Engine,
    store: ObjectStore,
    *,
    apply: bool = False,
    ages: Ages = Ages(),  # noqa: B008 - a frozen value
    more_than_half: bool = False,
    integrity_of: int | None = None,
) -> Report:
    """Find what catalog and bucket disagree in and, with `apply`, do away with it; a second sweep finds none of it.

    Args:
        engine: The catalog.
        store: The bucket.
        apply: Without it nothing is changed.
        ages: How old it must be to count; a day, unless somebody says otherwise.
        more_than_half: Remove more than half of a kind if that is what is found.
        integrity_of: Read, besides, one in so many videos, and compare what they hash to.

    Raises:
        StoreUnavailable, CatalogUnavailable: one of the two did not answer; what was done by then is done.
    """
    with transaction(engine) as connection:
        now = queries.now(connection)
    cutoffs = Cutoffs.at(now, ages)
    census = Census(engine, store, cutoffs)
    read = integrity.scan(engine, store, one_in=integrity_of, today=now) if integrity_of else iter(())
    found, victims = _collected(chain(census.disagreements(), read))
    refused = (
        () if more_than_half else tuple(sorted(code for code in victims if _is_too_much(found, code, census.counted)))
    )
    done: Counter[Code] = Counter()
    if apply:
        allowed = {code: some for code, some in victims.items() if code not in refused}
        _tell(engine, allowed, found, refused)
        done = _settle(engine, store, allowed, cutoffs)
    return Report(found, done, refused, {code: some[0] for code, some in victims.items()})


def _collected(found: Iterable[Disagreement]) -> tuple[Counter[Code], dict[Code, list[Disagreement]]]:
    counted: Counter[Code] = Counter()
    kept: dict[Code, list[Disagreement]] = {}
    for one in found:
        counted[one.code] += 1
        if counted[one.code] <= KEPT_IN_MEMORY:
            kept.setdefault(one.code, []).append(one)
    return counted, kept


def _is_too_much(found: Counter[Code], code: Code, there_are: Counter[Kind]) -> bool:
    return code in KINDS and found[code] > ALWAYS_ALLOWED and 2 * found[code] > there_are[KINDS[code]]


def _tell(
    engine: Engine, allowed: dict[Code, list[Disagreement]], found: Counter[Code], refused: Sequence[Code]
) -> None:
    """Tell operators what only they can mend."""
    for one in chain.from_iterable(allowed.get(code, ()) for code in LOST):
        removal.tell_of_lost_original(engine, one)
    for code in refused:
        sentence = (
            f"{found[code]} times: {code.sentence} That is more than half of all {KINDS[code]}, so none was touched."
        )
        logger.error("%s", sentence)
        with transaction(engine) as connection:
            data = {"code": code, "found": found[code], "sentence": sentence}
            events.emit(connection, REFUSED, code, data, same_as=f"{REFUSED}:{code}")


def _settle(
    engine: Engine, store: ObjectStore, allowed: dict[Code, list[Disagreement]], cutoffs: Cutoffs
) -> Counter[Code]:
    """Do each deed, a video at a time: what is wrong with one is put right at once."""
    done: Counter[Code] = Counter()
    for codes in removal.TOGETHER:
        found = chain.from_iterable(allowed.get(code, ()) for code in codes)
        for _, together in groupby(sorted(found, key=_video), key=_video):
            done.update(one.code for one in removal.settle(engine, store, list(together), cutoffs))
    for one in allowed.get(Code.UNFINISHED_UPLOAD, ()):
        done[one.code] += removal.discard(engine, store, one)
    return done


def _video(found: Disagreement) -> str:
    return str(found.video_id)
