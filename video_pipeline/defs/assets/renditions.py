"""Everything derived from the original's pictures and sound, by one decode."""

from collections.abc import Iterator, Sequence
from typing import Any

import dagster as dg

from video_pipeline import previews
from video_pipeline.catalog import queries
from video_pipeline.catalog.records.artifacts import replace_artifact
from video_pipeline.catalog.records.facts import add_warnings, record_duration
from video_pipeline.catalog.rows import VideoRow
from video_pipeline.catalog.uploading import configured, narrowed
from video_pipeline.config import settings
from video_pipeline.defs.assets.metadata import metadata
from video_pipeline.defs.assets.validated_file import policy
from video_pipeline.defs.partitions import video_partitions
from video_pipeline.defs.resources import Bucket, Catalog, Workspace, bounds
from video_pipeline.defs.stage import RETRIES, Job, stage
from video_pipeline.errors import RenditionFaulty
from video_pipeline.intake import digest
from video_pipeline.media import profiles, verify
from video_pipeline.media.artifacts import Rendition
from video_pipeline.media.checks import Policy
from video_pipeline.media.renditions import Made, make
from video_pipeline.storage import keys
from video_pipeline.types import ArtifactKind, NewArtifact, Output, Stage

DESCRIPTIONS = {
    Output.PROXY: "The light copy that plays everywhere: H.264, at most 854 × 480, 10 frames a second, AAC.",
    Output.POSTER: "One picture of the video, from about its first second, not black.",
    Output.STORYBOARD: "Small pictures from the whole video on one sheet, with the WebVTT index that players read.",
    Output.AUDIO: "The sound as 16 kHz mono, for transcription. Nothing where the video is silent.",
    Output.SCENE_CUTS: "Where the picture changes: PySceneDetect's content detector at threshold 27.",
    Output.WEB: "A copy of at most 1080p that browsers play. Nothing where they play the original.",
}

UNNEEDED = {
    Output.AUDIO: "The video has no sound.",
    Output.WEB: "Browsers play the original.",
}

NOTHING = "none"

Result = dg.MaterializeResult | dg.AssetCheckResult  # type: ignore[type-arg]


def _spec(output: Output) -> dg.AssetSpec:
    return dg.AssetSpec(
        output.value,  # Dagster serializes plain strings only
        deps=[metadata],
        description=DESCRIPTIONS[output],
        group_name="video",
        kinds={"ffmpeg", "s3"},
        skippable=True,
        code_version=profiles.recipe(output).digest,
    )


def _checks(output: Output) -> list[dg.AssetCheckSpec]:
    return [
        dg.AssetCheckSpec(name, asset=output.value, description=verify.promise(output, name), blocking=True)
        for name in verify.CHECKS[output]
    ]


@dg.multi_asset(
    name="renditions",
    specs=[_spec(output) for output in Output],
    check_specs=[check for output in Output for check in _checks(output)],
    can_subset=True,
    partitions_def=video_partitions,
    retry_policy=RETRIES,
)
def renditions(
    context: dg.AssetExecutionContext, catalog: Catalog, bucket: Bucket, workspace: Workspace
) -> Iterator[Result]:
    """Decode the original once and derive from it whatever outputs were asked for."""
    known = settings()
    selected = frozenset(Output(key.path[-1]) for key in context.selected_asset_keys)
    with stage(context, catalog, bucket, Stage.RENDITIONS) as job:
        with catalog.transaction() as connection:
            row = queries.video(connection, job.video_id)
            accepted = policy(known, configured(connection), narrowed(connection, row.site_id))
        source, facts = workspace.original(bucket.objects, row), workspace.facts(bucket.objects, row)
        made = make(
            source,
            facts,
            selected & profiles.needed(facts),
            workspace.outputs(),
            bounds=bounds(known, facts.duration_seconds),
            max_seconds=_most_seconds(row, accepted),
            on_progress=job.progress,
        )
        with job.transaction() as connection:
            add_warnings(connection, job.video_id, made.findings)
            if made.decoded.seconds is not None:
                record_duration(connection, job.video_id, made.decoded.seconds)
        outcomes = verify.verify(made, facts, bounds=bounds(known, facts.duration_seconds))
        yield from _check_results(outcomes)
        for output in sorted(selected):
            yield _publish(bucket, job, row, made, output)


