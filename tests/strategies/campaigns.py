"""Generated campaigns over the small vocabulary, and what is left of one without a fact."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from tests.strategies.vocabulary import COLOURS, DAYS

_AMOUNT = st.sampled_from([0, 1, 2, 12, 100])


def _facts(**facts: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Return objects in which any of the facts may be absent."""
    return st.fixed_dictionaries({}, optional=facts)


_PART = _facts(size=_AMOUNT, flag=st.booleans())
_ITEM = _facts(
    flag=st.booleans(),
    amount=_AMOUNT,
    colour=COLOURS,
    day=DAYS.map(str),
    parts=st.lists(_PART, max_size=2),
)
_PRICES = st.sampled_from(
    [
        {"amount": "10", "currency": "EUR"},
        {"amount": "99.50", "currency": "EUR"},
        {"amount": "10", "currency": "USD"},
    ]
)


_LANGUAGES = st.sampled_from(["en", "en-GB", "de-AT", "de"])
_SLOTS = st.sampled_from(
    [
        {"start": "2025-07-01", "end": "2026-01-01"},
        {"start": "2026-01-01", "end": "2026-01-01"},
        {"start": "2026-01-02"},
        {"end": "2025-12-31"},
    ]
)
_NOTES = st.sampled_from(["hello", "Hello", "hel\u00adlo", "HELLO", 'say "hi"', "other", ""])
_SECRETS = st.sampled_from(["hello", "other"])


@st.composite
def _flights(draw: st.DrawFn) -> dict[str, Any]:
    flight: dict[str, Any] = {}
    start = draw(DAYS)
    if draw(st.integers(0, 4)):
        flight["start"] = str(start)
    ending = draw(st.sampled_from(["end", "end", "until_stopped", "neither"]))
    if ending == "end":
        flight["end"] = str(start + timedelta(days=draw(st.integers(0, 400))))
    elif ending == "until_stopped":
        flight["until_stopped"] = draw(st.booleans())
    return flight


def descriptors(secrets: st.SearchStrategy[str] = _SECRETS) -> st.SearchStrategy[dict[str, Any]]:
    """Return campaign descriptors as JSON values, well formed but with facts missing.

    `secrets` are the texts of sensitive facts.
    """
    patient = _facts(age=st.sampled_from([12, 40]), home=st.just("DE"), name=secrets)
    return _facts(
        id=st.just("c-1"),
        markets=st.lists(
            st.sampled_from(["DE", "FR", "US", "US-CA", "NO", "GB", "GB-ENG", "GB-LND"]),
            min_size=1,
            max_size=3,
        ),
        flight=_flights(),
        flag=st.booleans(),
        other=st.booleans(),
        amount=_AMOUNT,
        whole=_AMOUNT,
        share=st.sampled_from(["5%", "50%", "12.5%"]),
        price=_PRICES,
        cost=_PRICES,
        day=DAYS.map(str),
        moment=st.sampled_from(["2026-01-01T00:00:00Z", "2026-01-02T00:30:00+02:00"]),
        term=st.sampled_from(["P30D", "P2W", "P0D"]),
        notice=st.sampled_from(["P1M", "P13M", "P1Y"]),
        radius=st.sampled_from(
            [{"amount": 15, "unit": "mi"}, {"amount": "24.14016", "unit": "km"}]
        ),
        slot=_SLOTS,
        sizes=st.lists(_AMOUNT, max_size=3),
        prices=st.lists(_PRICES, max_size=2),
        hues=st.lists(COLOURS, max_size=2),
        colour=COLOURS,
        home=st.sampled_from(["DE", "NO", "US"]),
        tongue=_LANGUAGES,
        tongues=st.lists(_LANGUAGES, max_size=2),
        note=_NOTES,
        notes=st.lists(_NOTES.filter(bool), max_size=3),
        role=st.sampled_from(["host", "guest"]),
        minors=st.booleans(),
        lowest=st.sampled_from([0, 17, 18]),
        secret=secrets,
        budget=_PRICES,
        patient=patient,
        guests=st.lists(patient, max_size=2),
        colours=st.lists(COLOURS, max_size=3),
        places=st.lists(st.sampled_from(["DE", "US-CA", "GB-LND"]), max_size=2),
        items=st.lists(_ITEM, max_size=3),
        person=_facts(age=st.sampled_from([12, 17, 18, 40]), home=st.just("DE")),
    )


def is_group(value: object) -> bool:
    """Whether a JSON value is a group of facts: amounts and distances are single values."""
    return isinstance(value, dict) and not {"currency", "unit"} & value.keys()


def removals(descriptor: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the descriptor once for each fact in it, with that fact taken out."""
    found: list[dict[str, Any]] = []
    for name, value in descriptor.items():
        rest = {other: inner for other, inner in descriptor.items() if other != name}
        found.append(rest)
        if is_group(value):
            found.extend({**descriptor, name: smaller} for smaller in removals(value))
        if isinstance(value, list):
            for index, element in enumerate(value):
                if is_group(element):
                    for smaller in removals(element):
                        changed = [*value[:index], smaller, *value[index + 1 :]]
                        found.append({**descriptor, name: changed})
    return found
