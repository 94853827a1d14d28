from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from video_pipeline.media import colors
from video_pipeline.media.probe_child import facts_of
from video_pipeline.media.process import Bounds
from video_pipeline.media.profiles import browser_ready, needed
from video_pipeline.media.renditions import make
from video_pipeline.media.stills import read_jpeg
from video_pipeline.types import ArtifactKind, Output, VideoStream
from video_pipeline_tests.media.conftest import Derived
from video_pipeline_tests.samples import Samples
from video_pipeline_tests.samples.colors import FIELDS

Derive = Callable[[str], Derived]

HDR = ("pq", "hlg", "half_told_hdr")
WIDE = (*HDR, "wide_sdr")
# Of 255: what lossy encodes in 8 bits, and a tone curve, leave of a colour. Unturned, P3 is 11 off, HDR 46 and more.
SAME, SAME_AFTER_A_CURVE = 5, 15


def fields(picture: NDArray[np.uint8]) -> NDArray[np.float64]:
    """The mean red, green and blue of the four fields of a picture in blue, green, red."""
    height, width, _ = picture.shape
    middles = [round(width * (2 * number + 1) / 8) for number in range(len(FIELDS))]
    rows = slice(height // 4, height * 3 // 4)
    return np.array([picture[rows, middle - 4 : middle + 4, ::-1].mean(axis=(0, 1)) for middle in middles])


def frame(path: Path) -> NDArray[np.uint8]:
    """The first frame of a video as screens show it."""
    with av.open(str(path)) as opened:
        shown = next(opened.decode(video=0))
        return shown.reformat(format="bgr24", src_colorspace="ITU709").to_ndarray().astype(np.uint8)


def described(path: Path) -> VideoStream:
    found = facts_of(path).video
    assert found is not None
    return found


@pytest.mark.parametrize("sample", [*WIDE, "plain_sdr"])
def test_colours_are_what_they_were(derived: Derive, sample: str) -> None:
    made, same = derived(sample).made.renditions, SAME_AFTER_A_CURVE if sample in HDR else SAME
    poster = read_jpeg(made[Output.POSTER].files[ArtifactKind.POSTER])
    assert poster is not None
    assert fields(poster) == pytest.approx(np.array(FIELDS), abs=same)
    proxy = made[Output.PROXY].files[ArtifactKind.PROXY]
    assert fields(frame(proxy)) == pytest.approx(np.array(FIELDS), abs=same)
    sheet = read_jpeg(made[Output.STORYBOARD].files[ArtifactKind.STORYBOARD])
    assert sheet is not None
    assert fields(sheet) == pytest.approx(np.array(FIELDS), abs=same)


@pytest.mark.parametrize("sample", WIDE)
def test_what_is_made_says_that_it_is_standard(derived: Derive, sample: str) -> None:
    made = derived(sample).made.renditions
    for output, kind in ((Output.PROXY, ArtifactKind.PROXY), (Output.WEB, ArtifactKind.WEB)):
        found = described(made[output].files[kind])
        assert (found.color_space, found.color_primaries, found.color_transfer) == ("bt709", "bt709", "bt709")
        assert (found.color_range, found.pixel_format) == ("tv", "yuv420p")


@pytest.mark.parametrize("sample", WIDE)
def test_browsers_get_a_copy_of_what_not_every_screen_shows(samples: Samples, sample: str) -> None:
    facts = facts_of(samples[sample])
    assert not browser_ready(facts)
    assert Output.WEB in needed(facts)


@pytest.mark.parametrize(("sample", "hdr"), [*((name, True) for name in HDR), ("wide_sdr", False), ("phone", False)])
def test_hdr_is_told_by_its_transfer_function(samples: Samples, sample: str, hdr: bool) -> None:
    assert colors.is_hdr(described(samples[sample])) is hdr


def test_highlights_keep_their_shape(samples: Samples, tmp_path: Path, bounds: Bounds) -> None:
    facts = facts_of(samples["highlights"])
    made = make(samples["highlights"], facts, frozenset({Output.PROXY}), tmp_path, bounds=bounds, max_seconds=60)
    row = frame(made.renditions[Output.PROXY].files[ArtifactKind.PROXY])[180].mean(axis=1)
    steps = [row[80 * number + 40] for number in range(8)]
    assert np.diff(steps).min() > 2, "every step up to 1000 candela is brighter than the one before"


@pytest.mark.parametrize(
    ("changes", "filled"),
    [
        ({}, {"colorspace": "smpte170m", "color_primaries": "smpte170m", "color_trc": "smpte170m"}),
        ({"coded_height": 720}, {"colorspace": "bt709", "color_primaries": "bt709", "color_trc": "bt709"}),
        ({"color_transfer": "smpte2084"}, {"colorspace": "bt2020nc", "color_primaries": "bt2020"}),
        ({"color_primaries": "smpte432"}, {"colorspace": "bt709", "color_trc": "bt709"}),
        ({"pixel_format": "gbrp"}, None),
        ({"color_space": "bt709", "color_primaries": "bt709", "color_transfer": "bt709"}, None),
    ],
)
def test_what_is_left_unsaid_is_what_players_take_it_for(
    samples: Samples, changes: dict[str, object], filled: dict[str, str] | None
) -> None:
    class Told:
        def filter(self, name: str, **parameters: str) -> tuple[str, dict[str, str]]:
            return name, parameters

    source = replace(described(samples["small"]), **changes)  # type: ignore[arg-type] # names are the test's
    stream = Told()
    expected = ("setparams", filled) if filled is not None else stream
    assert colors.described(stream, source) == expected
