"""What each parameter, and each member of a body that a shape reads, means to who sends it."""

from collections.abc import Mapping
from types import MappingProxyType

MEANINGS: Mapping[str, str] = MappingProxyType(
    {
        "actor": "the name of the key that asked",
        "advertiser": "the advertiser's name, as it was submitted",
        "against": "the version to compare with; unless it is named, what was recorded",
        "article": "a provision that a finding cites, or one within it, such as `GDPR art 9`",
        "as_if_launched": "the day to which the flight is moved, in a dry run only",
        "as_of": "only the first so many entries of the log are searched",
        "campaign": "the campaign's id",
        "conclusive": "`false` finds what was denied for want of facts alone",
        "count": "how many decisions to draw",
        "cursor": "the `next` of the page before, as it came, with the same filters",
        "decision": "the id of a decision",
        "decision_id": "the id of the decision",
        "dry_run": "`true` decides and records nothing",
        "evidence": "what supports the request: addresses, file numbers",
        "fact": "the id of the standing fact",
        "format": "whose record it is: Assent's own campaign, or a platform's",
        "from": "the first day on which it holds",
        "ground": "why it is erased",
        "id": "the id of the waiver",
        "kind": "what the facts are of",
        "limit": "the most items on a page",
        "market": "a market of the decision, such as `US-CA`; a country also finds its regions",
        "markets": "only in these markets; in all unless they are named",
        "name": "the name of the policy set",
        "new": "the version to compare",
        "old": "the version to compare it with; the one in force unless it is named",
        "outcome": "what was decided",
        "platform": "a platform of the campaign, such as `tiktok`",
        "policy": "a policy with a rule of this `rule_status`",
        "policy_digest": "the digest of the policies that decided",
        "policy_set": "the policy set; the service's default unless it is named",
        "policy_version": "the version of the policies that decided",
        "reason": "why, for the log",
        "receipt": "`wait` waits for the log's signature and adds a proof that verifies offline",
        "rule": "a rule, such as `minors/no_profiled_ads`",
        "rule_status": "the status of the rule, policy or article; `violated` unless it is named",
        "saved": "the name of a saved query, which stands for all other filters",
        "since": "decided at this instant or after it",
        "state": "how far the waiver has come",
        "text": "words of the justification",
        "ticket": "where the approval is on record",
        "until": "decided before this instant",
        "used": "whether it has waived a breach in any decision of the log, erased ones aside",
        "version": "the version of the policies",
        "view": "`full` adds every rule with its status",
    }
)
"""By name, where an endpoint does not say otherwise."""

ELSEWHERE: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "batch.decide": {"as_of": "the instant to decide as of; now unless it is named"},
        "decisions.decide": {"as_of": "the instant to decide as of; now unless it is named"},
        "erasures.erase": {"actor": "the name of a key: all that it asked for"},
        "facts.list": {"name": "the name of what the facts are of"},
        "opa.decide": {
            "explain": "there are no explanations beside the reasons",
            "instrument": "has no effect",
            "metrics": "adds the time it took",
            "pretty": "indents the answer",
            "provenance": "adds which policies and which engine decided",
            "rest": "a policy set, or a set and one of its rules, such as `assent/allow`",
            "strict-builtin-errors": "has no effect: no error is ever passed over",
        },
        "opa.health": {
            "bundles": "has no effect: policies in force are always asked for",
            "plugins": "has no effect: the log is always asked for",
        },
        "policy_sets.activate": {"from": "from when it is in force; now unless it is named"},
        "queries.delete": {"name": "the name of the saved query"},
        "queries.save": {"name": "under which it is saved: `a` to `z`, digits, `-` and `_`"},
        "queries.show": {"name": "the name of the saved query"},
        "search.list": {"format": "pages of JSON, or a file of all that is found"},
        "search.manifest": {"format": "the format of the file that it describes"},
        "tiles.resource": {"rest": "a path of C2SP tlog-tiles, with its slashes"},
        "tiles.timestamp": {"name": "`latest`, a size of the log, or a size and `.tsr`"},
        "waivers.grant": {"as": "the role in which it is granted, where the key has several"},
        "waivers.request": {
            "advertiser": "the advertiser's name; it, `campaign` or both are needed",
            "campaign": "the campaign's id; it, `advertiser` or both are needed",
            "reason": "why the rule is to be waived",
            "until": "the first day on which it no longer holds",
        },
    }
)
"""By endpoint and name: what is meant there alone."""


def meaning(endpoint: str, name: str) -> str:
    """Return what a parameter or member of an endpoint means. Raises `LookupError`."""
    return ELSEWHERE.get(endpoint, {}).get(name) or MEANINGS[name]
