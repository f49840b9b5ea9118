"""What conditions may speak of: vocabularies and sets."""

from dataclasses import dataclass

from .ends import End
from .expressions import DateLiteral, Expression, SetLiteral, TextLiteral
from .node import Broken, Name, Node


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeName(Node):
    """A type by name; `is_list` for `list of …`."""

    name: Name
    is_list: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InlineEnumeration(Node):
    """A type given by its members: `one of {…}`; `is_list` for `list of one of {…}`."""

    members: tuple[Name, ...]
    is_list: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FactDeclaration(Node):
    """One fact of a vocabulary or record, with its label in plain words.

    `presumed` is the value that counts where the fact is absent; the value of a sensitive fact is
    never shown.
    """

    name: Name
    type: TypeName | InlineEnumeration
    required: bool
    presumed: Expression | None = None
    sensitive: bool = False
    label: TextLiteral | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordDeclaration(Node):
    """A group of facts."""

    name: Name
    label: TextLiteral | None
    facts: tuple[FactDeclaration | Broken, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EnumerationDeclaration(Node):
    """A named type with its members."""

    name: Name
    members: tuple[Name, ...]


VocabularyPart = FactDeclaration | RecordDeclaration | EnumerationDeclaration


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary(Node):
    """The typed facts that conditions may speak of."""

    name: Name
    label: TextLiteral | None
    parts: tuple[VocabularyPart | Broken, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvColumn(Node):
    """The members that a column of a CSV file holds: `column "code" of "lists/eea.csv"`.

    `file` is its path from the policy file, `name` what the first row calls the column.
    """

    name: TextLiteral
    file: TextLiteral


@dataclass(frozen=True, slots=True, kw_only=True)
class SetEdition(Node):
    """The members of a set, from a day on where it is dated."""

    start: DateLiteral | None
    end: End | None
    members: SetLiteral | CsvColumn


@dataclass(frozen=True, slots=True, kw_only=True)
class SetDeclaration(Node):
    """A named set, in one edition or in several dated ones."""

    name: Name
    type: Name
    label: TextLiteral | None
    editions: tuple[SetEdition | Broken, ...]
