"""`assent log erase`: deletes what lies beside the leaves of decisions, and has the log say so."""

from collections.abc import Iterator

import click
from rich.text import Text

from api.cli.arguments import as_json_option
from api.cli.failures import NO, Failure
from api.cli.service import opened_service
from api.cli.subjects import by_option, decisions_of, selected, subject_options
from api.cli.terminal import answer, toned
from engine.audit.entries.acts import ASKED_FOR, Ground
from engine.audit.instants import rfc3339
from engine.source.layout import Tone, counted
from engine.source.quoting import excerpt
from engine.storage.errors import NotFound
from engine.storage.lifecycle.erasures import Erasures, ErasureSummary, Tombstone
from engine.storage.lifecycle.holds import UnderHold
from engine.storage.lifecycle.subjects import Selector


@click.command()
@subject_options("Erase")
@click.option(
    "--ground",
    type=click.Choice([ground.value for ground in ASKED_FOR]),
    required=True,
    help="Why, by the points (a) to (f) of GDPR art 17(1).",
)
@by_option("erases")
@as_json_option
@click.pass_context
def erase(  # noqa: PLR0913 - one parameter for each option.
    ctx: click.Context,
    *,
    decision: str | None,
    campaign: str | None,
    actor: str | None,
    ground: str,
    by: str,
    as_json: bool,
) -> None:
    """Erase what is logged of decisions, beyond recall.

    Campaigns, results, salts and disclosures are deleted. The leaves stay, with digests that nobody
    can open any more, and so does every proof. An entry of the log says on what ground it was done,
    and by whom. Erasing again changes nothing: the log then names neither campaign nor actor, and
    cannot tell what was erased from what it never had. Backups made before still have it all. Where
    a legal hold covers any of it (`assent log hold`), nothing is erased.

    \b
      assent log erase --decision 7d9f43f0-1f0e-4c5e-9f0a-2b8d4f6a1c3e --ground objection
      assent log erase --campaign cmp-7 --ground consent-withdrawn --by "data protection officer"

    Exit status: 0 if it is erased, also where the decision was before; 1 where the log names no
    decision on the campaign or by the actor, or a reader kept the database's files from being
    cleaned; 2 where it cannot be erased.
    """  # noqa: D301 - click reads the escape.
    selector, value = selected(decision, campaign, actor)
    with opened_service() as (_, database):
        erasures = Erasures(database)
        try:
            done = erasures.erase(selector, value, ground=Ground(ground), actor=by)
        except NotFound as error:
            raise Failure(excerpt(value), "the log has no such decision") from error
        except UnderHold as error:
            advice = f"`assent log release {error.by.index}` lifts the hold"
            raise Failure(excerpt(value), str(error), advice) from error
        is_by_id = selector is Selector.DECISION and not done.decisions
        before = erasures.tombstone(value) if is_by_id else None
    is_erased = bool(done.decisions) or before is not None
    told = _lines(done, before) if is_erased else _nothing_lines(done, selector, value)
    answer(_document(done), told, as_json=as_json)
    if not done.is_purged or not is_erased:
        ctx.exit(NO)


def _lines(done: ErasureSummary, before: Tombstone | None) -> Iterator[Text]:
    count = counted(done.decisions, "decision", "decisions")
    told = count if before is None else "before: nothing was left to erase"
    yield toned("ERASED", Tone.ALLOW) + toned(f"  {told}", Tone.TITLE)
    made = [(each.index, each.logged_at) for each in done.entries]
    if before is not None:
        made.append((before.erasure_index, before.erased_at))
    for index, logged_at in made:
        yield toned(f"  by entry {index}, logged at {rfc3339(logged_at)}", Tone.POINTER)
    yield from _waiting_lines(done)


def _nothing_lines(done: ErasureSummary, selector: Selector, value: str) -> Iterator[Text]:
    told = f"the log has no {decisions_of(selector, value)}"
    yield toned("NOTHING ERASED", Tone.OPEN) + toned(f"  {told}", Tone.TITLE)
    advice = "check the name; of what was erased before, the log names neither campaign nor actor"
    yield toned(f"  {advice}", Tone.REMEDY)
    yield from _waiting_lines(done)


def _waiting_lines(done: ErasureSummary) -> Iterator[Text]:
    if not done.is_purged:
        waiting = "a reader was at work: the database's files still have what was erased"
        yield toned(f"  {waiting}; run this again later, until this is not said", Tone.OPEN)


def _document(done: ErasureSummary) -> dict[str, object]:
    entries = [{"index": e.index, "logged_at": rfc3339(e.logged_at)} for e in done.entries]
    return {"erased": done.decisions, "entries": entries, "purged": done.is_purged}
