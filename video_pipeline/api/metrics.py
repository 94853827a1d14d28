"""What Prometheus reads: what this process has answered, and what the catalog says of the pipeline.

Every process of the API counts for itself, from its start, so scrape each; what the catalog says is the same for all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Lock
from time import monotonic

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import Engine

from video_pipeline.api.exchanges import Exchange
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.gauges import Gauges, gauges
from video_pipeline.errors import CatalogUnavailable

PREFIX = "video_pipeline"
KEPT_SECONDS = 10.0
"""How long what the catalog said is told again, for it counts all videos."""

#: Answers that begin, complete or abort an upload, by the contract's names of the operations.
UPLOADS = {
    "begin_upload": "begun",
    "companion_begin": "begun",
    "companion_params": "begun",
    "complete_upload": "completed",
    "companion_complete": "completed",
    "abort_upload": "aborted",
    "companion_abort": "aborted",
}
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """The figures of one process; an observer of exchanges."""

    def __init__(self, catalog: Callable[[], Engine]) -> None:
        registry = self._registry = CollectorRegistry()
        self._seconds = Histogram(
            f"{PREFIX}_http_answer_seconds",
            "From the request to the first byte of its answer.",
            ["method", "route"],
            buckets=_BUCKETS,
            registry=registry,
        )
        self._answers = Counter(
            f"{PREFIX}_http_answers",
            "Answers, 0 where nobody waited.",
            ["method", "route", "status"],
            registry=registry,
        )
        self._in_flight = Gauge(f"{PREFIX}_http_in_flight", "Requests that are being answered.", registry=registry)
        self._sent = Counter(f"{PREFIX}_http_sent_bytes", "Bytes of answers' bodies.", ["route"], registry=registry)
        self._uploads = Counter(f"{PREFIX}_uploads", "Uploads, by what was asked for.", ["event"], registry=registry)
        self._deletions = Counter(f"{PREFIX}_deletions", "Videos deleted.", registry=registry)
        registry.register(PipelineCollector(catalog))

    def began(self, _: Exchange) -> None:
        """A request has come."""
        self._in_flight.inc()

    def ended(self, exchange: Exchange) -> None:
        """Count an answer."""
        self._in_flight.dec()
        method, route = exchange.method, exchange.route
        self._answers.labels(method, route, str(exchange.status)).inc()
        if exchange.answered is not None:
            self._seconds.labels(method, route).observe(exchange.answered - exchange.began)
        if exchange.sent_bytes:
            self._sent.labels(route).inc(exchange.sent_bytes)
        if exchange.status in range(200, 300):
            self._done(exchange.operation)

    def _done(self, operation: str | None) -> None:
        if operation in UPLOADS:
            self._uploads.labels(UPLOADS[operation]).inc()
        elif operation == "delete_video":
            self._deletions.inc()

    def text(self) -> bytes:
        """All figures, in Prometheus' format."""
        return generate_latest(self._registry)


class PipelineCollector(Collector):
    """What the catalog says, asked when somebody scrapes, and not more often than every `KEPT_SECONDS`."""

    def __init__(self, catalog: Callable[[], Engine]) -> None:
        self._catalog = catalog
        self._asking = Lock()
        self._asked_at: float | None = None
        self._known: Gauges | None = None

    def describe(self) -> Iterator[Metric]:
        """Nothing, so that the registry does not ask the catalog for it when it starts."""
        yield from ()

    def collect(self) -> Iterator[Metric]:
        """The figures; of a catalog that does not answer, only that it does not."""
        known = self._current()
        yield _one("catalog_up", "Whether the catalog answered.", float(known is not None))
        if known is not None:
            yield from _pipeline(known)
            yield from _stages(known)

    def _current(self) -> Gauges | None:
        with self._asking:
            if self._asked_at is None or monotonic() - self._asked_at > KEPT_SECONDS:
                self._known = self._ask()
                self._asked_at = monotonic()
            return self._known

    def _ask(self) -> Gauges | None:
        try:
            with transaction(self._catalog()) as connection:
                return gauges(connection)
        except CatalogUnavailable:
            return None


def _one(name: str, meaning: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"{PREFIX}_{name}", meaning, value=value)


def _pipeline(known: Gauges) -> Iterator[Metric]:
    statuses = GaugeMetricFamily(f"{PREFIX}_videos", "Videos, by status.", labels=["status"])
    for status, number in known.videos.items():
        statuses.add_metric([status], number)
    yield statuses
    yield _one("pending_videos", "Uploads that wait for a run.", known.pending.number)
    yield _one("pending_oldest_seconds", "How long the first of them has waited.", known.pending.oldest_seconds)
    yield _one("running_jobs", "Stages at work.", known.running.number)
    yield _one(
        "running_oldest_heartbeat_seconds", "Age of the oldest heartbeat among them.", known.running.oldest_seconds
    )
    yield _one(
        "reprocess_requests", "Wishes to make something again that no run fulfils yet.", known.reprocess_requests
    )
    beats = GaugeMetricFamily(f"{PREFIX}_heartbeat_age_seconds", "Since the last sign of life.", labels=["name"])
    for name, seconds in known.heartbeat_seconds.items():
        beats.add_metric([name], seconds)
    yield beats


def _stages(known: Gauges) -> Iterator[Metric]:
    done = GaugeMetricFamily(f"{PREFIX}_stage_jobs_last_hour", "Jobs completed.", labels=["stage"])
    means = GaugeMetricFamily(f"{PREFIX}_stage_mean_seconds_last_hour", "How long they took.", labels=["stage"])
    speeds = GaugeMetricFamily(
        f"{PREFIX}_stage_speed_last_hour", "Seconds of media in a second of work.", labels=["stage"]
    )
    for stage, pace in known.stages.items():
        done.add_metric([stage], pace.completed)
        means.add_metric([stage], pace.seconds / pace.completed)
        if pace.speed is not None:
            speeds.add_metric([stage], pace.speed)
    yield from (done, means, speeds)
