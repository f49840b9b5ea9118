"""`assent log hold`, `holds` and `release`: what nobody may erase, until the hold is lifted."""

from collections.abc import Iterator

import click
from rich.text import Text

from api.cli.arguments import as_json_option
from api.cli.failures import Failure
from api.cli.service import opened_service
from api.cli.subjects import by_option, decisions_of, selected, subject_options
from api.cli.terminal import answer, toned
from engine.audit.entries.acts import HoldGround
from engine.audit.instants import rfc3339
from engine.audit.log import Receipt
from engine.source.layout import Tone, counted
from engine.source.quoting import excerpt
from engine.storage.errors import NotFound
from engine.storage.lifecycle.holds import HoldPlaced, Holds
from engine.storage.lifecycle.holds_in_force import HoldInForce
from engine.storage.lifecycle.subjects import Selector


@click.command()
@subject_options("Hold")
@click.option(
    "--ground",
    type=click.Choice([ground.value for ground in HoldGround]),
    required=True,
    help="Why, by the points (e) and (b) of GDPR art 17(3).",
)
@by_option("holds")
@as_json_option
def hold(  # noqa: PLR0913 - one parameter for each option.
    *,
    decision: str | None,
    campaign: str | None,
    actor: str | None,
    ground: str,
    by: str,
    as_json: bool,
) -> None:
    """Hold what is logged of decisions, so that nobody may erase it.

    A hold on a campaign or an actor also covers decisions still to come, and is placed where there
    are none yet. Several may cover the same, each until it is lifted by `assent log release`. An
    entry of the log says on what ground it was placed, and by whom.

    \b
      assent log hold --campaign cmp-7 --ground legal-claims --by "legal department"

    Exit status: 0 if it is held, 2 where it cannot be.
    """  # noqa: D301 - click reads the escape.
    selector, value = selected(decision, campaign, actor)
    with opened_service() as (_, database):
        try:
            placed = Holds(database).place(selector, value, ground=HoldGround(ground), actor=by)
        except NotFound as error:
            raise Failure(excerpt(value), str(error), "check the name") from error
    entries = [_entry(each) for each in placed.entries]
    document = {"held": placed.decisions, "entries": entries}
    answer(document, _placed_lines(placed, selector, value), as_json=as_json)


@click.command()
@as_json_option
def holds(*, as_json: bool) -> None:
    """List the holds in force, the oldest first.

    Each is named by the entry of the log that placed it, which `assent log release` takes.

    \b
      assent log holds

    Exit status: 0 if they are listed, also where there are none, 2 where they cannot be read.
    """  # noqa: D301 - click reads the escape.
    with opened_service() as (_, database):
        found = Holds(database).in_force()
    lines = [_line(each) for each in found] or [toned("no hold is in force", Tone.QUIET)]
    answer({"holds": [_document(each) for each in found]}, lines, as_json=as_json)


@click.command()
@click.argument("entry", type=click.IntRange(min=0, max=2**63 - 1))
@by_option("lifts it")
@as_json_option
def release(entry: int, *, by: str, as_json: bool) -> None:
    """Lift the hold that ENTRY of the log placed.

    Other holds on the same decisions stay in force. An entry of the log says by whom it was lifted.

    \b
      assent log release 12 --by "legal department"

    Exit status: 0 if it is lifted, 2 where it is no hold in force.
    """  # noqa: D301 - click reads the escape.
    with opened_service() as (_, database):
        try:
            lifted = Holds(database).release(entry, actor=by)
        except NotFound as error:
            raise Failure("the log", str(error)) from error
    done = toned("RELEASED", Tone.ALLOW) + toned(f"  the hold of entry {entry}", Tone.TITLE)
    document = {"released": entry, "entry": _entry(lifted)}
    answer(document, [done, _entry_line(lifted)], as_json=as_json)


def _placed_lines(placed: HoldPlaced, selector: Selector, value: str) -> Iterator[Text]:
    yield toned("HELD", Tone.ALLOW) + toned(f"  {_count(placed, selector)}", Tone.TITLE)
    yield from map(_entry_line, placed.entries)
    if not placed.decisions:
        told = f"the log has no {decisions_of(selector, value)} yet"
        advice = f"if the name is wrong, `assent log release {placed.entries[0].index}` lifts it"
        yield toned(f"  {told}; {advice}", Tone.OPEN)


def _entry(receipt: Receipt) -> dict[str, object]:
    return {"index": receipt.index, "logged_at": rfc3339(receipt.logged_at)}


def _entry_line(receipt: Receipt) -> Text:
    at = rfc3339(receipt.logged_at)
    return toned(f"  by entry {receipt.index}, logged at {at}", Tone.POINTER)


def _line(each: HoldInForce) -> Text:
    return (
        toned(f"entry {each.index}", Tone.POINTER)
        + toned(f"  {each.selector} {excerpt(each.value)}", Tone.TITLE)
        + toned(f"  {each.ground}, since {rfc3339(each.placed_at)}", Tone.QUIET)
    )


def _document(each: HoldInForce) -> dict[str, object]:
    return {
        "index": each.index,
        "id": each.id,
        each.selector.value: each.value,
        "ground": each.ground,
        "placed_at": rfc3339(each.placed_at),
    }


def _count(placed: HoldPlaced, selector: Selector) -> str:
    count = counted(placed.decisions, "decision", "decisions")
    if not placed.decisions:
        return "no decision yet, and all to come"
    return count if selector is Selector.DECISION else f"{count}, and all to come"
