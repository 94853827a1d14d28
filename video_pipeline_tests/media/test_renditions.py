import json
from collections.abc import Callable
from pathlib import Path

import av
import cv2
import pytest

from video_pipeline.errors import MediaRefused, MediaToolFailed
from video_pipeline.media import graph
from video_pipeline.media.damage import MUTE
from video_pipeline.media.probe import probe
from video_pipeline.media.probe_child import facts_of
from video_pipeline.media.process import Bounds
from video_pipeline.media.renditions import Made, make
from video_pipeline.media.stills import read_jpeg
from video_pipeline.media.verify import verify
from video_pipeline.types import ArtifactKind, Container, Output, SceneCut, Severity
from video_pipeline_tests.media.conftest import Derived
from video_pipeline_tests.samples import Samples, bunny
from video_pipeline_tests.samples.damaged import media_zeroed, sound_spoilt, truncated, zeroed

Derive = Callable[[str], Derived]


def file(made: Made, output: Output, kind: ArtifactKind | None = None) -> Path:
    return made.renditions[output].files[kind or ArtifactKind(output)]


def pixels(made: Made, output: Output) -> tuple[int, int]:
    """Width and height of a picture or of a video's picture."""
    path = file(made, output)
    if path.suffix == ".jpg":
        frame = cv2.imread(str(path))
        assert frame is not None
        return frame.shape[1], frame.shape[0]
    found = facts_of(path).video
    assert found is not None
    return found.width, found.height


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory, bounds: Bounds) -> Made:
    """Everything made of a real clip."""
    facts = probe(bunny(), bounds=bounds)
    return make(bunny(), facts, frozenset(Output), tmp_path_factory.mktemp("real"), bounds=bounds, max_seconds=60)


def test_everything_is_made_of_a_real_clip(real: Made) -> None:
    assert set(real.renditions) == set(Output)
    assert (real.decoded.frames, real.decoded.errors) == (132, 0)
    assert real.decoded.seconds == pytest.approx(5.28)
    assert real.findings == ()
    assert real.wall_seconds > 0
    assert real.speed == pytest.approx(5.28 / real.wall_seconds)


def test_a_proxy_is_what_browsers_play(real: Made) -> None:
    facts = facts_of(file(real, Output.PROXY))
    assert (facts.container, facts.faststart) == (Container.MP4, True)
    assert facts.video is not None
    assert (facts.video.codec, facts.video.pixel_format) == ("h264", "yuv420p")
    assert facts.video.frame_rate == 10
    assert (facts.video.width, facts.video.height, facts.video.frames) == (854, 480, 53)
    assert facts.audio is not None
    assert (facts.audio.codec, facts.audio.channels, facts.audio.sample_rate) == ("aac", 2, 48_000)
    assert facts.audio.bit_rate == pytest.approx(128_000, rel=0.1)


def test_the_colours_of_a_proxy_are_named(real: Made) -> None:
    found = facts_of(file(real, Output.PROXY)).video
    assert found is not None
    assert (found.color_space, found.color_range) == ("bt709", "tv")


def test_a_poster_is_the_frame_that_is_shown_after_one_second(real: Made) -> None:
    poster = read_jpeg(file(real, Output.POSTER))
    with av.open(str(bunny())) as opened:
        shown = next(frame for frame in opened.decode(video=0) if frame.time == 1.0)
        expected = shown.reformat(format="bgr24", src_colorspace="ITU709").to_ndarray()
    assert poster is not None
    assert cv2.absdiff(poster, expected).mean() < 3


def test_a_storyboard_covers_the_clip(real: Made) -> None:
    index = file(real, Output.STORYBOARD, ArtifactKind.STORYBOARD_INDEX).read_text()
    assert index.count("-->") == 5
    assert index.endswith("00:00:04.224 --> 00:00:05.280\nstoryboard.jpg#xywh=640,0,160,90\n")
    assert pixels(real, Output.STORYBOARD) == (800, 90)


def test_sound_is_ready_for_speech_recognition(real: Made) -> None:
    with av.open(str(file(real, Output.AUDIO))) as opened:
        (stream,) = opened.streams.audio
        assert (stream.codec.name, stream.rate, stream.channels) == ("flac", 16_000, 1)
        assert sum(frame.samples for frame in opened.decode(stream)) / 16_000 == pytest.approx(5.312, abs=0.05)


def test_a_clip_without_a_cut_is_one_scene(real: Made) -> None:
    assert real.scenes == (SceneCut(0.0, 5.28),)
    assert json.loads(file(real, Output.SCENE_CUTS).read_text())["scenes"] == [
        {"start_seconds": 0.0, "end_seconds": 5.28}
    ]


def test_no_material_is_left(real: Made) -> None:
    folder = file(real, Output.PROXY).parent
    made = {path for rendition in real.renditions.values() for path in rendition.files.values()}
    assert set(folder.iterdir()) == made


