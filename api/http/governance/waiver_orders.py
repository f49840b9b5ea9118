"""What is asked about waivers, and why it cannot be: the words of the checker, by member."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from api.http.problems import WRONG_ROLE, Problem, ProblemError, ProblemRaised, malformed_order
from engine import Diagnostic, Engine
from engine.bundle.grants import Approval, WaiverTerms, written
from engine.semantics.tree import Rule
from engine.storage.governance.changes import WrongState
from engine.storage.governance.waiver_rows import RequestedWaiver
from engine.storage.governance.waivers import granted_text
from engine.storage.keys import ApiKey

MOST_DAYS = 366
"""The most days of a waiver by request: what lasts longer belongs into the policies."""

REQUEST_HELP = (
    'write `{"rule": "…", "campaign": "…", "from": "2026-12-01", "until": "2027-01-01",'
    ' "ticket": "…", "reason": "…"}`'
)
_NAMED = "name the rule as a finding of the decision does: `policy/rule`"
_TRIED = "asked"
_ADVICE: Mapping[str, str] = {
    "E0541": "change the campaign: nobody can waive this rule",
    "E0543": "nothing needs to be waived: the rule warns, and the campaign is allowed",
    "E0544": "nothing needs to be waived: the rule denies nobody",
}


def terms_of(asked: Mapping[str, Any], engine: Engine, requester: str, today: date) -> WaiverTerms:
    """Return the terms of a request that the policies of an engine bear.

    Raises `ProblemRaised` with every fault, else.
    """
    terms = WaiverTerms(
        rule=asked["rule"],
        campaign=asked.get("campaign"),
        advertiser=asked.get("advertiser"),
        markets=tuple(sorted(set(asked.get("markets", ())))),
        start=asked["start"],
        until=asked["until"],
        ticket=asked["ticket"],
        reason=asked["reason"],
    )
    faults = [*_scope_faults(terms), *_day_faults(terms, today)]
    if not faults:
        rule = rule_of(engine, terms.rule)
        role = rule.override_role if rule is not None else None
        day = min(today, terms.start)
        text = written(_TRIED, terms, Approval(approver=requester, role=role or "any", day=day))
        faults += [_fault(each, text) for each in engine.grant_faults(text)]
    if faults:
        raise ProblemRaised(malformed_order(faults))
    return terms


def rule_of(engine: Engine, name: str) -> Rule | None:
    """Return the rule of a name in the policies of an engine, if there is one."""
    rules = engine.bundle.policies.rules
    return next((rule for rule in rules if rule.id == name), None)


def _scope_faults(terms: WaiverTerms) -> Iterator[ProblemError]:
    if terms.campaign is None and terms.advertiser is None:
        message = "it is for nobody: a waiver names a `campaign`, an `advertiser`, or both"
        yield ProblemError(message=message, pointer="", help=REQUEST_HELP)


def _day_faults(terms: WaiverTerms, today: date) -> Iterator[ProblemError]:
    """Yield what is wrong with the days; `until` is the first day that is not waived."""
    advice = "`until` is the first day on which the waiver no longer holds"
    if terms.until <= terms.start:
        message = f"it ends on {terms.until}, and begins on {terms.start} only"
        yield ProblemError(message=message, pointer="/until", help=advice)
    elif terms.until <= today:
        message = f"those days are over: today is {today}"
        yield ProblemError(message=message, pointer="/until", help=advice)
    elif terms.until - terms.start > timedelta(days=MOST_DAYS):
        days = (terms.until - terms.start).days
        message = f"it is for {days:,} days, and {MOST_DAYS} are the most"
        told = "ask for a shorter time; what lasts longer belongs into the policies"
        yield ProblemError(message=message, pointer="/until", help=told)


def _fault(fault: Diagnostic, text: str) -> ProblemError:
    member = _member(fault, text)
    otherwise = _NAMED if member == "/rule" else REQUEST_HELP
    advice = _ADVICE.get(fault.code, fault.help) or otherwise
    return ProblemError(message=fault.headline, pointer=member, help=advice)


_LINES = ("", "/rule", "", "/from", "", "/ticket", "/reason")


def _member(fault: Diagnostic, text: str) -> str:
    """Return the pointer to the member of a request from which a place of its text was written."""
    before = text[: fault.span.start]
    line = before.count("\n")
    if line != 2:
        return _LINES[line] if line < len(_LINES) else ""
    written_of = {"market is": "/markets", "campaign.advertiser": "/advertiser"}
    here = text[: fault.span.end].rpartition("\n")[2]
    return next((pointer for word, pointer in written_of.items() if word in here), "/campaign")


# --- granting ---------------------------------------------------------------------------------


def role_for(found: RequestedWaiver, engine: Engine, key: ApiKey, named: str | None) -> str:
    """Return the role in which a key may grant a waiver: that of the rule, else one of its own.

    Raises `ProblemRaised` where it may not, or does not say in which.
    """
    rule = rule_of(engine, found.terms.rule)
    own = sorted(key.may_grant)
    wanted = rule.override_role if rule is not None else None
    if wanted is not None and named not in (None, wanted):
        raise _wrong_role(f'`{found.terms.rule}` can be waived by "{wanted}" alone')
    role = wanted or named or (own[0] if len(own) == 1 else None)
    if role is None and own:
        message = "say in which role: the rule leaves it to the house, and the key has several"
        listed = ", ".join(f'"{each}"' for each in own)
        fault = ProblemError(message=message, pointer="/as", help=f"write one of {listed}")
        raise ProblemRaised(malformed_order([fault]))
    if role not in key.may_grant:
        shown = f'as "{role}"' if role is not None else "at all"
        listed = ", ".join(f'"{each}"' for each in own)
        why = f"it may as {listed}" if own else "it was made without `--may-grant`"
        raise _wrong_role(f"the key grants no waivers {shown}; {why}")
    return str(role)


def _wrong_role(detail: str) -> ProblemRaised:
    return ProblemRaised(Problem(kind=WRONG_ROLE, detail=detail))


def check_grantable(found: RequestedWaiver, engine: Engine, approval: Approval) -> None:
    """Raise `WrongState` where the policies in force do not bear a waiver as it would be granted.

    What is over by now is for the store to say.
    """
    if found.is_over(approval.day):
        return
    faults = engine.grant_faults(granted_text(found, approval))
    if faults:
        raise WrongState(f"by the policies in force, {faults[0].headline}")
