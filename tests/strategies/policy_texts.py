"""Generated policies over the small vocabulary.

They are generated as text, so that what the tests hold is what an author could have written.
Conditions carry the polarity of their place, as the checker demands.
"""

from datetime import date, timedelta
from functools import cache, lru_cache
from typing import Any

from hypothesis import strategies as st

from engine.bundle.bundle import Built, Bundle, build
from tests.strategies.vocabulary import COLOURS, DAYS, DECLARED, VOCABULARY

_NUMBERS = st.sampled_from(["0", "1", "2", "12.5", "100"])
_ORDERS = st.sampled_from(["is at least", "is at most", "is more than", "exceeds", "is less than"])
_DATE_ORDERS = st.sampled_from(["is before", "is after", "is on or before", "is on or after"])
_EQUALITY = st.sampled_from(["is", "is not"])
_MEMBERSHIP = st.sampled_from(["is one of", "is not one of"])
_INCLUSION = st.sampled_from(["includes any of", "includes all of", "includes none of"])
_LENGTHS = st.sampled_from(["30 days", "0 days", "2 weeks", "1 month", "2 years"])
_AGGREGATES = st.sampled_from(["sum", "lowest", "highest", "average"])
_CHOICES = st.sampled_from(
    [
        "i.flag",
        "i.amount is at least campaign.amount",
        "i.day is within 30 days before today",
        "(any part_of in i.parts has (part_of.flag))",
        "(i.colour is red or i.flag is no)",
        "(bright or i.flag)",
    ]
)
_CEILINGS = (
    "ceiling(campaign.colour, market)",
    "ceiling(mood(least, campaign.flag), campaign.home)",
    "ceiling(blue, NO) + 1",
)
_PERIODS = st.sampled_from(
    ["campaign.slot", "campaign.flight", "2025-06-01 to 2026-06-01", "2026-01-01 to 2026-01-01"]
)
_TERMS = st.sampled_from(
    ["due before launch", "due within 30 days of launch", "due within 1 month after the end"]
)
_ENFORCEMENTS = (
    *("enforcement advisory", "enforcement mandatory", ""),
    'enforcement overridable by "counsel"',
)
_PLACES = st.sampled_from(["DE", "US", '"US-CA"', "GB", '"GB-ENG"', '"GB-LND"'])
_WORDS = '{"hello", "HELLO", "other"}'
_MONEY = st.sampled_from(["EUR 10", "EUR 99.50", "USD 10"])


def _sentence(*parts: st.SearchStrategy[str] | str) -> st.SearchStrategy[str]:
    """Return sentences of the parts, with spaces between them."""
    made = [st.just(part) if isinstance(part, str) else part for part in parts]
    return st.tuples(*made).map(" ".join)


def _choice(*facts: str) -> st.SearchStrategy[str]:
    return st.sampled_from(facts)


@cache
def _atoms(bound: tuple[tuple[str, str], ...]) -> list[st.SearchStrategy[str]]:
    """Return conditions that join no others; those of bound names stand four times.

    They are made once, since making them takes longer than drawing from them.
    """
    atoms = _campaign_atoms()
    for name, element in bound:
        atoms += _element_atoms(name, element) * 4
    return atoms


