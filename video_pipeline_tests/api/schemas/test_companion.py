from video_pipeline.api.schemas.companion import ListedParts, Metadata, NewMultipart
from video_pipeline.storage.multipart import Part


def test_metadata_of_a_query_is_what_stands_in_brackets():
    query = {"filename": "a.mp4", "metadata[title]": "Gate", "metadata[size]": "12", "metadata[camera_id]": ""}

    found = Metadata.of_query(query)

    assert (found.title, found.size, found.camera_id) == ("Gate", 12, None)


def test_what_uppy_says_besides_is_passed_over():
    told = {"name": "a.mp4", "type": "video/mp4", "relativePath": None, "size": 12}
    file = NewMultipart.model_validate({"filename": "a.mp4", "type": "video/mp4", "metadata": told}).announcement()

    assert (file.filename, file.mime_type, file.size_bytes) == ("a.mp4", "video/mp4", 12)


def test_parts_are_listed_by_the_names_of_s3():
    parts = ListedParts.model_validate({"parts": [{"PartNumber": 1, "ETag": '"e"', "Size": 5}]})

    assert parts.listed() == [Part(1, "e")]
