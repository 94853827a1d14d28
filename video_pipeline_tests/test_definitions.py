import dagster as dg

from video_pipeline.definitions import defs
from video_pipeline.defs.partitions import video_partitions


def test_dagster_can_load_everything():
    dg.Definitions.validate_loadable(defs)


def test_every_asset_says_what_it_is():
    graph = defs.resolve_asset_graph()

    assert all(graph.get(key).description for key in graph.get_all_asset_keys())


def test_every_asset_of_a_video_is_partitioned_by_video():
    graph = defs.resolve_asset_graph()
    otherwise = {key for key in graph.get_all_asset_keys() if graph.get(key).partitions_def != video_partitions}

    assert otherwise == {dg.AssetKey("daily_report")}
