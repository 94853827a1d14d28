"""A self-hosted pipeline: video lands in a bucket and becomes a validated, catalogued, playable video."""
