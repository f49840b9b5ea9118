"""What Meta chooses by itself: what of a targeting specification bounds, and what only suggests.

Where Advantage+ audience is on, Meta keeps to the places, the least age, the languages and the
excluded audiences; everything else that was chosen is where it begins to look.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from api.adapters.adaptation import Draft
from api.adapters.reading import Found, Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggested:
    """Which parts of a targeting specification are suggestions, which bound nobody."""

    age: bool
    genders: bool
    places: bool


def suggested(targeting: Record, *, widened: bool) -> Suggested:
    """Return what is a suggestion; `widened` is whether the campaign says that Meta chooses."""
    automation = targeting.record("targeting_automation")
    chosen = automation.yes_no("advantage_audience") if automation is not None else None
    whole = widened or (chosen is not None and chosen.value)
    single = {switch.pointer.rpartition("/")[2] for switch in _single(automation) if switch.value}
    return Suggested(
        age=whole or "age" in single, genders=whole or "gender" in single, places="geo" in single
    )


def _single(automation: Record | None) -> Iterator[Found[bool]]:
    """Yield the switches for one part of the audience each."""
    alone = automation.record("individual_setting") if automation is not None else None
    for name in alone or ():
        assert alone is not None  # noqa: S101 - it has a member.
        switch = alone.yes_no(name)
        alone.leave(name)
        if switch is not None:
            yield switch


def put_expansion(draft: Draft, ad_set: Record, targeting: Record) -> None:
    """Tell whether Meta may widen the audience: yes by any switch, no where it says that of all.

    What an optimisation goal widens without a switch is in `targeting_optimization_types`, which
    Meta writes: an ad set without it may be widened whatever was chosen.
    """
    automation = targeting.record("targeting_automation")
    chosen = automation.yes_no("advantage_audience") if automation is not None else None
    enforced = list(_enforced(ad_set))
    switches = [*_single(automation), *_relaxed(targeting), *enforced]
    if chosen is not None:
        switches.insert(0, chosen)
    widened = next((switch for switch in switches if switch.value), None)
    if widened is not None:
        draft.put_found("automation.audience_expansion", widened)
    elif chosen is not None and enforced:
        draft.put_found("automation.audience_expansion", chosen)
    elif automation is not None:
        automation.leave("advantage_audience")


def _relaxed(targeting: Record) -> Iterator[Found[bool]]:
    relaxation = targeting.record("targeting_relaxation_types")
    for name in ("custom_audience", "lookalike") if relaxation is not None else ():
        assert relaxation is not None  # noqa: S101 - there is no name without it.
        switch = relaxation.yes_no(name)
        if switch is not None:
            yield switch
    former = targeting.filled("targeting_optimization")
    if former is not None and former.value == "expansion_all":
        yield Found(value=True, pointer=former.pointer)
    else:
        targeting.leave("targeting_optimization")


def _enforced(ad_set: Record) -> Iterator[Found[bool]]:
    """Yield what Meta widens by the optimisation goal, which it answers as a map or as several."""
    name = "targeting_optimization_types"
    written = ad_set.unread(name)
    for one in written if isinstance(written, list) else [written]:
        if isinstance(one, dict):
            for value in one.values():
                if isinstance(value, int):
                    yield Found(value=bool(value), pointer=ad_set.at(name))
