"""A small vocabulary that has every type, what is declared over it, and the days of it all."""

from datetime import date

from hypothesis import strategies as st

VOCABULARY = """
vocabulary campaign "a campaign"
  id      : text required "identifier"
  markets : list of place required "markets"
  flight  : flight required "flight"
  flag    : yes_no "a flag"
  other   : yes_no "another flag"
  amount  : number "an amount"
  whole   : whole_number "a whole number"
  share   : percentage "a share"
  price   : money "a price"
  cost    : money "a cost"
  day     : date "a day"
  moment  : instant "an instant"
  term    : days "a term"
  notice  : months "a notice"
  radius  : distance "a radius"
  slot    : period "a slot"
  hues    : list of colour "hues"
  sizes   : list of number "sizes"
  prices  : list of money "prices"
  colour  : colour "a colour"
  home    : country "a country"
  tongue  : language "a language"
  tongues : list of language "languages"
  note    : text "a note"
  notes   : list of text "notes"
  role    : one of {host, guest} presumed host "a role"
  minors  : yes_no presumed yes "minors may see it"
  lowest  : whole_number presumed 0 "lowest age"
  secret  : text sensitive "a secret"
  budget  : money sensitive "a secret amount"
  colours : list of colour "colours"
  places  : list of place "places"
  items   : list of item "items"
  person  : person "a person"
  patient : person sensitive "a patient"
  guests  : list of person sensitive "guests"

  type colour is one of {red, green, blue}

  record flight "flight"
    start         : date required "first day"
    end           : date "last day"
    until_stopped : yes_no "until stopped"
  end record

  record item "an item"
    flag   : yes_no "flag of the item"
    amount : number "amount of the item"
    colour : colour "colour of the item"
    day    : date "day of the item"
    parts  : list of part "parts of the item"
  end record

  record part "a part"
    size : number "size of the part"
    flag : yes_no "flag of the part"
  end record

  record person "a person"
    age  : whole_number "age"
    home : country "home"
    name : text "name"
  end record
end vocabulary

instrument LAW "A law" "https://example.org/law"

set UNION of place "a union"
  from 2020-01-01 is {DE, FR}
  from 2025-01-01 until 2026-06-01 is {DE, FR, \"US-CA\"}
  from 2026-06-01 is {DE}
end set

set WARM of colour "warm colours"
  is {red}
end set
"""

DECLARED = """
parameter least : number "a limit that falls"
  source LAW art 3
  from 2024-01-01 through 2025-05-31 is 12.5
  from 2025-09-01 is 2
end parameter

parameter dearest : money "a price"
  source LAW art 3
  is EUR 10
end parameter

parameter deadline : date "a day"
  from 2020-01-01 is 2025-06-01 source LAW art 4
  from 2026-01-01 is 2026-06-01 source LAW art 5
end parameter

table ceiling unique "what a colour may cost"
  source LAW art 3
  given shade : colour, where : place
  gives number
  from 2024-01-01 through 2025-05-31
  case WARM, any gives 12.5
  case {green, blue}, UNION gives 2
  case {green, blue}, NO gives 0
  from 2025-06-01
  case red, DE gives 1
  case red, FR gives 2
  otherwise gives 3
end table

table season unique "how long ago, by the day"
  given day : date
  gives days
  case before 2025-06-01 gives 30 days
  case 2025-06-01 to 2026-03-01 gives 2 weeks
  case after 2026-03-01 gives 0 days
end table

table mood unique "the mood of a number"
  given number : number, flag : yes_no
  gives colour
  case less than 1, yes gives red
  case 1 to 100, yes gives green
  case more than 100, yes gives blue
  case any, no gives red
end table

table route unique "what a way costs"
  given home : place, away : place
  gives number
  case US, US gives 1
  case "US-CA", US gives 2
  case US, "US-NY" gives 1
  case DE, US gives 0
  case "GB-LND", GB gives 1
  case GB, "GB-ENG" gives 2
  otherwise gives 3
end table

table toll unique "what a place costs"
  given away : place
  gives number
  from 2024-01-01 until 2026-01-01
  case UNION gives 1
  case "DE-BY" gives 12
  case {NO, US, "US-NY"} gives 2
  from 2026-01-01
  case "US-CA" gives 2
  case DE gives 0
  case "GB-ENG" gives 12
  case "GB-LND" gives 100
  otherwise gives 1
end table

table tone unique "what a note is worth"
  given note : text, flag : yes_no
  gives number
  case "hello", yes gives 0
  case "Hello", yes gives 1
  case {"HELLO", "hello"}, no gives 2
  otherwise gives 12
end table

define bright "the campaign is bright"
  source LAW art 2
  means campaign.colour is one of WARM or campaign.amount exceeds 2
end define

define flagged "something is flagged"
  means any item_0 in campaign.items has (
    item_0.flag and no item_1 in item_0.parts has (item_1.size exceeds 1))
end define

define plain "the campaign is plain"
  means none of (a) bright; (b) flagged; (c) campaign.home is one of UNION
end define
"""

_NEAR = [
    "2025-12-31",
    "2026-01-30",
    "2026-01-31",
    "2026-02-28",
    "2026-03-01",
    "2026-03-02",
    "2026-03-31",
]
DAYS = st.sampled_from([date.fromisoformat(day) for day in _NEAR]) | st.dates(
    min_value=date(2024, 6, 1), max_value=date(2027, 6, 1)
)
"""Days of three years; half of them lie so near each other that counts of days and months meet."""

COLOURS = st.sampled_from(["red", "green", "blue"])
