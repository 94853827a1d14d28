"""One partition per video; its key is the video's id."""

import dagster as dg

WINDOW = "video"
"""Keys are a hot window: the catalog is the system of record (docs/decisions/0003-partitions-as-a-hot-window.md)."""

video_partitions = dg.DynamicPartitionsDefinition(name=WINDOW)
