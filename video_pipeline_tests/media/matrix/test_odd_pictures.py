"""What rows cannot tell: fields, a picture thinner than any rendition, and edges that a container would cut off."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from video_pipeline.media.stills import read_jpeg
from video_pipeline.types import Output
from video_pipeline_tests.media.matrix.conftest import Journey
from video_pipeline_tests.media.matrix.measuring import combing, pictures
from video_pipeline_tests.samples import Samples

Travel = Callable[[str], Journey]

SMOOTH = 2.0  # of 255; a frame of two fields that disagree has more than four times that


@pytest.mark.parametrize("sample", ["top_first", "bottom_first"])
def test_fields_are_made_into_frames(journey: Travel, samples: Samples, sample: str) -> None:
    found = journey(sample)
    assert min(combing(image) for _, image in pictures(samples[sample])) > 4 * SMOOTH, "the sample is no sample"
    for output in (Output.PROXY, Output.WEB):
        assert max(combing(image) for _, image in pictures(found.file(output))) < SMOOTH
    poster = read_jpeg(found.file(Output.POSTER))
    assert poster is not None
    assert combing(poster) < SMOOTH


@pytest.mark.parametrize("sample", ["top_first", "bottom_first"])
def test_the_fields_keep_their_order(journey: Travel, sample: str) -> None:
    """The bar goes to the right; in the wrong order it would go back and forth."""
    places = [image[120].mean(axis=1).argmax() for _, image in pictures(journey(sample).file(Output.WEB))]
    assert list(places[:20]) == sorted(places[:20])


def test_what_is_too_thin_becomes_as_thin_as_can_be(journey: Travel) -> None:
    found = journey("hairline")
    assert (found.picture.width, found.picture.height) == (1, 200)
    assert next(pictures(found.file(Output.PROXY)))[1].shape == (200, 2, 3)
    assert [outcome.sentence for outcome in found.outcomes if not outcome.passed] == []
