"""The filters that auditors save under a name; `saved=` finds decisions by them."""

from datetime import datetime
from typing import Any, Unpack

import msgspec

from .answers import Receipt
from .asking import Asking, below
from .filters import Criteria, members_of

_QUERIES = "/v1/queries"


class SavedQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Filters under a name. `index` is the entry of the log that says who saved them."""

    name: str
    filters: dict[str, Any]
    index: int
    actor: str
    saved_at: datetime


class DeletedQuery(msgspec.Struct, frozen=True, kw_only=True):
    """The name that is free again, and the entry of the log that says so."""

    deleted: str
    entry: Receipt


class SavedQueries:
    """The saved queries. `Client.queries` is it."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking

    def all(self) -> tuple[SavedQuery, ...]:
        """Return those of all auditors, by name."""
        return self._asking.listed(_QUERIES, SavedQuery)

    def read(self, name: str) -> SavedQuery:
        """Return one."""
        return self._asking.get(below(_QUERIES, name), SavedQuery)

    def save(self, name: str, **criteria: Unpack[Criteria]) -> SavedQuery:
        """Save filters under a name. Raises `ConflictError` where it is taken."""
        return self._asking.send(_QUERIES, SavedQuery, {"name": name, **members_of(criteria)})

    def delete(self, query: SavedQuery | str) -> DeletedQuery:
        """Delete one, with its filters."""
        name = query if isinstance(query, str) else query.name
        return self._asking.send(below(_QUERIES, name), DeletedQuery, method="DELETE")
