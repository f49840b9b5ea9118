"""Phrases that people write out of habit, and the words that say it here.

Phrases of ordinary English and keywords of other languages that are near to a phrase of this one.
The scanner and the messages read these tables, and those of `notations`; the grammar does not: what
stands here is never accepted, only understood.
"""

from .lexis import Comparator

GREATER = (
    *("greater", "bigger", "larger", "higher", "older", "longer", "taller", "wider"),
    *("heavier", "dearer"),
)
"""Adjectives that say that something is more."""

LESSER = (
    *("smaller", "lower", "fewer", "younger", "shorter", "narrower", "nearer"),
    *("lighter", "cheaper"),
)
"""Adjectives that say that something is less."""


def _compared(words: tuple[str, ...], beyond: str, up_to: str) -> dict[str, str]:
    """Return what adjectives of one direction say, denied, and with the limit itself."""
    denied = {"is more than": "is at most", "is less than": "is at least"}[beyond]
    return {
        f"is {said}": meant
        for word in words
        for said, meant in (
            (f"{word} than", beyond),
            (f"not {word} than", denied),
            (f"no {word} than", denied),
            (f"{word} than or equal to", up_to),
        )
    }


COMPARISON_HABITS = {
    **_compared(GREATER, "is more than", "is at least"),
    **_compared(LESSER, "is less than", "is at most"),
    **{
        f"is not {comparator.phrase.removeprefix('is ')}": comparator.denial
        for comparator in Comparator
        if comparator.phrase.startswith("is ") and not comparator.denial.startswith("is not ")
    },
    "is more": "is more than",
    "is less": "is less than",
    "is least": "is at least",
    "is most": "is at most",
    "is above": "is more than",
    "is over": "is more than",
    "is below": "is less than",
    "is under": "is less than",
    "is no more than": "is at most",
    "is up to": "is at most",
    "is no less than": "is at least",
    "is more than or equal to": "is at least",
    "is less than or equal to": "is at most",
    "is on after": "is on or after",
    "is on before": "is on or before",
    "is equal to": "is",
    "is the same as": "is",
    "is not equal to": "is not",
    "is different from": "is not",
    "is before or on": "is on or before",
    "is after or on": "is on or after",
    "is earlier than": "is before",
    "is later than": "is after",
    **{
        f"is {denied} {word} than": meant
        for denied in ("no", "not")
        for word, meant in (("earlier", "is on or after"), ("later", "is on or before"))
    },
    "is on": "is",
    **dict.fromkeys(("isn't", "isn’t", "aren't", "aren’t"), "is not"),  # noqa: RUF001 - as typed.
    "and/or": "or",
    **dict.fromkeys(("und", "et"), "and"),
    **dict.fromkeys(("oder", "ou"), "or"),
    "nicht": "not",
    **dict.fromkeys(("ist", "est"), "is"),
    "is during": "is within",
    "during": "overlaps",
    "is from": "is within",
    "falls in": "is within",
    "falls within": "is within",
    "falls between": "is between",
    "runs during": "overlaps",
    "in": "is one of",
    "not in": "is not one of",
    "is in": "is one of",
    "is not in": "is not one of",
    "is any of": "is one of",
    "is either of": "is one of",
    "is among": "is one of",
    "is none of": "is not one of",
    "are": "is",
    "equals": "is",
    "equal": "is",
    "exceed": "exceeds",
    "contains": "includes",
    "contain": "includes",
    "include": "includes",
    "contains any of": "includes any of",
    "contains all of": "includes all of",
    "contains none of": "includes none of",
    "includes one of": "includes any of",
    "includes at least one of": "includes any of",
    "includes every one of": "includes all of",
    "does not include any of": "includes none of",
    "does not contain any of": "includes none of",
    "matches": "is like",
    "is similar to": "is like",
    "overlap": "overlaps",
    "overlaps with": "overlaps",
    "exists": "is known",
    "require that": "require",
    "but": "and",
    "true": "yes",
    "false": "no",
    "have": "has",
    "having": "has",
    "where": "has",
    "such that": "has",
}
"""Phrases inside a condition, and the phrase of the language."""

AGE_HABITS = {
    "is older than": "is before",
    "is not older than": "is on or after",
    "is no older than": "is on or after",
    "is older than or equal to": "is on or before",
    "is younger than": "is after",
    "is not younger than": "is on or before",
    "is no younger than": "is on or before",
    "is younger than or equal to": "is on or after",
}
"""Phrases of age, and what they say of days: what is older has more years, and an earlier day."""

_NORMS = tuple(
    f"{word}{no} be" for word in ("shall", "must", "may", "should") for no in ("", " not")
)

