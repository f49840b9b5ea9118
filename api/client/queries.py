"""The filters that auditors save under a name; `saved=` finds decisions by them."""

from datetime import datetime
from typing import Any, Unpack
from urllib.parse import quote

import msgspec

from .answers import Receipt
from .asking import Asking
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


class _Queries(msgspec.Struct, frozen=True, kw_only=True):
    items: tuple[SavedQuery, ...]


class SavedQueries:
    """The saved queries. `Client.queries` is it."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking

    def all(self) -> tuple[SavedQuery, ...]:
        """Return those of all auditors, by name."""
        return self._asking.get(_QUERIES, _Queries).items

    def read(self, name: str) -> SavedQuery:
        """Return one."""
        return self._asking.get(_path(name), SavedQuery)

    def save(self, name: str, **criteria: Unpack[Criteria]) -> SavedQuery:
        """Save filters under a name. Raises `ConflictError` where it is taken."""
        return self._asking.send(_QUERIES, SavedQuery, {"name": name, **members_of(criteria)})

    def delete(self, query: SavedQuery | str) -> DeletedQuery:
        """Delete one, with its filters."""
        name = query if isinstance(query, str) else query.name
        return self._asking.send(_path(name), DeletedQuery, method="DELETE")


def _path(name: str) -> str:
    return f"{_QUERIES}/{quote(name, safe='')}"
