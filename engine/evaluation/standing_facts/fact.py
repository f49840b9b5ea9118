"""Standing facts: what somebody who knows it has stated once, for some time, about a subject.

A subject is an advertiser or an account, and its facts are then those of the campaign; or a member
of one of the campaign's lists (an audience, a model, a processor), and its facts are those of the
member. A standing fact is read against a vocabulary, as a descriptor is: what it states is typed,
and every fault of it is reported. How it is applied to a campaign is in `application`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from ...semantics.types import ListType, RecordType, Scalar
from ...semantics.vocabulary import Vocabulary
from ...source.characters import says_something
from ...source.quoting import escaped, excerpt, series
from ...source.suggest import did_you_mean, nearest
from ..descriptor.decode import CampaignFault, Decoder, Faults
from ..values import Group

LONGEST_NAME = 256
"""The most characters of the name of a subject."""

LONGEST_EVIDENCE = 2_000
"""The most characters that say where the evidence is."""

CAMPAIGNS_OWN: tuple[str, ...] = (
    *("id", "name", "schema", "submitted_by", "submitted_at", "markets", "platforms", "flight"),
    *("advertiser.name", "creatives", "delivery", "delivery_groups", "approvals"),
    *("consent.tcf", "consent.gpp", "consent.us_privacy", "consent.tcf_purposes"),
    *("consent.tcf_vendors_disclosed", "tcf_string", "gpp_string"),
)
"""The facts that only a campaign tells of itself: what it is, where and when it runs, what is
derived from it, and by what its subjects are known.

INVARIANT: nothing by which an advertiser or an account is known can be stated, so that it makes no
difference in which order standing facts are laid.
"""


class SubjectKind(StrEnum):
    """What a standing fact can be about."""

    ADVERTISER = "advertiser"
    ACCOUNT = "account"
    AUDIENCE = "audience"
    MODEL = "model"
    PROCESSOR = "processor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """In which list of a campaign a subject is found, and by which of the members' facts."""

    path: tuple[str, ...]
    keys: tuple[str, ...]

    @property
    def dotted(self) -> str:
        """The path, as people write it."""
        return ".".join(self.path)