def _campaign_atoms() -> list[st.SearchStrategy[str]]:
    number = _choice("campaign.amount", "campaign.whole", "campaign.person.age")
    price = _choice("campaign.price", "campaign.cost")
    day = _choice("campaign.day", "campaign.flight.start")
    ratio = _sentence(number, "/", number)
    total = _sentence(number, _choice("+", "-", "*"), number)
    return [
        _sentence(number, _ORDERS, _choice("least", "least + 1")),
        _sentence(price, _ORDERS, _choice("dearest", "50% of dearest")),
        _sentence(day, _DATE_ORDERS, "deadline"),
        _sentence("deadline", _DATE_ORDERS, "today"),
        _sentence(number, _ORDERS, _choice(*_CEILINGS)),
        _sentence(_choice(*_CEILINGS), _ORDERS, _choice("2", "campaign.amount", "least")),
        _sentence(day, "is within season(", "campaign.day", ") before today"),
        _sentence("campaign.colour", _EQUALITY, "mood(campaign.amount, campaign.flag)"),
        _sentence("mood(campaign.whole / campaign.amount, campaign.other)", _MEMBERSHIP, "WARM"),
        _choice("campaign.flag", "campaign.other"),
        _choice("bright", "flagged", "plain"),
        _sentence(number, _ORDERS, st.one_of(_NUMBERS, number)),
        _sentence(ratio, _ORDERS, st.one_of(_NUMBERS, st.just("80%"), _sentence("80% of", number))),
        _sentence(total, _ORDERS, _NUMBERS),
        _sentence(number, "is between", _NUMBERS, "and", _NUMBERS),
        _sentence(price, _ORDERS, st.one_of(_MONEY, price, _sentence("50% of", price))),
        _sentence("campaign.share", _ORDERS, _choice("5%", "50%")),
        _sentence(day, _DATE_ORDERS, st.one_of(DAYS.map(str), st.just("today"), day)),
        _sentence(
            day,
            "is within",
            st.one_of(_LENGTHS, _choice("campaign.term", "campaign.notice")),
            _choice("before", "after"),
            st.one_of(st.just("today"), st.just("campaign.flight.start"), DAYS.map(str)),
        ),
        _sentence("today is within", _LENGTHS, _choice("before", "after"), day),
        _sentence("campaign.day", _DATE_ORDERS, "campaign.flight.start +", _LENGTHS),
        _sentence("today -", _choice("1 month", "campaign.notice"), _DATE_ORDERS, day),
        _sentence("today + 2 months - 30 days", _DATE_ORDERS, day),
        _sentence("today -", day, _ORDERS, st.one_of(_choice("30 days"), st.just("campaign.term"))),
        _sentence("campaign.moment", _DATE_ORDERS, _choice("campaign.day", "today", "2026-01-01")),
        _sentence("campaign.moment is before campaign.moment"),
        _sentence("campaign.term", _ORDERS, _choice("30 days", "2 weeks", "50% of 60 days")),
        _sentence("campaign.notice", _ORDERS, _choice("13 months", "1 year", "campaign.notice")),
        _sentence("campaign.radius", _ORDERS, _choice("15 miles", "25 km", "80% of 500 metres")),
        _sentence("campaign.colour", _EQUALITY, COLOURS),
        _sentence("campaign.colour", _MEMBERSHIP, _choice("{red, blue}", "WARM")),
        _sentence("campaign.home", _EQUALITY, _choice("DE", "NO", "US")),
        _sentence("campaign.home", _MEMBERSHIP, _choice("UNION", "{NO, IT}")),
        _sentence("campaign.tongue", _EQUALITY, _choice("en", "de", '"en-GB"')),
        _sentence("campaign.tongue", _MEMBERSHIP, '{de, "en-GB"}'),
        _sentence("campaign.tongues", _INCLUSION, '{de, "en-GB"}'),
        _sentence("campaign.tongues includes", _choice("en", '"de-AT"')),
        _sentence(price, _EQUALITY, st.one_of(_MONEY, price)),
        _sentence(price, "is between", _MONEY, "and", _MONEY),
        _sentence(price, _choice("+", "-"), price, _ORDERS, _MONEY),
        _sentence(price, "/", price, _ORDERS, _NUMBERS),
        _sentence(price, _MEMBERSHIP, _choice("{EUR 10, USD 10}", "campaign.prices")),
        _sentence("campaign.prices includes", _MONEY),
        _sentence("campaign.moment is between", day, "and", st.one_of(DAYS.map(str), day)),
        _sentence("campaign.moment is within 1 month after", _choice("campaign.moment", "today")),
        _sentence("campaign.term", _choice("+", "-"), "2 weeks", _ORDERS, _choice("16 days")),
        _sentence("campaign.radius / 5 km", _ORDERS, _NUMBERS),
        _sentence("campaign.day + 50% of", _choice("2 days", "3 days"), _DATE_ORDERS, day),
        _sentence("campaign.day +", _choice("1 month - 1 month", "0 days"), _DATE_ORDERS, day),
        _sentence("campaign.sizes", _INCLUSION, _choice("{1, 2}", "{12.5}")),
        _sentence(_choice("campaign.places", "campaign.markets"), "includes", _PLACES),
        _sentence("market", _MEMBERSHIP, "campaign.places"),
        _sentence(_choice("toll(market)", "toll(campaign.home)"), _ORDERS, _NUMBERS),
        _sentence(_PERIODS, "overlaps", _PERIODS),
        _sentence(_PERIODS, "includes", st.one_of(day, st.just("today"))),
        _sentence(st.one_of(day, st.just("campaign.moment")), "is within", _PERIODS),
        _sentence("campaign.slot.end", _DATE_ORDERS, day),
        _sentence("campaign.note", _choice("is like", "is not like"), _choice('"H*"', '"*ll*o"')),
        _sentence("campaign.colours", _INCLUSION, "campaign.hues"),
        _sentence("count of", _choice("campaign.items", "campaign.colours"), _ORDERS, _NUMBERS),
        _sentence("count of (each i in campaign.items where", _CHOICES, ")", _ORDERS, "1"),
        _sentence(_AGGREGATES, "of campaign.sizes", _ORDERS, st.one_of(_NUMBERS, number)),
        _sentence(number, _ORDERS, _AGGREGATES, "of campaign.sizes"),
        _sentence(_AGGREGATES, "of campaign.prices", _ORDERS, _MONEY),
        _sentence(
            _AGGREGATES,
            "of (",
            _choice("i.amount", "i.amount + campaign.amount", "count of i.parts"),
            "for each i in campaign.items",
            st.one_of(st.just(""), _sentence("where", _CHOICES)),
            ")",
            _ORDERS,
            _NUMBERS,
        ),
        _sentence("highest of (i.day for each i in campaign.items)", _DATE_ORDERS, "today"),
        _sentence("sum of (i.day - campaign.day for each i in campaign.items) exceeds 30 days"),
        _sentence("campaign.colour", _MEMBERSHIP, "campaign.hues"),
        _sentence(_AGGREGATES, "of (g.age for each g in campaign.guests)", _ORDERS, _NUMBERS),
        _sentence("count of (each g in campaign.guests where g.name is campaign.note) exceeds 1"),
        _sentence("campaign.secret", _choice("is like", "is not like"), '"h*"'),
        _sentence("campaign.secret", _EQUALITY, _choice('"hello"', "campaign.patient.name")),
        _sentence("campaign.budget", _ORDERS, st.one_of(_MONEY, price)),
        _sentence(number, _ORDERS, "campaign.patient.age"),
        _sentence("market", _EQUALITY, _choice("DE", "NO", "US")),
        _sentence("market", _EQUALITY, _PLACES),
        _sentence("market", _MEMBERSHIP, _choice("UNION", '{"US-CA", FR}')),
        _sentence(_choice("route(market, US)", "route(market, market)"), _ORDERS, _NUMBERS),
        _sentence(
            "any place_of in campaign.places has (route(market, place_of)", _ORDERS, _NUMBERS, ")"
        ),
        _sentence("campaign.home", _EQUALITY, "market"),
        _sentence("campaign.markets", _INCLUSION, "UNION"),
        _sentence("campaign.note", _EQUALITY, _choice('"hello"', '"Hello"', '"say \\"hi\\""')),
        _sentence("campaign.note", _MEMBERSHIP, _choice(_WORDS, "campaign.notes")),
        _sentence("campaign.notes", _INCLUSION, _choice(_WORDS, '{"other", "Say “hi”"}')),
        _sentence("campaign.notes includes", _choice('"Hello"', "campaign.note", '"other"')),
        _sentence("tone(campaign.note, campaign.flag)", _ORDERS, _NUMBERS),
        _sentence("campaign.colours", _INCLUSION, _choice("WARM", "{green, blue}")),
        _sentence("campaign.colours includes", COLOURS),
        _sentence("campaign.places", _INCLUSION, "UNION"),
        _sentence(
            _choice("campaign.colours", "campaign.items"), _choice("is empty", "is not empty")
        ),
    ]


