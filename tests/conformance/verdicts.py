"""What conditions come to, by the whole path: text, parser, checker, and both evaluators."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from engine.bundle.bundle import Builder, Bundle
from engine.evaluation import reference
from engine.evaluation.decide import decide
from engine.evaluation.result import Status
from engine.evaluation.values import Campaign

_TRUTHS = {Status.VIOLATED: True, Status.SATISFIED: False, Status.UNDETERMINED: None}
_VOCABULARY = """vocabulary campaign "a campaign"
  id      : text required "identifier"
  markets : list of place required "markets"
  flight  : flight required "flight"
  yes     : yes_no "a fact that is true"
  no      : yes_no "a fact that is false"
  lacking : yes_no "a fact that is missing"
  number  : number "a number that is missing"
  text    : text "a text that is missing"
  date    : date "a date that is missing"
  instant : instant "an instant that is missing"
  days    : days "a number of days that is missing"
  months  : months "a number of months that is missing"
  record flight "flight"
    start         : date required "first day"
    end           : date "last day"
    until_stopped : yes_no "until stopped"
  end record
end vocabulary

instrument LAW "A law" "https://example.org/law"
"""
_CAMPAIGN: Mapping[str, Any] = {
    "id": "c",
    "markets": ["DE"],
    "flight": {"start": "2026-01-01", "end": "2026-01-02"},
    "yes": True,
    "no": False,
}


def truths(
    conditions: Sequence[str],
    *,
    clause: str = "severity low",
    facts: Sequence[Mapping[str, tuple[str, Any]]] = (),
) -> tuple[dict[int, bool | None], dict[int, str]]:
    """Return the truth of each condition by its place, and the codes of those that are refused.

    Each stands in policies of its own, so that none is judged in the light of another. `facts` are
    what the campaign of each states further: by name, its type and its value in JSON. Both
    evaluators have agreed on every truth.
    """
    found: dict[int, bool | None] = {}
    refused: dict[int, str] = {}
    builder = Builder()
    for place, condition in enumerate(conditions):
        own = facts[place] if facts else {}
        bundle, diagnostics = builder.build("one", _files(condition, clause, own))
        if bundle is None:
            refused[place] = next(each.code for each in diagnostics if each.is_error)
            continue
        values = {name: value for name, (_, value) in own.items()}
        campaign, faults = bundle.decoder.decode({**_CAMPAIGN, **values})
        if campaign is None:
            refused[place] = faults[0].message
        else:
            found[place] = _truth(bundle, campaign)
    return found, refused


def _truth(bundle: Bundle, campaign: Campaign) -> bool | None:
    as_of = datetime(2026, 1, 1, tzinfo=UTC)
    one = bundle.program.decide(campaign, as_of=as_of)
    other = decide(bundle.policies, reference.evaluate_rules, campaign, as_of=as_of)
    assert one == other
    return _TRUTHS[one.results[0].status]


def _files(condition: str, clause: str, facts: Mapping[str, tuple[str, Any]]) -> dict[str, str]:
    own = "".join(f'  {name} : {kind} "{name}"\n' for name, (kind, _) in facts.items())
    vocabulary = f"vocabulary campaign\n{own}end vocabulary\n" if facts else ""
    rule = f"""policy p
  rule r
    source LAW art 1
    in force from 2000-01-01
    {clause}
    prohibit when {condition}
    message "no"
    remedy "mend it"
end policy
"""
    return {"v.policy": _VOCABULARY, "p.policy": vocabulary + rule}
