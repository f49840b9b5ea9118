"""A decision as a person reads it: what was decided, which provision, which value, what to change.

`lines` gives it in pieces that each have a tone (`source.layout`); `explain` gives the same text
plain. Long lists are cut, and what is cut is counted; the whole record is the document
(`document.py`).
"""

import re
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from msgspec.structs import replace

from ..semantics.tree import Rule, Waiver, Window
from ..source.layout import (
    WIDTH,
    Line,
    Piece,
    Tone,
    counted,
    cut,
    plain_text,
    printable,
    row,
    title,
    wrapped,
)
from ..syntax.lexis import Comparator
from ..syntax.tree import Gravity, UnknownTreatment
from .decision import Decision, Effect, MarketVerdict, MissingFact
from .document import Origin, instant_text
from .outcome import Evidence
from .result import Finding, Obligation, RuleResult, Status, UnmetExemption
from .standing_facts.application import fact_title
from .standing_facts.document import by_fact, shown_value
from .stating import how_to_state

MOST_RULES = 20
MOST_MARKETS = 24
MOST_FINDINGS = 3
MOST_FACTS = 6
MOST_MISSING = 20
MOST_NAMES = 4
LONGEST_CLAUSE = 480

_PLAINER = {"is not no": "is yes", "is not yes": "is no"}
_AFTER_OPENING = re.compile(r"([({]) ")
_BEFORE_CLOSING = re.compile(r" ([)}])")
_PHRASES = tuple(phrase for comparator in Comparator for phrase in comparator.value)


def explain(decision: Decision, *, origin: Origin | None = None) -> str:
    """Return the decision and its justification as plain text, wrapped to 80 columns.

    With `origin`, values are pointed at in the submitted record too.
    """
    return plain_text(lines(decision, origin=origin))


def lines(decision: Decision, *, origin: Origin | None = None) -> Iterator[Line]:
    """Yield the lines of the explanation, in pieces."""
    yield from _verdict(decision)
    reported = decision.with_status(Status.VIOLATED, Status.UNDETERMINED)
    enforced = [result for result in reported if result.is_enforced]
    yield from _results(enforced, origin)
    advisory = [result for result in reported if not result.is_enforced]
    warnings = [result for result in advisory if result.status is Status.VIOLATED]
    if warnings:
        yield from title("Warnings: these rules advise, and do not deny")
        yield from _results(warnings, origin)
    yield from _unjudged([result for result in advisory if result.status is Status.UNDETERMINED])
    yield from _waived(decision, origin)
    yield from _missing(decision, origin)
    yield from _standing(decision)
    yield from _obligations(decision, origin)
    yield from _upcoming(decision, origin)
    yield ()
    yield from wrapped(_tally(decision), "", Tone.QUIET)
    if decision.valid_until is not None:
        until = f"on {decision.valid_until} the mere passing of time changes this answer"
        yield from wrapped(until, "", Tone.QUIET)


# --- the verdict ------------------------------------------------------------------------------


def _verdict(decision: Decision) -> Iterator[Line]:
    tone = tone_of(decision)
    name = f"  {printable(decision.campaign)}" if decision.campaign else ""
    effect, told = decision.effect.value.upper(), headline(decision)
    verdict = (Piece(text=effect, tone=tone), Piece(text=name, tone=Tone.TITLE))
    if len(f"{effect}{name}  {told}") <= WIDTH:
        yield (*verdict, Piece(text=f"  {told}"))
    else:
        yield verdict
        yield from wrapped(told, "      ", Tone.PLAIN)
    if len({each.verdict for each in decision.markets}) > 1:
        shown = [_market(each) for each in decision.markets]
        yield from wrapped(cut(shown, MOST_MARKETS), "      ", Tone.QUIET)
    if decision.would_pass:
        yield from wrapped(_if_dropped(decision), "      ", Tone.QUIET)
    if decision.as_if_launched is not None:
        yield (Piece(text=f"      as if launched on {decision.as_if_launched}", tone=Tone.QUIET),)