MEMBERS: Mapping[SubjectKind, Membership] = MappingProxyType(
    {
        SubjectKind.AUDIENCE: Membership(path=("audiences",), keys=("id", "name")),
        SubjectKind.MODEL: Membership(path=("models",), keys=("id",)),
        SubjectKind.PROCESSOR: Membership(path=("data_processing", "processors"), keys=("name",)),
    }
)
"""The subjects that are members of a list."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Subject:
    """What a standing fact is about, by the name or identifier that campaigns have for it."""

    kind: SubjectKind
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FactSource:
    """Where a standing fact is recorded: its id and version there, and its entry in the log.

    `commitment` is what the leaf of that entry has of it.
    """

    id: str
    version: int
    entry: int
    commitment: str
    recorded_by: str
    recorded_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingFact:
    """Facts that hold of a subject from a day on, until the first day on which they do not.

    `facts` are those of the campaign, or of a member of the list. `source` is None for what was
    given along with a campaign, and is recorded nowhere.
    """

    subject: Subject
    facts: Group
    start: date
    until: date
    evidence: str
    source: FactSource | None = None


def members_of(vocabulary: Vocabulary, kind: SubjectKind) -> tuple[Membership, str] | None:
    """Return where subjects of a kind are found, and of which group of facts they are.

    None where the vocabulary has no such list. Of the keys, those that it declares are returned.
    """
    place = MEMBERS[kind]
    fact = vocabulary.find(place.path)
    if fact is None or not isinstance(fact.type, ListType) or fact.record is None:
        return None
    shape = vocabulary.records[fact.record]
    keys = tuple(key for key in place.keys if key in shape.facts)
    return (Membership(path=place.path, keys=keys), fact.record) if keys else None


# --- reading ----------------------------------------------------------------------------------

STATEMENT = ("subject", "facts", "from", "until", "evidence")
"""The members of a statement."""

_NAMING = ("kind", "name")


def read_standing_fact(
    value: object, decoder: Decoder, vocabulary: Vocabulary, *, source: FactSource | None = None
) -> tuple[StandingFact | None, tuple[CampaignFault, ...]]:
    """Return the standing fact that a JSON value states, or None and every fault of it."""
    faults = Faults()
    made = _Reader(decoder, vocabulary, faults).read(value, source)
    return (None, tuple(faults.found)) if faults.total else (made, ())


@dataclass(frozen=True, slots=True)
class _Reader:
    decoder: Decoder
    vocabulary: Vocabulary
    faults: Faults

    def read(self, value: object, source: FactSource | None) -> StandingFact | None:
        if not self._has_members(value, "", STATEMENT) or not isinstance(value, dict):
            return None
        subject = self._subject(value.get("subject"))
        start, until = self._day(value, "from"), self._day(value, "until")
        if start is not None and until is not None and until <= start:
            advice = "`until` is the first day on which it no longer holds"
            self.faults.add("/until", f"it ends on {until}, and begins on {start}", advice)
        evidence = self._text(value.get("evidence"), "/evidence", LONGEST_EVIDENCE)
        facts = self._facts(value.get("facts"), subject)
        if subject is None or facts is None or start is None or until is None or evidence is None:
            return None
        return StandingFact(
            subject=subject,
            facts=facts,
            start=start,
            until=until,
            evidence=evidence,
            source=source,
        )

    def _has_members(self, value: object, pointer: str, names: tuple[str, ...]) -> bool:
        """Note what is missing of an object, and what it should not have."""
        if not isinstance(value, dict):
            self.faults.add(pointer, "this should be an object", f"write one with {series(names)}")
            return False
        for name in names:
            if value.get(name) is None:
                self.faults.add(f"{pointer}/{name}", f"`{name}` is missing", _HELP.get(name))
        for name in value:
            if name not in names:
                near = nearest(str(name), names)
                advice = did_you_mean(near, "leave it out")
                message = f"a standing fact has no member {excerpt(str(name))}"
                self.faults.add(f"{pointer}/{escaped(str(name))}", message, advice)
        return True

    def _subject(self, value: object) -> Subject | None:
        if value is None or not self._has_members(value, "/subject", _NAMING):
            return None
        assert isinstance(value, dict)  # noqa: S101 - as it was just seen.
        kind = self._kind(value.get("kind"))
        name = self._text(value.get("name"), "/subject/name", LONGEST_NAME)
        return None if kind is None or name is None else Subject(kind=kind, name=name)

    def _kind(self, value: object) -> SubjectKind | None:
        if value is None:
            return None
        kinds = [each.value for each in SubjectKind]
        if not isinstance(value, str) or value not in kinds:
            near = nearest(value, kinds) if isinstance(value, str) else None
            advice = did_you_mean(near, f"it is one of {series(kinds)}")
            shown = excerpt(value) if isinstance(value, str) else "this"
            message = f"{shown} is nothing that a standing fact can be about"
            self.faults.add("/subject/kind", message, advice)
            return None
        kind = SubjectKind(value)
        if kind in MEMBERS and members_of(self.vocabulary, kind) is None:
            message = f"the vocabulary has no list `{MEMBERS[kind].dotted}` to find it in"
            self.faults.add("/subject/kind", message)
            return None
        return kind

    def _facts(self, value: object, subject: Subject | None) -> Group | None:
        if value is None or subject is None:
            return None
        record, own = self.vocabulary.root, CAMPAIGNS_OWN
        message = "`{}` is nobody's to state but the campaign's"
        found = members_of(self.vocabulary, subject.kind) if subject.kind in MEMBERS else None
        if found is not None:
            record, own = found[1], MEMBERS[subject.kind].keys
            message = f"by `{{}}` the {subject.kind} is known; it is no standing fact of it"
        for path in _stated(value, own):
            pointer = f"/facts/{path.replace('.', '/')}"
            self.faults.add(pointer, message.format(path), "leave it out")
        made = self.decoder.read(RecordType(name=record), value, "/facts", self.faults)
        if not isinstance(made, Group):
            return None
        if all(each is None for each in made.values) and not self.faults.total:
            self.faults.add("/facts", "it states no fact", "state one fact or more, or leave it")
        return made

    def _day(self, value: Mapping[str, object], name: str) -> date | None:
        if value.get(name) is None:
            return None
        made = self.decoder.read(Scalar.DATE, value[name], f"/{name}", self.faults)
        return made if isinstance(made, date) else None

    def _text(self, value: object, pointer: str, most: int) -> str | None:
        if value is None:
            return None
        made = self.decoder.read(Scalar.TEXT, value, pointer, self.faults)
        if not isinstance(made, str):
            return None
        if not says_something(made):
            self.faults.add(pointer, "the text is empty", _HELP.get(pointer[1:]))
        elif len(made) > most:
            self.faults.add(pointer, f"the text has more than {most:,} characters", "shorten it")
        return made


_HELP: Mapping[str, str] = MappingProxyType(
    {
        "subject": 'write `{"kind": "advertiser", "name": "…"}`',
        "facts": "state them as a descriptor does",
        "from": "the first day on which it holds, like `2026-01-01`",
        "until": "the first day on which it no longer holds: nothing stands for ever",
        "evidence": "say where the evidence is kept",
        "kind": f"it is one of {series(SubjectKind)}",
        "name": "the name or identifier that campaigns have for it",
    }
)


def _stated(value: object, paths: tuple[str, ...]) -> Iterator[str]:
    """Yield the paths at which something is stated."""
    for path in paths:
        found: object = value
        for step in path.split("."):
            found = found.get(step) if isinstance(found, dict) else None
        if found is not None:
            yield path
