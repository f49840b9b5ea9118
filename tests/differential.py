"""The compiled program beside the reference, over very many generated policies and campaigns.

Run it as `python -m tests.differential --pairs 200000`. It is no part of the suite: the suite holds
the same on a few hundred pairs (`tests/property/test_deciding.py`). Policies are generated as text
and compiled; each is paired with campaigns of its own and of the policies before it, on generated
days. For each pair, both evaluators must agree on the result of every rule with its justification,
on the verdicts and on what is missing, and what is decoded the straight way must be what is decoded
in full. For one pair in ten the whole decision is compared, `valid_until` included, which the
reference finds by judging day after day; and the record that is written as canonical JSON must be
the RFC 8785 bytes of the reference's document. The first difference ends the run.
"""

import json
from datetime import UTC, date, datetime, time
from typing import Any

from engine.audit.canonical import canonical
from engine.bundle.bundle import Bundle
from engine.evaluation import reference
from engine.evaluation.combine import missing_facts, missing_required_facts
from engine.evaluation.decide import decide
from engine.evaluation.document import Identity, document
from engine.evaluation.evaluate_rule import EvaluationContext
from engine.evaluation.moment import flight_of, moment
from engine.evaluation.operations.days import day_of
from engine.evaluation.record_writer import list_results, summarise, write
from engine.evaluation.results import Results
from engine.evaluation.validity import answer
from engine.source.json_text import read_json
from tests.strategies.many_pairs import main
from tests.strategies.policy_texts import policy_files

CAMPAIGNS_EACH, ONE_IN = 50, 10

IDENTITY = Identity(name="generated", version="1", digest="sha256:00", engine="0")


def agree(bundle: Bundle, descriptor: dict[str, Any], day: date, number: int) -> None:
    """See that one campaign is decided alike by both evaluators, to the letter."""
    whole = number % ONE_IN == 0
    text = json.dumps(descriptor, default=float).encode()
    campaign, faults = bundle.decoder.decode(text)
    assert campaign is not None, faults
    assert bundle.decoder.decode_fully(read_json(text)) == (campaign, ())
    as_of = datetime.combine(day, time(12), tzinfo=UTC)
    one = bundle.program.decide(campaign, as_of=as_of)
    policies = bundle.policies
    if whole:
        other = decide(policies, reference.evaluate_rules, campaign, as_of=as_of)
        written = write(one, summarise(one, id="1", identity=IDENTITY))
        assert written == canonical(document(other, id="1", identity=IDENTITY))
        assert one == other
        return
    context = EvaluationContext(
        policies=policies, campaign=campaign, moment=moment(flight_of(campaign), day_of(as_of))
    )
    results = reference.evaluate_rules(context, None)
    required = missing_required_facts(campaign, policies.vocabulary)
    verdict, markets, _ = answer(context, results, complete=not required)
    assert isinstance(one.results, Results)
    listed, expected = one.results.listing, list_results(results)
    assert listed.text == expected.text
    assert (listed.passed, listed.not_applicable) == (expected.passed, expected.not_applicable)
    assert one.results == results
    assert (one.verdict, one.markets) == (verdict, markets)
    assert (one.missing, one.further_missing) == missing_facts(required, results)


if __name__ == "__main__":
    main(__doc__, policy_files(), agree, campaigns_each=CAMPAIGNS_EACH)
