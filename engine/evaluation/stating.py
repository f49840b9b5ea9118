"""How a missing fact is stated in a descriptor: what an answer that asks for it adds to its label.

A number or a text needs no more than its label. The words of an enumeration, the form of an amount,
and that an empty list is an answer cannot be guessed.
"""

from ..semantics.types import EnumerationType, ListType, Scalar, Type

_FORMS = {
    Scalar.YES_NO: "true or false",
    Scalar.MONEY: 'an amount: {"amount": "5000.00", "currency": "EUR"}',
    Scalar.DISTANCE: 'a distance: {"amount": 15, "unit": "km"}',
    Scalar.PERCENTAGE: 'a text: "80%"',
    Scalar.DAYS: 'a text: "P30D"',
    Scalar.MONTHS: 'a text: "P13M"',
    Scalar.DATE: 'a day: "2026-08-02"',
    Scalar.INSTANT: 'an instant: "2026-08-02T10:00:00Z"',
}
_CODES = {Scalar.COUNTRY: '["DE", "FR"]', Scalar.PLACE: '["DE", "US-NY"]'}


def how_to_state(kind: Type | None, *, is_required: bool) -> str:
    """Return what to write for a fact of a type; empty where its label says enough.

    A list that the vocabulary requires has at least one element.
    """
    none = "" if is_required else "; [] for none"
    match kind:
        case EnumerationType():
            return f"one of {', '.join(kind.members)}"
        case ListType(element=EnumerationType() as element):
            return f"a list of {', '.join(element.members)}{none}"
        case ListType(element=Scalar() as element) if element in _CODES:
            return f"a list of codes: {_CODES[element]}{none}"
        case ListType():
            return f"a list{none}"
        case Scalar():
            return _FORMS.get(kind, "")
        case _:
            return ""
