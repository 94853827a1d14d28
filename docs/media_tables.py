"""The tables about media: what is accepted, how it comes out, what is refused; `tables.py` puts them into pages."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator
from types import FunctionType

from pydantic import SecretStr

from video_pipeline.config import Settings
from video_pipeline.defs.assets.renditions import DESCRIPTIONS
from video_pipeline.media import allowed, checks, choices, verify
from video_pipeline.media.profiles import AUDIO, FORMATS, POSTER, PROXY, SCENE_CUTS, STORYBOARD, WEB, VideoProfile
from video_pipeline.media.tolerance import TOLERANCE, Tolerance
from video_pipeline.reasons import REASONS
from video_pipeline.types import USUAL_CONTAINERS, ArtifactKind, Container, Output, Severity


def table(columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A markdown table; a `|` inside a cell is escaped."""
    lines = [columns, tuple("---" for _ in columns), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def default(setting: str) -> str:
    """The default of a setting, in code type; `none` where it has none."""
    value = Settings.model_fields[setting].default
    if isinstance(value, frozenset):
        value = ",".join(sorted(value))
    shown = value.get_secret_value() if isinstance(value, SecretStr) else value
    return "none" if shown in {None, "", ()} else f"`{shown}`"


def containers() -> str:
    """Every container, and whether it is accepted unless told otherwise."""
    rows = (
        (
            container.label,
            ", ".join(f"`.{extension}`" for extension, known in checks.EXTENSIONS.items() if known is container),
            f"`{container}`",
            "yes" if container in USUAL_CONTAINERS else "where switched on",
        )
        for container in Container
    )
    return table(("Format", "Known as", "In `ACCEPTED_CONTAINERS`", "Accepted"), rows)


def codecs() -> str:
    """What may decode a file, by the names of the decoders."""
    lists = {"Picture": allowed.VIDEO_DECODERS, "Sound": allowed.AUDIO_DECODERS}
    rows = ((kind, ", ".join(f"`{name}`" for name in sorted(names))) for kind, names in lists.items())
    return table(("Of", "Decoders"), rows)


def outputs() -> str:
    """Every output with its parameters, in words."""
    parameters = {
        Output.PROXY: _encoding(PROXY),
        Output.WEB: _encoding(WEB),
        Output.POSTER: f"at most {POSTER.box.long_side} × {POSTER.box.short_side}, JPEG quality {POSTER.jpeg_quality}; "
        f"the first that is not black of seconds {', '.join(map(str, POSTER.candidate_seconds))}, then of "
        f"{', '.join(f'{share:.0%}' for share in POSTER.candidate_shares)} of the duration",
        Output.STORYBOARD: f"at most {STORYBOARD.max_tiles} tiles, {STORYBOARD.columns} a row, {STORYBOARD.tile_width} "
        f"wide; one in {STORYBOARD.min_interval_seconds:g} s or fewer; JPEG quality {STORYBOARD.jpeg_quality}",
        Output.AUDIO: f"{AUDIO.sample_rate / 1000:g} kHz, {AUDIO.channels} channel",
        Output.SCENE_CUTS: f"threshold {SCENE_CUTS.threshold:g}, scenes of {SCENE_CUTS.min_scene_seconds:g} s or more, "
        f"looked for {SCENE_CUTS.width} pixels wide at {SCENE_CUTS.max_frame_rate} frames a second at most",
    }
    rows = ((f"`{output}`", DESCRIPTIONS[output], _file(output), parameters[output]) for output in Output)
    return table(("Output", "What it is", "File", "Parameters"), rows)


def _encoding(profile: VideoProfile) -> str:
    rate = f"{profile.frame_rate}" if profile.frame_rate else f"the source's, up to {profile.max_frame_rate},"
    return (
        f"at most {profile.box.long_side} × {profile.box.short_side}, standing or lying, never enlarged; {rate} frames "
        f"a second; x264 `{profile.preset}`, CRF {profile.crf:g}, a keyframe in {profile.keyframe_seconds} s; AAC, "
        f"{profile.audio_channels} channels, {profile.audio_sample_rate // 1000} kHz, "
        f"{profile.audio_bits_per_second // 1000} kbit/s"
    )


def _file(output: Output) -> str:
    return ", ".join(f"`.{FORMATS[kind].extension}`" for kind in ArtifactKind if kind in output.kinds)


def promises() -> str:
    """The checks that every output has to pass before anybody sees it."""
    rows = (
        (f"`{output}`", f"`{name}`", verify.promise(output, name))
        for output in Output
        for name in verify.CHECKS[output]
    )
    return table(("Output", "Check", "What it holds the output to"), rows)


def rules() -> str:
    """The rules that choose, by their docstrings."""
    named = inspect.getmembers(choices, inspect.isfunction)
    own = [function for _, function in named if function.__module__ == choices.__name__]
    public = [function for function in own if not function.__name__.startswith("_")]
    in_order = sorted(public, key=lambda function: function.__code__.co_firstlineno)
    rows = ((f"`{function.__name__}`", _in_one_line(_rule(function))) for function in in_order)
    return table(("Rule", "What it says"), rows)


def _rule(function: FunctionType) -> str:
    """What a function says before it speaks of its arguments."""
    return (inspect.getdoc(function) or "").split("\n\nArgs:")[0]


def limits() -> str:
    """Every rule that has a limit, with the setting that moves it."""
    rows = (
        (f"`{rule.code}`", f"`{name}`", default(name.lower()), Settings.model_fields[name.lower()].description or "")
        for rule in checks.RULES
        for name in rule.settings
    )
    return table(("Refused as", "Setting", "Default", "Meaning"), rows)


def tolerances() -> str:
    """What may be wrong with a file that is taken, by the docstring of the class that holds the limits."""
    rows = (
        (
            ", ".join(f"`{name}`" for name in names),
            ", ".join(f"{getattr(TOLERANCE, name):g}" for name in names),
            meaning,
        )
        for names, meaning in _described(inspect.getdoc(Tolerance) or "")
    )
    return table(("Limit", "Value", "Meaning"), rows)


def _described(docstring: str) -> Iterator[tuple[list[str], str]]:
    """The names and the text of each paragraph of a docstring that begins with names and a colon."""
    for part in re.split(r"\n(?=\w+(?:, \w+)*: )", docstring)[1:]:
        names, meaning = part.split(":", 1)
        text = _in_one_line(meaning)
        yield names.split(", "), text[0].upper() + text[1:]


def refusals() -> str:
    """Every code that a file can be refused with."""
    rows = ((f"`{one.code}`", one.meaning, one.advice) for one in REASONS if one.severity is Severity.REFUSE)
    return table(("Code", "What it means", "What to do"), rows)


def warnings() -> str:
    """Every code that is recorded with a file that is taken."""
    rows = ((f"`{one.code}`", one.meaning) for one in REASONS if one.severity is Severity.WARN)
    return table(("Code", "What it means"), rows)


def _in_one_line(text: str | None) -> str:
    return " ".join((text or "").split())


TABLES: dict[str, Callable[[], str]] = {
    "containers": containers,
    "codecs": codecs,
    "outputs": outputs,
    "promises": promises,
    "rules": rules,
    "limits": limits,
    "tolerances": tolerances,
    "refusals": refusals,
    "warnings": warnings,
}
