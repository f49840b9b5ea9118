"""Meta's amounts: whole numbers of the smallest unit that Meta counts a currency in.

The divisor is Meta's own ("offset" in its list of currencies), which is not always the exponent of
ISO 4217: Meta counts forints, rupiahs, Taiwan dollars and the pesos of Colombia in whole units, and
dinars in hundredths. A currency that is not in the list makes no amount.
"""

from decimal import Decimal

from api.adapters.adaptation import Draft
from api.adapters.reading import Found, Record
from engine.source.json_text import JSONValue

WHOLE = frozenset(["CLP", "COP", "CRC", "HUF", "IDR", "ISK", "JPY", "KRW", "PYG", "TWD", "VND"])
"""The currencies that Meta counts in whole units."""

HUNDREDTHS = frozenset(
    [
        "AED",
        "ARS",
        "AUD",
        "BDT",
        "BGN",
        "BHD",
        "BOB",
        "BRL",
        "CAD",
        "CHF",
        "CNY",
        "CZK",
        "DKK",
        "DZD",
        "EGP",
        "EUR",
        "GBP",
        "GTQ",
        "HKD",
        "HNL",
        "ILS",
        "INR",
        "JOD",
        "KES",
        "MOP",
        "MXN",
        "MYR",
        "NGN",
        "NIO",
        "NOK",
        "NZD",
        "PEN",
        "PHP",
        "PKR",
        "PLN",
        "QAR",
        "RON",
        "RSD",
        "RUB",
        "SAR",
        "SEK",
        "SGD",
        "THB",
        "TRY",
        "USD",
        "UYU",
        "ZAR",
    ]
)
"""The currencies that Meta counts in hundredths."""

NO_CAP = 922_337_203_685_478
"""What Meta writes for a spend cap that has been taken away."""


def currency_of(holders: tuple[Record, ...]) -> Found[str] | None:
    """Return the currency of the account, where a record states it beside its amounts."""
    found = (holder.filled("currency") for holder in holders)
    return next((currency for currency in found if currency is not None), None)


def leave_currency(holders: tuple[Record, ...]) -> None:
    """Keep the currency as unmapped, where no amount has been told in it."""
    for holder in holders:
        holder.leave("currency")


def put_budget(draft: Draft, holder: Record, currency: Found[str] | None) -> None:
    """Tell the budget that a campaign or an ad set states; a budget of zero is none."""
    daily, lifetime = _amount(holder, "daily_budget"), _amount(holder, "lifetime_budget")
    if daily is not None and lifetime is not None:
        holder.refuse(
            "lifetime_budget",
            "there is a budget for each day, and one for the whole time",
            "Meta takes one of them: leave the other out, or write it as `0`",
        )
    if daily is not None:
        draft.put("budget.period", "daily", daily.pointer)
        _put_money(draft, holder, ("budget.amount", "daily_budget"), daily, currency)
    if lifetime is not None:
        draft.put("budget.period", "lifetime", lifetime.pointer)
        _put_money(draft, holder, ("budget.amount", "lifetime_budget"), lifetime, currency)
        _put_money(draft, holder, ("budget.total", "lifetime_budget"), lifetime, currency)
        return
    cap = _amount(holder, "spend_cap")
    if cap is not None and cap.value < NO_CAP:
        _put_money(draft, holder, ("budget.total", "spend_cap"), cap, currency)
    else:
        holder.leave("spend_cap")


def _amount(holder: Record, name: str) -> Found[int] | None:
    found = holder.whole_number(name)
    if found is not None and found.value < 0:
        holder.refuse(name, "an amount is below zero", "send the record as Meta gives it")
    return found if found is not None and found.value else None


def _put_money(
    draft: Draft,
    holder: Record,
    told: tuple[str, str],
    minor: Found[int],
    currency: Found[str] | None,
) -> None:
    """Tell an amount; `told` names the fact, and the member that it is told from."""
    fact, name = told
    if currency is not None and currency.value in WHOLE | HUNDREDTHS:
        places = 2 if currency.value in HUNDREDTHS else 0
        amount: JSONValue = {
            "amount": str(Decimal(minor.value).scaleb(-places)),
            "currency": currency.value,
        }
        draft.put(fact, amount, minor.pointer)
    else:
        holder.leave(name)
