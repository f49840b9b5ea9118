"""The extension for the Digital Services Act: what is required, what is shown, and by what."""

from collections.abc import Sequence

from api.adapters.adaptation import Draft
from api.adapters.reading import Found, Record
from engine.source.quoting import described

from .ext import transparency_of

PROFILING = 1
"""The parameter of those by which people are chosen that is profiling (TCF purpose 4)."""


def put_transparency(draft: Draft, request: Record | None, bids: Sequence[Record]) -> None:
    """Tell what a request asks and what its bids answer; bids that differ tell nothing."""
    regs = request.record("regs") if request is not None else None
    required = transparency_of(regs) if regs is not None else None
    if required is not None:
        draft.put_found("openrtb_dsa.dsarequired", required.whole_number("dsarequired"))
        draft.put_found("openrtb_dsa.pubrender", required.whole_number("pubrender"))
    answers = [transparency_of(bid) for bid in bids]
    _put_rendering(draft, answers)
    _put_parameters(draft, ([required] if required is not None else []) + answers)


def _put_rendering(draft: Draft, answers: Sequence[Record | None]) -> None:
    found = [answer.whole_number("adrender") if answer is not None else None for answer in answers]
    if len({None if one is None else one.value for one in found}) == 1:
        draft.put_found("openrtb_dsa.adrender", found[0])
        return
    for answer in answers:
        if answer is not None:
            answer.leave("adrender")


def _put_parameters(draft: Draft, holders: Sequence[Record | None]) -> None:
    """Tell the parameters together, where every party names its own; profiling by any is told."""
    named = [_parameters(holder) if holder is not None else [None] for holder in holders]
    told = [parameter for parameters in named for parameter in parameters if parameter is not None]
    profiling = next((parameter for parameter in told if parameter.value == PROFILING), None)
    if profiling is not None:
        draft.put("targeting.profiling", value=True, origin=profiling.pointer)
    if not told or any(None in parameters for parameters in named):
        for holder in holders:
            _leave_parameters(holder)
        return
    distinct = list({parameter.value: parameter for parameter in told}.values())
    origin = distinct[0].pointer.rpartition("/")[0]
    draft.put_all("openrtb_dsa.dsaparams", distinct, origin)


def _leave_parameters(holder: Record | None) -> None:
    for party in (holder.records("transparency") if holder is not None else None) or ():
        party.leave("dsaparams")


def _parameters(dsa: Record) -> list[Found[int] | None]:
    """Return the parameters that the parties of a chain name, with None for one that names none."""
    parties = dsa.records("transparency")
    if not parties:
        return [None]
    found: list[Found[int] | None] = []
    for party in parties:
        parameters = party.elements("dsaparams")
        if not parameters:
            found.append(None)
        for parameter in parameters or ():
            value = parameter.value
            if not isinstance(value, int) or isinstance(value, bool):
                party.refuse(
                    "dsaparams",
                    f"a parameter is {described(value)}",
                    "write `1` for profiling, `2` for basic, `3` for precise location",
                )
            found.append(Found(value=value, pointer=parameter.pointer))
    return found
