"""Full text: the words of a justification, and that both databases find what is defined."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.audit.entries import words as words_module
from engine.audit.entries.acts import Ground
from engine.audit.entries.record import seal
from engine.audit.entries.words import LONGEST_WORD, words_in, words_of
from engine.storage.comparison.words import compare_words
from engine.storage.databases.database import Database, sqlite_file
from engine.storage.errors import InvalidQuery, LogInconsistent, StorageUnavailable
from engine.storage.lifecycle.erasures import Erasures
from engine.storage.lifecycle.subjects import Selector
from engine.storage.log.log_store import SQLLogStore
from engine.storage.migrate import migrate
from engine.storage.search.decisions import Decisions
from engine.storage.search.filters import DecisionFilter
from engine.storage.search.text_query import MOST_WORDS, TextQuery

FINDING = {
    "rule": "privacy/minors",
    "title": "No profiled ads",
    "message": "Die Anzeige zielt auf Köln, ab 13 Jahren.",
    "remedy": "Raise the age to 18",
    "sources": [{"instrument": "DSA", "title": "Digital Services Act", "article": "28(2)"}],
    "clause": {"text": "unfindable"},
    "facts": [{"value": "secret"}],
}
OBLIGATION = {"rule": "a/b", "title": "Labels", "text": "Label the ad"}
WORDS = (
    "no profiled ads die anzeige zielt auf koln ab 13 jahren raise the age to 18 "
    "dsa digital services act 28 2"
)


def test_words_of_a_justification(make_record: Any) -> None:
    """What is said to a reader is searched; clauses, facts and the campaign are not."""
    record = make_record(
        findings=[FINDING], obligations=[OBLIGATION], warnings=[{"message": None}], waived=[{}]
    )
    assert seal(record).words == f"{WORDS} labels label the ad"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        ("Köln KÖLN ko\u0308ln", ["koln", "koln", "koln"]),
        ("Straße ﬁne ²x", ["strasse", "fine", "2x"]),
        ("don't e-mail 1,000.50", ["don", "t", "e", "mail", "1", "000", "50"]),
        ("Ελλάδα Москва 東京", ["ελλαδα", "москва", "東京"]),
        ("\0a\u2028b\u00a0c_d", ["a", "b", "c", "d"]),
        ("x" * 70, ["x" * LONGEST_WORD]),
    ],
)
def test_words(text: str, words: Sequence[str]) -> None:
    assert list(words_in(text)) == words


def test_most_words_are_kept_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words_module, "MOST_BYTES", 11)
    assert words_of(["Köln köln", "köln"]) == "koln koln"
    assert words_of(["東京 東京"]) == "東京"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "1 to 32 words"),
        (" .,; ", "1 to 32 words"),
        (" ".join(f"w{n}" for n in range(MOST_WORDS + 1)), "1 to 32 words"),
        ('minors "profiled ads', "no partner"),
        ("minors OR ads", "`OR` is no operator"),
        ("minors -ads", "cannot be excluded"),
        ("*", "beginning of one word"),
        ("28(2)*", "beginning of one word"),
        ("a*b", "at the end of a word"),
        ('"minors ad*"', "leave out its `\\*`"),
        ('""', "no word to find"),
        ("x" * LONGEST_WORD + "*", "beginning of one word"),
    ],
)
def test_what_cannot_be_asked(text: str, message: str) -> None:
    with pytest.raises(InvalidQuery, match=message):
        DecisionFilter(text=text)


TEXTS = (
    "No profiled ads to minors",
    "Profiled ads, NO minors",
    "Anzeigen in Köln für Kinder",
    "Ειδική κατηγορία 東京タワー",
    "it's 28(2) or 100% and not near",
    "select_ 'quoted' \"double\" back\\slash %",
    "",
)


@pytest.fixture
def decisions(store: SQLLogStore, database: Database, make_record: Any) -> Decisions:
    records = [make_record(findings=[{"message": text}] if text else []) for text in TEXTS]
    store.append([seal(record) for record in records])
    return Decisions(database)


def found(decisions: Decisions, text: str) -> list[int]:
    filters = DecisionFilter(text=text)
    page = decisions.page(filters, limit=2)
    indexes = [one.index for one in page.decisions]
    while page.next_cursor is not None:
        page = decisions.page(filters, limit=2, cursor=page.next_cursor)
        indexes += [one.index for one in page.decisions]
    assert decisions.statistics(filters).decisions == len(indexes)
    return indexes


@pytest.mark.parametrize(
    ("text", "indexes"),
    [
        ("minors", [1, 0]),
        ("MINORS profiled", [1, 0]),
        ('"profiled ads"', [1, 0]),
        ('"ads to minors"', [0]),
        ('"no minors" profiled', [1]),
        ("profil* no", [1, 0]),
        ("koln", [2]),
        ("Köl*", [2]),
        ("28(2)", [4]),
        ("or", [4]),
        ("東京*", [3]),
        ("ειδικη", [3]),
        ("ad", []),
        ("'quoted' back\\slash", [5]),
        ("%", None),
    ],
)
def test_found(decisions: Decisions, text: str, indexes: list[int] | None) -> None:
    if indexes is None:
        with pytest.raises(InvalidQuery):
            DecisionFilter(text=text)
    else:
        assert found(decisions, text) == indexes


PIECES = st.sampled_from(
    [
        "profiled",
        "ads",
        "minors",
        "no",
        "pro*",
        "k*",
        "köln",
        '"profiled ads"',
        '"in koln"',
        "28(2)",
    ]
)


@settings(max_examples=60)
@given(text=st.lists(PIECES, min_size=1, max_size=4).map(" ".join))
def test_databases_find_what_the_definition_says(decisions: Decisions, text: str) -> None:
    query = TextQuery.read(text)
    expected = [n for n, one in enumerate(TEXTS) if query.meets(words_of([one]))]
    assert found(decisions, text) == expected[::-1]


@settings(max_examples=150)
@given(text=st.text(min_size=1, max_size=40))
def test_any_word_is_found_again(database: Database, text: str) -> None:
    """Whatever characters a word has, both databases keep it whole and find it."""
    words = words_of([text])
    with database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM log_entry_words")
        connection.exec_driver_sql("DELETE FROM log_entry")
        if not words:
            return
        blank = "'decision', 'x', 0, '', ''"
        columns = 'index", kind, id, logged_at, leaf, leaf_hash'
        connection.exec_driver_sql(f'INSERT INTO log_entry ("{columns}) VALUES (0, {blank})')  # noqa: S608 - ours.
        connection.execute(
            sa.text('INSERT INTO log_entry_words ("index", words) VALUES (0, :words)'),
            {"words": words},
        )
        for word in words.split()[:8]:
            query = TextQuery.read(word)
            place, _, condition = query.place(connection.dialect.name)
            counted = sa.select(sa.func.count()).select_from(place).where(condition)
            assert connection.execute(counted).scalar() == 1, word


def test_words_are_of_one_transaction_with_the_decision(
    store: SQLLogStore, database: Database, make_record: Any
) -> None:
    """Where a decision is not committed, nor are its words."""
    record = seal(make_record(findings=[FINDING]))
    with database.writing() as connection:
        connection.exec_driver_sql("UPDATE log_head SET size = 1")
    with pytest.raises(LogInconsistent):
        store.append([record])
    with database.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM log_entry_words").scalar() == 0


def test_nothing_erased_is_found(
    store: SQLLogStore, database: Database, make_record: Any, url: str
) -> None:
    record = make_record(findings=[{"message": "Unmistakable words"}])
    other = make_record(findings=[{"message": "Other words"}], campaign="cmp-8")
    store.append([seal(record), seal(other)])
    Erasures(database).erase(
        Selector.CAMPAIGN, "cmp-7", ground=Ground.OBJECTION, actor="the operator"
    )
    decisions = Decisions(database)
    assert found(decisions, "unmistakable") == []
    assert found(decisions, "words") == [1]
    assert decisions.get(record.decision_id).words == ""
    compare_words(database)
    file = sqlite_file(url)
    if file is not None:
        content = b"".join(each.read_bytes() for each in file.parent.glob("assent.db*"))
        assert b"mistakable" not in content.lower()
        assert b"other" in content


def test_index_that_disagrees_is_told(sqlite_url: str, make_record: Any) -> None:
    migrate(sqlite_url)
    database = Database(sqlite_url)
    SQLLogStore(database).append([seal(make_record(findings=[FINDING]))])
    compare_words(database)
    database.close()
    with closing(sqlite3.connect(Path(sqlite_url.removeprefix("sqlite:///")))) as connection:
        connection.execute("DELETE FROM log_entry_found_idx")
        connection.execute("DELETE FROM log_entry_found_data WHERE id > 10")
        connection.commit()
    with pytest.raises(LogInconsistent, match="does not agree"):
        compare_words(database)
    database.close()


def test_index_of_a_file_that_cannot_be_written_is_not_compared(
    sqlite_url: str, make_record: Any
) -> None:
    """An auditor's copy may be read only, and is verified all the same."""
    migrate(sqlite_url)
    database = Database(sqlite_url)
    SQLLogStore(database).append([seal(make_record(findings=[FINDING]))])
    file = sqlite_url.removeprefix("sqlite:///")
    copy = Database(f"sqlite:///file:{file}?mode=ro&uri=true")
    compare_words(copy)
    with pytest.raises(StorageUnavailable), copy.reading() as connection:
        connection.exec_driver_sql("DELETE FROM log_entry_words")
    copy.close()
    database.close()


