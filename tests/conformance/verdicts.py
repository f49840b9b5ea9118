"""What conditions come to, by the whole path: text, parser, checker, and both evaluators."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from engine.bundle.bundle import build
from engine.evaluation import reference
from engine.evaluation.decide import decide
from engine.evaluation.result import Status

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
  days    : days "a number of days that is missing"
  months  : months "a number of months that is missing"
{facts}
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
    conditions: Sequence[str], *, clause: str = "severity low"
) -> tuple[dict[int, bool | None], dict[int, str]]:
    """Return the truth of each condition by its place, and the codes of those that are refused.

    Both evaluators have agreed on every truth.
    """
    refused: dict[int, str] = {}
    for place, condition in enumerate(conditions):
        _, diagnostics = build("one", _files({place: condition}, clause))
        if diagnostics:
            refused[place] = diagnostics[0].code
    sound = {place: each for place, each in enumerate(conditions) if place not in refused}
    bundle, diagnostics = build("all", _files(sound, clause))
    assert bundle is not None, diagnostics
    campaign, faults = bundle.decoder.decode(dict(_CAMPAIGN))
    assert campaign is not None, faults
    as_of = datetime(2026, 1, 1, tzinfo=UTC)
    one, other = (
        decide(bundle.policies, judge_all, campaign, as_of=as_of)
        for judge_all in (bundle.program.judge_all, reference.judge_all)
    )
    assert one == other
    found = {int(each.rule.id.rpartition("_")[2]): each.status for each in one.results}
    return {place: _TRUTHS[status] for place, status in found.items()}, refused


def _files(conditions: Mapping[int, str], clause: str) -> dict[str, str]:
    rules = "".join(
        f"  rule r_{place}\n    {clause}\n    prohibit when {condition}\n"
        '    message "no"\n    remedy "mend it"\n'
        for place, condition in conditions.items()
    )
    policy = f"policy p\n  source LAW art 1\n  in force from 2000-01-01\n{rules}end policy\n"
    return {"v.policy": _VOCABULARY.format(facts=""), "p.policy": policy}
