"""Waivers that were granted apart from policy files: written as policy text, and read as it is.

A grant is the text of one `waiver … end waiver`. The code that checks waivers in files, sets them
into their rules and judges them does so for grants as well. A grant names whom it is for, one
campaign or the campaigns of one advertiser, so that other campaigns are decided without it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from typing import TypeAlias

from ..evaluation.compiled.program import Program
from ..evaluation.values import Campaign, stated_fact
from ..semantics.rules.waivers import granted, with_granted
from ..semantics.tree import Policies, Waiver
from ..source.diagnostic import Diagnostic, in_order
from ..source.text import Source
from ..syntax.parse import parse
from ..syntax.tree import Waiver as WrittenWaiver

ADVERTISER = ("advertiser", "name")
"""The fact by which advertisers are told apart."""

MOST_KEPT = 64
"""The most programs with grants set in that are kept; of texts of grants, 16 times as many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A granted waiver: its text, and whom it is for; at least one of the two is not None."""

    text: str
    campaign: str | None = None
    advertiser: str | None = None

    def is_for(self, campaign: Campaign) -> bool:
        """Whether it is for a campaign; one that names no advertiser is of none."""
        wanted = ((self.campaign, campaign.id), (self.advertiser, advertiser_of(campaign)))
        asked = [(own, given) for own, given in wanted if own is not None]
        return bool(asked) and all(own == given for own, given in asked)


class Grants:
    """The waivers granted for one set of policies, found by whom they are for. Immutable."""

    def __init__(self, grants: Iterable[Grant] = ()) -> None:
        self._by_campaign: dict[str, list[Grant]] = {}
        self._by_advertiser: dict[str, list[Grant]] = {}
        for each in sorted(grants, key=lambda grant: grant.text):
            if each.campaign is not None:
                self._by_campaign.setdefault(each.campaign, []).append(each)
            elif each.advertiser is not None:
                self._by_advertiser.setdefault(each.advertiser, []).append(each)

    def concerning(self, campaign: Campaign) -> tuple[str, ...]:
        """Return the texts of those for a campaign."""
        if not (self._by_campaign or self._by_advertiser):
            return ()
        own = self._by_campaign.get(campaign.id or "", [])
        shared = self._by_advertiser.get(advertiser_of(campaign) or "", [])
        return tuple(each.text for each in (*own, *shared) if each.is_for(campaign))


class RecordedGrants(Grants):
    """The waivers that had their part in a decision, for making it again: none is chosen."""

    def __init__(self, texts: Iterable[str]) -> None:
        super().__init__()
        self._texts = tuple(texts)

    def concerning(self, campaign: Campaign) -> tuple[str, ...]:  # noqa: ARG002 - as every choice.
        """Return the texts."""
        return self._texts


NO_GRANTS = Grants()
"""No waiver was granted."""


def advertiser_of(campaign: Campaign) -> str | None:
    """Return whose campaign it is; None where it does not say, or its vocabulary has no word."""
    first, second = ADVERTISER
    advertiser = stated_fact(campaign.facts, first)
    found = stated_fact(advertiser, second)
    return found if isinstance(found, str) else None


ReadGrant: TypeAlias = tuple[tuple[str, Waiver] | None, tuple[Diagnostic, ...]]
"""The id of a rule with what waives it, unless the text has errors, and everything wrong in it."""


def read_grant(text: str, policies: Policies) -> ReadGrant:
    """Return the waiver in a text, with its rule among sound policies, and what is wrong with it.

    Raises `ValueError` for a text without faults that is something else than one waiver.
    """
    source = Source(name=NAME, text=text)
    file, faults = parse(source)
    match file.items:
        case (WrittenWaiver() as node,):
            found: list[Diagnostic] = [*faults]
            made = granted(node, source, policies, found.append)
            return (None if found else made), in_order(found)
        case _ if faults:
            return None, faults
        case _:
            raise ValueError("the text is not that of one waiver")


NAME = "granted.policy"
"""The name of the file that a grant would be, for places in it."""


class GrantedPrograms:
    """Programs of the same policies, each with some grants set in; the last ones used are kept.

    Threads may share it.
    """

    def __init__(self, policies: Policies) -> None:
        self._policies = policies
        self.read = lru_cache(maxsize=16 * MOST_KEPT)(partial(read_grant, policies=policies))
        self.program = lru_cache(maxsize=MOST_KEPT)(self._compiled)

    def effective(self, texts: Iterable[str]) -> tuple[str, ...]:
        """Return which of some texts these policies bear."""
        return tuple(text for text in texts if self.read(text)[0] is not None)

    def _compiled(self, texts: tuple[str, ...]) -> Program:
        waivers = [made for text in texts if (made := self.read(text)[0]) is not None]
        return Program(with_granted(self._policies, waivers))


# --- the text ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiverTerms:
    """What is asked for: to let one rule be broken, by whom, where, on which days, and why.

    At least one of `campaign` and `advertiser` is not None; without `markets` it is for all.
    `until` is the first day on which it no longer holds.
    """

    rule: str
    campaign: str | None
    advertiser: str | None
    markets: tuple[str, ...]
    start: date
    until: date
    ticket: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """Who answers for a waiver, in which role, and since when."""

    approver: str
    role: str
    day: date


def written(name: str, terms: WaiverTerms, approval: Approval | None = None) -> str:
    """Return the text of a waiver under a name, in the canonical layout.

    Before it is granted there is no approval, and it is not yet a waiver. The layout stays: the log
    has such texts, and what is stored of a waiver is compared with them.
    """
    return (
        f"waiver {name}\n"
        f"  of            {terms.rule}\n"
        f"  for           {_scope(terms)}\n"
        f"  in force from {terms.start} until {terms.until}\n"
        f"{_signed(approval)}"
        f"  ticket        {quoted(terms.ticket)}\n"
        f"  reason        {quoted(terms.reason)}\n"
        "end waiver\n"
    )


def name_of(text: str) -> str:
    """Return the name of the waiver that `written` wrote."""
    return text.split(maxsplit=2)[1]


def _signed(approval: Approval | None) -> str:
    if approval is None:
        return ""
    signed = f"{quoted(approval.approver)} as {quoted(approval.role)} on {approval.day}"
    return f"  approved by   {signed}\n"


def _scope(terms: WaiverTerms) -> str:
    parts = []
    if terms.campaign is not None:
        parts.append(f"campaign.id is {quoted(terms.campaign)}")
    if terms.advertiser is not None:
        parts.append(f"campaign.{'.'.join(ADVERTISER)} is {quoted(terms.advertiser)}")
    if terms.markets:
        parts.append(f"market is one of {{{', '.join(terms.markets)}}}")
    return " and ".join(parts)


def quoted(text: str) -> str:
    """Return a text as a literal of the language."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