@pytest.mark.parametrize("output", list(Output))
def test_one_output_alone_makes_only_its_own_files(
    samples: Samples, tmp_path: Path, bounds: Bounds, derived: Derive, output: Output
) -> None:
    whole = derived("quicktime")
    alone = make(samples["quicktime"], whole.facts, frozenset({output}), tmp_path, bounds=bounds, max_seconds=60)
    assert set(alone.renditions) == {output}
    files = alone.renditions[output].files
    assert set(tmp_path.iterdir()) == set(files.values())
    for kind, path in files.items():
        assert path.read_bytes() == file(whole.made, output, kind).read_bytes(), "the others must make no difference"


@pytest.mark.parametrize(
    ("sample", "proxy", "poster", "tile"),
    [
        ("phone", (854, 480), (1280, 720), (160, 90)),
        ("quicktime", (854, 480), (1280, 720), (160, 90)),
        ("matroska", (854, 480), (1280, 720), (160, 90)),
        ("webm", (320, 180), (320, 180), (160, 90)),
        ("avi", (352, 288), (352, 288), (160, 130)),
        ("portrait", (480, 854), (720, 1280), (160, 284)),
        ("rotated", (360, 640), (360, 640), (160, 284)),
        ("anamorphic", (854, 480), (1024, 576), (160, 90)),
        ("odd", (320, 240), (320, 240), (160, 120)),
        ("small", (320, 240), (320, 240), (160, 120)),
        ("ten_bit", (640, 360), (640, 360), (160, 90)),
        ("interlaced", (640, 480), (640, 480), (160, 120)),
        ("blink", (320, 180), (320, 180), (160, 90)),
    ],
)
def test_sizes_keep_shape_and_rotation_and_never_grow(
    derived: Derive, sample: str, proxy: tuple[int, int], poster: tuple[int, int], tile: tuple[int, int]
) -> None:
    made = derived(sample).made
    assert pixels(made, Output.PROXY) == proxy
    assert pixels(made, Output.POSTER) == poster
    assert pixels(made, Output.STORYBOARD)[1] == tile[1]
    found = facts_of(file(made, Output.PROXY)).video
    assert found is not None
    assert (found.pixel_format, found.rotation) == ("yuv420p", 0)
    assert found.sample_aspect_ratio == 1


def test_a_turned_video_stands_as_it_was_filmed(derived: Derive) -> None:
    poster = read_jpeg(file(derived("rotated").made, Output.POSTER))
    assert poster is not None
    top, bottom = poster[20, 20], poster[620, 20]
    assert top.argmax() == 2, "the red bar, on the left as stored, is on top when turned clockwise"
    assert bottom.argmin() == 2, "the cyan bar, on the right as stored, is at the bottom"


def test_silence_is_no_failure(derived: Derive) -> None:
    made = derived("silent").made
    assert set(made.renditions) == {Output.PROXY, Output.POSTER, Output.STORYBOARD, Output.SCENE_CUTS}
    assert facts_of(file(made, Output.PROXY)).audio_streams == 0


def test_sound_alone_of_a_silent_video_makes_nothing(samples: Samples, tmp_path: Path, bounds: Bounds) -> None:
    facts = facts_of(samples["silent"])
    made = make(samples["silent"], facts, frozenset({Output.AUDIO}), tmp_path, bounds=bounds, max_seconds=60)
    assert made.renditions == {}
    assert list(tmp_path.iterdir()) == []


def test_a_cut_is_found_where_it_is(derived: Derive) -> None:
    assert derived("two_scenes").made.scenes == (SceneCut(0.0, 2.0), SceneCut(2.0, 4.0))


def test_a_poster_is_not_black_where_the_video_is_not(derived: Derive) -> None:
    poster = derived("dark_start").made.renditions[Output.POSTER].facts
    assert (poster["second"], poster["black"]) == (3, False)
    assert derived("black").made.renditions[Output.POSTER].facts["black"] is True


def test_red_stays_red(derived: Derive) -> None:
    made = derived("red").made
    for output in (Output.POSTER, Output.STORYBOARD):
        frame = read_jpeg(file(made, output))
        assert frame is not None
        assert frame.mean(axis=(0, 1)) == pytest.approx([0, 0, 253], abs=4)


def test_a_picture_that_grows_midway_lasts_as_long_as_it_does(samples: Samples, tmp_path: Path, bounds: Bounds) -> None:
    facts = facts_of(samples.growing())
    made = make(samples.growing(), facts, frozenset(Output), tmp_path, bounds=bounds, max_seconds=60)
    assert made.scenes[-1].end_seconds == 2.0
    proxy = facts_of(file(made, Output.PROXY)).video
    assert proxy is not None
    assert (proxy.width, proxy.height, proxy.frames) == (320, 180, 20)


def test_a_late_picture_stays_with_its_sound(derived: Derive) -> None:
    made = derived("late").made
    facts = facts_of(file(made, Output.PROXY))
    assert facts.video is not None
    assert facts.audio is not None
    assert facts.video.start_seconds == pytest.approx(0, abs=0.03)
    assert facts.video.duration_seconds == pytest.approx(made.decoded.seconds, abs=0.1)
    assert facts.audio.duration_seconds == pytest.approx(2, abs=0.1)


