"""`assent adapt`: what records of a platform tell, as descriptors to be completed."""

from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path

import click
import msgspec
from rich.text import Text

from api.adapters import FORMATS, Adaptation, RecordFault
from api.adapters.records import UnreadRecord, read_record
from api.cli.failures import NO
from api.cli.submissions import Record, submitted
from api.cli.terminal import Output, toned
from api.deciding.submission import Fault, Refused, adapted
from engine.source.layout import Tone, printable

_WRITER = msgspec.json.Encoder(decimal_format="number")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(sorted(FORMATS)),
    required=True,
    help="Whose records they are.",
)
@click.option("--json", "as_json", is_flag=True, help="One line of JSON, also for one record.")
@click.pass_context
def adapt(ctx: click.Context, file: Path, *, form: str, as_json: bool) -> None:
    """Write records of a platform as descriptors, to see and complete what they tell.

    A record says little of what the law asks, and some of it has no place there. The descriptor has
    all that the record tells, and nothing else; what is added to it is decided with it. FILE is as
    for `assent decide`.

    \b
      assent adapt adgroup.json --format tiktok > campaign.json
      assent adapt ads.csv --format snapchat --json > campaigns.ndjson

    Of many, each is one line. What of one is not read, and what is refused, goes to standard error.

    Exit status: 0 if all records were read, 1 if any was refused, 2 if FILE cannot be read.
    """  # noqa: D301 - click reads the escape.
    output, errors, refusals = Output(), Output(err=True), 0
    with submitted(file) as records:
        start = list(islice(records, 2))
        laid_out = len(start) == 1 and not as_json
        for record in chain(start, records):
            told = _told(record, form)
            if isinstance(told, Refused):
                refusals += 1
                errors.lines(_refusal(record, told))
            elif laid_out:
                text = msgspec.json.format(_WRITER.encode(told.campaign), indent=2).decode()
                output.lines(map(toned, text.splitlines()))
                errors.lines(_unread(told))
            else:
                output.json_lines(_WRITER.encode(told.campaign) + b"\n")
    if refusals:
        ctx.exit(NO)


def _told(record: Record, form: str) -> Adaptation | Refused:
    read = read_record(record) if isinstance(record, UnreadRecord) else record
    if isinstance(read, RecordFault):
        fault = Fault(pointer=read.pointer, message=read.reason, help=read.help)
        return Refused(faults=(fault,))
    return adapted(read.value, form)


def _unread(told: Adaptation) -> Iterator[Text]:
    if told.unmapped:
        text = f"not read from the record: {printable(', '.join(sorted(told.unmapped)))}"
        yield toned(text, Tone.QUIET)


def _refusal(record: Record, refused: Refused) -> Iterator[Text]:
    line = "" if record.line is None else f", line {record.line}"
    for fault in refused.faults:
        place = f"{fault.pointer}: " if fault.pointer else ""
        advice = f"; {fault.help}" if fault.help else ""
        text = f"record {record.number}{line}  {place}{fault.message}{advice}"
        yield toned("refused  ", Tone.OPEN) + toned(printable(text))
