"""How Dagster has alerts taken to their channels."""

import dagster as dg

from video_pipeline.alerts.configured import channels
from video_pipeline.alerts.courier import deliver_all
from video_pipeline.alerts.errand import Errand
from video_pipeline.config import settings
from video_pipeline.defs.resources import Catalog

#: In the background: no upload shall wait for its run because a receiver of webhooks is slow to answer.
COURIER = Errand("courier")


@dg.sensor(minimum_interval_seconds=10, default_status=dg.DefaultSensorStatus.RUNNING)
def alerts(catalog: Catalog) -> dg.SkipReason:
    """Sends the courier, who takes what has happened to Sentry, Slack and webhooks, as far as they are set.

    It asks for no run. A fault of the courier's is shown at the next tick; what it had taken is then sent again.
    """
    engine, known = catalog.engine, channels(settings())
    if COURIER.begin(lambda: deliver_all(engine, known)):
        return dg.SkipReason(f"A courier is on its way to {len(known)} channels.")
    return dg.SkipReason("The courier has not come back yet.")