NORM_HABITS = {
    f"{norm}{each.phrase.removeprefix('is')}": each.denial if "not" in norm else each.phrase
    for norm in _NORMS
    for each in Comparator
    if each.phrase.partition(" ")[0] == "is"
}
"""Phrases of what shall be so, and the phrase of a condition that holds where it is so."""

TEXT_HABITS = {
    "starts with": "{}*",
    "begins with": "{}*",
    "ends with": "*{}",
}
"""Phrases about a text, and the pattern that says the same."""

BARE_HABITS = {
    "more than": "is more than",
    "less than": "is less than",
    "at least": "is at least",
    "at most": "is at most",
    **dict.fromkeys(("over", "above", "exceeding"), "is more than"),
    **dict.fromkeys(("under", "below"), "is less than"),
    **dict.fromkeys(("older than", "greater than", "higher than"), "is more than"),
    **dict.fromkeys(("younger than", "fewer than", "lower than"), "is less than"),
}
"""Comparisons without their first word, as cells of a table have them."""

_SOURCE = dict.fromkeys(("basis", "cite", "law"), "source")
_BEGINNING = dict.fromkeys(
    ("from", "valid from", "effective from", "in force since", "in force"), "in force from"
)

CLAUSE_HABITS = {
    "forbid when": "prohibit when",
    "forbid if": "prohibit when",
    "forbid": "prohibit when",
    "prohibit if": "prohibit when",
    "prohibit": "prohibit when",
    "prohibited when": "prohibit when",
    "deny when": "prohibit when",
    "deny if": "prohibit when",
    "deny": "prohibit when",
    "block when": "prohibit when",
    "ban when": "prohibit when",
    "refuse when": "prohibit when",
    "reject when": "prohibit when",
    **dict.fromkeys(("shall not", "must not", "may not", "prohibits", "no"), "prohibit when"),
    **dict.fromkeys(("except where", "except if", "save where", "save if", "save"), "unless"),
    **dict.fromkeys(("enters into force", "comes into force", "takes effect"), "in force from"),
    **dict.fromkeys(("commences on", "commences"), "in force from"),
    **dict.fromkeys(("in force on", "as of", "as from"), "in force from"),
    "must": "require",
    "shall": "require",
    "required": "require",
    "obliges": "oblige",
    "obligation": "oblige",
    "obligate": "oblige",
    "permit if": "permit when",
    "permit": "permit when",
    "permitted when": "permit when",
    "allow when": "permit when",
    "allow if": "permit when",
    "allow": "permit when",
    "notwithstanding": "despite",
    "in spite of": "despite",
    "overrides": "despite",
    "override": "despite",
    "overridden by": "subject to",
    "quote": "text",
    "wording": "text",
    "except when": "unless",
    "except": "unless",
    "exception": "unless",
    "applies if": "applies when",
    "apply when": "applies when",
    "applies to": "applies when",
    "only when": "applies when",
    "when": "applies when",
    "apply in": "applies in",
    **_BEGINNING,
    "effective": "in force from",
    "if missing": "if unknown",
    "when unknown": "if unknown",
    "reason": "message",
    "explanation": "message",
    "fix": "remedy",
    "solution": "remedy",
    **_SOURCE,
    "priority": "severity",
    "gravity": "severity",
    "because": "message",
    "show": "evidence",
}
"""First words of a clause, and the keyword of the language."""

EXCEPTION_ADVICE = (
    'an exception is a clause of its own, `unless "NAME" …`; what it does not cover is a part of '
    "its condition: `… and not …`"
)

CLAUSE_ADVICE = {
    **dict.fromkeys(("but not where", "but not", "but"), EXCEPTION_ADVICE),
    **dict.fromkeys(
        ("provided that", "provided"),
        'a proviso is an exception, `unless "NAME" …`, or one more condition, joined with `and`',
    ),
    **dict.fromkeys(
        ("if", "whenever", "where", "in case"),
        "say with `applies when` which campaigns the rule is about, and with `prohibit when` or "
        "`require` what it demands of them",
    ),
    **dict.fromkeys(
        ("the", "a", "an", "no", "any", "every", "each", "campaign", "campaigns", "ads", "nobody"),
        "a demand begins with what becomes of it: `prohibit when …` says what is forbidden, and "
        "`require …` what must be so",
    ),
    **dict.fromkeys(
        ("applies everywhere", "applies worldwide", "applies globally", "everywhere"),
        "leave it out: a rule without `applies in` applies in every market",
    ),
    **dict.fromkeys(
        ("note", "comment", "remark", "nb"),
        "a remark begins with `#` and goes to the end of the line",
    ),
}
"""First words of a clause that the language does not have, and what is done in its place."""