_PRESUMED = {
    True: ["campaign.role is host", "campaign.minors", "campaign.lowest is less than 18"],
    False: ["campaign.role is guest", "campaign.minors is no", "campaign.lowest is at least 18"],
}
"""Comparisons of presumed facts, by whether their truth leads towards denial."""


def _element_atoms(name: str, kind: str) -> list[st.SearchStrategy[str]]:
    if kind == "colour":
        return [_sentence(name, _EQUALITY, COLOURS), _sentence(name, _MEMBERSHIP, "WARM")]
    if kind == "note":
        return [
            _sentence(name, _EQUALITY, _choice('"Hello"', "campaign.note")),
            _sentence(name, _MEMBERSHIP, _choice(_WORDS, "campaign.notes")),
        ]
    if kind == "guest":
        return [
            _sentence(f"{name}.age", _ORDERS, _NUMBERS),
            _sentence(f"{name}.name", _EQUALITY, _choice("campaign.secret", "campaign.note")),
        ]
    if kind == "part":
        return [
            st.just(f"{name}.flag"),
            _sentence(f"{name}.size", _ORDERS, st.one_of(_NUMBERS, st.just("campaign.amount"))),
        ]
    return [
        st.just(f"{name}.flag"),
        _sentence(f"{name}.amount", _ORDERS, st.one_of(_NUMBERS, st.just("campaign.amount"))),
        _sentence(f"{name}.colour", _EQUALITY, COLOURS),
        _sentence(f"{name}.day", _DATE_ORDERS, DAYS.map(str)),
        _sentence(f"{name}.amount", _ORDERS, f"ceiling({name}.colour, NO)"),
    ]


