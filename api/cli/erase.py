"""`assent log erase`: deletes what lies beside the leaves of decisions, and has the log say so."""

import click
from rich.text import Text

from api.cli.failures import NO, Failure
from api.cli.service import opened_service, service_told
from api.cli.subjects import by_option, selected, subject_options
from api.cli.terminal import Output, toned
from engine.audit.acts import ASKED_FOR, Ground
from engine.audit.record import rfc3339
from engine.evaluation.prose import Tone
from engine.source.json_fault import excerpt
from engine.storage.erasures import Erased, Erasures
from engine.storage.errors import NotFound
from engine.storage.holds import Held


@click.command()
@subject_options("Erase")
@click.option(
    "--ground",
    type=click.Choice([ground.value for ground in ASKED_FOR]),
    required=True,
    help="Why, by the points (a) to (f) of GDPR art 17(1).",
)
@by_option("erases")
@click.option("--json", "as_json", is_flag=True, help="One JSON document instead of text.")
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
    and by whom. Erasing again changes nothing. Backups made before still have it all. Where a legal
    hold covers any of it (`assent log hold`), nothing is erased.

    \b
      assent log erase --decision 7d9f43f0-1f0e-4c5e-9f0a-2b8d4f6a1c3e --ground objection
      assent log erase --campaign cmp-7 --ground consent-withdrawn --by "data protection officer"

    Exit status: 0 if it is erased, 1 if it is and a reader kept the database's files from being
    cleaned, 2 where it cannot be.
    """  # noqa: D301 - click reads the escape.
    selector, value = selected(decision, campaign, actor)
    with service_told(), opened_service() as (_, database):
        try:
            done = Erasures(database).erase(selector, value, ground=Ground(ground), actor=by)
        except NotFound as error:
            raise Failure(excerpt(value), "the log has no such decision") from error
        except Held as error:
            advice = f"`assent log release {error.by.index}` lifts the hold"
            raise Failure(excerpt(value), str(error), advice) from error
    output = Output()
    if as_json:
        output.json(_document(done))
    else:
        output.lines(_lines(done))
    if not done.is_purged:
        ctx.exit(NO)


def _lines(done: Erased) -> list[Text]:
    count = f"{done.decisions:,} {'decision' if done.decisions == 1 else 'decisions'}"
    if not done.decisions:
        count = "nothing was left to erase"
    lines = [toned("ERASED", Tone.ALLOW) + toned(f"  {count}", Tone.TITLE)]
    lines += [
        toned(f"  by entry {each.index}, logged at {rfc3339(each.logged_at)}", Tone.POINTER)
        for each in done.entries
    ]
    if not done.is_purged:
        waiting = "a reader was at work: the database's files still have it; run this again later"
        lines.append(toned(f"  {waiting}", Tone.OPEN))
    return lines


def _document(done: Erased) -> dict[str, object]:
    entries = [{"index": e.index, "logged_at": rfc3339(e.logged_at)} for e in done.entries]
    return {"erased": done.decisions, "entries": entries, "purged": done.is_purged}
