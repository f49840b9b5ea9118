"""What was worked out the last time, kept so that the same is not worked out again.

It lives in a process and dies with it. Nothing is ever read from it that another could have
written, and a thing is found again by itself or by all that it was made from, never by a name.
"""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

Made = TypeVar("Made")


class Same:
    """A thing as a key that nothing but this very thing equals; its value is not looked at."""

    __slots__ = ("_thing",)

    # INVARIANT: the thing is held, so that no other takes on its identity as long as the key lives.
    def __init__(self, thing: object) -> None:
        self._thing = thing

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self._thing is other._thing

    def __hash__(self) -> int:
        return id(self._thing)


class Memory:
    """Things by what they were made from. Threads may share it: at worst one makes a thing anew."""

    def __init__(self) -> None:
        self._known: dict[Hashable, Any] = {}
        self._used: dict[Hashable, Any] = {}

    def copy(self) -> "Memory":
        """Return another memory that begins with what this one keeps."""
        other = Memory()
        other._known, other._used = self._known.copy(), self._used.copy()
        return other

    def find(self, key: Hashable) -> Any:
        """Return what is kept by a key, or None. One key is for one kind of thing."""
        made = self._used.get(key)
        if made is None and (made := self._known.get(key)) is not None:
            self._used[key] = made
        return made

    def keep(self, key: Hashable, made: object) -> None:
        """Keep a thing, which is not None, by a key."""
        self._used[key] = made

    def recall(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """Return what `make` made for a key, or have it made."""
        made = self.find(key)
        if made is None:
            made = make()
            self.keep(key, made)
        return cast("Made", made)

    def forget_rest(self) -> None:
        """Forget everything that was not asked for since this was called before."""
        self._known, self._used = self._used, {}
