"""Everything that is written to the catalog: each function is one step of a video's story, guarded in SQL."""
