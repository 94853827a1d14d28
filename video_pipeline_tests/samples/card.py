"""A card that shows where up is and when it is, with a sound to match: what is done to it can be measured.

The corner at the top left is red, at the top right green, at the bottom left blue. At whole seconds, from the first on,
its middle flashes white for a fifth of a second, and a beep sounds.
"""

from __future__ import annotations

FLASH_SECONDS = BEEP_SECONDS = 0.2
BEEP_HERTZ = 1000

_GROUND = "0x606060"
_FLASHING = f"gte(t,0.999)*lt(mod(t+0.001,1),{FLASH_SECONDS})"  # frames of NTSC's rates fall a little off the second
_CORNERS = (("red", "0", "0"), ("lime", "iw-w", "0"), ("blue", "0", "ih-h"))


def card(size: str, seconds: float, rate: str = "25", *, pixel_format: str = "yuv420p") -> tuple[str, ...]:
    """The picture of the card, as an input of ffmpeg."""
    corners = [f"drawbox=x={x}:y={y}:w=max(1\\,iw/4):h=max(1\\,ih/4):color={name}:t=fill" for name, x, y in _CORNERS]
    flash = f"drawbox=x=iw/4:y=ih/4:w=max(1\\,iw/2):h=max(1\\,ih/2):color=white:t=fill:enable='{_FLASHING}'"
    ground = f"color=c={_GROUND}:size={size}:rate={rate}:duration={seconds},format={pixel_format}"
    return ("-f", "lavfi", "-i", ",".join([ground, *corners, flash]))


def beep(seconds: float, *, layout: str = "stereo") -> tuple[str, ...]:
    """The sound of the card, the same in every channel, as an input of ffmpeg."""
    wave = f"0.5*sin({BEEP_HERTZ}*2*PI*t)*gte(t,1)*lt(mod(t,1),{BEEP_SECONDS})"
    return ("-f", "lavfi", "-i", f"aevalsrc='{wave}':c={layout}:s=48000:d={seconds}")


def wandering(size: str, seconds: float) -> tuple[str, ...]:
    """A white bar on grey that is somewhere else 50 times a second, so that two fields of one frame never agree."""
    ground, bar = (f"color=c={name}:size={size}:rate=50:duration={seconds}" for name in ("gray", "white"))
    return ("-f", "lavfi", "-i", f"{ground}[ground];{bar},crop=40:ih[bar];[ground][bar]overlay=x='mod(n*6,W-w)'")
