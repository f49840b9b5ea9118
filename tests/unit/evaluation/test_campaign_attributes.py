"""Whom and where a campaign is for: told by the record, and left out where it is sensitive."""

from typing import Any

import pytest

from engine.evaluation.descriptor.attributes import MOST_PLATFORMS
from engine.evaluation.document import document
from tests.unit.evaluation.courtroom import IDENTITY, court, hear

VOCABULARY = """
vocabulary campaign "campaign"
  id : text required "id"
  markets : list of place required "markets"
  flight : flight required "flight"
  advertiser : advertiser{group} "who advertises"
  platforms : list of use "where"
  record flight "flight"
    start : date required "start"
    end : date "end"
    until_stopped : yes_no "runs on"
  end record
  record advertiser "who advertises"
    name : text{name} "name"
  end record
  record use "a platform"
    name : text "name"
  end record
end vocabulary
"""


def members(facts: dict[str, Any], *, group: str = "", name: str = "") -> dict[str, Any]:
    vocabulary = VOCABULARY.format(group=group, name=name)
    bundle = court(vocabulary=vocabulary)
    made = document(hear(bundle, **facts), id="1", identity=IDENTITY)
    return {name: made[name] for name in ("advertiser", "platforms") if name in made}


NAMED = {"advertiser": {"name": "Acme"}, "platforms": [{"name": "b"}, {}, {"name": "a"}] * 2}


@pytest.mark.parametrize(
    ("facts", "marks", "expected"),
    [
        (NAMED, {}, {"advertiser": "Acme", "platforms": ["b", "a"]}),
        ({}, {}, {"advertiser": None, "platforms": []}),
        ({"advertiser": {}}, {}, {"advertiser": None, "platforms": []}),
        (NAMED, {"group": " sensitive"}, {"platforms": ["b", "a"]}),
        (NAMED, {"name": " sensitive"}, {"platforms": ["b", "a"]}),
        (
            {"platforms": [{"name": str(n)} for n in range(MOST_PLATFORMS + 1)]},
            {},
            {"advertiser": None},
        ),
    ],
)
def test_what_a_record_says(
    facts: dict[str, Any], marks: dict[str, str], expected: dict[str, Any]
) -> None:
    assert members(facts, **marks) == expected
