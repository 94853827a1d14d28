"""Commands that look after what the outside is told."""

from __future__ import annotations

import sys
from uuid import UUID

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from video_pipeline.alerts.configured import channels
from video_pipeline.alerts.courier import Trial, try_out
from video_pipeline.catalog import outbox
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import deliveries
from video_pipeline.cli.sentences import sentences
from video_pipeline.cli.session import DATA, DataDir, open_session

commands = typer.Typer(
    name="alerts",
    add_completion=False,
    no_args_is_help=True,
    help="Say what has not arrived at Sentry, Slack or webhooks; try them out.",
)
out = Console(width=None if sys.stdout.isatty() else 200)  # ids stay in one piece in a log, which has no width

SHOWN = 50


@commands.command("test")
def try_channels(data_dir: DataDir = DATA) -> None:
    """Send a test along every channel, and say how each took it; exit code 1 unless all did."""
    with sentences():
        session = open_session(data_dir)
        trials = try_out(session.engine, channels(session.settings))
    for trial in trials:
        out.print(_outcome(trial), soft_wrap=True)
    if not trials:
        out.print("There is no channel: SENTRY_DSN, SLACK_WEBHOOK_URL and WEBHOOK_ENDPOINTS are not set.")
    if not trials or not all(trial.answer.is_success for trial in trials):
        raise typer.Exit(1)


def _outcome(trial: Trial) -> str:
    if trial.answer.is_success:
        return f"[green]✓[/] {escape(trial.channel)}: it took the test ({trial.answer.status})."
    return f"[red]✗[/] {escape(trial.channel)}: {escape(trial.answer.fault)}"


@commands.command("list")
def show(data_dir: DataDir = DATA) -> None:
    """Show what waits to be sent again and what was given up, the newest first."""
    with sentences():
        session = open_session(data_dir)
        with transaction(session.engine) as connection:
            found = outbox.undelivered(connection, limit=SHOWN)
            unseen, gone = outbox.unrouted(connection), outbox.gone(connection)
    if found:
        out.print(_table(found))
    out.print(f"{len(found)} deliveries have not arrived{' (there may be more)' if len(found) == SHOWN else ''}.")
    if unseen:
        out.print(f"{unseen} events wait for the courier, who comes every few seconds while Dagster's daemon runs.")
    for channel in sorted(gone):
        out.print(f"{escape(channel)} is gone, says its receiver. `alerts test` uses it again if it takes the test.")


def _table(found: list[outbox.Undelivered]) -> Table:
    table = Table("delivery", "channel", "event", "subject", "state", "attempts", "next attempt", "last error")
    for each in found:
        waits = each.state is outbox.DeliveryState.PENDING
        table.add_row(
            str(each.id),
            escape(each.channel),
            each.type,
            escape(each.subject),
            each.state,
            str(each.attempts),
            f"{each.next_attempt_at:%Y-%m-%d %H:%M:%S} UTC" if waits else "–",
            escape(each.last_error or "–"),
        )
    return table


@commands.command()
def retry(delivery_id: UUID, *, data_dir: DataDir = DATA) -> None:
    """Try a delivery now instead of later, or once more where it was given up."""
    with sentences():
        session = open_session(data_dir)
        with transaction(session.engine) as connection:
            deliveries.retry(connection, delivery_id)
    out.print("It goes with the next courier. `video-pipeline alerts list` shows whether it arrived.")
