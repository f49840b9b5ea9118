"""The typed core: what a rule means once every name is resolved.

A dozen kinds of node. Both evaluators, the justification and later analyses read this tree and
never the syntax. Spans take no part in equality.
"""

from .calendar import (
    Offset,
    RuleCalendar,
    calendar_of,
    spread,
)
from .conditions import (
    Compared,
    Condition,
    Denied,
    Holds,
    Joined,
    Over,
    bound_elements,
    conditions_below,
    inner_conditions,
    terms_below,
    terms_of,
)
from .policies import (
    Policies,
)
from .rules import (
    Citation,
    Clause,
    Edition,
    Effect,
    Enforcement,
    Exemption,
    Rule,
    SetDefinition,
    Template,
    Window,
    clauses_of,
)
from .terms import (
    MARKET,
    ArithmeticTerm,
    Constant,
    FactTerm,
    Measure,
    Money,
    SetTerm,
    Term,
    TodayTerm,
    Value,
    ValueTerm,
    measure,
)

__all__ = [
    "MARKET",
    "ArithmeticTerm",
    "Citation",
    "Clause",
    "Compared",
    "Condition",
    "Constant",
    "Denied",
    "Edition",
    "Effect",
    "Enforcement",
    "Exemption",
    "FactTerm",
    "Holds",
    "Joined",
    "Measure",
    "Money",
    "Offset",
    "Over",
    "Policies",
    "Rule",
    "RuleCalendar",
    "SetDefinition",
    "SetTerm",
    "Template",
    "Term",
    "TodayTerm",
    "Value",
    "ValueTerm",
    "Window",
    "bound_elements",
    "calendar_of",
    "clauses_of",
    "conditions_below",
    "inner_conditions",
    "measure",
    "spread",
    "terms_below",
    "terms_of",
]