_COLLECTIONS = {
    "item": "campaign.items",
    "colour": "campaign.colours",
    "guest": "campaign.guests",
    "note": "campaign.notes",
}


def _signed(*, sign: bool | None, flips: bool) -> bool | None:
    return None if sign is None else sign is not flips


@st.composite
def conditions(
    draw: st.DrawFn,
    *,
    towards_denial: bool | None,
    depth: int = 3,
    bound: tuple[tuple[str, str], ...] = (),
) -> str:
    """Return the text of a condition; in brackets wherever it joins others.

    One that leads both ways (None), as that of a duty does, asks of no fact whether it is stated.
    """
    kinds = ["atom", "atom"]
    if towards_denial is not None:
        kinds += ["known", "presumed"]
    if depth > 0:
        kinds += ["and", "or", "not", "list", "quantifier"]
    kind = draw(st.sampled_from(kinds))
    if kind == "atom":
        atoms = _atoms(bound)
        return draw(atoms[draw(st.integers(0, len(atoms) - 1))])
    if kind == "presumed":
        return draw(st.sampled_from(_PRESUMED[bool(towards_denial)]))
    if kind == "known":
        phrase = "is unknown" if towards_denial else "is known"
        facts = ["campaign.flag", "campaign.price", "campaign.person.home", "campaign.items"]
        facts += [f"{name}.flag" for name, element in bound if element in ("item", "part")]
        return f"{draw(st.sampled_from(facts))} {phrase}"
    if kind == "not":
        inner = draw(
            conditions(
                towards_denial=_signed(sign=towards_denial, flips=True),
                depth=depth - 1,
                bound=bound,
            )
        )
        return f"not ({inner})"
    if kind == "quantifier":
        return draw(_quantified(towards_denial=towards_denial, depth=depth, bound=bound))
    return draw(_joined(kind, towards_denial=towards_denial, depth=depth, bound=bound))


@st.composite
def _joined(
    draw: st.DrawFn, kind: str, *, towards_denial: bool | None, depth: int, bound: tuple[Any, ...]
) -> str:
    listed = draw(st.sampled_from(["all of", "any of", "none of"])) if kind == "list" else kind
    sign = _signed(sign=towards_denial, flips=listed == "none of")
    parts = draw(
        st.lists(
            conditions(towards_denial=sign, depth=depth - 1, bound=bound), min_size=2, max_size=3
        )
    )
    if kind == "list":
        items = [f"({label}) ({part})" for label, part in zip("abc", parts, strict=False)]
        return f"({listed} {'; '.join(items)})"
    return "(" + f" {kind} ".join(f"({part})" for part in parts) + ")"


