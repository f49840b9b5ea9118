"""The tables. Migrations make them; this is what the code reads and writes.

INVARIANT: `log_entry.index` is assigned under the lock of the head and never by a sequence, which
would leave gaps on rollback and let a later index be seen before an earlier one.

Payload and disclosures lie in tables of their own, so that they can be erased without touching
what the tree hashes. Times are microseconds since 1970 in UTC: exact, sortable and the same
in every database.
"""

from datetime import date, datetime, timedelta

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    Date,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    literal_column,
    text,
    type_coerce,
)

from ..audit.instants import EPOCH

_MICROSECOND = timedelta(microseconds=1)
_BIG = BigInteger().with_variant(Integer(), "sqlite")  # There, INTEGER is the key of the row.


def microseconds(moment: datetime) -> int:
    """Return an aware time as it is stored."""
    return (moment - EPOCH) // _MICROSECOND


def moment(stored: int) -> datetime:
    """Return the time that is stored as microseconds."""
    return EPOCH + stored * _MICROSECOND


class Instant(TypeDecorator[datetime]):
    """An aware time, stored as microseconds since 1970 in UTC."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - SQLAlchemy's signature.
        """Return the microseconds of a time."""
        return None if value is None else microseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - as above.
        """Return the time of microseconds."""
        return None if value is None else moment(value)


_DAY = literal_column("86400000000", BigInteger)  # In microseconds.


def day_number(column: ColumnElement[datetime]) -> ColumnElement[int]:
    """Return the day in UTC of a column of instants: how many there were since 1970."""
    return type_coerce(column, BigInteger) // _DAY


def day_of_number(number: float) -> date:
    """Return the day of what `day_number` gives."""
    return EPOCH.date() + timedelta(days=int(number))


metadata = MetaData()

log_entry = Table(
    "log_entry",
    metadata,
    Column("index", _BIG, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("id", Text, nullable=False, unique=True),
    Column("logged_at", Instant, nullable=False),
    Column("leaf", LargeBinary, nullable=False),
    Column("leaf_hash", LargeBinary, nullable=False),
    # What decisions are searched by; other kinds have nothing here.
    Column("decided_at", Instant),
    Column("outcome", Text),
    Column("conclusive", Boolean),
    Column("campaign", Text),
    Column("policy_set", Text),
    Column("policy_version", Text),
    Column("policy_digest", Text),
    Column("actor", Text),
    Column("advertiser", Text),
    Index("log_entry_kind", "kind", "index"),
    # Each filter's column, then the index by which pages are ordered.
    Index("log_entry_decided_at", "decided_at", "index"),
    Index("log_entry_outcome", "outcome", "index"),
    Index("log_entry_conclusive", "conclusive", "index"),
    Index("log_entry_campaign", "campaign", "index"),
    Index("log_entry_actor", "actor", "index"),
    Index("log_entry_policy_digest", "policy_digest", "index"),
    Index("log_entry_advertiser", "advertiser", "index"),
    Index("log_entry_policy_set", "policy_set", "index"),
    Index("log_entry_policy_version", "policy_version", "index"),
)

log_entry_rule = Table(
    "log_entry_rule",
    metadata,
    Column("index", _BIG, ForeignKey("log_entry.index"), primary_key=True, autoincrement=False),
    Column("rule", Text, primary_key=True),
    Column("status", Text, primary_key=True),
    Index("log_entry_rule_found", "rule", "status", "index"),
    sqlite_with_rowid=False,
)

# What else decisions are found by (`audit.entries`); the index gives those of each in their order.
log_entry_facet = Table(
    "log_entry_facet",
    metadata,
    Column("index", _BIG, ForeignKey("log_entry.index"), primary_key=True, autoincrement=False),
    Column("facet", Text, primary_key=True),
    Index("log_entry_facet_found", "facet", "index"),
    sqlite_with_rowid=False,
)

# Sealed decisions of before there were facets, which are still to be derived: to open the contents
# takes keys, which a migration has not.
facets_due = Table(
    "facets_due",
    metadata,
    Column("index", _BIG, ForeignKey("log_entry.index"), primary_key=True, autoincrement=False),
)

# The words of justifications; a decision without any has no row. What finds them lies beside it and
# follows it by itself: triggers and a table of FTS5 on SQLite, an index on PostgreSQL.
log_entry_words = Table(
    "log_entry_words",
    metadata,
    Column("index", _BIG, ForeignKey("log_entry.index"), primary_key=True, autoincrement=False),
    Column("words", Text, nullable=False),
)

log_head = Table(
    "log_head",
    metadata,
    Column("one", Integer, CheckConstraint("one = 1"), primary_key=True, autoincrement=False),
    Column("size", BigInteger, nullable=False),
    Column("frontier", LargeBinary, nullable=False),
    Column("logged_at", Instant, nullable=False),
)

# Full tiles only, of C2SP tlog-tiles: 256 hashes of 32 bytes each, and the root over them, which is
# the hash that the level above has for this tile.
log_tile = Table(
    "log_tile",
    metadata,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("hashes", LargeBinary, nullable=False),
    Column("root", LargeBinary, nullable=False),
)

payload = Table(
    "payload",
    metadata,
    Column("index", _BIG, ForeignKey("log_entry.index"), primary_key=True, autoincrement=False),
    Column("input", LargeBinary, nullable=False),
    Column("input_salt", LargeBinary, nullable=False),
    Column("result", LargeBinary, nullable=False),
    Column("result_salt", LargeBinary, nullable=False),
)

disclosure = Table(
    "disclosure",
    metadata,
    Column("index", _BIG, ForeignKey("log_entry.index"), primary_key=True, autoincrement=False),
    Column("name", Text, primary_key=True),
    Column("disclosure", Text, nullable=False),
    sqlite_with_rowid=False,
)

# What lies beside the leaf of a decision, as `contents` seals it; payload and disclosures are then
# nowhere in clear. The key is named, and lies in another database.
sealed = Table(
    "sealed",
    metadata,
    Column("index", _BIG, ForeignKey("log_entry.index"), primary_key=True, autoincrement=False),
    Column("key", Text, nullable=False),
    Column("names", LargeBinary, nullable=False),
    Column("payload", LargeBinary, nullable=False),
)

# The key store that contents are sealed under; without a row, they are in clear.
key_store = Table(
    "key_store",
    metadata,
    Column("one", Integer, CheckConstraint("one = 1"), primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False),
)

# The first key of those that sign the log, as verifiers have it; a log is signed by no others.
log_key = Table(
    "log_key",
    metadata,
    Column("one", Integer, CheckConstraint("one = 1"), primary_key=True, autoincrement=False),
    Column("vkey", Text, nullable=False),
)

# Keys of what was erased: they are destroyed once the erasure is committed, and it stays known
# which they are, for a key store that is put back from a backup.
doomed_key = Table(
    "doomed_key",
    metadata,
    Column("key", Text, primary_key=True),
    Column("is_destroyed", Boolean, nullable=False),
    Index("doomed_key_is_destroyed", "is_destroyed"),
)

# Which entry erased which: said by the erasures' leaves, and kept for whoever asks by the erased.
erased = Table(
    "erased",
    metadata,
    Column("index", _BIG, ForeignKey("log_entry.index"), primary_key=True, autoincrement=False),
    Column("erasure", _BIG, ForeignKey("log_entry.index"), nullable=False),
)

# The last erasure whose traces were cleaned out of the files of the databases.
cleaned = Table(
    "cleaned",
    metadata,
    Column("one", Integer, CheckConstraint("one = 1"), primary_key=True, autoincrement=False),
    Column("erasure", _BIG, nullable=False),
)

# Whom the holds in force are on; `first` and `last` are the entries that placed one. With the salt,
# they open what those commit to; holds of before have none.
hold = Table(
    "hold",
    metadata,
    Column("first", _BIG, ForeignKey("log_entry.index"), primary_key=True, autoincrement=False),
    Column("last", _BIG, ForeignKey("log_entry.index"), nullable=False),
    Column("selector", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("salt", LargeBinary),
    Index("hold_on", "selector", "value"),
)

# Requests that have their decision: a digest that says whose key it is, and the fingerprint of what
# was asked, which goes when the decision is erased.
request_key = Table(
    "request_key",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("fingerprint", LargeBinary),
    Column("index", _BIG, ForeignKey("log_entry.index"), nullable=False),
    Column("logged_at", Instant, nullable=False),
    Index("request_key_index", "index"),
    Index("request_key_logged_at", "logged_at"),
)

# The saved queries by name, each beside the entry that saved it, whose leaf commits to the filters.
saved_query = Table(
    "saved_query",
    metadata,
    Column("name", Text, primary_key=True),
    Column("index", _BIG, ForeignKey("log_entry.index"), nullable=False),
    Column("filters", LargeBinary, nullable=False),
    Column("salt", LargeBinary, nullable=False),
)

policy_version = Table(
    "policy_version",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("version", Text),
    Column("files", LargeBinary, nullable=False),
    Column("kept_at", Instant, nullable=False),
)

policy_set = Table(
    "policy_set",
    metadata,
    Column("name", Text, primary_key=True),
    Column("revision", Integer, nullable=False),
)

# A version within a set. What happened to it lies in `policy_event`; this is what came of that.
policy_set_version = Table(
    "policy_set_version",
    metadata,
    Column("policy_set", Text, ForeignKey("policy_set.name"), primary_key=True),
    Column("digest", Text, ForeignKey("policy_version.digest"), primary_key=True),
    Column("state", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("is_sound", Boolean, nullable=False),
    Column("report", LargeBinary, nullable=False),
)

# The acts on policies, for whoever asks by set or version. `in_force_from` is of those that bring a
# version into force; `cancelled` is the entry that took that back before its time.
policy_event = Table(
    "policy_event",
    metadata,
    Column("index", _BIG, ForeignKey("log_entry.index"), primary_key=True, autoincrement=False),
    Column("policy_set", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("transition", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("reason", Text),
    Column("at", Instant, nullable=False),
    Column("in_force_from", Instant),
    Column("cancelled", _BIG, ForeignKey("log_entry.index")),
    ForeignKeyConstraint(
        ["policy_set", "digest"], ["policy_set_version.policy_set", "policy_set_version.digest"]
    ),
    Index("policy_event_version", "policy_set", "digest", "index"),
)

# A waiver that somebody asked for: its terms, and what came of it. `text` is what was granted, and
# decides; `markets` and `evidence` are lists of texts as JSON.
waiver = Table(
    "waiver",
    metadata,
    Column("id", Text, primary_key=True),
    Column("policy_set", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("campaign", Text),
    Column("advertiser", Text),
    Column("markets", Text, nullable=False),
    Column("start", Date, nullable=False),
    Column("until", Date, nullable=False),
    Column("ticket", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("requester", Text, nullable=False),
    # The entry of the request: waivers are listed in its order.
    Column("requested", _BIG, ForeignKey("log_entry.index"), nullable=False, unique=True),
    Column("text", Text),
    Index("waiver_state", "state", "requested"),
    Index("waiver_rule", "policy_set", "rule", "requested"),
    Index("waiver_requester", "requester", "requested"),
)

# The acts on waivers. `role` is that in which somebody granted.
waiver_event = Table(
    "waiver_event",
    metadata,
    Column("index", _BIG, ForeignKey("log_entry.index"), primary_key=True, autoincrement=False),
    Column("waiver", Text, ForeignKey("waiver.id"), nullable=False),
    Column("step", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("role", Text),
    Column("reason", Text),
    Column("at", Instant, nullable=False),
    Index("waiver_event_waiver", "waiver", "index"),
)

# The decisions in which a waiver let a breach pass; written with them, in one transaction.
waiver_use = Table(
    "waiver_use",
    metadata,
    Column("waiver", Text, ForeignKey("waiver.id"), primary_key=True),
    Column("index", _BIG, ForeignKey("log_entry.index"), primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

# Standing facts, and what came of their versions. `index` is the entry of the first.
standing_fact = Table(
    "standing_fact",
    metadata,
    Column("id", Text, primary_key=True),
    Column("index", _BIG, ForeignKey("log_entry.index"), nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("is_withdrawn", Boolean, nullable=False),
    Index("standing_fact_subject", "kind", "name"),
)

# The acts on standing facts. `content` is the salt and what is stated, sealed where there is a key;
# a version that withdraws the fact has none.
standing_fact_version = Table(
    "standing_fact_version",
    metadata,
    Column("index", _BIG, ForeignKey("log_entry.index"), primary_key=True, autoincrement=False),
    Column("fact", Text, ForeignKey("standing_fact.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("transition", Text, nullable=False),
    Column("commitment", Text),
    Column("content", LargeBinary),
    Column("key", Text),
    Column("actor", Text, nullable=False),
    Column("reason", Text),
    Column("at", Instant, nullable=False),
    Index("standing_fact_version_of", "fact", "version", unique=True),
)

api_key = Table(
    "api_key",
    metadata,
    Column("prefix", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("secret_hash", LargeBinary, nullable=False),
    Column("roles", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("revoked_at", Instant),
    Column("last_used_at", Instant),
    # Whose key it is, where that is not its name; and the policy sets that it is limited to.
    Column("principal", Text),
    Column("policy_sets", Text),
    # The roles of policies in which its person may grant waivers: a list of texts as JSON.
    Column("may_grant", Text),
    # The entry that made or adopted it; none only until the log tells of those of before.
    Column("entry", _BIG),
    # A name stands in the log as the actor: no two keys in force share one.
    Index(
        "api_key_name_in_force",
        "name",
        unique=True,
        sqlite_where=text("revoked_at IS NULL"),
        postgresql_where=text("revoked_at IS NULL"),
    ),
)
