"""What each word of the language does, in one sentence, for those who meet it while they write.

The tables of `lexis` say which words there are; a test holds that each of them is explained here.
"""

from collections.abc import Mapping

_ITEMS = {
    "module": "Names the module that this file belongs to.",
    "instrument": (
        "Declares a law, standard or internal policy with its title and address, so that "
        "rules can cite it."
    ),
    "vocabulary": (
        "Declares the facts that conditions may speak of, each with its type and a label in "
        "plain words."
    ),
    "set": (
        "Declares a named list of countries, words or numbers, in one edition or in several "
        "dated ones."
    ),
    "parameter": (
        "Declares a value that the law or the house sets, in one edition or in several dated ones."
    ),
    "reviewed on": "Says on which day somebody last saw that a parameter is still right.",
    "define": "Declares a named condition, which rules and other definitions use as a bare word.",
    "table": (
        "Declares what follows from some values, case by case; it is used by its name, as in "
        "`voting_age(market)`."
    ),
    "unique": "Says that no two cases of a table are ever meant at once.",
    "case": "One case of a table: for which values it is meant, and what the table then gives.",
    "gives": "Names the type of what a table gives, and in a case the value itself.",
    "otherwise": "What a table gives where none of its cases is meant.",
    "means": "Says which condition a definition stands for.",
    "waiver": (
        "Lets some campaigns break a rule for a time: the rule is still judged, and what it finds "
        "is listed as waived."
    ),
    "approved by": "Names who has approved a waiver, in which role, and on which day.",
    "as": "The role in which a waiver was approved; it is the one that the rule names.",
    "ticket": "Says where the approval of a waiver is on record.",
    "reason": "Says why a rule is waived.",
    "profile": (
        "Says how a house applies policies that somebody else has written: which it adopts, and "
        "what it tightens in them."
    ),
    "adopts": "Names the modules that are adopted, each with all modules below it.",
    "tightens": (
        "Makes a rule stricter, or from a day on the value of a parameter; nothing is loosened."
    ),
    "enforced": "In a profile: a rule that only warned now denies.",
    "policy": (
        "Holds rules that belong together; clauses before its first rule are common to all of them."
    ),
    "rule": (
        "One demand of a policy, with its source, its dates and places, and what a person is told."
    ),
    "test": "Says what must come of a campaign on a day, and is run by `assent test`.",
    "record": "Declares a group of facts.",
    "type": "Declares a closed list of words as a type.",
    "end": "Closes what was opened by the word behind it.",
}

_CLAUSES = {
    "source": "Cites the provisions that the rule rests on.",
    "in force from": (
        "Says from which day the rule holds; a campaign is judged by it if it runs on any such day."
    ),
    "until": "Names the first day on which something no longer holds.",
    "through": "Names the last day on which something holds.",
    "applies in": "Restricts the rule to markets, named by a set or listed in braces.",
    "applies when": "Says what the rule is about; where it is not so, the rule does not apply.",
    "prohibit when": "States what is prohibited: the rule is violated where the condition holds.",
    "require": "States what is required: the rule is violated where the condition does not hold.",
    "when": "Says in which case something is required, or a duty is owed.",
    "permit when": (
        "States what is permitted despite other rules. It is for the advertiser to show: where its "
        "facts are missing, it lifts nothing."
    ),
    "despite": "Names the rules that a permission lifts; each of them says `subject to` it.",
    "subject to": "Names the permissions by which the rule may be lifted; each says `despite` it.",
    "text": "Quotes the words of the law for whoever reads the rule; decisions do not show it.",
    "overridable by": "The rule denies, and whoever has this role may waive it.",
    "oblige": (
        "States a duty and the case in which it is owed: the campaign is allowed, and the decision "
        "lists the duty with the day by which it is due."
    ),
    "before launch": "The duty is due on the day before the ads are first shown.",
    "of launch": "Counts the time for a duty from the first day of the ads.",
    "after the end": "Counts the time for a duty from the last day of the ads.",
    "due": "Says by when a duty is to be done: `before launch`, or `within 30 days of launch`.",
    "unless": (
        "Names an exception, which is for the advertiser to show: where its facts are "
        "missing, it does not hold."
    ),
    "if unknown": (
        "Says what a missing fact does: `ask` leaves the rule undecided, `deny` counts as a "
        "violation."
    ),
    "severity": (
        "Says how grave a violation is, for those who sort findings; it changes no decision."
    ),
    "enforcement": (
        "Says what a violation does: without it the rule is enforced; `advisory` only warns, "
        "`mandatory` can never be waived."
    ),
    "month end": (
        "Says where a count of months ends whose last month lacks the day, as the 31st of April."
    ),
    "message": "What a person is told when the rule is violated; `{…}` is filled in with a fact.",
    "remedy": "What to change to be allowed; `{…}` is filled in with a fact.",
    "evidence": "Facts that are shown with every finding of the rule.",
    "ask": "A missing fact leaves the rule undecided, and the decision asks for it.",
    "deny": "A missing fact counts as a violation.",
    "low": "The least severity.",
    "medium": "The severity of a rule that states none.",
    "high": "A high severity.",
    "critical": "The greatest severity.",
    "rounds down": "A count of months ends on the last day of such a month.",
    "rounds up": "A count of months ends on the first day after such a month.",
    "advisory": "A violation only warns.",
    "mandatory": "A violation denies, and nobody can waive it.",
}

