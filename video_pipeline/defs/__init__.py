"""Dagster: the only place that knows it."""