def _if_dropped(decision: Decision) -> str:
    """Return which markets would pass, and which would have to be dropped for that."""
    passing = decision.would_pass
    dropped = [each.market for each in decision.markets if each.market not in passing]
    verb = "was" if len(dropped) == 1 else "were"
    kept = cut(passing, MOST_MARKETS)
    return f"would pass in {kept} if {cut(dropped, MOST_MARKETS)} {verb} dropped"


def tone_of(decision: Decision) -> Tone:
    """Return the tone of a decision: allow, deny, or open where it is denied for want of facts."""
    if decision.effect is Effect.ALLOW:
        return Tone.ALLOW
    return Tone.DENY if decision.verdict.conclusive else Tone.OPEN


def headline(decision: Decision) -> str:
    """Return the decision in one clause."""
    violated, advising = _shares(decision, Status.VIOLATED)
    if decision.effect is Effect.ALLOW:
        owed = len(decision.obligations)
        waived = len(decision.with_status(Status.WAIVED))
        broken = f": {counted(waived, 'rule is', 'rules are')} waived" if waived else ""
        also = f", and {counted(owed, 'duty is', 'duties are')} owed" if owed else ""
        return f"no enforced rule stands against it{broken}{also}"
    if decision.verdict.conclusive:
        count = counted(violated, "rule is violated", "rules are violated")
        undetermined, _ = _shares(decision, Status.UNDETERMINED)
        cause = " for want of facts" if any(not fact.why for fact in decision.missing) else ""
        also = f", and {undetermined} cannot be judged{cause}"
        return count + _advising(advising) + (also if undetermined else "")
    which = "rule that denies" if advising else "rule"
    return f"no {which} is shown to be violated, but {_wanting(decision)}"


def _wanting(decision: Decision) -> str:
    """Return how many facts are missing, and how many are stated and cannot be judged."""
    least = _least(_asking(decision))
    if decision.further_missing:
        total = len(decision.missing) + decision.further_missing
        return f"{least}{total:,} facts are wanted"
    unfit = sum(bool(fact.why) for fact in decision.missing)
    lacking = len(decision.missing) - unfit
    if not lacking:
        return f"{least}{counted(unfit, 'fact', 'facts')} cannot be judged as stated"
    also = f", and {unfit:,} cannot be judged as stated" if unfit else ""
    return f"{least}{counted(lacking, 'fact is', 'facts are')} missing{also}"


def _asking(decision: Decision) -> Iterator[Finding]:
    """Yield the findings that want facts."""
    return (found for found in decision.findings if found.wanted)


def _least(told: Iterable[Finding | Obligation | UnmetExemption]) -> str:
    """Return what stands before a count of what is left out of these, if there may be more."""
    return "at least " if any(each.is_cut for each in told) else ""


def _shares(decision: Decision, status: Status) -> tuple[int, int]:
    """Return how many rules of a status are enforced, and how many only advise."""
    results = decision.with_status(status)
    enforced = sum(result.is_enforced for result in results)
    return enforced, len(results) - enforced


def _advising(count: int) -> str:
    """Return how many more rules there are that only advise."""
    return f" (and {count} advisory)" if count else ""


def _market(each: MarketVerdict) -> str:
    open_end = "" if each.verdict.conclusive else " for want of facts"
    return f"{each.market} {each.verdict.effect.value}{open_end}"


def _tally(decision: Decision) -> str:
    listed = ", ".join(filter(None, (_share(decision, status) for status in reversed(Status))))
    rules = counted(len(decision.results), "rule was", "rules were")
    ending = f": {listed}" if listed else ""
    return f"{rules} judged as of {instant_text(decision.as_of)}{ending}"


def _share(decision: Decision, status: Status) -> str:
    """Return how many rules have a status; those that only advise apart where the verdict does."""
    enforced, advising = _shares(decision, status)
    if not status.is_adverse or not advising:
        count = enforced + advising
        return f"{count} {status.value}" if count else ""
    if not enforced:
        return f"none {status.value} (but {advising} advisory)"
    return f"{enforced} {status.value}{_advising(advising)}"