_STEPS = {
    "on": "The day of the evaluation in a test; in a waiver, the day of its approval.",
    "given": (
        "Sets a fact of the campaign to a value in a test; in a table, names what it is looked "
        "up by."
    ),
    "given file": "Names the campaign that a test begins with, by its path from the policy file.",
    "without": "Makes a fact unknown in a test that was stated.",
    "for each": "Begins a table of tests by the facts that its rows give.",
    "case": "A row of a table: values of its facts, and what is expected; a test of its own.",
    "empty": "In a row of a table, the list that is known to be empty.",
    "unknown": "In a row of a table, a fact that is not stated.",
    "because": "Names the facts that are unknown, for want of which the rules deny.",
    "expect": "Says what the decision must be.",
    "allow": "The campaign must be allowed.",
    "deny by": "The campaign must be denied, by these rules and no others.",
    "deny for want of": "No rule must be violated, and these facts missing and no others.",
    "oblige by": "The duties of these rules must be owed.",
    "no warning by": "None of these advisory rules must be violated or undetermined.",
    "are unknown": "Ends the facts for want of which rules must deny.",
    "waived by": "Each of these waivers must waive its rule.",
    "warn by": "The campaign must be allowed with warnings of these rules.",
}

_CONDITIONS = {
    "and": "Holds where both sides hold; beside `or` it needs brackets.",
    "or": "Holds where at least one side holds; beside `and` it needs brackets.",
    "not": "Holds where what follows does not hold; what is unknown stays unknown.",
    "all of": "Holds where every item of the labelled list holds.",
    "any of": "Holds where at least one item of the labelled list holds.",
    "none of": "Holds where no item of the labelled list holds.",
    "any": "`any x in LIST has (…)` holds where at least one element satisfies the condition.",
    "every": (
        "`every x in LIST has (…)` holds where all elements do; over a list known to be empty"
        " it is unknown without `, if any,`."
    ),
    "no": (
        "As a value, the opposite of `yes`; `no x in LIST has (…)` holds where no element "
        "satisfies the condition."
    ),
    "if any": "Makes `every … has` hold for a list that is known to be empty.",
    "in": "Names the list whose elements are meant.",
    "has": "Introduces the condition on each element, in brackets.",
    "of": (
        "Takes a share of a value, as in `80% of …`; behind the name of a set, gives the type"
        " of its members; in a waiver, names the rule that is waived."
    ),
    "for": "In a waiver, says for which campaigns the rule is waived.",
    "yes": "The value of a fact that is so.",
    "today": "The day of the evaluation.",
    "market": "In a rule, the market of the campaign that is being judged.",
    "before": "The side of a day that `is within … before` looks at.",
    "after": "The side of a day that `is within … after` looks at.",
}

