from dataclasses import replace
from types import MappingProxyType

import pytest

from video_pipeline.media import profiles
from video_pipeline.media.probe_child import facts_of
from video_pipeline.media.profiles import CODE_VERSIONS, FORMATS, PROFILES, PROXY, browser_ready, needed, recipe
from video_pipeline.types import ArtifactKind, Output
from video_pipeline_tests.catalog.stories import FACTS
from video_pipeline_tests.samples import Samples


def test_every_output_has_a_profile_and_a_version() -> None:
    assert set(PROFILES) == set(CODE_VERSIONS) == set(Output)


def test_every_artifact_has_a_format() -> None:
    assert set(FORMATS) == set(ArtifactKind)


def test_a_recipe_is_always_the_same_and_every_output_has_its_own() -> None:
    assert recipe(Output.PROXY) == recipe(Output.PROXY)
    assert len({recipe(output).digest for output in Output}) == len(Output)


def test_a_changed_parameter_changes_the_recipe_of_its_output_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    before = {output: recipe(output) for output in Output}
    monkeypatch.setattr(
        profiles, "PROFILES", MappingProxyType({**PROFILES, Output.PROXY: replace(PROXY, crf=PROXY.crf + 1)})
    )
    assert {output for output in Output if recipe(output) != before[output]} == {Output.PROXY}


def test_a_raised_version_changes_the_recipe(monkeypatch: pytest.MonkeyPatch) -> None:
    before = recipe(Output.AUDIO)
    monkeypatch.setattr(profiles, "CODE_VERSIONS", MappingProxyType({**CODE_VERSIONS, Output.AUDIO: "next"}))
    assert recipe(Output.AUDIO).digest != before.digest
    assert recipe(Output.AUDIO).code_version == "next"


@pytest.mark.parametrize(
    ("sample", "ready"),
    [
        ("phone", True),
        ("silent", True),
        ("rotated", True),
        ("anamorphic", True),
        ("webm", True),
        ("endless", True),
        ("quicktime", False),
        ("matroska", False),
        ("avi", False),
        ("ten_bit", False),
        ("wide_gamut", False),
        ("odd", False),
        ("interlaced", False),
        ("mirrored", False),
        ("with_cover", True),
        ("motion_photo", False),
        ("av1_webm", False),
        ("sound", False),
        ("rare_sound", False),
    ],
)
def test_what_browsers_play_as_it_is(samples: Samples, sample: str, ready: bool) -> None:
    assert browser_ready(facts_of(samples[sample])) is ready


def test_sound_that_could_not_be_read_is_not_ready(samples: Samples) -> None:
    facts = facts_of(samples["phone"])
    assert not browser_ready(replace(facts, audio=None))


def test_what_a_video_gets(samples: Samples) -> None:
    always = {Output.PROXY, Output.POSTER, Output.STORYBOARD, Output.SCENE_CUTS}
    assert needed(facts_of(samples["phone"])) == always | {Output.AUDIO}
    assert needed(facts_of(samples["silent"])) == always
    assert needed(facts_of(samples["matroska"])) == set(Output)
    assert needed(facts_of(samples["odd"])) == always | {Output.WEB}


def test_what_a_video_must_have_is_every_artifact_of_what_it_gets() -> None:
    silent = replace(FACTS, audio=None)

    assert profiles.required(FACTS) == set(ArtifactKind) - {ArtifactKind.WEB}
    assert profiles.required(FACTS) - profiles.required(silent) == {ArtifactKind.AUDIO}
