"""Facts: tables, queries (reads), records (writes) and migrations."""
