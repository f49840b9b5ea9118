"""`assent retention`: erases what has been kept for as long as it may be, and tells what is due."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import click
from rich.text import Text

from api.cli.arguments import DayType, as_json_option
from api.cli.failures import NO, Failure
from api.cli.groups import Group
from api.cli.service import opened_service
from api.cli.subjects import by_option
from api.cli.terminal import answer, toned
from api.installation.settings import Settings
from engine.audit.entries.retention import RetentionClass, Schedule
from engine.audit.instants import rfc3339
from engine.source.layout import Tone, counted
from engine.storage.errors import Conflict
from engine.storage.lifecycle.outlook import ClassOutlook, Outlook, outlook_of
from engine.storage.lifecycle.retention import Retention, RetentionRun


@click.group(cls=Group)
def retention() -> None:
    """Keep what is logged of decisions no longer than the setting `retention` says."""


@retention.command()
@click.option("--as-of", "day", type=DayType(), help="The day to look from.  [default: today, UTC]")
@as_json_option
def show(*, day: date | None, as_json: bool) -> None:
    """Show how long what is logged is kept, by class, and when it falls due.

    A period runs from the day of the decision. What is due is erased by `assent retention run`,
    unless a legal hold covers it. Nothing is changed.

    \b
      assent retention show
      assent retention show --as-of 2027-12-31

    Exit status: 0 if it is shown, 2 where no retention is set.
    """  # noqa: D301 - click reads the escape.
    with opened_service() as (settings, database):
        outlook = outlook_of(database, _schedule(settings), day or _today())
    answer(_outlook_document(outlook), _outlook_lines(outlook), as_json=as_json)


@retention.command()
@click.option(
    "--dry-run",
    is_flag=True,
    help="Tell what would be erased, also on a day to come; erase nothing.",
)
@click.option("--as-of", "day", type=DayType(), help="Due on this day.  [default: today, UTC]")
@by_option("erases")
@as_json_option
@click.pass_context
def run(ctx: click.Context, *, dry_run: bool, day: date | None, by: str, as_json: bool) -> None:
    """Erase what is logged of decisions whose period is over.

    What goes and what stays is as for `assent log erase`; entries of the log on the ground
    `retention` say what was erased, and by whom. What a legal hold covers is passed over. It may
    run beside the service, be stopped at any moment, and be run again: run it once a day.

    \b
      assent retention run --dry-run
      assent retention run --by "nightly job"

    Exit status: 0 if all that is due is erased or held, 1 if it is and a reader kept the database's
    files from being cleaned, 2 where it cannot be.
    """  # noqa: D301 - click reads the escape.
    chosen = day or _today()
    if chosen > _today() and not dry_run:
        raise click.BadParameter("the day is to come; add --dry-run", param_hint="--as-of")
    with opened_service() as (settings, database):
        schedule = _schedule(settings)
        if dry_run:
            outlook = outlook_of(database, schedule, chosen)
            answer(_outlook_document(outlook), _due(outlook), as_json=as_json)
            return
        try:
            done = Retention(database, schedule).run(chosen, actor=by)
        except Conflict as error:
            advice = "give all processes the same setting, then run it again"
            raise Failure("retention", str(error), advice) from error
    answer(_document(chosen, done), _lines(done), as_json=as_json)
    if not done.is_purged:
        ctx.exit(NO)


def _schedule(settings: Settings) -> Schedule:
    if settings.retention is None:
        advice = "`docs/settings.md` says how"
        raise Failure("settings", "no `retention` is set, and so nothing falls due", advice)
    return settings.retention


def _today() -> date:
    return datetime.now(UTC).date()


def _decisions(count: int) -> str:
    return counted(count, "decision", "decisions")


def _outlook_lines(outlook: Outlook) -> Iterator[Text]:
    yield toned(f"on {outlook.day}", Tone.TITLE)
    width = max(len(each.kept.name) for each in outlook.classes)
    period = max(len(each.kept.kept_for) for each in outlook.classes)
    for each in outlook.classes:
        yield (
            toned(f"  {each.kept.name:<{width}}", Tone.POINTER)
            + toned(f"  {each.kept.kept_for:<{period}}", Tone.TITLE)
            + toned(f"  {_told_of(each)}", Tone.QUIET)
        )
    if outlook.months:
        yield toned("what falls due later", Tone.TITLE)
    for month in outlook.months:
        yield toned(f"  {month.month}", Tone.POINTER) + toned(f"  {_decisions(month.decisions)}")
    if outlook.months_omitted:
        yield toned(f"  and in {outlook.months_omitted:,} months after these", Tone.QUIET)


def _told_of(each: ClassOutlook) -> str:
    parts = [_decisions(each.decisions)]
    if each.due:
        parts.append(f"{each.due:,} due" + (f", {each.held:,} of them held" if each.held else ""))
    if each.next_due is not None:
        parts.append(f"the next on {each.next_due}")
    return "; ".join(parts)


def _due(outlook: Outlook) -> Iterator[Text]:
    """Yield what a dry run tells."""
    yield toned("DUE", Tone.OPEN) + toned(f"  {_decisions(outlook.due)}", Tone.TITLE)
    for each in outlook.classes:
        if each.due > each.held:
            yield _line(each.kept, each.due - each.held)
    yield from _held(outlook.held)
    yield toned("  nothing is erased by a dry run", Tone.QUIET)


def _lines(done: RetentionRun) -> Iterator[Text]:
    count = _decisions(done.decisions) if done.decisions else "nothing was due"
    yield toned("ERASED", Tone.ALLOW) + toned(f"  {count}", Tone.TITLE)
    for each in done.classes:
        if each.decisions:
            yield _line(each.kept, each.decisions)
    yield from _held(done.held)
    if done.entries:
        first, last = done.entries[0].index, done.entries[-1].index
        by = f"entry {first}" if first == last else f"entries from {first} to {last}"
        yield toned(f"  by {by}", Tone.POINTER)
    if done.declared is not None:
        yield toned(f"  the schedule is declared by entry {done.declared.index}", Tone.POINTER)
    if not done.is_purged:
        waiting = "a reader was at work: the database's files still have it; run this again later"
        yield toned(f"  {waiting}", Tone.OPEN)


def _line(kept: RetentionClass, count: int) -> Text:
    return toned(f"  {_decisions(count)} of the class `{kept.name}`, kept for {kept.kept_for}")


def _held(count: int) -> Iterator[Text]:
    if count:
        verb = "is due and held" if count == 1 else "are due and held"
        yield toned(f"  {_decisions(count)} {verb}: `assent log holds`", Tone.OPEN)


def _class_document(kept: RetentionClass) -> dict[str, object]:
    return {"policy_set": kept.policy_set, "outcome": kept.outcome, "period": kept.kept_for}


def _outlook_document(outlook: Outlook) -> dict[str, object]:
    return {
        "as_of": outlook.day.isoformat(),
        "due": outlook.due,
        "held": outlook.held,
        "classes": [
            {
                **_class_document(each.kept),
                "decisions": each.decisions,
                "due": each.due,
                "held": each.held,
                "next_due": each.next_due and each.next_due.isoformat(),
            }
            for each in outlook.classes
        ],
        "months": [{"month": each.month, "decisions": each.decisions} for each in outlook.months],
        "months_omitted": outlook.months_omitted,
    }


def _document(day: date, done: RetentionRun) -> dict[str, object]:
    declared = done.declared
    return {
        "as_of": day.isoformat(),
        "erased": done.decisions,
        "held": done.held,
        "classes": [
            {**_class_document(each.kept), "erased": each.decisions} for each in done.classes
        ],
        "entries": [
            {"index": each.index, "logged_at": rfc3339(each.logged_at)} for each in done.entries
        ],
        "schedule_entry": declared.index if declared is not None else None,
        "purged": done.is_purged,
    }
