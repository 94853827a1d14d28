"""What operators see in Dagster's UI, asked as the UI asks."""

import json
import urllib.request

import pytest

from video_pipeline.types import Output, VideoStatus

GRAPH = """
{ assetNodes { assetKey { path } dependencyKeys { path } description
    assetChecksOrError { ... on AssetChecks { checks { name blocking } } } } }
"""

PARTITION = """
query ($asset: AssetKeyInput!, $partition: String!) {
  assetNodeOrError(assetKey: $asset) { ... on AssetNode {
    assetMaterializations(partitions: [$partition], limit: 1) {
      runId
      metadataEntries { label ... on MarkdownMetadataEntry { mdStr } ... on FloatMetadataEntry { floatValue }
                        ... on IntMetadataEntry { intValue } }
    } } }
}
"""

CHECKS = """
query ($run: ID!) {
  runOrError(runId: $run) { ... on Run { assetCheckEvaluations: eventConnection { events { __typename
    ... on AssetCheckEvaluationEvent { evaluation { checkName success assetKey { path } } } } } } }
}
"""


@pytest.fixture
def ask(stack):
    def query(text: str, **variables):
        request = urllib.request.Request(
            f"{stack.urls['dagster']}/graphql",
            data=json.dumps({"query": text, "variables": variables}).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request) as response:
            answer = json.load(response)
        assert "errors" not in answer, answer
        return answer["data"]

    return query


def test_the_asset_graph_shows_lineage_from_the_upload_to_the_row(ask):
    nodes = {node["assetKey"]["path"][0]: node for node in ask(GRAPH)["assetNodes"]}
    upstream = {name: {key["path"][0] for key in node["dependencyKeys"]} for name, node in nodes.items()}

    assert upstream["validated_file"] == {"uploaded_file"}
    assert upstream["metadata"] == {"validated_file"}
    assert all(upstream[output] == {"metadata"} for output in Output)
    assert upstream["catalog_row"] == set(Output)
    assert all(node["description"] for node in nodes.values())
    checks = nodes["proxy"]["assetChecksOrError"]["checks"]
    assert {check["name"] for check in checks} == {"duration", "streams", "faststart", "decodable"}
    assert all(check["blocking"] for check in checks)


def test_a_partition_shows_its_poster_numbers_and_checks(ask, ingest, clip):
    (snapshot,) = ingest(clip("seen.mp4", "-c:v", "libx264", "-c:a", "aac"))
    assert snapshot.video.status is VideoStatus.COMPLETED

    (poster,) = _materializations(ask, "poster", snapshot.video.id)
    picture = poster["metadataEntries"]["preview"]["mdStr"].partition("(")[2].rstrip(")")
    with urllib.request.urlopen(picture) as response:
        assert response.headers["Content-Type"] == "image/jpeg"
        assert response.read(2) == b"\xff\xd8"

    (proxy,) = _materializations(ask, "proxy", snapshot.video.id)
    assert proxy["metadataEntries"]["speed"]["floatValue"] > 0
    assert proxy["metadataEntries"]["size_bytes"]["intValue"] == snapshot.artifacts["proxy"].size_bytes

    events = ask(CHECKS, run=proxy["runId"])["runOrError"]["assetCheckEvaluations"]["events"]
    results = [event["evaluation"] for event in events if "evaluation" in event]
    assert {result["checkName"] for result in results} >= {"duration", "streams", "picture", "tiles", "scenes"}
    assert all(result["success"] for result in results)


def _materializations(ask, asset, video_id):
    answer = ask(PARTITION, asset={"path": [asset]}, partition=str(video_id))
    found = answer["assetNodeOrError"]["assetMaterializations"]
    return [{**one, "metadataEntries": {entry["label"]: entry for entry in one["metadataEntries"]}} for one in found]
