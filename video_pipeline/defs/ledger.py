"""Dagster's records, as the auditor reads them."""

from __future__ import annotations

from collections.abc import Sequence

import dagster as dg

from video_pipeline.defs.partitions import WINDOW
from video_pipeline.defs.runs import DagsterRuns


class DagsterLedger(DagsterRuns):
    """The runs of an instance, and its partitions of videos."""

    def __init__(self, instance: dg.DagsterInstance) -> None:
        """Read the records of `instance`."""
        super().__init__(instance)
        self._records = instance

    def partitions(self) -> Sequence[str]:
        """The keys of the hot window."""
        return self._records.get_dynamic_partitions(WINDOW)