# --- rules ------------------------------------------------------------------------------------


def _results(results: Iterable[RuleResult], origin: Origin | None) -> Iterator[Line]:
    """Yield the most severe results in full, and name the others."""
    ordered = sorted(results, key=_weight, reverse=True)
    for result in ordered[:MOST_RULES]:
        yield ()
        yield from _result(result, origin)
    if rest := ordered[MOST_RULES:]:
        yield ()
        names = cut([result.rule.id for result in rest], MOST_RULES)
        more = counted(len(rest), "more rule", "more rules")
        yield from wrapped(f"and {more} violated or undetermined: {names}", "", Tone.PLAIN)


def _unjudged(results: Sequence[RuleResult]) -> Iterator[Line]:
    """Yield the advisory rules that lack a fact, each in brief: nobody has to answer them."""
    if not results:
        return
    yield from title("Not judged: these rules advise, and lack a fact")
    for result in sorted(results, key=_weight, reverse=True)[:MOST_RULES]:
        wanted = [each.label for finding in result.findings for each in finding.wanted]
        lacking = f": {cut(list(dict.fromkeys(wanted)), MOST_NAMES)}" if wanted else ""
        yield (Piece(text="? ", tone=Tone.OPEN), Piece(text=result.rule.title))
        yield from wrapped(f"{result.rule.id}{lacking}", "  ", Tone.QUIET)
    if len(results) > MOST_RULES:
        yield from wrapped(f"and {len(results) - MOST_RULES:,} more", "", Tone.QUIET)


def _weight(result: RuleResult) -> tuple[int, int]:
    return result.status.severity, list(Gravity).index(result.rule.severity)


def _result(result: RuleResult, origin: Origin | None) -> Iterator[Line]:
    rule = result.rule
    is_breach = result.status is Status.VIOLATED
    mark, tone = ("✗", Tone.DENY) if is_breach and result.is_enforced else ("!", Tone.OPEN)
    if not is_breach:
        mark, tone = "?", Tone.OPEN
    yield from _heading(rule, mark, tone)
    statuses = ", ".join(_statuses(result))
    who = f" by {rule.override_role}" if rule.override_role is not None else ""
    standing = f"{rule.severity.value}, {rule.enforcement.value}{who}"
    yield from wrapped(f"rule {rule.id} · {statuses} · {standing}", "  ", Tone.QUIET)
    yield from _findings(result, origin)


def _reported(result: RuleResult) -> list[RuleResult]:
    """Return the parts of a result that stand against the campaign."""
    return [part for part in result.parts if part.is_adverse]


def _statuses(result: RuleResult) -> Iterator[str]:
    """Yield each status that stands against the campaign, with the markets where it does."""
    for status, parts in groupby(_reported(result), key=lambda part: part.status):
        markets = [market for part in parts for market in part.markets or ()]
        yield f"{status.value} in {cut(markets, MOST_MARKETS)}" if markets else status.value


def _heading(rule: Rule, mark: str, tone: Tone) -> Iterator[Line]:
    """Yield the title of a rule behind its mark, and where it comes from."""
    yield (Piece(text=f"{mark} ", tone=tone), Piece(text=rule.title, tone=Tone.TITLE))
    for cited in rule.sources:
        yield from wrapped(f"{cited.instrument} {cited.provision}, {cited.title}", "  ", Tone.PLAIN)


