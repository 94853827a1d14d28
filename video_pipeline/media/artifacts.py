"""From what a command left in its folder to finished artifacts, with numbers about each."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from video_pipeline.media import scenes, stills
from video_pipeline.media.graph import FILES, POSTER_FRAMES, STORYBOARD_FRAMES
from video_pipeline.media.plan import Candidates, Encode, Plan, Tiles
from video_pipeline.media.profiles import AUDIO, FORMATS, SCENE_CUTS
from video_pipeline.types import ArtifactKind, Output, SceneCut

SHORTEST_SECONDS = 0.001  # a cue of WebVTT: it counts milliseconds


@dataclass(frozen=True, slots=True)
class Rendition:
    """One output as it was made: its files by kind, and numbers about it for the catalog and the operator."""

    output: Output
    files: Mapping[ArtifactKind, Path]
    facts: Mapping[str, object] = field(default_factory=dict)


def finish(plan: Plan, folder: Path, found: tuple[SceneCut, ...], *, end_seconds: float) -> dict[Output, Rendition]:
    """Make the artifacts of a plan that has been carried out in `folder`, and remove the material they are made of.

    Args:
        plan: what was to be made.
        folder: where the command ran.
        found: the scenes that were detected.
        end_seconds: when the last decoded frame ends.
    """
    made = [_video(output, encode, folder) for output, encode in plan.encodes.items()]
    if plan.poster is not None:
        made.append(_poster(plan.poster, folder))
    if plan.storyboard is not None:
        made.append(_storyboard(plan.storyboard, folder, end_seconds))
    if plan.detection is not None:
        made.append(_scene_cuts(found, folder))
    if plan.audio:
        facts = {"sample_rate": AUDIO.sample_rate, "channels": AUDIO.channels}
        made.append(Rendition(Output.AUDIO, {ArtifactKind.AUDIO: folder / FILES[Output.AUDIO]}, facts))
    return {rendition.output: rendition for rendition in made}


def _video(output: Output, encode: Encode, folder: Path) -> Rendition:
    facts = {"width": encode.size.width, "height": encode.size.height, "frame_rate": float(encode.frame_rate)}
    return Rendition(output, {ArtifactKind(output): folder / FILES[output]}, facts)


def _poster(candidates: Candidates, folder: Path) -> Rendition:
    material = folder / POSTER_FRAMES
    frames = stills.raw_frames(material, candidates.size)
    chosen = stills.choose(frames, candidates)
    path = _path(folder, ArtifactKind.POSTER)
    stills.write_jpeg(frames[chosen], path, candidates.profile.jpeg_quality)
    material.unlink()
    facts = {
        "width": candidates.size.width,
        "height": candidates.size.height,
        "second": candidates.seconds[chosen],
        "black": stills.is_black(frames[chosen], candidates.profile),
    }
    return Rendition(Output.POSTER, {ArtifactKind.POSTER: path}, facts)


def _storyboard(tiles: Tiles, folder: Path, end_seconds: float) -> Rendition:
    material = folder / STORYBOARD_FRAMES
    frames = stills.raw_frames(material, tiles.size)[: _within(end_seconds, tiles)]
    picture, index = _path(folder, ArtifactKind.STORYBOARD), _path(folder, ArtifactKind.STORYBOARD_INDEX, "storyboard")
    stills.write_jpeg(stills.sheet(frames, tiles.profile.columns), picture, tiles.profile.jpeg_quality)
    index.write_text(stills.index(len(frames), tiles, end_seconds=end_seconds, picture=picture.name))
    material.unlink()
    facts = {
        "tiles": len(frames),
        "columns": min(len(frames), tiles.profile.columns),
        "tile_width": tiles.size.width,
        "tile_height": tiles.size.height,
        "interval_seconds": float(tiles.interval),
    }
    return Rendition(Output.STORYBOARD, {ArtifactKind.STORYBOARD: picture, ArtifactKind.STORYBOARD_INDEX: index}, facts)


def _within(end_seconds: float, tiles: Tiles) -> int:
    """How many tiles begin before the end. ffmpeg gives more where frames are said to be shorter than they stay."""
    return max(1, math.ceil((end_seconds - SHORTEST_SECONDS) / tiles.interval))


def _scene_cuts(found: tuple[SceneCut, ...], folder: Path) -> Rendition:
    path = _path(folder, ArtifactKind.SCENE_CUTS)
    path.write_text(scenes.as_json(found, SCENE_CUTS))
    return Rendition(Output.SCENE_CUTS, {ArtifactKind.SCENE_CUTS: path}, {"scenes": len(found)})


def _path(folder: Path, kind: ArtifactKind, stem: str | None = None) -> Path:
    return folder / f"{stem or kind}.{FORMATS[kind].extension}"
