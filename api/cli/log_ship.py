"""`assent log ship`: delivers the log to other systems, as events that they read."""

import re
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, urlsplit

import click
from rich.text import Text

from api.cli.arguments import WRITTEN
from api.cli.failures import NO, Failure
from api.cli.service import opened_service
from api.cli.terminal import Output, toned
from api.shipping.bookmark import Bookmark
from api.shipping.destinations import (
    DeliveryError,
    Destination,
    FileDestination,
    HTTPDestination,
    RetryError,
    StreamDestination,
)
from api.shipping.events import Sender
from api.shipping.shapes import SHAPES, Shape
from api.shipping.shipper import OtherLogError, Shipper
from engine.source.layout import Tone, counted
from engine.source.quoting import excerpt
from engine.storage.errors import StorageUnavailable
from engine.storage.log.anchor import KeyFile
from engine.storage.log.tile_log import TileLog

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}", re.ASCII)
_POLL_SECONDS: Final = 1.0
_LONGEST_WAIT: Final = 60.0
_STDOUT: Final = "-"
_THIS_MACHINE: Final = frozenset({"127.0.0.1", "::1", "localhost"})


class NotDelivered(Failure):
    """What the log has could not be delivered, or not all of it."""

    exit_code = NO


@click.command()
@click.argument("name", type=WRITTEN)
@click.option(
    "--to",
    "target",
    metavar="URL|FILE|-",
    type=WRITTEN,
    required=True,
    help="An HTTP collector, a file that grows by a line for each event, or standard output.",
)
@click.option(
    "--shape",
    type=click.Choice(list(SHAPES)),
    required=True,
    help="OPA decision-log events, CloudEvents 1.0, or OCSF API Activity.",
)
@click.option("--contents", is_flag=True, help="Also campaigns, actors, inputs and results.")
@click.option(
    "--token-file",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="The bearer token for the collector; read again for each delivery.",
)
@click.option("--follow", is_flag=True, help="Go on with what is logged from now on.")
def ship(  # noqa: PLR0913 - one parameter for each option.
    name: str,
    *,
    target: str,
    shape: str,
    contents: bool,
    token_file: Path | None,
    follow: bool,
) -> None:
    """Deliver the log to another system, in order, each entry at least once.

    NAME is that of a bookmark in the data directory: run again, the command goes on where it ended,
    however it ended. The log itself is the queue, so that a collector that is down loses nothing
    and delays no decision. What is delivered twice has the same id.

    Events name outcomes and rules. With --contents they hold what the log holds in clear, and what
    has left cannot be erased here any more: the other system has to follow the erasures, which the
    shapes other than `opa` deliver as well.

    \b
      assent log ship siem --shape ocsf --to https://siem.example/ingest --token-file token --follow
      assent log ship archive --shape cloudevents --to /var/log/assent.ndjson
      assent log ship opa --shape opa --to https://logs.example/logs

    Exit status: 0 if everything is delivered, 1 if not, 2 where this cannot be asked.
    """  # noqa: D301 - click reads the escape.
    if not _NAME.fullmatch(name):
        raise click.BadParameter("write lower-case letters, digits, `-` and `_`", param_hint="NAME")
    with opened_service() as (settings, database), ExitStack() as held:
        bookmark = Bookmark(settings.data_directory / "shipping" / name)
        held.enter_context(bookmark.held())
        with _delivery_told(target):
            to = _destination(target, SHAPES[shape], token_file)
            shipper = Shipper(
                log=TileLog(database),
                bookmark=bookmark,
                shape=SHAPES[shape],
                sender=Sender(
                    origin=KeyFile(settings.log_key).read().origin, with_contents=contents
                ),
                destination=to,
            )
            if follow:
                _follow(shipper)
            delivered = sum(shipper.ship())
    Output(err=True).line(_summary(delivered, target))


@contextmanager
def _delivery_told(target: str) -> Iterator[None]:
    """Turn what ends a delivery into the `Failure` that tells it."""
    try:
        yield
    except DeliveryError as error:
        advice = "run the command again: it goes on where it ended"
        raise NotDelivered(target, str(error), advice) from error
    except OtherLogError as error:
        advice = "put back the log that was shipped, or ship under another name"
        raise NotDelivered("the log", str(error), advice) from error


def _destination(target: str, shape: Shape, token: Path | None) -> Destination:
    if target.startswith(("https://", "http://")):
        address = _address(target)
        if token is not None and not _keeps_secrets(address):
            message = "a token is sent over https:// only, or to this machine"
            raise click.BadParameter(message, param_hint="--token-file")
        return HTTPDestination(target, shape, token)
    if token is not None:
        raise click.BadParameter("a token is for an HTTP collector", param_hint="--token-file")
    if target == _STDOUT:
        return StreamDestination(sys.stdout.buffer)
    return FileDestination(Path(target))


def _address(url: str) -> SplitResult:
    """Return the parts of an address that can be asked."""
    try:
        address = urlsplit(url)
        is_plain = url.isascii() and url.isprintable() and " " not in url
        is_one = is_plain and bool(address.hostname) and address.port != 0
    except ValueError:
        is_one = False
    if not is_one:
        message = f"{excerpt(url, 200)} is no address; write `https://siem.example/ingest`"
        raise click.BadParameter(message, param_hint="--to")
    if "@" in address.netloc:
        message = "write no name and no password into an address; a token is in a --token-file"
        raise click.BadParameter(message, param_hint="--to")
    return address


def _keeps_secrets(address: SplitResult) -> bool:
    """Whether nobody on the way to an address reads what is sent there."""
    return address.scheme == "https" or address.hostname in _THIS_MACHINE


def _follow(shipper: Shipper) -> None:
    """Deliver what is logged for ever; what can be had later is waited for, and told once."""
    output, told, wait = Output(err=True), "", _POLL_SECONDS
    while True:
        try:
            for _ in shipper.ship():
                told, wait = "", _POLL_SECONDS
        except (RetryError, StorageUnavailable) as error:
            if str(error) != told:
                told = str(error)
                output.line(toned(f"assent: {told}; trying again", Tone.OPEN))
            wait = min(wait * 2, _LONGEST_WAIT)
        time.sleep(wait)


def _summary(delivered: int, target: str) -> Text:
    events = counted(delivered, "event", "events")
    where = "standard output" if target == _STDOUT else target
    return toned(f"{events} delivered", Tone.TITLE) + toned(f" to {where}", Tone.QUIET)