def _findings(result: RuleResult, origin: Origin | None) -> Iterator[Line]:
    parts = _reported(result)
    listed = [(finding, part) for part in parts for finding in part.findings]
    placed = listed[:MOST_FINDINGS]
    shown = [finding for finding, _ in placed]
    # Where nothing was seen, there is no telling yet what to mend: the missing fact is the remedy.
    remedies = {finding.remedy for finding in shown if finding.evidence}
    for finding, part in placed:
        yield from _finding(finding, origin, part.markets if len(parts) > 1 else None)
        if len(remedies) > 1 and finding.evidence:
            yield from row("to pass", finding.remedy, Tone.REMEDY)
    if more := len(listed) - len(shown) + sum(part.further_findings for part in parts):
        yield ()
        yield from row("", f"and {_least(shown)}{more:,} more like it", Tone.QUIET)
    if len(remedies) == 1:
        yield from row("to pass", remedies.pop(), Tone.REMEDY)
    if result.status is Status.VIOLATED:
        yield from _grounds(result)
    for clause in dict.fromkeys(finding.clause for finding in shown):
        place = f"in {clause.location.source}, line {clause.location.line}"
        if result.status is Status.VIOLATED:
            yield from row("clause", _shortened(clause.text), Tone.PLAIN)
            yield from row("", place, Tone.QUIET)
        else:
            yield from row("clause", place, Tone.QUIET)


def _grounds(result: RuleResult) -> Iterator[Line]:
    """Yield why a rule is violated although facts are missing, and which exemptions are not met."""
    if any(finding.wanted for finding in result.findings):
        counted = f"counts as violated: the rule says `if unknown {UnknownTreatment.DENY.value}`"
        yield from row("unknown", counted, Tone.OPEN)
    for exception in result.unmet_exemptions:
        yield from _exception(exception)


def _finding(
    finding: Finding, origin: Origin | None, markets: Sequence[str] | None
) -> Iterator[Line]:
    """Yield a finding, with the markets that it is about where others come out otherwise."""
    yield ()
    if markets:
        yield from row("market", cut(markets, MOST_MARKETS), Tone.VALUE)
    if finding.evidence or not finding.wanted:
        # Else the message only says what the rows below it say.
        yield from wrapped(finding.message, "  ", Tone.PLAIN)
        yield ()
    for seen in finding.evidence[:MOST_FACTS]:
        yield from _seen(seen, origin)
    yield from _further_values(finding)
    yield from _wanted_rows(finding)


def _further_values(told: Finding | Obligation) -> Iterator[Line]:
    if more := len(told.evidence[MOST_FACTS:]) + told.further_evidence:
        rest = f"{_least([told])}{counted(more, 'more value', 'more values')}"
        yield from row("", f"and {rest}", Tone.QUIET)


def _seen(seen: Evidence, origin: Origin | None) -> Iterator[Line]:
    item = f"{seen.item} " if seen.item else ""
    presumed = " (presumed, not stated)" if seen.is_presumed else ""
    yield from row("value", f"{item}{seen.label}: {seen.value}{presumed}", Tone.VALUE)
    if seen.required:
        yield from row("required", _requirement(seen.required), Tone.PLAIN)
    source = origin(seen.pointer) if origin is not None else None
    if source is None:
        yield from row("at", seen.pointer, Tone.POINTER)
    else:
        # What was submitted comes first, as that is what can be mended.
        yield from row("at", source or "the submitted record as a whole", Tone.POINTER)
        yield from row("read as", seen.pointer, Tone.QUIET)


def _requirement(required: str) -> str:
    required = _PLAINER.get(required, required)
    return f"it {required}" if required.startswith(_PHRASES) else required


def _wanted_rows(finding: Finding) -> Iterator[Line]:
    shown = ""
    for each in finding.wanted[:MOST_FACTS]:
        label = "unjudged" if each.why else "missing"
        why = f": {each.why}" if each.why else ""
        place = each.pointer or each.path
        yield from row(label if label != shown else "", f"{each.label}, at {place}{why}", Tone.OPEN)
        shown = label
    if more := len(finding.wanted[MOST_FACTS:]):
        rest = f"{_least([finding])}{counted(more, 'more fact', 'more facts')}"
        yield from row("", f"and {rest}", Tone.QUIET)


def _exception(exception: UnmetExemption) -> Iterator[Line]:
    named = (f"{each.label} ({each.pointer or each.path})" for each in exception.wanted)
    facts = list(dict.fromkeys(named))
    needed = cut(facts, MOST_NAMES, least=_least([exception]))
    short = f"is not shown; needed: {needed}" if facts else "does not hold"
    yield from row("unless", f"“{exception.name}” {short}", Tone.PLAIN)


