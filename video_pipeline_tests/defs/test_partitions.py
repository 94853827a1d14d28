from video_pipeline.defs.partitions import video_partitions


def test_a_partition_is_a_video(instance):
    instance.add_dynamic_partitions(video_partitions.name, ["a-video"])

    assert video_partitions.get_partition_keys(dynamic_partitions_store=instance) == ["a-video"]
