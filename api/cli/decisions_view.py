"""Answers as a person reads them: one in full, or one of many on a line."""

from collections.abc import Iterable, Iterator, Sequence

from rich.text import Text

from api.cli.submissions import Answer, Refusal
from api.cli.terminal import styled, toned
from api.deciding.submission import Fault
from engine import Bundle, Decision, Effect
from engine.evaluation.prose import lines, tone_of
from engine.evaluation.result import Status
from engine.source.layout import Tone, counted, cut, printable, wrapped

MOST_NAMES = 3
"""A line names so many rules or facts; the others are counted."""

MOST_FAULTS = 20


def in_full(answer: Answer, bundle: Bundle) -> Iterator[Text]:
    """Yield the lines of one answer with everything that explains it."""
    if isinstance(answer, Refusal):
        yield from _refusal(answer.faults)
        return
    yield from map(styled, lines(answer.decision, origin=answer.origin))
    for advice in answer.advice("`--facts`"):
        yield from map(styled, wrapped(advice, "", Tone.REMEDY))
    unread = answer.beside.get("unmapped")
    if isinstance(unread, list) and unread:
        text = f"not read from the record: {cut(_known_first(unread, bundle), MOST_NAMES)}"
        yield from map(styled, wrapped(text, "", Tone.QUIET))
    origin = f"decided by the policies {bundle.name}, version {bundle.version}"
    yield toned(f"{origin}; nothing was recorded", Tone.QUIET)


def _known_first(unread: Iterable[object], bundle: Bundle) -> list[str]:
    """Return pointers to what was not read; first, what whoever wrote it took for a fact."""
    facts = bundle.policies.vocabulary.campaign.facts

    def is_unknown(pointer: str) -> bool:
        return pointer.removeprefix("/").partition("/")[0] not in facts

    return sorted(map(str, unread), key=is_unknown)


def on_a_line(answer: Answer) -> Text:
    """Return one of many answers: the outcome, the campaign, and what determined it."""
    if isinstance(answer, Refusal):
        place = f"record {answer.number}"
        if answer.line is not None:
            place += f", line {answer.line}"
        fault = answer.faults[0]
        more = f" (and {len(answer.faults) - 1} more)" if len(answer.faults) > 1 else ""
        advice = f"; {fault.help}" if fault.help else ""
        why = f"{_at(fault)}{fault.message}{advice}{more}"
        return toned("refused", Tone.OPEN) + toned(f"  {place}  ") + toned(printable(why))
    decision = answer.decision
    name = printable(decision.campaign or "(without id)").replace("\n", " ")
    reason = _reason(decision)
    return (
        toned(f"{decision.effect.value:<7}", tone_of(decision))
        + toned(f"  {name}", Tone.TITLE)
        + toned(f"  {reason}" if reason else "", Tone.QUIET)
    )


def _reason(decision: Decision) -> str:
    violated = decision.with_status(Status.VIOLATED)
    enforced = [result.rule.id for result in violated if result.is_enforced]
    if enforced:
        return f"violates {cut(enforced, MOST_NAMES)}"
    if decision.effect is Effect.DENY:
        return f"wants {cut([fact.pointer or fact.path for fact in decision.missing], MOST_NAMES)}"
    warned = [result.rule.id for result in violated]
    owed = [result.rule.id for result in decision.obligations]
    waived = [result.rule.id for result in decision.with_status(Status.WAIVED)]
    notes = (("a warning by", warned), ("a waiver of", waived), ("a duty by", owed))
    said = " and ".join(f"{what} {cut(rules, MOST_NAMES)}" for what, rules in notes if rules)
    return f"with {said}" if said else ""


def _refusal(faults: Sequence[Fault]) -> Iterator[Text]:
    count = counted(len(faults), "fault", "faults")
    yield toned("REFUSED", Tone.OPEN) + toned(f"  nothing was decided: the record has {count}")
    for fault in faults[:MOST_FAULTS]:
        yield Text()
        place = fault.pointer or "the record as a whole"
        yield toned(f"  {printable(place)}", Tone.POINTER)
        yield from map(styled, wrapped(fault.message, "    ", Tone.PLAIN))
        if fault.help:
            yield from map(styled, wrapped(fault.help, "    ", Tone.REMEDY))
    if len(faults) > MOST_FAULTS:
        yield Text()
        yield toned(f"  and {len(faults) - MOST_FAULTS} more", Tone.QUIET)


def _at(fault: Fault) -> str:
    return f"{fault.pointer}: " if fault.pointer else ""
