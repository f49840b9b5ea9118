"""Waivers by request as they are answered."""

from datetime import date

from api.http.requests.shapes import EXPIRED
from api.in_force.policies import NotInForce, PoliciesInForce
from engine.audit.entries.acts import WaiverStep
from engine.audit.instants import rfc3339
from engine.audit.workflows.waivers import WaiverState
from engine.storage.governance.waiver_rows import RequestedWaiver, WaiverEvent

LASTING = frozenset({WaiverState.REQUESTED, WaiverState.GRANTED})
"""The states of a waiver that end with its days."""


def waiver_document(
    waiver: RequestedWaiver, policies: PoliciesInForce, today: date
) -> dict[str, object]:
    """Return a waiver with its history, and whether it lets anything pass. Raises `NotFresh`."""
    terms, use = waiver.terms, waiver.use
    why = why_without_effect(waiver, policies, today)
    return {
        "id": waiver.id,
        "policy_set": waiver.policy_set,
        "rule": terms.rule,
        "campaign": terms.campaign,
        "advertiser": terms.advertiser,
        "markets": list(terms.markets),
        "from": terms.start.isoformat(),
        "until": terms.until.isoformat(),
        "ticket": terms.ticket,
        "reason": terms.reason,
        "evidence": list(waiver.evidence),
        "state": state_of(waiver, today),
        "in_effect": why is None,
        "why": why,
        "used": {"decisions": use.count, "last_at": rfc3339(use.last) if use.last else None},
        "revision": waiver.revision,
        "requested_by": waiver.requester,
        "approval": _approval(waiver),
        "text": waiver.text,
        "history": [_event(each) for each in waiver.events],
    }


def state_of(waiver: RequestedWaiver, today: date) -> str:
    """Return what a waiver is on a day."""
    is_over = waiver.state in LASTING and waiver.is_over(today)
    return EXPIRED if is_over else waiver.state.value


def why_without_effect(
    waiver: RequestedWaiver, policies: PoliciesInForce, today: date
) -> str | None:
    """Return why a waiver lets nothing pass now; None where it does. Raises `NotFresh`."""
    state = state_of(waiver, today)
    if state != WaiverState.GRANTED or waiver.text is None:
        return f"it is {state}"
    try:
        faults = policies.engine(waiver.policy_set).grant_faults(waiver.text)
    except NotInForce as error:
        return str(error)
    return f"by the policies in force, {faults[0].headline}" if faults else None


def _approval(waiver: RequestedWaiver) -> dict[str, object] | None:
    granted = (each for each in waiver.events if each.step is WaiverStep.GRANT)
    for each in granted:
        return {"by": each.actor, "as": each.role, "at": rfc3339(each.at)}
    return None


def _event(event: WaiverEvent) -> dict[str, object]:
    return {
        "index": event.index,
        "step": event.step,
        "actor": event.actor,
        "as": event.role,
        "reason": event.reason,
        "at": rfc3339(event.at),
    }
