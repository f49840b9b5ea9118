"""What decisions are found by, and how the query says it."""

from datetime import datetime
from typing import Literal, TypedDict

from .bodies import instant


class Criteria(TypedDict, total=False):
    """What decisions are found and counted by; all that are given must be met."""

    since: datetime
    until: datetime
    outcome: Literal["allow", "deny"]
    conclusive: bool
    rule: str
    rule_status: str
    policy: str
    article: str
    campaign: str
    advertiser: str
    market: str
    platform: str
    actor: str
    policy_set: str
    policy_version: str
    policy_digest: str
    text: str


class Selection(Criteria, total=False):
    """Criteria, or those of a saved query by its name."""

    saved: str


class Filters(Selection, total=False):
    """A selection as of a size of the log: only its first so many entries are searched."""

    as_of: int


def query_of(filters: Criteria) -> dict[str, str]:
    """Return the parameters of a query. Raises `ValueError` for times without an offset."""
    return {name: _parameter(name, value) for name, value in filters.items()}


def members_of(criteria: Criteria) -> dict[str, object]:
    """Return the members of a body, likewise."""
    return {
        name: instant(value, name) if isinstance(value, datetime) else value
        for name, value in criteria.items()
    }


def _parameter(name: str, value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case datetime():
            return instant(value, name)
        case _:
            return str(value)
