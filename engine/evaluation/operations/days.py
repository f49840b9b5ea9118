"""Days counted from days: so many days later, or so many months (negative: earlier).

A month that lacks the day ends the count on its last day (Regulation (EEC, Euratom) No 1182/71,
article 3(2)(c)), or where the rule says so on the first day of the next. The calendar is the
Gregorian one of the years 1 to 9999; beyond it there is no day.
"""

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta

from ...syntax.lexis import MonthEnd


def days_later(day: date, days: int) -> date | None:
    """Return the day so many days later, or None beyond the calendar."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return None


def months_later(day: date, months: int, month_end: MonthEnd) -> date | None:
    """Return the day so many months later, or None beyond the calendar."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        return None
    last = monthrange(year, month + 1)[1]
    if day.day <= last:
        return date(year, month + 1, day.day)
    lacking = date(year, month + 1, last)
    return lacking if month_end is MonthEnd.ROUNDS_DOWN else lacking + timedelta(days=1)


def day_of(instant: datetime) -> date:
    """Return the day of an instant in UTC; at the ends of the calendar, in its own offset."""
    try:
        return instant.astimezone(UTC).date()
    except OverflowError:
        return instant.date()
