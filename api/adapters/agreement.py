"""Several ad groups, or several ads, told as one campaign.

A campaign has one flight, one range of ages, one landing page; its ad groups may have several. What
they differ in is not told, and kept as unmapped. Lists are put together where every part has one:
a list of some of the parts would read as the list of all.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from api.adapters.adaptation import Draft

LISTS = frozenset(
    {
        "markets",
        "audiences",
        "creatives",
        "targeting.detailed",
        "targeting.geo.include",
        "automation.creative_generation",
    }
)
"""The lists that are put together; every other list is a fact that the parts must agree on."""

EITHER = frozenset(
    {"political.is_political", "targeting.profiling", "automation.audience_expansion"}
)
"""What is so for the campaign as soon as it is so for one of its parts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """What the parts tell together, and the pointers into the record of what they do not."""

    draft: Draft
    untold: tuple[str, ...]


def agreement(parts: Sequence[Draft]) -> Agreement:
    """Return what the parts of one level tell together."""
    if len(parts) == 1:
        return Agreement(draft=parts[0], untold=())
    draft = Draft()
    untold: list[str] = []
    stated = [part.facts() for part in parts]
    for path in dict.fromkeys(path for facts in stated for path in facts):
        tellers = [part for part, facts in zip(parts, stated, strict=True) if path in facts]
        values = [facts[path] for facts in stated if path in facts]
        everywhere = len(tellers) == len(parts)
        if path in EITHER and True in values:
            draft.absorb(path, tellers[values.index(True)])
        elif everywhere and path in LISTS:
            for teller in tellers:
                draft.absorb(path, teller)
        elif everywhere and all(value == values[0] for value in values):
            draft.absorb(path, tellers[0])
        else:
            untold += [
                origin for teller in tellers for origin in teller.origins_within(path).values()
            ]
    return Agreement(draft=draft, untold=tuple(untold))


def put_agreed(
    draft: Draft, levels: Iterable[Sequence[Draft]], platform: Draft | None = None
) -> tuple[str, ...]:
    """Tell what the parts of each level tell together, and return where stands what they do not.

    Placements are a fact of the platform where that is given.
    """
    untold: tuple[str, ...] = ()
    for parts in levels:
        agreed = agreement(parts)
        untold += agreed.untold
        for path in agreed.draft.facts():
            teller = platform if platform is not None and path == "placements" else draft
            teller.absorb(path, agreed.draft)
    return untold
