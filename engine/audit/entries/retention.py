"""How long the contents of decisions are kept: periods by class, as the log declares them.

The class of a decision follows from its leaf, by its policy set and its outcome. The narrowest one
counts: the outcome within the policy set, then the policy set, then the outcome, then the default.

A period runs from the day of the decision, in UTC, and ends with the last hour of the day that is
so much later; where a month lacks that day, of the month's last day (Regulation (EEC, Euratom)
No 1182/71, article 3(2)(c)). Contents are due to be erased from the next day on.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from typing import Self, TypeAlias

from ...evaluation.operations.days import days_later, months_later
from ...source.quoting import series
from ...source.suggest import nearest
from ...syntax.lexis import MonthEnd
from .record import Outcome

UNLIMITED = "unlimited"
"""The period that never ends."""

CLASS_LIMIT = 64
"""The most classes of a schedule: they fit a leaf."""

_DAY = timedelta(days=1)
_MONTHS_OF_YEAR = 12
_PERIOD = re.compile(r"([1-9][0-9]{0,3}) (day|month|year)(s?)", re.ASCII)
_DEFAULT = "default"
_SETS = "policy_sets"
_NAME_LIMIT = 120
_WRITTEN: Mapping[str, Outcome | None] = {_DEFAULT: None, "allow": "allow", "deny": "deny"}


class ScheduleError(ValueError):
    """A text or a table that is no period, or no schedule; the message completes `should be …`."""


class Unit(Enum):
    """What a period is counted in."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A time in whole days, months or years: `13 months`."""

    count: int
    unit: Unit

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the period of a text, in its one spelling. Raises `ScheduleError`."""
        match = _PERIOD.fullmatch(text)
        if match is None or (match[1] != "1") != bool(match[3]):
            raise ScheduleError("a period like `90 days`, `13 months` or `7 years`")
        return cls(count=int(match[1]), unit=Unit(match[2]))

    def __str__(self) -> str:
        """Return the one spelling."""
        return f"{self.count} {self.unit.value}" + ("" if self.count == 1 else "s")

    def last_day(self, day: date) -> date:
        """Return the last day of the period that runs from a day, at most that of the calendar."""
        return self._shifted(day, 1) or date.max

    def earliest_kept(self, today: date) -> date:
        """Return the first day of which the decisions are not due today; all before it are."""
        day = self._shifted(today, -1)
        if day is None:
            return date.min
        # The end of a month is the last day of several periods: up to three more may have passed.
        while self.last_day(day) < today:
            day += _DAY
        return day

    def _shifted(self, day: date, sign: int) -> date | None:
        """Return the day so much later or earlier, None beyond the calendar."""
        if self.unit is Unit.DAY:
            return days_later(day, sign * self.count)
        months = self.count * (_MONTHS_OF_YEAR if self.unit is Unit.YEAR else 1)
        return months_later(day, sign * months, MonthEnd.ROUNDS_DOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionClass:
    """The decisions of a policy set, an outcome, both, or neither; None as a period is for ever."""

    policy_set: str | None = None
    outcome: Outcome | None = None
    period: Period | None

    @property
    def key(self) -> tuple[str | None, Outcome | None]:
        """What it is the class of."""
        return (self.policy_set, self.outcome)

    @property
    def name(self) -> str:
        """Its name in messages."""
        return " ".join(word for word in self.key if word is not None) or _DEFAULT

    @property
    def kept_for(self) -> str:
        """Its period in words."""
        return UNLIMITED if self.period is None else str(self.period)

    def due_on(self, decided: date) -> date | None:
        """Return the day from which a decision of a day is due, None for never."""
        if self.period is None:
            return None
        last = self.period.last_day(decided)
        return None if last == date.max else last + _DAY


_Table: TypeAlias = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """The classes, the narrowest first. Raises `ScheduleError` unless they are one schedule."""

    classes: tuple[RetentionClass, ...]

    def __post_init__(self) -> None:
        """Refuse classes of which one decision has several, or none, and other orders."""
        keys = [each.key for each in self.classes]
        if (None, None) not in keys:
            raise ScheduleError(f"a table of periods by class, with `{_DEFAULT}` for all others")
        if list(map(_order, keys)) != sorted(set(map(_order, keys))):
            raise ScheduleError("a table with each class once, the narrowest first")
        if len(keys) > CLASS_LIMIT:
            raise ScheduleError(f"a table of at most {CLASS_LIMIT} classes")

    @classmethod
    def of(cls, classes: Iterable[RetentionClass]) -> Self:
        """Return the schedule of classes in any order. Raises `ScheduleError`."""
        return cls(classes=tuple(sorted(classes, key=lambda each: _order(each.key))))

    @classmethod
    def read(cls, table: _Table) -> Self:
        """Return the schedule of a table, as settings have it. Raises `ScheduleError`.

        `default`, `allow` and `deny` have periods, and `policy_sets` such tables by name.
        """
        sets = table.get(_SETS, {})
        if not isinstance(sets, Mapping):
            raise ScheduleError(f"a table in which `{_SETS}` is a table of tables by policy set")
        classes = list(_classes(None, {key: table[key] for key in table if key != _SETS}))
        for name, own in sets.items():
            if not isinstance(own, Mapping) or not own or not _is_name(name):
                raise ScheduleError(f"a table in which each of `{_SETS}` is a table of periods")
            classes += _classes(name, own)
        return cls.of(classes)

    def class_of(self, policy_set: str, outcome: str) -> RetentionClass:
        """Return the class of a decision, which it always has."""
        return next(
            each
            for each in self.classes
            if each.policy_set in (None, policy_set) and each.outcome in (None, outcome)
        )


def _is_name(name: str) -> bool:
    """Whether a policy set may have a name in a leaf and in any database."""
    is_text = "\0" not in name and not any("\ud800" <= each <= "\udfff" for each in name)
    return 0 < len(name) <= _NAME_LIMIT and is_text


def _order(key: tuple[str | None, Outcome | None]) -> tuple[bool, bool, str, str]:
    """Return what puts the narrowest class first."""
    policy_set, outcome = key
    return (policy_set is None, outcome is None, policy_set or "", outcome or "")


def _classes(policy_set: str | None, table: _Table) -> Iterable[RetentionClass]:
    known = (*_WRITTEN, _SETS) if policy_set is None else tuple(_WRITTEN)
    for key, text in table.items():
        if key not in _WRITTEN:
            near = nearest(key, known)
            advice = f"; did you mean `{near}`?" if near else ""
            raise ScheduleError(f"a table of {series(known)}, without `{key[:32]}`{advice}")
        if not isinstance(text, str):
            raise ScheduleError(f"a table in which `{key}` is a period like `13 months`")
        yield RetentionClass(policy_set=policy_set, outcome=_WRITTEN[key], period=_read(key, text))


def _read(key: str, text: str) -> Period | None:
    try:
        return None if text == UNLIMITED else Period.read(text)
    except ScheduleError as error:
        raise ScheduleError(f"a table in which `{key}` is `{UNLIMITED}` or {error}") from error
