"""`assent replay`: decides again what is in the log, and says where anything else comes out."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime

import click
import msgspec
from msgspec import UNSET, UnsetType
from rich.text import Text

from api.cli.failures import NO, Failure
from api.cli.moments import InstantType
from api.cli.service import opened_service, service_told
from api.cli.terminal import Output, counting, toned
from api.cli.written import WRITTEN
from api.replay import Differs, Replay, Replayer, replay_document, why_of, word_of
from engine.audit.record import LogEntry
from engine.evaluation.prose import Tone, printable
from engine.source.json_fault import excerpt
from engine.source.json_text import JSONValue
from engine.storage.decisions import Decisions
from engine.storage.erasures import Erasures
from engine.storage.errors import NotFound
from engine.storage.policies import PolicyVersions

MOST_TOLD = 80
"""So much of a value is shown."""

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
@click.pass_context
def replay(  # noqa: PLR0913 - one parameter for each option.
    ctx: click.Context,
    decisions: tuple[str, ...],
    *,
    since: datetime | None,
    until: datetime | None,
    everything: bool,
    as_json: bool,
) -> None:
    """Decide again what is in the log, and compare with what was recorded.

    Each decision is made from its logged input by the policies that it names, with the engine that
    is installed here. It is identical if the same comes out to the byte. What was erased cannot be
    replayed, and is counted apart.

    \b
      assent replay 7d9f43f0-1f0e-4c5e-9f0a-2b8d4f6a1c3e
      assent replay --since 2026-10-01 --until 2026-11-01
      assent replay --all --json

    Exit status: 0 if all that is not erased is identical, 1 if not, 2 where this cannot be asked.
    """  # noqa: D301 - click reads the escape.
    is_range = everything or since is not None or until is not None
    if is_range == bool(decisions) or (everything and (since or until)):
        raise click.UsageError("name decisions, or a time with --since and --until, or --all")
    shown, counts = Output(), Counter[str]()
    with service_told(), opened_service() as (_, database), counting("replayed") as advance:
        log = Decisions(database)
        replayer = Replayer(PolicyVersions(database), Erasures(database))
        if is_range:
            entries = log.entries(size=log.head().size, since=since, until=until)
        else:
            entries = _named(log, decisions)
        for entry in entries:
            made = replayer.replay(entry)
            counts[word_of(made.outcome)] += 1
            if as_json:
                shown.json(replay_document(made))
            else:
                shown.lines(_lines(made, is_listed=not is_range))
            advance()
    if not as_json:
        shown.line(_summary(counts))
    if counts["differs"] or counts["not replayable"]:
        ctx.exit(NO)


def _named(log: Decisions, ids: Sequence[str]) -> Iterator[LogEntry]:
    for each in ids:
        try:
            yield log.get(each)
        except NotFound as error:
            raise Failure(excerpt(each), "the log has no such decision") from error


def _lines(replay: Replay, *, is_listed: bool) -> Iterator[Text]:
    """Yield what there is to say of one decision; of one among many, only what is remarkable."""
    word, outcome = word_of(replay.outcome), replay.outcome
    if word in ("identical", "erased") and not is_listed:
        return
    yield toned(word.upper(), _TONES[word]) + toned(f"  {replay.decision_id}", Tone.TITLE)
    if replay.engine != replay.recorded_engine:
        versions = f"decided by engine {replay.recorded_engine}, replayed by {replay.engine}"
        yield toned(f"  {printable(versions)}", Tone.QUIET)
    if (why := why_of(outcome)) is not None:
        yield toned(f"  {printable(why)}", _TONES[word])
    if isinstance(outcome, Differs):
        for each in outcome.differences:
            yield toned(f"  {printable(each.pointer) or 'the whole'}", Tone.POINTER)
            yield toned(f"    recorded  {_told(each.recorded)}")
            yield toned(f"    replayed  {_told(each.replayed)}")
        if outcome.more:
            yield toned(f"  and {outcome.more:,} more", Tone.QUIET)


def _told(value: JSONValue | UnsetType) -> str:
    if value is UNSET:
        return "nothing"
    return excerpt(msgspec.json.encode(value).decode(), MOST_TOLD)


def _summary(counts: Counter[str]) -> Text:
    total = counts.total()
    parts = [toned(f"{counts[w]:,} {w}", tone) for w, tone in _TONES.items() if counts[w]]
    text = toned(f"{total:,} {'decision' if total == 1 else 'decisions'}", Tone.TITLE)
    return text + toned(": ") + toned(", ").join(parts) if parts else text
