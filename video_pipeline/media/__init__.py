"""Media, pure: a path in, facts or files out. No Dagster, no bucket, no database, no clock on the wall."""