ENDLESS = (
    *("in force until", "in force through", "until", "through", "valid until"),
    *("expires on", "expires", "ends on"),
)
"""First words of a clause that names a last day and no first one."""

LAST_DAY_HABITS = (
    *("to", "up to and including", "to and including", "until and including", "until including"),
    *("until the end of", "through and including", "thru", "bis", "bis einschliesslich", "-"),
)
"""Words before the last day of a range; here that is `through`."""

END_HABITS = (
    *("till", "up to", "up until", "ending", "ending on", "ends", "ends on", "expires"),
    *("expires on", "expiring", "expiring on"),
)
"""Words before the day of an end that some take to include it, and some to leave it out."""

INCLUDING = ("inclusive", "inclusively", "included", "including", "incl", "incl.")
"""Words behind the day of an end that say that it is included."""

PARAMETER_HABITS = {
    "since": "from",
    "in force from": "from",
    "value": "is",
    "equals": "is",
    "reviewed": "reviewed on",
    "last reviewed": "reviewed on",
    "last reviewed on": "reviewed on",
    **_SOURCE,
}
"""First words of a part of a parameter, and the keyword of the language."""

DEFINITION_HABITS = {
    "is": "means",
    "mean": "means",
    "when": "means",
    "if": "means",
    "applies when": "means",
    **_SOURCE,
}
"""First words of a part of a definition, and the keyword of the language."""

TABLE_HABITS = {
    "row": "case",
    "when": "case",
    "if": "case",
    "inputs": "given",
    "for": "given",
    "returns": "gives",
    "output": "gives",
    "else": "otherwise",
    "default": "otherwise",
    "since": "from",
    **_SOURCE,
}
"""First words of a part of a table, and the keyword of the language."""

WAIVER_HABITS = {
    "waives": "of",
    "rule": "of",
    "applies when": "for",
    "applies to": "for",
    "scope": "for",
    "when": "for",
    "if": "for",
    **_BEGINNING,
    "approved": "approved by",
    "approved on": "approved by",
    "granted by": "approved by",
    "signed by": "approved by",
    "approver": "approved by",
    "case": "ticket",
    "reference": "ticket",
    "because": "reason",
    "justification": "reason",
    "explanation": "reason",
}
"""First words of a part of a waiver, and the keyword of the language."""

PROFILE_HABITS = {
    "adopt": "adopts",
    "imports": "adopts",
    "import": "adopts",
    "uses": "adopts",
    "includes": "adopts",
    "extends": "adopts",
    "tighten": "tightens",
    "sets": "tightens",
    "set": "tightens",
    "amends": "tightens",
    "basis": "source",
    "law": "source",
}
"""First words of a part of a profile, and the keyword of the language."""

STEP_HABITS = {
    "when": "given",
    "with": "given",
    "set": "given",
    "given that": "given",
    "given the file": "given file",
    "then": "expect",
    "expects": "expect",
    "should": "expect",
    "assert": "expect",
    "at": "on",
    "as of": "on",
}
"""First words of a step of a test, and the keyword of the language."""

ITEM_HABITS = {
    "law": "instrument",
    "regulation": "instrument",
    "namespace": "module",
    "package": "module",
    "list": "set",
    "group": "set",
    "definition": "define",
    "constant": "parameter",
    "value": "parameter",
    "param": "parameter",
    "def": "define",
    "decision table": "table",
    "lookup": "table",
    "matrix": "table",
    "case": "test",
    "dispensation": "waiver",
    "derogation": "waiver",
    "exemption": "waiver",
    "example": "test",
    "schema": "vocabulary",
    "adopt": "profile",
    "adopts": "profile",
    "import": "profile",
    "amend": "profile",
}
"""First words of an item, and the keyword of the language."""

QUANTIFIER_HABITS = {
    **dict.fromkeys(("all", "each"), "every"),
    **dict.fromkeys(("a", "an", "some"), "any"),
}
"""Words in front of the name of an element, and the quantifier of the language."""

SURPLUS_WORDS = ("the", "either", "both")
"""Words of English that add nothing to what follows them."""

LEADING_HABITS = {
    "if": "say what the rule is about with `applies when …`; other conditions are joined with "
    "`and`",
    "neither": "say `none of (a) …; (b) …`, or `not … and not …`",
    "no": "of a fact say `not`; `no NAME in LIST has (…)` speaks of the elements of a list",
}
"""Words in front of a fact, where a condition begins, and what is said in their place."""
