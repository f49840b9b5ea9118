"""What decisions are selected by, to be erased or to be held: one, or all of a subject."""

from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, Select, false, select

from ..errors import NotFound
from ..log.leaf_kinds import IS_DECISION
from ..schema import erased, log_entry


class Selector(StrEnum):
    """What decisions are selected by: the id of one, or all of a campaign or an actor."""

    DECISION = "decision"
    CAMPAIGN = "campaign"
    ACTOR = "actor"


COLUMNS = {
    Selector.DECISION: log_entry.c.id,
    Selector.CAMPAIGN: log_entry.c.campaign,
    Selector.ACTOR: log_entry.c.actor,
}
"""The column of `log_entry` that has the value of a selector."""


def selected(selector: Selector, value: str) -> ColumnElement[bool]:
    """Return the condition on `log_entry` for the decisions that a value selects."""
    if "\0" in value:  # Nothing in the log has it, and PostgreSQL cannot even be asked.
        return false()
    return IS_DECISION & (COLUMNS[selector] == value)


def check_known(connection: Connection, selector: Selector, value: str) -> None:
    """Raise `NotFound` for a decision that the log does not have; subjects may still come."""
    if selector is not Selector.DECISION:
        return
    query = select(log_entry.c.index).where(selected(selector, value))
    if connection.execute(query).one_or_none() is None:
        raise NotFound(f"the log has no decision `{value[:64]}`")


def not_erased(condition: ColumnElement[bool]) -> Select[int]:
    """Return the query for the indexes of a condition that are not erased yet, ascending."""
    return (
        select(log_entry.c.index)
        .outerjoin(erased, erased.c.index == log_entry.c.index)
        .where(condition, erased.c.index.is_(None))
        .order_by(log_entry.c.index)
    )
