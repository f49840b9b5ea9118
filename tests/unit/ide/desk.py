"""Policies on a desk: the vocabulary and law that tests write their own text beside."""

from engine.ide.snapshot import Snapshot, take

CURSOR = "|"

VOCABULARY = """\
vocabulary campaign "a campaign"
  id       : text required          "identifier of the campaign"
  markets  : list of place required "countries where the ads may be shown"
  flight   : flight required        "when the campaign runs"
  goal     : one of {sales, jobs}   "what the campaign is for"
  language : language               "language of the ads"
  spent    : money                  "what has been spent"
  audience : audience               "whom the ads are aimed at"
  segments : list of segment        "groups of people the ads are aimed at"

  record flight "when the campaign runs"
    start         : date   "first day of the campaign"
    end           : date   "last day of the campaign"
    until_stopped : yes_no "the campaign runs until it is stopped"
  end record

  record audience "whom the ads are aimed at"
    minimum_age : whole_number "lowest age the ads are shown to"
    profiling   : yes_no       "the ads are aimed by profiling people"
    country     : country      "country of the audience"
    currency    : currency     "currency of the audience"
  end record

  record segment "a group of people"
    name  : text          "name of the segment"
    kind  : segment_kind  "what the segment is made of"
    parts : list of part  "parts of the segment"
  end record

  record part "a part of a segment"
    size : whole_number "how many people there are"
  end record

  type segment_kind is one of {interest, health}
end vocabulary
"""

LAW = """\
instrument DSA "Digital Services Act" "https://eur-lex.europa.eu/eli/reg/2022/2065/oj"
instrument HOUSE "Our own policy" "shelf 3"

set EU of country "member states of the European Union"
  from 2010-01-01 until 2020-02-01 is {DE, FR, GB, NL}
  from 2020-02-01 is {DE, FR, NL}
end set

set SENSITIVE of segment_kind "sensitive kinds"
  is {health}
end set
"""

MINORS = """\
policy minors "Protection of minors"
  source        DSA art 28(2), HOUSE sec 1
  in force from 2024-02-17
  applies in    EU

  rule no_profiling "No profiled ads for minors"
    applies when  campaign.goal is sales
    prohibit when campaign.audience.minimum_age is less than 18 and campaign.audience.profiling
    unless        "no flight" campaign.flight.until_stopped
    message       "The ads are open to people from {campaign.audience.minimum_age}."
    remedy        "Raise the lowest age to 18."
    evidence      campaign.markets

  rule no_health "No health segments"
    applies in    {DE, FR}
    applies when  any segment in campaign.segments has (segment.name is "x")
    applies when  market is not one of {IT}
    prohibit when any segment in campaign.segments has (
                    segment.kind is one of SENSITIVE or segment.kind is health
                  )
    message       "The segment {segment.name} tells of health."
    remedy        "Leave {segment.name} out."
end policy

test "a profiled campaign for minors is denied"
  on 2026-09-15
  given campaign.goal is sales
  given campaign.segments is empty
  without campaign.segments[1].name
  expect deny by minors/no_profiling
end test
"""

FILES = {"campaign.policy": VOCABULARY, "law.policy": LAW, "minors.policy": MINORS}


def written(text: str, *, name: str = "new.policy") -> tuple[Snapshot, int]:
    """Return the policies with a text among them, and where the mark of the cursor stood."""
    before, _, after = text.rpartition(CURSOR)
    return take({**FILES, name: before + after}), len(before)


def desk(**files: str) -> Snapshot:
    """Return the policies, with other texts in place of some: `desk(law=…)`."""
    return take({**FILES, **{f"{name}.policy": text for name, text in files.items()}})
