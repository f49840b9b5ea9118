"""A policy file and the items in it."""

from dataclasses import dataclass

from .cases import Test
from .definitions import Definition
from .expressions import TextLiteral
from .node import Broken, Name, Node
from .parameters import Parameter
from .policies import Policy
from .profiles import Profile
from .tables import Table
from .vocabularies import SetDeclaration, Vocabulary
from .waivers import Waiver


@dataclass(frozen=True, slots=True, kw_only=True)
class Module(Node):
    """The name of the module that a file belongs to."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument(Node):
    """A law, standard or internal policy that rules cite."""

    name: Name
    title: TextLiteral
    url: TextLiteral


Item = (
    Module
    | Instrument
    | Vocabulary
    | SetDeclaration
    | Parameter
    | Definition
    | Table
    | Policy
    | Waiver
    | Profile
    | Test
)


@dataclass(frozen=True, slots=True, kw_only=True)
class File(Node):
    """One policy file."""

    items: tuple[Item | Broken, ...]
