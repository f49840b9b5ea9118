"""Small policies to make a handbook of, and the shipped ones."""

from functools import cache

from engine import Bundle, bundle_from_files, load_bundle
from engine.bundle.load import shipped_directory
from engine.handbook.handbook import handbook
from engine.handbook.values import Handbook
from engine.semantics.tree import Condition

VOCABULARY = """
module golden.words

vocabulary campaign "an advertising campaign"
  id         : text required          "identifier of the campaign"
  markets    : list of place required "where the ads may be shown"
  flight     : flight required        "when the campaign runs"
  political  : yes_no                 "the campaign is political"
  labelled   : yes_no                 "the ads carry a label"
  running    : yes_no                 "ads everywhere"
  licensed   : yes_no                 "the advertiser has a licence"
  owned      : yes_no                 "the people have an account"
  told       : yes_no                 "the ad says that it was paid for"
  objective  : objective              "what the campaign is for"
  maker      : text                   "who made the ads"
  budget     : money                  "what may be spent"
  paid       : money                  "amount paid"
  discount   : percentage             "discount on the price"
  size       : whole_number           "number of people reached"
  radius     : number                 "radius around the centre, in metres"
  audited    : date                   "day of the last audit"
  home       : country                "country of the advertiser"
  other_home : country                "a second country"
  language   : language               "language of the ads"
  currency   : currency               "currency of the prices"
  ages       : ages                   "ages of the people"
  segments   : list of segment        "segments of people"
  approvals  : list of approval       "who has approved the campaign"
  spending   : list of spend          "what may be spent in each place"
  tags       : list of tag            "tags"
  shown      : list of tag            "what the ads show"
  words      : list of text           "words in the ads"

  type objective is one of {awareness, more_sales, leads}

  type tag is one of {health, politics, sport}

  record flight "when the campaign runs"
    start         : date required "first day"
    end           : date          "last day"
    until_stopped : yes_no        "runs until stopped"
  end record

  record ages "ages of the people"
    lowest : whole_number "lowest age"
  end record

  record segment "a segment of people"
    name    : text        "name of the segment"
    tags    : list of tag "tags of the segment"
    size    : number      "size of the segment"
    consent : yes_no      "the people have consented"
    parts   : list of segment "parts of the segment"
  end record

  record spend "what may be spent in a place"
    most : money "the most that may be spent"
  end record

  record approval "an approval of the campaign"
    name : text "who approved it"
    day  : date "day of the approval"
  end record
end vocabulary

instrument DSA "Digital Services Act" "https://example.org/dsa"

set UNION of place "member states of the Union"
  from 2000-01-01 until 2020-02-01 is {DE, FR, GB}
  from 2020-02-01 is {DE, FR}
end set

set SENSITIVE of tag "sensitive subjects" is {health, politics} end set

parameter lapsed : whole_number "people who may be reached"
  source DSA art 8
  from 2024-01-01 until 2025-01-01 is 3
  from 2026-01-01 until 2027-01-01 is 4
end parameter

parameter highest : money "highest price of a campaign"
  source DSA art 8
  from 2020-01-01 until 2026-01-01 is EUR 4000
  from 2026-01-01 is EUR 5000 source DSA art 10
  reviewed on 2026-02-01
end parameter

table fee unique "the fee for ads"
  source DSA art 11
  given about : tag, paid : yes_no
  gives money
  from 2026-01-01
  case {health, politics}, yes gives EUR 5
  otherwise gives EUR 7
end table

define costly "the campaign is costly"
  source DSA art 9
  means  campaign.budget exceeds EUR 5000 or campaign.paid exceeds EUR 5000
end define

define costly_and_aimed "the ads are costly and aimed at somebody"
  means costly and campaign.segments is not empty
end define
"""


def rules(*mains: str) -> str:
    """Return a policy with a rule for each main clause."""
    written = (rule(f"r{number}", main) for number, main in enumerate(mains))
    return f"policy p\n{''.join(written)}end policy\n"


def rule(name: str, main: str, *clauses: str) -> str:
    """Return the text of a rule."""
    lines = (
        f'rule {name} "Title of {name}"',
        "source DSA art 1",
        "in force from 2024-01-01",
        main,
        *clauses,
        *(() if main.startswith(("oblige", "permit")) else ('message "M."', 'remedy "R."')),
    )
    return "\n  ".join(lines) + "\n"


def bundle(text: str, name: str = "golden") -> Bundle:
    files = {"words.policy": VOCABULARY, "p.policy": f"module p\n{text}"}
    return bundle_from_files(files, name=name)


def condition(written: str) -> tuple[Bundle, Condition]:
    """Return a condition in the core; one that absence must not help is put as a demand."""
    word = "require" if "is known" in written else "prohibit when"
    made = bundle(rules(f"{word} {written}"))
    return made, made.policies.rules[0].main.condition


@cache
def shipped() -> Handbook:
    return handbook(load_bundle(shipped_directory(), name="assent"))
