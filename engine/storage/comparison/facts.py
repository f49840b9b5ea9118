"""The versions of standing facts, and of whom they are."""

from sqlalchemy import Connection, select

from ...audit.entries.act_leaves import FactLeaf
from ...audit.entries.acts import FactTransition
from ..databases.database import Database
from ..errors import ContentsUnread, LogInconsistent
from ..governance.standing_fact_rows import versions_of
from ..schema import standing_fact, standing_fact_version
from ..sealed.contents import BOUND, Contents, is_of
from .rows import acts_of, compare_rows, said


def compare_facts(database: Database) -> None:
    """Compare standing facts and their versions with the acts on facts, and with what they state.

    What they state is opened where the key store is at hand.
    """
    versions: dict[int, dict[str, object]] = {}
    facts: dict[str, dict[str, object]] = {}
    with database.reading() as connection:
        for act in acts_of(connection, "fact", FactLeaf):
            leaf = act.leaf
            versions[act.index] = {
                "fact": leaf.fact,
                "version": leaf.version,
                "transition": leaf.transition,
                "commitment": leaf.commitment,
                **act.by(),
            }
            facts[leaf.fact] = {
                "index": facts.get(leaf.fact, {}).get("index", act.index),
                "version": leaf.version,
                "is_withdrawn": leaf.transition is FactTransition.WITHDRAW,
            }
        rows = said(connection, select(standing_fact_version), "index")
        compare_rows("standing_fact_version", versions, rows)
        compare_rows("standing_fact", facts, said(connection, select(standing_fact), "id"))
        _compare_statements(connection, database.contents)


def _compare_statements(connection: Connection, contents: Contents | None) -> None:
    """Open what standing facts state, and compare their subjects.

    That it is what was logged is looked at whenever it is opened.
    """
    query = select(standing_fact_version)
    is_sealed = connection.execute(BOUND).first() is not None  # Otherwise, none has a key.
    if is_sealed and (contents is None or not is_of(connection, contents)):
        query = query.where(standing_fact_version.c.key.is_(None))
    try:
        versions = versions_of(connection.execute(query).mappings().all(), contents)
    except ContentsUnread as error:
        raise LogInconsistent(str(error)) from error
    subjects = said(connection, select(standing_fact), "id")
    for each in versions:
        row = subjects[each.fact]
        subject = {"kind": row["kind"], "name": row["name"]}
        if each.statement is not None and each.statement.get("subject") != subject:
            told = f"the table `standing_fact` has another subject of {each.fact}"
            raise LogInconsistent(f"{told} than what was logged")
