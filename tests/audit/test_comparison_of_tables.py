"""Tables give everybody what they were given; what stands in between is told to a verifier."""

import pytest
from sqlalchemy import text

from engine.storage.comparison.everything import compare_everything
from engine.storage.databases.database import Database
from engine.storage.errors import LogInconsistent

VIEW = "CREATE VIEW log_entry_facet AS SELECT * FROM kept WHERE"
TRIGGER = "CREATE TRIGGER t AFTER INSERT ON hold"


def altered(database: Database, *statements: str) -> str:
    """Return what a verifier is told once somebody has altered the schema."""
    compare_everything(database)
    with database.writing() as connection:
        for each in statements:
            connection.execute(text(each))
    with pytest.raises(LogInconsistent) as told:
        compare_everything(database)
    return str(told.value).partition(": the service may ")[0]


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
@pytest.mark.parametrize(
    ("statements", "told"),
    [
        (
            # The service would not find the decision that an auditor is shown.
            [
                "ALTER TABLE log_entry_facet RENAME TO kept",
                f"{VIEW} current_user = 'auditor' OR \"index\" <> 7",
            ],
            "`log_entry_facet` is no table",
        ),
        (
            ["ALTER TABLE log_entry_rule ENABLE ROW LEVEL SECURITY"],
            "`log_entry_rule` has row security",
        ),
        (
            ["CREATE RULE r AS ON DELETE TO sealed DO INSTEAD NOTHING"],
            "`sealed` has a rule",
        ),
        (
            [
                "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
                f"{TRIGGER} FOR EACH ROW EXECUTE FUNCTION f()",
            ],
            "`hold` has a trigger",
        ),
        (
            ["ALTER TABLE saved_query SET UNLOGGED"],
            "`saved_query` is unlogged, and empty after a crash",
        ),
        (
            # By a search path that begins with the user's own schema, as it does by default.
            ["CREATE SCHEMA postgres", "CREATE TABLE postgres.erased AS TABLE erased"],
            "`erased` lies in another schema than the others",
        ),
    ],
)
def test_what_stands_between_in_postgresql(
    database: Database, statements: list[str], told: str
) -> None:
    assert altered(database, *statements) == told


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("statements", "told"),
    [
        (
            ["ALTER TABLE log_entry_facet RENAME TO kept", f'{VIEW} "index" <> 7'],
            "there is a view `log_entry_facet`, which Assent did not make",
        ),
        (
            ["ALTER TABLE hold RENAME TO kept", "CREATE VIEW Hold AS SELECT * FROM kept"],
            "there is a view `Hold`, which Assent did not make",
        ),
        (
            [f"{TRIGGER} BEGIN SELECT 1; END"],
            "there is a trigger `t`, which Assent did not make",
        ),
        (
            [
                "DROP TRIGGER log_entry_words_removed",
                f"{TRIGGER} BEGIN SELECT 1; END".replace(
                    "TRIGGER t", "TRIGGER log_entry_words_removed"
                ),
            ],
            "there is a trigger `log_entry_words_removed`, which Assent did not make",
        ),
    ],
)
def test_what_stands_between_in_sqlite(
    database: Database, statements: list[str], told: str
) -> None:
    assert altered(database, *statements) == told


def test_what_somebody_keeps_beside_them_is_no_fault(database: Database) -> None:
    """A report stands between nobody and the tables that it is made of."""
    with database.writing() as connection:
        connection.execute(text("CREATE VIEW waivers_used AS SELECT * FROM waiver_use"))
    compare_everything(database)
