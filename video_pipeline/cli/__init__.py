"""`video-pipeline …`: thin commands over the same stories that Dagster and the API tell."""