def _shortened(clause: str) -> str:
    """Return the words of a clause on one line, without the spaces that its layout left."""
    words = _AFTER_OPENING.sub(r"\1", _BEFORE_CLOSING.sub(r"\1", " ".join(clause.split())))
    return textwrap.shorten(words, LONGEST_CLAUSE, placeholder=" …")


# --- waivers ----------------------------------------------------------------------------------


def _waived(decision: Decision, origin: Origin | None) -> Iterator[Line]:
    """Yield the rules that are waived, with what was found and who answers for it."""
    if not decision.waived:
        return
    yield from title("Waived: these rules are broken, and do not deny")
    for result in decision.waived[:MOST_RULES]:
        yield ()
        yield from _heading(result.rule, "~", Tone.OPEN)
        where = f" in {cut(result.markets, MOST_MARKETS)}" if result.markets else ""
        yield from wrapped(f"rule {result.rule.id} · waived{where}", "  ", Tone.QUIET)
        for finding in result.findings[:MOST_FINDINGS]:
            yield from _finding(finding, origin, None)
        if more := len(result.findings[MOST_FINDINGS:]) + result.further_findings:
            yield from row("", f"and {_least(result.findings)}{more:,} more like it", Tone.QUIET)
        for waiver in result.waivers:
            yield from _waiver(waiver)
    if rest := decision.waived[MOST_RULES:]:
        names = cut([each.rule.id for each in rest], MOST_NAMES)
        yield from wrapped(f"and the waived rules {names}", "  ", Tone.QUIET)


def _waiver(waiver: Waiver) -> Iterator[Line]:
    signed = f"{waiver.approver} as {waiver.role} on {waiver.approved}, {waiver.ticket}"
    yield from row("waiver", f"{waiver.name}, {waiver.window.days}", Tone.OPEN)
    yield from row("approved", signed, Tone.PLAIN)
    yield from row("reason", waiver.reason, Tone.PLAIN)


# --- duties -----------------------------------------------------------------------------------


def _obligations(decision: Decision, origin: Origin | None) -> Iterator[Line]:
    owing = [(r, r.obligation) for r in decision.obligations if r.obligation is not None]
    if not owing:
        return
    yield from title("To be done: these duties are owed")
    for result, owed in owing[:MOST_RULES]:
        yield ()
        yield from _heading(result.rule, "→", Tone.REMEDY)
        where = f" in {cut(result.markets, MOST_MARKETS)}" if result.markets else ""
        yield from wrapped(f"rule {result.rule.id}{where}", "  ", Tone.QUIET)
        yield from _obligation(owed, origin)
    if rest := owing[MOST_RULES:]:
        names = cut([each.rule.id for each, _ in rest], MOST_NAMES)
        yield from wrapped(f"and what is owed by {names}", "  ", Tone.QUIET)


def _obligation(owed: Obligation, origin: Origin | None) -> Iterator[Line]:
    yield ()
    yield from wrapped(owed.text, "  ", Tone.REMEDY)
    day = f"on {owed.due} at the latest" if owed.due is not None else f"day unknown, as {owed.why}"
    yield from row("due", f"{owed.term}: {day}", Tone.OPEN)
    for seen in owed.evidence[:MOST_FACTS]:
        yield from _seen(replace(seen, required=""), origin)
    yield from _further_values(owed)


# --- what is missing --------------------------------------------------------------------------


