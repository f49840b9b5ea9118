"""One small court for the tests of deciding: rules as text, a campaign, and both evaluators."""

from datetime import UTC, date, datetime, time
from typing import Any

from engine.audit.canonical import canonical
from engine.bundle.bundle import Bundle, build
from engine.evaluation import reference
from engine.evaluation.decide import decide
from engine.evaluation.decision import Decision
from engine.evaluation.document import Identity, document
from engine.evaluation.record_writer import summarise, write
from engine.evaluation.result import RuleResult
from engine.evaluation.values import Campaign
from tests.strategies.vocabulary import VOCABULARY

TODAY = date(2026, 1, 1)
IDENTITY = Identity(name="court", version="1", digest="sha256:00", engine="0")
FLIGHT = {"start": "2026-02-01", "end": "2026-03-01"}
CAMPAIGN: dict[str, Any] = {"id": "c-1", "markets": ["DE"], "flight": FLIGHT}


def rule(*clauses: str, name: str = "r", message: str = "no", remedy: str = "mend it") -> str:
    """Return the text of a rule that is in force since 2000 unless its clauses say otherwise."""
    told = [f'message "{message}"', f'remedy "{remedy}"']
    obliges = any(clause.startswith(("oblige", "permit")) for clause in clauses)
    lines = [*clauses, *([] if obliges else told)]
    return f"  rule {name}\n" + "".join(f"    {line}\n" for line in lines) + "  \n"


def court(*rules: str, declared: str = "", vocabulary: str = VOCABULARY) -> Bundle:
    """Return the bundle of some rules over the small vocabulary that has every type."""
    head = 'policy p "P"\n  source LAW art 1\n  in force from 2000-01-01\n'
    policy = head + "".join(rules) + "end policy\n" if rules else ""
    files = {"vocabulary.policy": vocabulary, "p.policy": f"{declared}\n{policy}"}
    bundle, diagnostics = build("court", files)
    assert bundle is not None, diagnostics
    return bundle


def campaign_of(bundle: Bundle, **facts: Any) -> Campaign:
    """Return a complete campaign in Germany in February 2026, with further or other facts."""
    made = {name: value for name, value in {**CAMPAIGN, **facts}.items() if value is not None}
    campaign, faults = bundle.decoder.decode(made)
    assert campaign is not None, faults
    return campaign


def hear(
    bundle: Bundle, *, on: date = TODAY, launched: date | None = None, **facts: Any
) -> Decision:
    """Return the decision, having seen that both evaluators agree on it to the letter."""
    campaign = campaign_of(bundle, **facts)
    as_of = datetime.combine(on, time(12), tzinfo=UTC)
    by_program = bundle.program.decide(campaign, as_of=as_of, launched=launched)
    by_reference = decide(
        bundle.policies, reference.evaluate_rules, campaign, as_of=as_of, launched=launched
    )
    assert by_program == by_reference
    one, other = (document(d, id="1", identity=IDENTITY) for d in (by_program, by_reference))
    assert one == other
    for made in (by_program, by_reference):
        assert write(made, summarise(made, id="1", identity=IDENTITY)) == canonical(one)
    return by_program


def document_of(decision: Decision) -> Any:
    """Return the document of a decision."""
    return document(decision, id="1", identity=IDENTITY)


def judged(*clauses: str, on: date = TODAY, **facts: Any) -> RuleResult:
    """Return what the only rule of a court comes to."""
    return hear(court(rule(*clauses)), on=on, **facts).results[0]


def wanted(result: RuleResult) -> list[tuple[str, str]]:
    """Return the facts for want of which a rule is undetermined, each with the reason."""
    found = [(w.path, w.why) for finding in result.findings for w in finding.wanted]
    return list(dict.fromkeys(found))


def seen(result: RuleResult) -> list[tuple[str, str, str]]:
    """Return the facts that determined the first finding: pointer, value and what was required."""
    return [(s.pointer, s.value, s.required) for s in result.findings[0].evidence]