@st.composite
def _quantified(
    draw: st.DrawFn, *, towards_denial: bool | None, depth: int, bound: tuple[tuple[str, str], ...]
) -> str:
    choices = list(_COLLECTIONS.items())
    choices += [("part", f"{name}.parts") for name, kind in bound if kind == "item"]
    kind, collection = draw(st.sampled_from(choices))
    name = f"{kind}_{len(bound)}"
    word = draw(st.sampled_from(["any", "every", "no", "every_if_any"]))
    sign = _signed(sign=towards_denial, flips=word == "no")
    inner = draw(conditions(towards_denial=sign, depth=depth - 1, bound=(*bound, (name, kind))))
    if word == "every_if_any":
        return f"every {name} in {collection}, if any, has ({inner})"
    return f"{word} {name} in {collection} has ({inner})"


def ends(until: date) -> st.SearchStrategy[str]:
    """Return both spellings of an end by the first day on which something no longer holds."""
    return st.sampled_from([f" until {until}", f" through {until - timedelta(days=1)}"])


@st.composite
def _origins(draw: st.DrawFn) -> list[str]:
    """Return the clauses that say whence, when and where."""
    start = draw(DAYS)
    clauses = ["source LAW art 1", f"in force from {start}"]
    if draw(st.booleans()):
        clauses[-1] += draw(ends(start + timedelta(days=draw(st.integers(1, 500)))))
    if draw(st.booleans()):
        places = draw(st.sampled_from(["UNION", "{DE}", '{"US-CA"}', "{US, NO}", '{"GB-ENG"}']))
        clauses.append(f"applies in {places}")
    return clauses


@st.composite
def permissions(draw: st.DrawFn, name: str, lifted: list[str]) -> str:
    """Return the text of a rule that permits."""
    clauses = draw(_origins())
    if draw(st.booleans()):
        clauses.append(f"applies when {draw(conditions(towards_denial=False, depth=1))}")
    clauses.append(f"permit when {draw(conditions(towards_denial=False))}")
    clauses.append(f"despite {', '.join(lifted)}")
    return f"  rule {name}\n    " + "\n    ".join(clauses) + "\n"


@st.composite
def rules(draw: st.DrawFn, name: str) -> str:
    """Return the text of a rule."""
    clauses = draw(_origins())
    effect = draw(st.sampled_from(["prohibit", "require", "oblige"]))
    sign = None if effect == "oblige" else True
    if draw(st.booleans()):
        clauses.append(f"applies when {draw(conditions(towards_denial=sign, depth=1))}")
    if effect == "prohibit":
        clauses.append(f"prohibit when {draw(conditions(towards_denial=True))}")
    elif effect == "oblige":
        when = draw(conditions(towards_denial=None))
        place = draw(st.sampled_from(["", "", " in {market}", ", not {least}"]))
        clauses.append(f'oblige "tell {{campaign.amount}}{place}" when {when} {draw(_TERMS)}')
    else:
        demand = f"require {draw(conditions(towards_denial=False))}"
        if draw(st.booleans()):
            demand += f" when {draw(conditions(towards_denial=True, depth=1))}"
        clauses.append(demand)
    for index in range(draw(st.sampled_from([0, 1, 1, 2]))):
        exception = draw(conditions(towards_denial=False, depth=1))
        clauses.append(f'unless "exception {index}" {exception}')
    clauses.append(draw(st.sampled_from(["month end rounds up", "month end rounds down", ""])))
    clauses.append(draw(st.sampled_from(["if unknown ask", "if unknown deny", "severity high"])))
    clauses.append(draw(st.sampled_from(_ENFORCEMENTS)))
    if effect != "oblige":
        place = draw(st.sampled_from(["", "", " in {market}", ", not {least}"]))
        clauses.append(f'message "amount {{campaign.amount}}, {{campaign.colours}}{place}"')
        clauses.append('remedy "change it"')
    clauses.append(draw(st.sampled_from(["evidence campaign.price, campaign.note", ""])))
    return f"  rule {name}\n    " + "\n    ".join(filter(None, clauses)) + "\n"


_SCOPES = (
    *('campaign.id is "c-1"', "campaign.flag", "market is DE", "campaign.home is known"),
    *("campaign.markets includes DE", "not (today is before campaign.flight.start)"),
    "campaign.minors is no or campaign.role is guest or campaign.other",
)


