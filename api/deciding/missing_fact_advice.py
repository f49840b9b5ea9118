"""Advice on facts that a platform's record lacks: which to state as standing facts, about whom.

A platform knows little of what the law asks. What it cannot tell of the advertiser's affairs is a
standing fact (`docs/standing-facts.md`); what is of this campaign alone is for a descriptor.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from engine.evaluation.standing_facts.fact import CAMPAIGNS_OWN, MEMBERS, Subject, SubjectKind
from engine.source.json_text import JSONValue
from engine.source.quoting import excerpt

_INDEX = re.compile(r"\.\d+\.")
_ITS_OWN = (
    *CAMPAIGNS_OWN,
    *("audiences", "budget", "declared_special_categories", "landing", "objective", "targeting"),
)
"""What differs from campaign to campaign, also where a standing fact may state it."""


_UNNAMED: Mapping[SubjectKind, str] = MappingProxyType(
    {
        SubjectKind.ADVERTISER: "account, once the record names it",
        SubjectKind.AUDIENCE: "audience, once the record names it",
        SubjectKind.MODEL: "model",
        SubjectKind.PROCESSOR: "processor",
    }
)


def advice_on(
    pointers: Sequence[str], campaign: dict[str, JSONValue], stating: str
) -> tuple[str, ...]:
    """Return lines of advice on missing facts, by their pointers into an adapted campaign.

    `stating` is how standing facts are stated where the campaign was submitted.
    """
    known = [(_subject(pointer, campaign), _fact(pointer)) for pointer in dict.fromkeys(pointers)]
    once = {each: [fact for of, fact in known if of == each] for each, _ in known if each}
    own = [_INDEX.sub("[].", fact) for of, fact in known if of is None]
    return (*_standing(once, stating), *_campaigns(list(dict.fromkeys(own))))


def _standing(once: Mapping[Subject, Sequence[str]], stating: str) -> Iterator[str]:
    if once:
        yield (
            "This record does not say the following, and often no record of the platform can. Ask "
            f"whoever knows, and state it once, with its evidence, as standing facts ({stating}):"
        )
    for subject, facts in once.items():
        name = f"{subject.kind.value} {excerpt(subject.name)}"
        yield f"- of the {name if subject.name else _UNNAMED[subject.kind]}: {', '.join(facts)}"


def _campaigns(own: Sequence[str]) -> Iterator[str]:
    if own:
        yield (
            f"Only the campaign itself tells {', '.join(own)}: join the objects of the platform "
            "that have it, as the page of the format says, or complete the descriptor that "
            "`assent adapt` makes of the record."
        )


def _subject(pointer: str, campaign: dict[str, JSONValue]) -> Subject | None:
    """Return the subject of the standing fact that a missing fact can be; None if it cannot be."""
    for kind, place in MEMBERS.items():
        start = f"/{'/'.join(place.path)}/"
        index, _, fact = pointer.removeprefix(start).partition("/")
        if pointer.startswith(start) and index.isdecimal():
            member = _at(campaign, (*place.path, int(index)))
            return Subject(kind=kind, name=_first(member, place.keys)) if fact else None
    dotted = pointer.removeprefix("/").replace("/", ".")
    if any(dotted == own or dotted.startswith(f"{own}.") for own in _ITS_OWN):
        return None
    account = _at(campaign, ("platforms", 0, "account_id"))
    if isinstance(account, str):
        return Subject(kind=SubjectKind.ACCOUNT, name=account)
    return Subject(kind=SubjectKind.ADVERTISER, name=_first(campaign.get("advertiser"), ("name",)))


def _fact(pointer: str) -> str:
    """Return a fact as its subject states it."""
    for place in MEMBERS.values():
        start = f"/{'/'.join(place.path)}/"
        index, _, fact = pointer.removeprefix(start).partition("/")
        if pointer.startswith(start) and index.isdecimal() and fact:
            return fact.replace("/", ".")
    return pointer.removeprefix("/").replace("/", ".")


def _first(member: JSONValue, names: Iterable[str]) -> str:
    found = [member.get(name) for name in names] if isinstance(member, dict) else []
    return next((name for name in found if isinstance(name, str)), "")


def _at(value: JSONValue, path: Iterable[str | int]) -> JSONValue:
    for step in path:
        match value, step:
            case dict(), str():
                value = value.get(step)
            case list(), int() if step < len(value):
                value = value[step]
            case _:
                return None
    return value
