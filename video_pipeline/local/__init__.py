"""The embedded stack: PostgreSQL, object store, broker and our own processes, as one command."""
