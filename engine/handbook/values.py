"""The handbook as plain, frozen values: chapters, rules, lists, facts and indexes.

Texts are final: a renderer escapes and sets them, and words nothing anew.
"""

from dataclasses import dataclass
from enum import Enum

from ..english.phrase import Phrase


class Outcome(Enum):
    """What an example comes to."""

    ALLOWED = "allowed"
    DENIED = "denied"
    OPEN = "open"
    WARNED = "warned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """A provision that a rule rests on; `url` is None where it is no address of the web."""

    instrument: str
    title: str
    provision: str
    url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionEntry:
    """A named exception, and when it holds; or a permission that lifts the rule, by its id."""

    name: str
    condition: Phrase
    permission: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiverEntry:
    """What lets some campaigns break a rule for a time: which, on which days, and by whom."""

    name: str
    condition: Phrase
    in_force: str
    approver: str
    role: str
    approved: str
    ticket: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A test of the policies: its title, and its result in words."""

    title: str
    outcome: Outcome
    result: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FactReference:
    """A fact by its dotted path, with its label."""

    path: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleReference:
    """A rule as an index names it."""

    number: str
    id: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A run of a message: words, or the label of a fact that is filled in."""

    text: str
    is_fact: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The rule as it is written, and where; `note` is the comment that its author set above it."""

    file: str
    line: int
    text: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleEntry:
    """A rule in plain prose, with all that a reader asks about it.

    A permission `lifts` other rules; `text` are the words of the law. A rule that obliges has a
    `duty` and by when it is due, in place of a message and a remedy.
    """

    number: str
    id: str
    title: str
    sentence: Phrase
    conditions: tuple[Phrase, ...]
    markets: str
    list_of_markets: str | None
    in_force: str
    exceptions: tuple[ExceptionEntry, ...]
    waivers: tuple[WaiverEntry, ...]
    lifts: tuple[str, ...]
    text: str
    missing: str
    effect: str
    enforcement: str
    severity: str
    duty: tuple[Part, ...]
    due: str
    message: tuple[Part, ...]
    remedy: tuple[Part, ...]
    authorities: tuple[Authority, ...]
    examples: tuple[Example, ...]
    definitions: tuple[str, ...]
    parameters: tuple[str, ...]
    tables: tuple[str, ...]
    lists: tuple[str, ...]
    facts: tuple[FactReference, ...]
    origin: Origin

    @property
    def reference(self) -> RuleReference:
        """How an index names the rule."""
        return RuleReference(number=self.number, id=self.id, title=self.title)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """One policy.

    `common` are the clauses that hold for all its rules, as written; `examples` are the tests of
    its file that concern no single rule.
    """

    number: int
    name: str
    title: str
    note: str
    common: str
    file: str
    rules: tuple[RuleEntry, ...]
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionEntry:
    """A statutory definition: what it means, where it comes from, and the rules that use it."""

    name: str
    label: str
    meaning: Phrase
    authorities: tuple[Authority, ...]
    rules: tuple[RuleReference, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterEdition:
    """A value over a time, in words, and the provisions that set it."""

    in_force: str
    value: str
    authorities: tuple[Authority, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterEntry:
    """A value that is set with its days; `reviewed` is when it was last looked over, if ever."""

    name: str
    label: str
    editions: tuple[ParameterEdition, ...]
    authorities: tuple[Authority, ...]
    reviewed: str
    rules: tuple[RuleReference, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableEdition:
    """The cases of a table over a time: the words of the cells, and what it gives."""

    in_force: str
    cases: tuple[tuple[tuple[str, ...], str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableEntry:
    """A table: what it is looked up by, its cases, and the rules that use it."""

    name: str
    label: str
    inputs: tuple[str, ...]
    editions: tuple[TableEdition, ...]
    authorities: tuple[Authority, ...]
    rules: tuple[RuleReference, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListEdition:
    """The members of a list over a time, in words.

    Of a long list that a file states, `members` are the first, and `more` counts the others.
    """

    in_force: str
    members: tuple[str, ...]
    more: int
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedList:
    """A list that rules share."""

    name: str
    label: str
    editions: tuple[ListEdition, ...]
    rules: tuple[RuleReference, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FactEntry:
    """A fact of a group: its type in words, the group it leads into, and who reads it.

    `paths` are the places in a descriptor where it is found.
    """

    name: str
    label: str
    kind: str
    group: str | None
    choices: tuple[str, ...]
    required: bool
    presumed: str
    sensitive: bool
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group of facts."""

    name: str
    label: str
    facts: tuple[FactEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisionEntry:
    """A provision, and the rules that rest on it."""

    provision: str
    rules: tuple[RuleReference, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentEntry:
    """An instrument, and its provisions in their order."""

    name: str
    title: str
    url: str | None
    provisions: tuple[ProvisionEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageRow:
    """A rule under a provision, and how many of its examples come to each outcome."""

    provision: str
    rule: RuleReference
    denied: int
    warned: int
    open: int
    allowed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentCoverage:
    """An instrument, and a row for each rule under each of its provisions."""

    name: str
    title: str
    rows: tuple[CoverageRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketEntry:
    """A market, and the rules that hold in it beside those that hold everywhere."""

    code: str
    name: str
    rules: tuple[RuleReference, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FactUse:
    """A fact, and the rules that read it."""

    fact: FactReference
    rules: tuple[RuleReference, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Handbook:
    """Policies as counsel reads them; `version` and `digest` say which."""

    name: str
    version: str
    digest: str
    chapters: tuple[Chapter, ...]
    everywhere: tuple[RuleReference, ...]
    markets: tuple[MarketEntry, ...]
    instruments: tuple[InstrumentEntry, ...]
    coverage: tuple[InstrumentCoverage, ...]
    facts: tuple[FactUse, ...]
    definitions: tuple[DefinitionEntry, ...]
    parameters: tuple[ParameterEntry, ...]
    tables: tuple[TableEntry, ...]
    lists: tuple[NamedList, ...]
    groups: tuple[Group, ...]

    @property
    def rules(self) -> tuple[RuleEntry, ...]:
        """Every rule, in the order of the chapters."""
        return tuple(rule for chapter in self.chapters for rule in chapter.rules)
