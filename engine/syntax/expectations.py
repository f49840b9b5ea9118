"""What the grammar may expect: the phrases that messages treat specially.

All other expectations are the quoted words of the grammar itself. The grammar writes them into
`Broken`, the catalogue of messages reads them; nobody else does.
"""

CONDITION = "a condition"
VALUE = "a value"
SET = "a set"
MEMBERS = "members in braces or `column`"
OF_FILE = "`of` with a file"
CELL = "a value, a set, a limit or `any`"
CLAUSE_END = "the end of the clause"

CLAUSE = "a clause"
FACT = "a fact of the vocabulary"
ITEM = "an item"
EDITION = "an edition"
PARAMETER_CLAUSE = "a part of a parameter"
TABLE_CLAUSE = "a part of a table"
DEFINITION_CLAUSE = "a part of a definition"
WAIVER_CLAUSE = "a part of a waiver"
PROFILE_CLAUSE = "a part of a profile"
STEP = "a step"

CAPITAL_NAME = "a name that begins with a capital letter"
NAME = "a name"
CASE = " in lower case"
MEMBER = f"a member{CASE}"
TEXT = "a text in quotation marks"
DAY = "a day"
IS_OR_END = "`is`, `through` or `until`"
LENGTH = "a length of time"
DUE = "`before launch` or `within`"
ADDRESS = "the address of the text in quotation marks"
INSTRUMENT = "the name of an instrument"
PROVISION = "a provision"
RULE = "a rule"
RULE_OR_PARAMETER = "a rule or a parameter"
MODULE = "the name of a module"
WAIVER = "the name of a waiver"
STATE = "`is` with a value, `is empty` or `is unknown`"
SIDE = "`before` or `after`"
ENFORCEMENT = "`advisory`, `overridable by` or `mandatory`"
OUTCOME = (
    "`allow`, `deny by`, `deny for want of`, `warn by`, `no warning by`, `oblige by` or `waived by`"
)

REAL_DAY = "a day that exists"
"""The word is written as a day, and no calendar has it."""

FEWER_BRACKETS = "fewer brackets"
"""Brackets nest too deep."""

SIMPLER_CONDITION = "a simpler condition"
"""Parts of a condition nest too deep."""

BRACKETED_LIST = "brackets around the list"
"""A labelled list stands inside another condition."""

NO_END_OF_RULE = "no end of a rule"
"""A rule has no end of its own."""


def end_of(construct: str) -> str:
    """Return the expectation of the words that close a construct."""
    return f"`end {construct}`"


def label(letter: str) -> str:
    """Return the expectation of a label in a list."""
    return f"the label `({letter})`"