def _most_seconds(row: VideoRow, accepted: Policy) -> float:
    """How long the video may play. What was completed once may be made again, whatever is accepted by now."""
    has_played = row.duration_seconds if row.completed_at else None
    return max(accepted.max_duration_seconds, has_played or 0.0)


def _shown_measurements(outcome: verify.CheckOutcome) -> dict[str, Any]:
    return {name: NOTHING if value is None else value for name, value in outcome.measured.items()}


def _check_results(outcomes: Sequence[verify.CheckOutcome]) -> Iterator[dg.AssetCheckResult]:
    """What the checks found; a rendition that fails one is never published.

    Raises:
        RenditionFaulty: some rendition is not what it was promised to be.
    """
    for outcome in outcomes:
        yield dg.AssetCheckResult(
            passed=outcome.passed,
            asset_key=outcome.output.value,
            check_name=outcome.name,
            description=outcome.sentence,
            metadata=_shown_measurements(outcome),
        )
    failed = [outcome for outcome in outcomes if not outcome.passed]
    if failed:
        raise RenditionFaulty(f"The {failed[0].output} is not as promised ({failed[0].name}): {failed[0].sentence}")


def _publish(bucket: Bucket, job: Job, row: VideoRow, made: Made, output: Output) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """Store an output's files under new keys, then switch the catalog to them."""
    rendition = made.renditions.get(output)
    if rendition is None:
        return dg.MaterializeResult(asset_key=output.value, metadata={"made": False, "reason": UNNEEDED[output]})
    new = [_store(bucket, job, row, rendition, kind) for kind in sorted(rendition.files)]
    with job.transaction() as connection:
        for artifact in new:
            replace_artifact(connection, artifact)
    return dg.MaterializeResult(asset_key=output.value, metadata=_shown(new, rendition, made))


def _store(bucket: Bucket, job: Job, row: VideoRow, rendition: Rendition, kind: ArtifactKind) -> NewArtifact:
    """Put one file where its content says, and describe it for the catalog."""
    path, form = rendition.files[kind], profiles.FORMATS[kind]
    sha256 = digest(path)
    key = keys.rendition(row.id, kind, sha256, form.extension)
    stored = bucket.objects.store(path, key, content_type=form.content_type)
    return NewArtifact(
        video_id=row.id,
        kind=kind,
        key=key,
        content_type=form.content_type,
        size_bytes=stored.size_bytes,
        sha256=sha256,
        input_sha256=row.checksum_sha256 or "",
        recipe=profiles.recipe(rendition.output),
        run_id=job.run_id,
        facts=dict(rendition.facts),
    )


def _shown(new: Sequence[NewArtifact], rendition: Rendition, made: Made) -> dict[str, Any]:
    """What the UI shows of an output: its picture where it has one, and numbers that plot."""
    shown: dict[str, Any] = {
        "made": True,
        "size_bytes": sum(artifact.size_bytes for artifact in new),
        "speed": made.speed,
        "recipe": profiles.recipe(rendition.output).digest[:12],
        **rendition.facts,
    }
    for artifact in new:
        if artifact.kind in previews.PREVIEWABLE:
            shown["preview"] = dg.MetadataValue.md(_picture(artifact))
    return shown


def _picture(artifact: NewArtifact) -> str:
    known = settings()
    key = known.signing_key.get_secret_value()
    return f"![{artifact.kind}]({previews.address(known.preview_url, key, artifact.video_id, artifact.kind)})"
