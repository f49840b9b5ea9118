"""Campaigns of which some facts are stated beforehand, over the generated policies.

A campaign is generated whole, and then some of its facts are taken out of it and into standing
facts: about its advertiser, and about its audiences, which are the items of the small vocabulary.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.strategies.campaigns import descriptors
from tests.strategies.policy_texts import policy_files
from tests.strategies.vocabulary import VOCABULARY

KNOWING = VOCABULARY.replace(
    '  items   : list of item "items"\n',
    '  audiences  : list of item "items"\n'
    '  advertiser : advertiser "who advertises"\n'
    '  platforms  : list of use "where the ads run"\n',
).replace(
    '  record item "an item"\n',
    '  record advertiser "who advertises"\n'
    '    name : text "name of the advertiser"\n'
    "  end record\n\n"
    '  record use "a platform"\n'
    '    account_id : text "account on the platform"\n'
    "  end record\n\n"
    '  record item "an item"\n'
    '    id     : text "identifier of the item"\n',
)
"""The small vocabulary, with an advertiser, accounts, and items that are known by an id."""

OWN = ("id", "markets", "flight", "advertiser", "audiences", "platforms")


@dataclass(frozen=True, slots=True)
class Split:
    """A campaign as it would be whole, what is left of it, and what is stated beforehand."""

    whole: dict[str, Any]
    left: dict[str, Any]
    documents: list[dict[str, Any]]


def knowing_files() -> st.SearchStrategy[dict[str, str]]:
    """Return the files of bundles over that vocabulary."""
    return policy_files(most_rules=2).map(
        lambda files: {
            name: KNOWING
            if name == "vocabulary.policy"
            else text.replace("campaign.items", "campaign.audiences")
            for name, text in files.items()
        }
    )


def document(
    kind: str,
    name: str,
    facts: dict[str, Any],
    *,
    start: date = date(2000, 1, 1),
    until: date = date(2100, 1, 1),
) -> dict[str, Any]:
    """Return a standing fact."""
    return {
        "subject": {"kind": kind, "name": name},
        "facts": facts,
        "from": start.isoformat(),
        "until": until.isoformat(),
        "evidence": "by hand",
    }


@st.composite
def splits(draw: st.DrawFn, day: date) -> Split:
    """Return campaigns with some facts taken out, which are stated for days about a day."""
    whole = dict(draw(descriptors()))
    items = whole.pop("items", None)
    whole["advertiser"] = {"name": "A"}
    if items is not None:
        whole["audiences"] = [
            {**item, "id": f"i-{index}"} if isinstance(item, dict) else item
            for index, item in enumerate(items)
        ]
    left, documents = dict(whole), []
    movable = [name for name in whole if name not in OWN]
    moved = draw(st.lists(st.sampled_from(movable), unique=True)) if movable else []
    for number in range(2):
        some = {name: left.pop(name) for name in moved[number::2]}
        if some:
            documents.append(document("advertiser", "A", some, **draw(spans(day))))
    if items is not None:
        left["audiences"] = []
        for item in whole["audiences"]:
            kept = draw(st.sets(st.sampled_from(sorted(item)))) | {"id"}
            stated = {name: inner for name, inner in item.items() if name not in kept}
            left["audiences"].append({name: item[name] for name in item if name in kept})
            if any(inner is not None for inner in stated.values()):
                documents.append(document("audience", item["id"], stated, **draw(spans(day))))
    return Split(whole, left, documents)


def spans(day: date) -> st.SearchStrategy[dict[str, date]]:
    """Return days from which and until which something holds, which always includes a day."""
    return st.builds(
        lambda before, after: {
            "start": day - timedelta(days=before),
            "until": day + timedelta(days=after),
        },
        st.integers(0, 400),
        st.integers(1, 400),
    )
