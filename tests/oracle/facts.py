"""Facts of a campaign, as the table of types writes them in JSON; None is what is unknown."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from engine.semantics.tree import Money, measure
from engine.semantics.types import ListType, Scalar, Type
from engine.syntax.lexis import Unit

_UNITS = {"mi": Unit.MILE, "km": Unit.KILOMETRE, "m": Unit.METRE}
_LENGTHS = {"D": Unit.DAY, "W": Unit.WEEK, "M": Unit.MONTH, "Y": Unit.YEAR}


def found_at(group: Any, path: Sequence[str]) -> Any:
    """Return the JSON at a path: "a fact that is absent, or `null`, is *unknown*"."""
    for name in path:
        group = None if group is None else group.get(name)
    return group


def fact(stated: Any, kind: Type) -> Any:  # noqa: C901 - one case for each way of writing.
    """Return the value that JSON states; groups stay as they are."""
    if stated is None:
        return None
    match kind:
        case ListType(element=element):
            return [fact(each, element) for each in stated]
        case Scalar.NUMBER | Scalar.WHOLE_NUMBER:
            return _number(stated)
        case Scalar.PERCENTAGE:
            is_share = isinstance(stated, str) and stated.endswith("%")
            return _number(stated[:-1]) / 100 if is_share else _number(stated)
        case Scalar.MONEY:
            return Money(amount=_number(stated["amount"]), currency=stated["currency"])
        case Scalar.DATE:
            return date.fromisoformat(stated)
        case Scalar.INSTANT:
            return datetime.fromisoformat(stated)
        case Scalar.DAYS | Scalar.MONTHS:
            parts = re.findall(r"(\d+)([DWMY])", stated)
            made = [measure(_number(count), _LENGTHS[unit]) for count, unit in parts]
            return measure(
                sum((each.size for each in made), Fraction(0)),
                Unit.DAY if kind is Scalar.DAYS else Unit.MONTH,
            )
        case Scalar.DISTANCE:
            return measure(_number(stated["amount"]), _UNITS[stated["unit"]])
        case Scalar.TEXT if not stated.strip():
            return None
        case _ if isinstance(stated, str):
            return unicodedata.normalize("NFC", stated)
    return stated


def _number(stated: Any) -> Fraction:
    """Return an exact decimal: "never binary fractions"."""
    return Fraction(Decimal(str(stated)))