@st.composite
def waivers(draw: st.DrawFn, name: str, rule: str) -> str:
    """Return the text of a waiver of a rule, mostly for years and for many campaigns."""
    start = draw(st.just(date(2024, 1, 1)) | DAYS)
    until = draw(st.just(date(2028, 1, 1)) | DAYS.filter(lambda day: day > start))
    scope = draw(st.sampled_from([*_SCOPES, ""]))
    clauses = [
        f"of {rule}",
        f"for {scope or draw(conditions(towards_denial=False, depth=1))}",
        f"in force from {start}{draw(ends(until))}",
        f'approved by "A. Jansen" as "counsel" on {start}',
        'ticket "LEG-1"',
        'reason "it is reviewed by hand"',
    ]
    return f"waiver {name}\n  " + "\n  ".join(clauses) + "\nend waiver\n"


def _can_be_waived(rule: str) -> bool:
    """Whether the text of a rule is that of one that denies, and that somebody may waive."""
    kept = ("enforcement advisory", "enforcement mandatory", "    oblige ")
    return not any(words in rule for words in kept)


def policy_files(*, most_rules: int = 3) -> st.SearchStrategy[dict[str, str]]:
    """Return the files of bundles: the vocabulary, and one policy a file.

    What is proved to mean nothing, such as a rule that can never be violated, is left out.
    """
    return _policy_files(most_rules).filter(_can_be_published)


@st.composite
def _short_rules(draw: st.DrawFn, count: int, depth: int) -> dict[str, str]:
    head = "policy short\n  source LAW art 1\n  in force from 2020-01-01\n"
    texts = []
    for number in range(count):
        condition = draw(conditions(towards_denial=True, depth=depth))
        rounding = draw(st.sampled_from(["up", "down"]))
        texts.append(
            f"  rule r{number}\n    prohibit when {condition}\n    month end rounds {rounding}\n"
            '    message "m"\n    remedy "r"\n'
        )
    policy = head + "\n".join(texts) + "end policy\n"
    return {"vocabulary.policy": VOCABULARY, "declared.policy": DECLARED, "short.policy": policy}


def short_policy_files(count: int = 12, depth: int = 0) -> st.SearchStrategy[dict[str, str]]:
    """Return the files of bundles whose rules ask one question each, so that none hides another.

    With a `depth` each asks as many as are joined.
    """
    return _short_rules(count, depth).filter(_can_be_published)


def bundle_of(files: dict[str, str]) -> Bundle:
    """Return the bundle of generated files."""
    bundle, faults = _built(tuple(files.items()))
    assert bundle is not None, faults
    return bundle


@lru_cache(maxsize=2)
def _built(files: tuple[tuple[str, str], ...]) -> Built:
    """Return what is built of files, once for the choice and for the test of what was chosen."""
    return build("generated", dict(files))


def _can_be_published(files: dict[str, str]) -> bool:
    _, found = _built(tuple(files.items()))
    return not any(fault.is_error and fault.code.startswith("E07") for fault in found)


@st.composite
def _policy_files(draw: st.DrawFn, most_rules: int) -> dict[str, str]:
    files = {"vocabulary.policy": VOCABULARY, "declared.policy": DECLARED}
    lifted = []
    waived = []
    for number in range(draw(st.integers(1, 2))):
        texts = [draw(rules(f"rule_{n}")) for n in range(draw(st.integers(1, most_rules)))]
        for n, text in enumerate(texts):
            if "enforcement mandatory" not in text and draw(st.booleans()):
                texts[n] = f"{text}    subject to permits/free\n"
                lifted.append(f"p{number}/rule_{n}")
            if _can_be_waived(text):
                for each in range(draw(st.integers(0, 2))):
                    name = f"w{number}_{n}_{each}"
                    waived.append(draw(waivers(name, f"p{number}/rule_{n}")))
        files[f"{number}.policy"] = f"policy p{number}\n" + "\n".join(texts) + "end policy\n"
    if lifted:
        permission = draw(permissions("free", lifted))
        files["permits.policy"] = f"policy permits\n{permission}end policy\n"
    if waived:
        files["waivers.policy"] = "\n".join(waived)
    return files
