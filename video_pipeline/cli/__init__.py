"""`video-pipeline …`: thin commands over the same stories that Dagster and the API tell."""

from video_pipeline.cli.app import app

__all__ = ["app"]
