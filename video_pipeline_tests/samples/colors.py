"""Four fields of known colours in every range and gamut that cameras write, so that what comes out can be compared."""

from __future__ import annotations

from video_pipeline_tests.samples.making import Sample

#: Red, green, blue of the fields, from left to right, as sRGB shows them.
FIELDS = ((128, 128, 128), (200, 120, 90), (60, 110, 60), (40, 60, 120))
_WIDTH, _HEIGHT = 640, 360

# In light, of which the reference white of HDR is 203 candela per square metre (ITU-R BT.2408).
_TO_LIGHT = "setparams=colorspace=gbr:color_primaries=bt709:color_trc=bt709:range=pc,zscale=t=linear:npl=203"


def _fields() -> tuple[str, ...]:
    boxes = (
        f"drawbox=x={number * _WIDTH // 4}:w={_WIDTH // 4}:h=ih:color=0x{red:02x}{green:02x}{blue:02x}:t=fill"
        for number, (red, green, blue) in enumerate(FIELDS)
    )
    ground = f"color=c=black:size={_WIDTH}x{_HEIGHT}:rate=25:duration=0.6,format=gbrp"
    return ("-f", "lavfi", "-i", ",".join([ground, *boxes]))


def _graded(transfer: str, primaries: str, matrix: str, pixel_format: str = "yuv420p10le") -> tuple[str, ...]:
    graded = f"zscale=p={primaries}:t={transfer}:m={matrix}:r=tv:npl=203,format={pixel_format}"
    return (*_fields(), "-vf", f"{_TO_LIGHT},format=gbrpf32le,{graded}")


def _x265(transfer: str) -> tuple[str, ...]:
    described = f"log-level=none:colorprim=bt2020:transfer={transfer}:colormatrix=bt2020nc:range=limited"
    return ("-c:v", "libx265", "-preset", "ultrafast", "-crf", "10", "-x265-params", described, "-tag:v", "hvc1")


COLORS: dict[str, Sample] = {
    "pq": Sample(
        "mp4",
        "HDR10: HEVC in 10 bits, BT.2020, the brightness of SMPTE ST 2084",
        (*_graded("smpte2084", "bt2020", "bt2020nc"), *_x265("smpte2084")),
    ),
    "hlg": Sample(
        "mov",
        "HDR as phones film it: HEVC in 10 bits, BT.2020, hybrid log-gamma",
        (*_graded("arib-std-b67", "bt2020", "bt2020nc"), *_x265("arib-std-b67")),
    ),
    "highlights": Sample(
        "mp4",
        "eight steps of grey from half of reference white to 1000 candela, which SDR has no room for",
        (
            *("-f", "lavfi", "-i", "color=c=black:size=640x360:rate=25:duration=0.2,format=gbrpf32le"),
            "-vf",
            # linear light, 1 being 10 000 candela
            "geq=r='0.01*pow(10,floor(X/80)/7)':g='0.01*pow(10,floor(X/80)/7)':b='0.01*pow(10,floor(X/80)/7)',"
            "setparams=colorspace=gbr:color_primaries=bt2020:color_trc=linear:range=pc,"
            "zscale=t=smpte2084:m=bt2020nc:r=tv:npl=10000,format=yuv420p10le",
            *_x265("smpte2084"),
        ),
    ),
    "half_told_hdr": Sample(
        "mkv",
        "HDR that names its transfer function and nothing else: what is left unsaid is BT.2020",
        (
            *_graded("smpte2084", "bt2020", "bt2020nc"),
            *("-c:v", "libx265", "-preset", "ultrafast", "-crf", "10"),
            *("-x265-params", "log-level=none:transfer=smpte2084"),
            *("-color_primaries", "unknown", "-colorspace", "unknown", "-color_trc", "smpte2084"),
        ),
    ),
    "wide_sdr": Sample(
        "mp4",
        "what phones film with HDR switched off: Display P3 in 8 bits",
        (
            *_graded("bt709", "smpte432", "bt709", "yuv420p"),
            *("-c:v", "libx264", "-preset", "ultrafast", "-crf", "10"),
            *("-x264-params", "colorprim=smpte432:transfer=bt709:colormatrix=bt709"),
        ),
    ),
    "plain_sdr": Sample(
        "mp4",
        "the same fields as every screen shows them: nothing is to be turned",
        (*_graded("bt709", "bt709", "bt709", "yuv420p"), "-c:v", "libx264", "-preset", "ultrafast", "-crf", "10"),
    ),
}
