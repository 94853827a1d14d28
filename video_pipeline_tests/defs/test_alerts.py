import dagster as dg
import pytest

from video_pipeline.alerts.slack import SlackChannel
from video_pipeline.catalog.engine import transaction
from video_pipeline.defs import alerts
from video_pipeline.defs.resources import Catalog
from video_pipeline.errors import CatalogUnavailable
from video_pipeline_tests.alerts.receiver import listening
from video_pipeline_tests.catalog.mail import alert


def tick():
    with dg.build_sensor_context(resources={"catalog": Catalog()}) as context:
        result = alerts.alerts(context)
    alerts.COURIER.wait()
    return result


def test_a_tick_sends_the_courier(engine, monkeypatch):
    with listening() as receiver:
        monkeypatch.setattr(alerts, "channels", lambda _: (SlackChannel(receiver.url),))
        with transaction(engine) as connection:
            alert(connection)

        assert "1 channels" in (tick().skip_message or "")

        assert len(receiver.received) == 1


def test_what_went_wrong_is_shown_at_the_next_tick(monkeypatch):
    def fail(*_):
        raise CatalogUnavailable

    with monkeypatch.context() as patch:
        patch.setattr(alerts, "deliver_all", fail)
        tick()

    with pytest.raises(CatalogUnavailable):
        tick()
    assert "on its way" in (tick().skip_message or "")


def test_nobody_is_sent_while_one_is_on_the_way(monkeypatch):
    monkeypatch.setattr(alerts.COURIER, "begin", lambda _: False)
    assert "not come back" in (tick().skip_message or "")
