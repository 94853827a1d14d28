"""The HTTP API: thin. It signs, checks, reads and writes the catalog; it never talks to Dagster."""
