"""`assent replay`: decides again what is in the log, and says where anything else comes out."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import chain, islice
from typing import TypeAlias

import click
import msgspec
from msgspec import UNSET, UnsetType
from rich.text import Text

from api.cli.arguments import WRITTEN, InstantType
from api.cli.deciding import workers_option
from api.cli.failures import NO, Failure
from api.cli.service import opened_service, service_told
from api.cli.terminal import Output, counting, toned
from api.deciders.worker_processes import WorkerDied, working
from api.deciding.replay import (
    Differs,
    Replay,
    Replayer,
    outcome_name,
    outcome_reason,
    replay_document,
)
from api.installation.contents import open_database
from api.installation.settings import load_settings
from engine.audit.entries.record import LogEntry
from engine.source.json_text import JSONValue
from engine.source.layout import Tone, counted, printable
from engine.source.quoting import excerpt
from engine.storage.databases.database import Database
from engine.storage.errors import NotFound
from engine.storage.governance.policies import PolicyVersions
from engine.storage.lifecycle.erasures import Erasures
from engine.storage.log.tile_log import TileLog
from engine.storage.search.decisions import Decisions

MOST_TOLD = 80
"""The most characters of a value that are shown."""

_PART = 64
"""How many decisions are one task of a process."""

_Replays: TypeAlias = Callable[[Database, Iterator[LogEntry]], Iterator[Replay]]

_TONES = {
    "identical": Tone.ALLOW,
    "differs": Tone.DENY,
    "erased": Tone.QUIET,
    "not replayable": Tone.OPEN,
}


@click.command()
@click.argument("decisions", metavar="[DECISION]...", nargs=-1, type=WRITTEN)
@click.option("--since", type=InstantType(), help="All that were decided at this time or later.")
@click.option("--until", type=InstantType(), help="All that were decided before this time.")
@click.option("--all", "everything", is_flag=True, help="The whole log.")
@click.option("--json", "as_json", is_flag=True, help="One JSON line for each decision.")
@workers_option
@click.pass_context
def replay(  # noqa: PLR0913 - one parameter for each option.
    ctx: click.Context,
    decisions: tuple[str, ...],
    *,
    since: datetime | None,
    until: datetime | None,
    everything: bool,
    as_json: bool,
    workers: int,
) -> None:
    """Decide again what is in the log, and compare with what was recorded.

    Each decision is made from its logged input by the policies that it names, with the engine that
    is installed here. It is identical if the same comes out to the byte. What was erased cannot be
    replayed, and is counted apart.

    \b
      assent replay 7d9f43f0-1f0e-4c5e-9f0a-2b8d4f6a1c3e
      assent replay --since 2026-10-01 --until 2026-11-01
      assent replay --all --json --workers 4

    Exit status: 0 if all that is not erased is identical, 1 if not, 2 where this cannot be asked.
    """  # noqa: D301 - click reads the escape.
    is_range = everything or since is not None or until is not None
    if is_range == bool(decisions) or (everything and (since or until)):
        raise click.UsageError("name decisions, or a time with --since and --until, or --all")
    shown, counts = Output(), Counter[str]()
    # INVARIANT: processes are forked before the database is opened here, and open it themselves.
    with (
        service_told(),
        _spread(workers) as replayed,
        opened_service() as (_, database),
        counting("replayed") as advance,
    ):
        log = Decisions(database)
        if is_range:
            entries = log.entries(size=TileLog(database).head().size, since=since, until=until)
        else:
            entries = _named(log, decisions)
        for made in replayed(database, entries):
            counts[outcome_name(made.outcome)] += 1
            if as_json:
                shown.json(replay_document(made))
            else:
                shown.lines(_lines(made, is_listed=not is_range))
            advance()
    if not as_json:
        shown.line(_summary(counts))
    if counts["differs"] or counts["not replayable"]:
        ctx.exit(NO)


class _Replaying:
    """Replays in a process of its own, by a database that it opens with the first decision."""

    def __init__(self) -> None:
        self._replayer: Replayer | None = None

    def part(self, entries: Sequence[LogEntry]) -> list[Replay]:
        """Return the replays of some decisions, in order. Raises `StorageError`."""
        if self._replayer is None:
            self._replayer = _replayer(open_database(load_settings()))
        return [self._replayer.replay(each) for each in entries]


def _replayer(database: Database) -> Replayer:
    return Replayer(PolicyVersions(database), Erasures(database))


@contextmanager
def _spread(workers: int) -> Iterator[_Replays]:
    """Give what replays decisions, in order: this process, or so many others."""
    if workers == 1:
        yield lambda database, entries: map(_replayer(database).replay, entries)
        return
    with working(_Replaying().part, workers) as processes:
        yield lambda _, entries: _told(processes.run(_in_parts(entries)))


def _in_parts(entries: Iterator[LogEntry]) -> Iterator[list[LogEntry]]:
    while part := list(islice(entries, _PART)):
        yield part


def _told(made: Iterator[list[Replay]]) -> Iterator[Replay]:
    """Yield each. Raises `Failure` where a process ends."""
    try:
        yield from chain.from_iterable(made)
    except WorkerDied as died:
        first, last = died.task[0].index, died.task[-1].index
        why = f"a process ended ({died.how}) while it replayed the entries {first:,} to {last:,}"
        raise Failure("assent replay", why, "look at the memory, or take fewer --workers") from died


def _named(log: Decisions, ids: Sequence[str]) -> Iterator[LogEntry]:
    for each in ids:
        try:
            yield log.get(each)
        except NotFound as error:
            raise Failure(excerpt(each), "the log has no such decision") from error


def _lines(replay: Replay, *, is_listed: bool) -> Iterator[Text]:
    """Yield what there is to say of one decision; of one among many, only what is remarkable."""
    word, outcome = outcome_name(replay.outcome), replay.outcome
    if word in ("identical", "erased") and not is_listed:
        return
    yield toned(word.upper(), _TONES[word]) + toned(f"  {replay.decision_id}", Tone.TITLE)
    if replay.engine != replay.recorded_engine:
        versions = f"decided by engine {replay.recorded_engine}, replayed by {replay.engine}"
        yield toned(f"  {printable(versions)}", Tone.QUIET)
    if (why := outcome_reason(outcome)) is not None:
        yield toned(f"  {printable(why)}", _TONES[word])
    if isinstance(outcome, Differs):
        for each in outcome.differences:
            yield toned(f"  {printable(each.pointer) or 'the whole'}", Tone.POINTER)
            yield toned(f"    recorded  {_shown(each.recorded)}")
            yield toned(f"    replayed  {_shown(each.replayed)}")
        if outcome.more:
            yield toned(f"  and {outcome.more:,} more", Tone.QUIET)


def _shown(value: JSONValue | UnsetType) -> str:
    if value is UNSET:
        return "nothing"
    return excerpt(msgspec.json.encode(value).decode(), MOST_TOLD)


def _summary(counts: Counter[str]) -> Text:
    total = counts.total()
    parts = [toned(f"{counts[w]:,} {w}", tone) for w, tone in _TONES.items() if counts[w]]
    text = toned(counted(total, "decision", "decisions"), Tone.TITLE)
    return text + toned(": ") + toned(", ").join(parts) if parts else text
