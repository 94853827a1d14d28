"""What a command works on: the catalog and the bucket, of the environment or of an installation that is up."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Engine

from video_pipeline.catalog.engine import connect
from video_pipeline.config import Settings, settings
from video_pipeline.local.installation import Installation
from video_pipeline.storage.client import client
from video_pipeline.storage.objects import ObjectStore

DataDir = Annotated[
    Path, typer.Option("--data-dir", envvar="VIDEO_PIPELINE_DATA", help="Where the embedded stack keeps its data.")
]
DATA = Path("data")


@dataclass(frozen=True, slots=True)
class Session:
    """The two places where a video's facts and bytes are, and the settings that led there."""

    engine: Engine
    store: ObjectStore
    settings: Settings


def open_session(data_dir: Path) -> Session:
    """Connect to what the environment names, else to the installation in `data_dir`.

    Raises:
        ConfigurationError: the environment names nothing, and no stack has ever been up in `data_dir`.
    """
    if "DATABASE_URL" not in os.environ:
        os.environ.update(Installation(data_dir).saved_environment())
    known = settings()
    engine = connect(known.database_url.get_secret_value())
    return Session(engine, ObjectStore(client(known.s3_endpoint_url, known.s3_region), known.s3_bucket), known)
