"""Who has which API key, and what it may do."""

import json

from sqlalchemy import select

from ...audit.entries.act_leaves import TERMS, KeyLeaf
from ...audit.entries.acts import KeyChange
from ...audit.instants import rfc3339
from ..databases.database import Database
from ..errors import LogInconsistent
from ..keys import adopted_terms_of
from ..schema import api_key
from .rows import Act, acts_of, compare_rows, said


def compare_keys(database: Database) -> None:
    """Compare the API keys with the acts on keys."""
    logged: dict[str, dict[str, object]] = {}
    with database.reading() as connection:
        for act in acts_of(connection, "key", KeyLeaf):
            at = rfc3339(act.logged_at)
            if act.leaf.change is KeyChange.REVOKE:
                logged.setdefault(act.leaf.key, {})["revoked_at"] = at
            else:
                times = {"created_at": at, "revoked_at": None}
                logged[act.leaf.key] = times | _terms(act) | {"entry": act.index}
        rows = said(connection, select(api_key), "prefix")
    untold = next((key for key, row in rows.items() if row["entry"] is None), None)
    if untold is not None:
        told = f"the log does not tell of the API key `{untold}`: nobody made it by a command"
        raise LogInconsistent(f"{told}, or it is of before, and `assent migrate` has it told")
    kept = {key: adopted_terms_of(row) | {"entry": row["entry"]} for key, row in rows.items()}
    compare_rows("api_key", logged, kept)


def _terms(act: Act[KeyLeaf]) -> dict[str, object]:
    try:
        return dict(json.loads(act.disclosed.get(TERMS) or ""))
    except (ValueError, TypeError) as error:
        told = f"entry {act.index} should say what a key may do, and does not"
        raise LogInconsistent(told) from error
