"""The product's API from Python: `Client(address)`, typed answers, and uploads that go on where they broke off.

It speaks HTTP and nothing else. Nothing of the server is imported with it.
"""

from video_pipeline.client.api import Client
from video_pipeline.client.problems import ApiProblem
from video_pipeline.client.uploading import Description, Uploader

__all__ = ["ApiProblem", "Client", "Description", "Uploader"]
