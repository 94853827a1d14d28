import pytest
from hypothesis import given
from hypothesis import strategies as some

from video_pipeline.media.geometry import Size, fit, within
from video_pipeline.media.profiles import Box

PROXY = Box(854, 480)
sides = some.integers(1, 16_384)


@pytest.mark.parametrize(
    ("source", "fitted"),
    [
        ((1920, 1080), (854, 480)),  # the often-copied filter makes 853 of it, which 4:2:0 cannot have
        ((1080, 1920), (480, 854)),
        ((1024, 576), (854, 480)),
        ((3840, 1600), (854, 356)),
        ((640, 640), (480, 480)),
        ((320, 240), (320, 240)),
        ((321, 241), (320, 240)),
        ((1, 1), (2, 2)),
        ((16_384, 16), (854, 2)),
    ],
)
def test_a_picture_is_fitted_into_its_box(source: tuple[int, int], fitted: tuple[int, int]) -> None:
    assert fit(Size(*source), PROXY) == fitted


@given(sides, sides)
def test_never_enlarged_always_even_always_inside(width: int, height: int) -> None:
    fitted = fit(Size(width, height), PROXY)
    assert fitted.width % 2 == fitted.height % 2 == 0
    assert fitted.width <= max(width, 2)
    assert fitted.height <= max(height, 2)
    assert max(fitted) <= 854
    assert min(fitted) <= 480


@given(sides, sides)
def test_the_shape_is_kept_to_a_pixel(width: int, height: int) -> None:
    fitted = within(Size(width, height), Size(160, 284))
    assert abs(fitted.width * height - fitted.height * width) <= 2 * (width + height)
