"""What routes are given."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated

from fastapi import Depends
from sqlalchemy import Engine

from video_pipeline.catalog.engine import connect
from video_pipeline.config import Settings, settings
from video_pipeline.storage.client import client
from video_pipeline.storage.objects import ObjectStore


@lru_cache(maxsize=1)
def engine() -> Engine:
    """The pool of connections to the catalog."""
    return connect(settings().database_url.get_secret_value())


@lru_cache(maxsize=1)
def store() -> ObjectStore:
    """The bucket."""
    known = settings()
    return ObjectStore(client(known.s3_endpoint_url, known.s3_region), known.s3_bucket)


Catalog = Annotated[Engine, Depends(engine)]
Bucket = Annotated[ObjectStore, Depends(store)]
Known = Annotated[Settings, Depends(settings)]