def test_nothing_of_the_source_but_picture_and_sound(derived: Derive) -> None:
    facts = facts_of(file(derived("tagged").made, Output.PROXY))
    assert set(facts.tags) == {"major_brand", "minor_version", "compatible_brands"}
    cover = facts_of(file(derived("with_cover").made, Output.PROXY))
    assert (cover.video_streams, cover.other_streams) == (1, 0)


def test_progress_is_told_as_a_share(samples: Samples, tmp_path: Path, bounds: Bounds) -> None:
    heard: list[float] = []
    facts = facts_of(samples["phone"])
    outputs = frozenset({Output.PROXY})
    make(samples["phone"], facts, outputs, tmp_path, bounds=bounds, max_seconds=60, on_progress=heard.append)
    assert heard
    assert heard == sorted(heard)
    assert 0 <= heard[0] <= heard[-1] == 1


def altered(source: Path, path: Path, damage: Callable[[bytes], bytes]) -> Path:
    path.write_bytes(damage(source.read_bytes()))
    return path


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """An empty folder, with room for a source beside it."""
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


def test_what_is_damaged_a_little_is_taken_with_a_warning(samples: Samples, work: Path, bounds: Bounds) -> None:
    source = altered(samples["whole_mp4"], work.with_name("clip.mp4"), zeroed(0.52, 0.56))
    made = make(source, facts_of(source), frozenset({Output.PROXY}), work, bounds=bounds, max_seconds=60)
    assert made.decoded.errors > 0
    assert {finding.severity for finding in made.findings} == {Severity.WARN}
    assert "picture_lost" in {finding.code for finding in made.findings}
    assert list(work.iterdir()) == [file(made, Output.PROXY)]


def test_what_ends_too_early_lasts_as_long_as_it_plays(samples: Samples, work: Path, bounds: Bounds) -> None:
    source = altered(samples["matroska"], work.with_name("clip.mkv"), truncated(0.5))
    made = make(source, facts_of(source), frozenset({Output.PROXY}), work, bounds=bounds, max_seconds=60)
    assert [finding.code for finding in made.findings] == ["shorter_than_declared"]
    proxy = facts_of(file(made, Output.PROXY))
    assert made.decoded.seconds is not None
    assert proxy.duration_seconds == pytest.approx(made.decoded.seconds, abs=0.1)


def test_no_picture_at_all_is_refused(samples: Samples, work: Path, bounds: Bounds) -> None:
    source = altered(samples["fast"], work.with_name("clip.mp4"), media_zeroed)
    with pytest.raises(MediaRefused) as refusal:
        make(source, facts_of(source), frozenset(Output), work, bounds=bounds, max_seconds=60)
    assert refusal.value.reason.code == "undecodable"


def hurried(matroska: bytes) -> bytes:
    """Its clock ticks every nanosecond and not every millisecond, so that no sample of sound is left to be heard."""
    return matroska.replace(bytes.fromhex("2ad7b1830f4240"), bytes.fromhex("2ad7b183000001"))


@pytest.mark.parametrize(("sample", "edit"), [("whole_mp4", sound_spoilt(1)), ("matroska", hurried)])
def test_sound_of_which_nothing_comes_makes_a_silent_video(
    samples: Samples, work: Path, bounds: Bounds, sample: str, edit: Callable[[bytes], bytes]
) -> None:
    source = altered(samples[sample], work.with_name("clip"), edit)
    facts = facts_of(source)
    made = make(source, facts, frozenset({Output.PROXY, Output.AUDIO}), work, bounds=bounds, max_seconds=60)
    assert (made.mute, made.findings[-1:]) == (True, (MUTE,))
    assert set(made.renditions) == {Output.PROXY}
    assert facts_of(file(made, Output.PROXY)).audio_streams == 0
    assert [outcome.sentence for outcome in verify(made, facts, bounds=bounds) if not outcome.passed] == []


def test_a_failure_that_is_not_the_files_may_be_tried_again(
    samples: Samples, tmp_path: Path, bounds: Bounds, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = facts_of(samples["small"])
    monkeypatch.setattr(graph, "FILES", {Output.PROXY: "no/such/folder.mp4"})
    with pytest.raises(MediaToolFailed, match="No such file"):
        make(samples["small"], facts, frozenset({Output.PROXY}), tmp_path, bounds=bounds, max_seconds=60)


def test_making_keeps_to_its_time(samples: Samples, tmp_path: Path) -> None:
    facts, brief = facts_of(samples["phone"]), Bounds(wall_seconds=0.05)
    with pytest.raises(MediaRefused) as refusal:
        make(samples["phone"], facts, frozenset(Output), tmp_path, bounds=brief, max_seconds=60)
    assert refusal.value.reason.code == "too_slow"