def test_index_that_is_not_there_is_told(sqlite_url: str) -> None:
    migrate(sqlite_url)
    database = Database(sqlite_url)
    with database.writing() as connection:
        connection.exec_driver_sql("DROP TABLE log_entry_found")
    with pytest.raises(StorageUnavailable):
        compare_words(database)
    database.close()


def test_words_follow_a_change_of_the_table(decisions: Decisions, database: Database) -> None:
    """Whoever alters the words alters what finds them: then the verifier names the column."""
    with database.writing() as connection:
        connection.exec_driver_sql(
            """UPDATE log_entry_words SET words = 'quite different' WHERE "index" = 0"""
        )
    assert found(decisions, "different") == [0]
    assert found(decisions, "minors") == [1]
    compare_words(database)


def test_earlier_decisions_are_found_after_the_migration(
    url: str, make_record: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The migration derives the words of what was logged before there were any."""
    migrate(url)
    database = Database(url)
    sealed = [seal(make_record(findings=[FINDING] if n % 2 else [], number=n)) for n in range(600)]
    for first in range(0, 600, 200):
        SQLLogStore(database).append(sealed[first : first + 200])
    with database.writing() as connection:  # Back to what the revision before had.
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("DROP TABLE log_entry_found")
        connection.exec_driver_sql("DROP TABLE log_entry_words")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0003'")
        blob = "x'7b'" if connection.dialect.name == "sqlite" else "'{'::bytea"
        connection.exec_driver_sql(f"""UPDATE payload SET result = {blob} WHERE "index" = 1""")  # noqa: S608 - ours.
    with monkeypatch.context() as patched:  # What later revisions made is there already.
        upgrade = command.upgrade
        patched.setattr(command, "upgrade", lambda config, _: upgrade(config, "0004"))
        migrate(database)
    decisions = Decisions(database)
    assert decisions.statistics(DecisionFilter(text='"profiled ads"')).decisions == 299
    assert decisions.get(sealed[3].id).words == WORDS
    compare_words(database)
    database.close()
