"""What is advised where one thing is expected and another stands, or nothing: how it is written."""

from .. import expectations as expect
from ..notations import DAY_HABIT, WORD_HABITS

FACT_SHAPE = "a fact is written `name : type`, and then its label in quotation marks"
_TIMES = "times are counted in whole days, weeks, months or years, such as `30 days`"
_DUE = (
    "say by when it is to be done: `due before launch`, `due within 30 days of launch` "
    "or `due within 30 days after the end`"
)
_APPROVAL = '`approved by "A. Jansen" as "Data Protection Officer" on 2026-08-29`'
KINDS = (
    "`rec 71`, `annex 3`, `part 312`, `para 2`, `ch 4`, `title 1`, `point 2`, `policy 7`, "
    "`item 1`, `reg 6`, `rule 3`, `sch 1`"
)
HOW_WRITTEN = {
    "`:`": FACT_SHAPE,
    expect.TEXT: "a text stands between straight quotation marks, on one line",
    expect.SET: "write the name of a set, or members in braces such as `{DE, FR}`",
    expect.MEMBERS: "write the members in braces, such as `{DE, FR}`, and the names of other sets "
    'among them: `{EU, NO}`; or where they are listed: `column "code" of "countries.csv"`',
    expect.OF_FILE: 'say which file the column is of: `column "code" of "countries.csv"`',
    expect.NAME: "a name begins with a letter and is made of letters, digits and `_`, without "
    "spaces",
    expect.MEMBER: "members are written in lower case, with `_` in place of spaces",
    expect.DAY: DAY_HABIT,
    expect.LENGTH: _TIMES,
    expect.DUE: _DUE,
    "`due`": _DUE,
    "`of launch` or `after the end`": _DUE,
    "`when`": 'say in which case: `oblige "…" when … due before launch`',
    expect.ENFORCEMENT: "a rule without this clause denies: say `advisory` where it only warns, "
    '`overridable by "ROLE"` where that role may waive it, `mandatory` where nobody may',
    expect.INSTRUMENT: "the instrument stands first, by its short name: `DSA art 26(3)`",
    expect.PROVISION: f"provisions are abbreviated: `art 26(3)`, `sec 5`, {KINDS}",
    expect.RULE: "name the policy too, such as `minors/no_profiling`",
    expect.RULE_OR_PARAMETER: "name a rule or a parameter, and what it is tightened to: "
    "`tightens marking/retouched_images to mandatory`",
    expect.MODULE: "name a module of the policies that are adopted, such as `assent.privacy`",
    "`from`": "say from which day: `tightens audit_interval to 180 days from 2026-10-01`",
    "`to`": "say what it is tightened to: `tightens audit_interval to 180 days from 2026-10-01`",
    "`enforced` or `mandatory`": "a rule is tightened to one that denies, `enforced`, or to "
    "one that nobody waives, `mandatory`",
    expect.WAIVER: "name a waiver that is declared: `waived by audit_slot`",
    expect.OUTCOME: "say which rule denies or warns: `deny by policy/rule`, `warn by policy/rule`; "
    "or which facts are missing: `deny for want of campaign.flight`",
    expect.STATE: "a fact is stated with `is`: `given campaign.targeting.age.min is 17`, of a list "
    "`is {DE, FR}` or `is empty`",
    "`gives`": "a case is a value, a set or a limit, and then what it gives: `case DE gives 18`, "
    "`case less than 13 gives …`, `case 13 to 17 gives …`, `case at least 18 gives …`",
    expect.CELL: "a cell is a value, a set, `less than 13`, `13 to 17`, or `any`",
    "`as`": f"say in which role: {_APPROVAL}",
    "`on`": f"say on which day it was approved: {_APPROVAL}",
    "`unique`": "a table is written `table NAME unique`, and then its label in quotation marks",
    expect.VALUE: "a value is a fact such as `campaign.budget.total`, a word, a number, a day, "
    "`yes`, `no` or `today`",
    "a type": FACT_SHAPE,
    "`)`": "join conditions with `and` or `or`",
    "`}`": "members are set apart by commas and end with `}`",
    "`of`": "say what the members are: `set EU of place`",
    expect.ADDRESS: "an instrument has a short name, a title and an address: "
    '`instrument DSA "Regulation (EU) 2022/2065" "http://data.europa.eu/eli/reg/2022/2065/oj"`',
    "`(`": "what the elements must satisfy stands in brackets: `has (…)`",
    "`and`": "say `is between 13 and 17`; both are included",
    expect.CAPITAL_NAME: "rules cite an instrument by a short name such as `DSA`",
    expect.SIDE: "say of which day: `is within 10 days before campaign.flight.start`; "
    "working days are not told apart",
    "`in`": "name the list: `any creative in campaign.creatives has (…)`",
    "`|`": "the columns of a table are set apart by `|`, and the last says what is expected: "
    "`allow`, `deny by policy/rule`",
    "`has`": "say what the elements must satisfy: `any creative in campaign.creatives has (…)`",
}
_CELL = "each cell states a value, `empty` for a list without elements, or `unknown`"
MARK_ADVICE = {
    ("|", expect.VALUE): _CELL,
    ("-", expect.VALUE): _CELL,
    ("}", expect.VALUE): "leave out the comma that is too many",
    (",", expect.VALUE): "leave out the comma that is too many",
    ("given", expect.VALUE): WORD_HABITS["given"],
    ("file", expect.STATE): 'say `given file "campaign.json"`',
    ("of", expect.SIDE): "say `before` or `after`; for both, join two comparisons with `or`",
}
COLON = "no colon stands behind a word of the language, or behind a name; leave it out"
