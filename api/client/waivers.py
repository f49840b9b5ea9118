"""Waivers by request: asked for by one person, and granted or refused by another."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import ClassVar, Literal

import msgspec

from .answers import Truthless
from .asking import Answers, Asking, below
from .bodies import given

WaiverState = Literal["requested", "granted", "refused", "revoked", "expired"]

_WAIVERS = "/v1/waivers"


class WaiverUse(msgspec.Struct, frozen=True, kw_only=True):
    """In how many decisions a waiver lifted its rule, and when it last did."""

    decisions: int
    last_at: datetime | None


class WaiverApproval(msgspec.Struct, frozen=True, kw_only=True):
    """Who granted a waiver, in which role, and when."""

    by: str
    role: str = msgspec.field(name="as")
    at: datetime


class WaiverStep(msgspec.Struct, frozen=True, kw_only=True):
    """A step of a waiver, and the entry of the log that says so."""

    index: int
    step: str
    actor: str
    role: str | None = msgspec.field(name="as", default=None)
    reason: str | None
    at: datetime


class Waiver(Truthless, frozen=True, kw_only=True):
    """A waiver that was asked for. `until` is the first day on which it no longer holds.

    That it is `granted` does not say that it lets anything pass: `in_effect` does, and `why` says
    why not. Whether a campaign may launch, its decision alone says.
    """

    told_by: ClassVar[str] = "in_effect"

    id: str
    policy_set: str
    rule: str
    campaign: str | None
    advertiser: str | None
    markets: tuple[str, ...]
    since: date = msgspec.field(name="from")
    until: date
    ticket: str
    reason: str
    evidence: tuple[str, ...]
    state: WaiverState
    in_effect: bool
    why: str | None
    used: WaiverUse
    revision: int
    requested_by: str
    approval: WaiverApproval | None
    text: str | None
    history: tuple[WaiverStep, ...]


class Waivers:
    """The waivers. `Client.waivers` is it.

    A step names the waiver as it was seen, and is refused with `ConflictError` where somebody else
    was there first. None is sent again that may have arrived: `find` shows whether it did.
    """

    def __init__(self, asking: Asking) -> None:
        self._asking = asking

    def request(  # noqa: PLR0913 - what the interface takes, by name.
        self,
        rule: str,
        *,
        since: date,
        until: date,
        ticket: str,
        reason: str,
        campaign: str | None = None,
        advertiser: str | None = None,
        markets: Sequence[str] = (),
        evidence: Sequence[str] = (),
        policy_set: str | None = None,
    ) -> Waiver:
        """Ask for a rule to be waived: for a campaign, for those of an advertiser, or both.

        `until` is the first day on which it no longer holds. Raises `InvalidRequestError` where the
        rule cannot be waived, and `ConflictError` where there is such a waiver.
        """
        body = {
            "rule": rule,
            "from": since.isoformat(),
            "until": until.isoformat(),
            "ticket": ticket,
            "reason": reason,
            "campaign": campaign,
            "advertiser": advertiser,
            "markets": list(markets) or None,
            "evidence": list(evidence) or None,
            "policy_set": policy_set,
        }
        return self._asking.send(_WAIVERS, Waiver, given(body))

    def find(
        self,
        *,
        state: WaiverState | None = None,
        used: bool | None = None,
        rule: str | None = None,
        policy_set: str | None = None,
    ) -> Answers[Waiver]:
        """Return the waivers that meet the filters, those asked for last first."""
        asked = {
            "state": state,
            "used": None if used is None else str(used).lower(),
            "rule": rule,
            "policy_set": policy_set,
        }
        return self._asking.pages(_WAIVERS, Waiver, given(asked))

    def read(self, waiver: Waiver | str) -> Waiver:
        """Return a waiver as it is now."""
        return self._asking.get(_path(waiver), Waiver)

    def grant(self, seen: Waiver, *, role: str | None = None, reason: str | None = None) -> Waiver:
        """Grant what another person asked for, in the role that the rule names or in `role`."""
        return self._step(seen, "grant", {"as": role, "reason": reason})

    def refuse(self, seen: Waiver, *, reason: str) -> Waiver:
        """Refuse what was asked for."""
        return self._step(seen, "refuse", {"reason": reason})

    def revoke(self, seen: Waiver, *, reason: str) -> Waiver:
        """End a waiver now."""
        return self._step(seen, "revoke", {"reason": reason})

    def _step(self, seen: Waiver, step: str, body: Mapping[str, object]) -> Waiver:
        path = f"{_path(seen)}/{step}"
        return self._asking.send(path, Waiver, given(body), seen=seen.revision)


def _path(waiver: Waiver | str) -> str:
    return below(_WAIVERS, waiver if isinstance(waiver, str) else waiver.id)
