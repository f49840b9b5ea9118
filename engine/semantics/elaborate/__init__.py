"""Elaboration: conditions as written to the typed core.

Names are resolved and types inferred in one pass, because they depend on each other: a bare word
is a member, a code or a set according to the type of what it is compared with. Every function
returns None where it has reported a fault, so that one fault is reported once.
"""

from .expressions import condition, members, stated_constant
from .kinds import has_order, plain
from .literals import number
from .names import bare_word, fact, is_member, parameter
from .periods import is_period, period
from .scope import Scope

__all__ = [
    "Scope",
    "bare_word",
    "condition",
    "fact",
    "has_order",
    "is_member",
    "is_period",
    "members",
    "number",
    "parameter",
    "period",
    "plain",
    "stated_constant",
]
