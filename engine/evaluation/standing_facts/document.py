"""The standing facts that a decision used, as its document and its prose show them."""

from collections.abc import Iterator, Sequence

from ..values import SENSITIVE, show_typed
from .application import FactsUsed, Filled
from .book import SOURCE, UnfitFact
from .fact import FactSource, StandingFact, Subject

Document = dict[str, object]


def standing_members(used: FactsUsed) -> Document:
    """Return the members that standing facts add to the document of a decision."""
    made: Document = {
        "standing_facts": [
            {**_head(fact), "facts": [_filled(each) for each in filled]}
            for fact, filled in by_fact(used)
        ]
    }
    if used.unfit:
        made["unfit_standing_facts"] = [_unfit_fact(each) for each in used.unfit]
    return made


def by_fact(used: FactsUsed) -> Iterator[tuple[StandingFact, Sequence[Filled]]]:
    """Yield each standing fact that was used, with what it filled, in the order of the campaign."""
    found: dict[int, tuple[StandingFact, list[Filled]]] = {}
    for filled in used.filled:
        for fact in filled.by:
            found.setdefault(id(fact), (fact, []))[1].append(filled)
    yield from found.values()


def shown_value(filled: Filled) -> str:
    """Return the value that was filled in, as a person may read it."""
    return SENSITIVE if filled.is_sensitive else show_typed(filled.value, filled.type)


def _head(fact: StandingFact) -> Document:
    return {
        **_about(fact.subject, fact.source),
        "from": fact.start.isoformat(),
        "until": fact.until.isoformat(),
        "evidence": fact.evidence,
    }


def _about(subject: Subject, source: FactSource | None) -> Document:
    return {
        "subject": {"kind": subject.kind.value, "name": subject.name},
        **{name: getattr(source, name) if source is not None else None for name in SOURCE},
    }


def _filled(filled: Filled) -> Document:
    return {
        "pointer": filled.pointer,
        "path": filled.path,
        "label": filled.label,
        "value": shown_value(filled),
    }


def _unfit_fact(unfit: UnfitFact) -> Document:
    entry, fault = unfit.entry, unfit.fault
    return {
        **_about(entry.subject, entry.source),
        "pointer": fault.pointer,
        "message": fault.message,
    }