def _missing(decision: Decision, origin: Origin | None) -> Iterator[Line]:
    heading = (
        "To be allowed, the campaign must also say"
        if decision.verdict.conclusive
        else "To be decided, the campaign must say"
    )
    lacking = [fact for fact in decision.missing if not fact.why]
    yield from _asked(heading, lacking, origin)
    rules = Counter(rule for fact in lacking for rule in fact.rules)
    if any(times > 1 for times in rules.values()):
        text = "a rule that asks for several may do with one: state what you know, and ask again"
        yield from wrapped(text, "  ", Tone.QUIET)
    heading = "Not to be judged as stated: say it otherwise, or ask whose policies they are"
    yield from _asked(heading, [fact for fact in decision.missing if fact.why], origin)
    if further := decision.further_missing:
        facts = counted(further, "further fact is", "further facts are")
        told = f"{_least(_asking(decision))}{facts} wanted, and told of once these are stated"
        yield from wrapped(told, "  ", Tone.QUIET)


def _asked(heading: str, facts: Sequence[MissingFact], origin: Origin | None) -> Iterator[Line]:
    if not facts:
        return
    yield from title(heading)
    for fact in facts[:MOST_MISSING]:
        yield from _missing_fact(fact, origin)
    if len(facts) > MOST_MISSING:
        rest = counted(len(facts) - MOST_MISSING, "more fact", "more facts")
        yield from wrapped(f"and {rest}", "  ", Tone.QUIET)


def _missing_fact(fact: MissingFact, origin: Origin | None) -> Iterator[Line]:
    why = f" ({fact.why})" if fact.why else ""
    asked = f"asked for by {cut(fact.rules, MOST_NAMES)}" if fact.rules else "always required"
    yield from wrapped(f"{fact.label}{why}", "  ", Tone.OPEN)
    source = origin(fact.pointer) if origin is not None else None
    within = f" (in the record {source})" if source else ""
    yield from wrapped(f"at {fact.pointer or fact.path}{within}, {asked}", "    ", Tone.QUIET)
    if not fact.why and (form := how_to_state(fact.type, is_required=fact.is_required)):
        yield from wrapped(f"as {form}", "    ", Tone.QUIET)


# --- what was known beforehand ------------------------------------------------------------------


def _standing(decision: Decision) -> Iterator[Line]:
    """Yield what standing facts filled in, whose they are, and which of them could not be read."""
    if decision.standing is None:
        return
    used = list(by_fact(decision.standing))
    if used:
        yield from title("Taken from standing facts, where the campaign says nothing")
    for fact, filled in used[:MOST_RULES]:
        yield ()
        head = f"about the {fact.subject.kind} {fact.subject.name}, {Window(until=fact.until).days}"
        yield from wrapped(head, "  ", Tone.PLAIN)
        for each in filled[:MOST_MISSING]:
            yield from row("value", f"{each.label}: {shown_value(each)}", Tone.VALUE)
            yield from row("at", each.pointer, Tone.POINTER)
        if len(filled) > MOST_MISSING:
            rest = counted(len(filled) - MOST_MISSING, "more value", "more values")
            yield from row("", f"and {rest}", Tone.QUIET)
        yield from row("evidence", fact.evidence, Tone.PLAIN)
        if (source := fact.source) is not None:
            where = f"by {source.recorded_by}, as version {source.version} of {source.id}"
            yield from row("recorded", where, Tone.QUIET)
    if more := len(used) - len(used[:MOST_RULES]):
        yield from wrapped(f"and {more:,} more", "  ", Tone.QUIET)
    for unfit in decision.standing.unfit[:MOST_RULES]:
        yield ()
        told = f"passed over: {fact_title(unfit.entry)} does not fit the vocabulary"
        yield from wrapped(f"{told}: {unfit.fault.message}", "", Tone.OPEN)


def _upcoming(decision: Decision, origin: Origin | None) -> Iterator[Line]:
    if not decision.upcoming:
        return
    yield from title("On its way: the ads run without end, and this will stand against them")
    for each in decision.upcoming[:MOST_RULES]:
        yield ()
        yield (Piece(text=f"from {each.day}", tone=Tone.OPEN),)
        yield from _result(each.result, origin)
    if rest := decision.upcoming[MOST_RULES:]:
        names = cut([each.result.rule.id for each in rest], MOST_NAMES)
        yield from wrapped(f"and later {names}", "  ", Tone.QUIET)