_COMPARISONS = {
    "is": "Holds where both values are equal.",
    "is not": "Holds where both values differ.",
    "is at least": "Holds where the left value is as great as the right one, or greater.",
    "is at most": "Holds where the left value is as great as the right one, or less.",
    "is more than": "Holds where the left value is greater than the right one.",
    "exceeds": "Holds where the left value is greater than the right one.",
    "is less than": "Holds where the left value is less than the right one.",
    "is before": "Holds where the left day lies before the right one.",
    "is after": "Holds where the left day lies after the right one.",
    "is on or before": "Holds where the left day is the right one, or lies before it.",
    "is on or after": "Holds where the left day is the right one, or lies after it.",
    "is between": "Holds where the value lies between the two bounds, both included.",
    "is within": (
        "Holds where a day lies at most so long before or after another, or lies in a period."
    ),
    "is one of": "Holds where the value is a member of the set or list.",
    "is not one of": "Holds where the value is no member of the set or list.",
    "includes": "Holds where the value is an element of the list, or the day lies in the period.",
    "includes any of": "Holds where at least one member of a set or list is in the list.",
    "includes all of": "Holds where every member of a set or list is in the list.",
    "includes none of": "Holds where no member of a set or list is in the list.",
    "is like": (
        "Holds where a text is as the pattern has it: a star stands for any text, and case does "
        "not matter."
    ),
    "is not like": "Holds where a text is not as the pattern has it.",
    "overlaps": "Holds where two periods have a day in common.",
    "is known": "Holds where the campaign states the fact.",
    "is unknown": "Holds where the campaign does not state the fact.",
    "is empty": "Holds where the list is known to have no elements.",
    "is not empty": "Holds where the list has an element.",
}

_AGGREGATES = {
    "count": "`count of LIST` is how many elements it has, or how many `where` chooses.",
    "sum": "`sum of LIST` adds its elements up; of nothing it is zero.",
    "lowest": "`lowest of LIST` is the least of its elements, or the earliest.",
    "highest": "`highest of LIST` is the greatest of its elements, or the latest.",
    "average": "`average of LIST` is the sum of its elements divided by their count.",
    "each": "Names the elements that are counted.",
    "for each": "Names the elements of which the value before it is taken.",
    "where": "Chooses among the elements; if that is unknown of one, the whole is unknown.",
}

_TYPES = {
    "text": "A text.",
    "yes_no": "`yes` or `no`.",
    "number": "An exact number, whole or with a decimal point.",
    "whole_number": "A number without a fraction.",
    "percentage": "A share, written `80%`.",
    "money": "An amount in one currency, written `EUR 5000`; two currencies are never compared.",
    "date": "A day, written `2026-08-02`.",
    "instant": "A moment with its offset from UTC.",
    "place": "A country or one of its regions, by its code (ISO 3166): `DE`, `US-NY`.",
    "country": "A country, by its code of two letters (ISO 3166-1).",
    "language": "A language, by its code (ISO 639), with a region where that matters: `en-GB`.",
    "currency": "A currency, by its code of three letters (ISO 4217).",
    "days": "A length of time in days or weeks, written `30 days`.",
    "months": (
        "A length of time in months or years, written `13 months`; it is never compared with days."
    ),
    "distance": "A distance, written `15 miles` or `25 km`.",
    "period": "Days from a first to a last, both included: `2026-07-20 to 2026-08-31`.",
    "to": (
        "Stands between the first and the last day of a period, or value of a case; in a profile, "
        "before what is stricter."
    ),
    "list of": "A list of values of one type.",
    "one of": "A type given by its members in braces.",
    "presumed": "Gives the value that counts where a campaign does not state the fact.",
    "sensitive": "The fact, with everything beneath it, is read by rules and never shown.",
    "required": "A campaign without this fact is not accepted.",
    "optional": "A campaign may leave this fact out; it is then unknown.",
    "column": "Names the column of a CSV file, beside the policy, that lists the members of a set.",
    "from": "Says from which day an edition of a set, parameter or table holds.",
}

MEANINGS: Mapping[str, str] = {
    **_ITEMS,
    **_CLAUSES,
    **_STEPS,
    **_CONDITIONS,
    **_COMPARISONS,
    **_AGGREGATES,
    **_TYPES,
}
"""What a word or phrase does, by its canonical spelling."""
