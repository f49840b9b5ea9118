"""Statements by the driver: what is written is what is read, in both databases."""

import pytest
from sqlalchemy import bindparam, select, update

from engine.audit.instants import rfc3339
from engine.storage.databases.database import Database
from engine.storage.databases.driver import RowWriter, Statement, run
from engine.storage.databases.postgresql import pipelined
from engine.storage.errors import Conflict, StorageUnavailable
from engine.storage.log.entries import among
from engine.storage.migrate import migrate
from engine.storage.schema import api_key, log_entry, log_tile, microseconds, policy_version
from tests.audit.conftest import NOON
from tests.postgresql import PostgreSQLServer

AT = microseconds(NOON)


def test_rows_come_back_as_they_were_written(database: Database) -> None:
    rows = [
        ("d1", "name", None, b"", AT),
        ("d2", "K\u00f6ln \U0001f600 ' \" {,} \\\\ NULL", "1", bytes(range(256)), AT + 1),
        ("d3", "", "", b"x" * 100_000, 2**62),
    ]
    with database.writing() as connection:
        RowWriter(policy_version).write(connection, rows)
    columns = policy_version.c
    query = select(columns.digest, columns.name, columns.version, columns.files)
    with database.reading() as connection:
        found = connection.execute(query.order_by(columns.digest)).all()
        times = connection.execute(select(columns.kept_at).order_by(columns.digest).limit(2))
        assert [rfc3339(each) for each in times.scalars()] == [
            "2026-10-05T12:00:00.000000Z",
            "2026-10-05T12:00:00.000001Z",
        ]
    assert [tuple(row) for row in found] == [row[:4] for row in rows]


def test_columns_of_nothing_but_nulls(database: Database) -> None:
    row = ("p", "name", b"hash", "auditor", AT, *[None] * 7)
    with database.writing() as connection:
        RowWriter(api_key).write(connection, [row])
    with database.reading() as connection:
        found = connection.execute(select(api_key)).one()
    assert (found.prefix, found.expires_at, found.policy_sets) == ("p", None, None)


def test_no_rows_are_no_statement(database: Database) -> None:
    with database.writing() as connection:
        RowWriter(log_tile).write(connection, [])
    with database.reading() as connection:
        assert connection.execute(select(log_tile)).first() is None


def test_statements_have_their_values_in_order_and_as_many_as_they_are_asked_for(
    database: Database,
) -> None:
    columns = policy_version.c
    among_some = columns.digest.in_(bindparam("digests", expanding=True))
    found = Statement(select(columns.digest, columns.kept_at).where(among_some))
    change = Statement(update(policy_version).values(version=bindparam("v"), files=bindparam("f")))
    with database.writing() as connection:
        rows = [(each, "name", "1", b"", AT) for each in ("d1", "d2", "d3")]
        RowWriter(policy_version).write(connection, rows)
        change.run(connection, (None, b"new"))
        assert set(found.read(connection, ["d3", "none", "d1"])) == {("d1", AT), ("d3", AT)}
        assert found.read(connection, ["d2"]) == [("d2", AT)]
        assert found.read(connection, []) == []
    with database.reading() as connection:
        query = select(columns.version, columns.files).distinct()
        assert connection.execute(query).all() == [(None, b"new")]


def test_what_the_driver_raises_is_told_as_everything_else(database: Database) -> None:
    def write() -> None:
        with database.writing() as connection:
            RowWriter(policy_version).write(connection, [("d1", "name", "1", b"", AT)])
            run(connection, "NONSENSE")

    with pytest.raises(StorageUnavailable) as raised:
        write()
    assert str(raised.value) == "the database cannot be read or written"
    assert kept(database) == []


def test_what_is_sent_in_one_go_is_written_whole_or_not_at_all(database: Database) -> None:
    def write(*digests: str) -> None:
        with database.writing() as connection, pipelined(connection):
            for each in digests:
                RowWriter(policy_version).write(connection, [(each, "name", "1", b"", AT)])

    write("d1", "d2")
    with pytest.raises(Conflict) as raised:
        write("d3", "d2", "d4")
    assert str(raised.value) == "something else is stored under this name"
    write("d5")
    assert kept(database) == ["d1", "d2", "d5"]


def test_a_server_that_is_gone_is_noticed_where_the_answers_are_awaited(
    postgresql: PostgreSQLServer, postgresql_url: str
) -> None:
    migrate(postgresql_url)
    database = Database(postgresql_url)

    def write(*, is_cut: bool) -> None:
        with database.writing() as connection, pipelined(connection):
            RowWriter(policy_version).write(connection, [("d1", "name", "1", b"", AT)])
            if is_cut:
                postgresql.cut(postgresql_url)

    with pytest.raises(StorageUnavailable, match="cannot be read or written"):
        write(is_cut=True)
    assert kept(database) == []
    write(is_cut=False)
    assert kept(database) == ["d1"]
    database.close()


def kept(database: Database) -> list[str]:
    with database.reading() as connection:
        query = select(policy_version.c.digest).order_by(policy_version.c.digest)
        return list(connection.execute(query).scalars())


def test_neighbours_are_asked_for_as_one_stretch() -> None:
    column = log_entry.c.index
    assert "BETWEEN" in str(among(column, [9, 7, 8]))
    assert "BETWEEN" in str(among(column, [7]))
    assert "IN" in str(among(column, [1, 1000]))
    assert "BETWEEN" not in str(among(column, []))
