"""The typed core: what a rule means once every name is resolved.

A dozen kinds of node. Both evaluators, the justification and later analyses read this tree and
never the syntax. Spans take no part in equality.

What is handed on stands here once, as `X as X` (PEP 484).
"""

from ..values import Measure as Measure
from ..values import Money as Money
from ..values import Plain as Plain
from ..values import Value as Value
from ..values import measure as measure
from .calendar import Offset as Offset
from .calendar import RuleCalendar as RuleCalendar
from .calendar import calendar_of as calendar_of
from .calendar import spread as spread
from .conditions import ComparisonCondition as ComparisonCondition
from .conditions import Condition as Condition
from .conditions import DefinedCondition as DefinedCondition
from .conditions import FactCondition as FactCondition
from .conditions import JunctionCondition as JunctionCondition
from .conditions import NegatedCondition as NegatedCondition
from .conditions import QuantifiedCondition as QuantifiedCondition
from .conditions import bound_elements as bound_elements
from .conditions import choices_of as choices_of
from .conditions import conditions_below as conditions_below
from .conditions import conditions_within as conditions_within
from .conditions import facts_of as facts_of
from .conditions import inner_conditions as inner_conditions
from .conditions import inner_terms as inner_terms
from .conditions import operands_of as operands_of
from .conditions import parts_within as parts_within
from .conditions import rewritten as rewritten
from .conditions import sensitive_elements as sensitive_elements
from .conditions import terms_below as terms_below
from .conditions import terms_of as terms_of
from .conditions import with_inner as with_inner
from .conditions import with_inner_terms as with_inner_terms
from .declarations import Citation as Citation
from .declarations import Dated as Dated
from .declarations import Edition as Edition
from .declarations import Members as Members
from .declarations import Parameter as Parameter
from .declarations import SetDefinition as SetDefinition
from .declarations import Window as Window
from .policies import Policies as Policies
from .rules import Clause as Clause
from .rules import Definition as Definition
from .rules import Duty as Duty
from .rules import Effect as Effect
from .rules import Enforcement as Enforcement
from .rules import Exemption as Exemption
from .rules import Filling as Filling
from .rules import Rule as Rule
from .rules import Template as Template
from .rules import Waiver as Waiver
from .rules import clauses_of as clauses_of
from .rules import clauses_read as clauses_read
from .rules import signed_clauses as signed_clauses
from .rules import with_conditions as with_conditions
from .tables import Cell as Cell
from .tables import Input as Input
from .tables import Reach as Reach
from .tables import Row as Row
from .tables import Rows as Rows
from .tables import Size as Size
from .tables import Table as Table
from .tables import size as size
from .terms import ELEMENT as ELEMENT
from .terms import MARKET as MARKET
from .terms import AggregateTerm as AggregateTerm
from .terms import ArithmeticTerm as ArithmeticTerm
from .terms import Constant as Constant
from .terms import DatedTerm as DatedTerm
from .terms import FactTerm as FactTerm
from .terms import LookupTerm as LookupTerm
from .terms import ParameterTerm as ParameterTerm
from .terms import SetTerm as SetTerm
from .terms import Term as Term
from .terms import TodayTerm as TodayTerm
from .terms import ValueTerm as ValueTerm
