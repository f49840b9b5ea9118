"""What an adapter hands back: a campaign descriptor, where each fact came from, and what was left.

A descriptor is JSON after the vocabulary (`policies/vocabulary/campaign.policy`); pointers are JSON
Pointers (RFC 6901). Nothing is judged here: whether the descriptor is complete enough to be
decided is for the engine to say.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.source.json_text import JSONValue
from engine.source.quoting import escaped

from .reading import Found


@dataclass(frozen=True, slots=True, kw_only=True)
class Adaptation:
    """A platform's record, told in the words of the vocabulary.

    `origins` leads from a pointer into the campaign to the pointer into the submitted record that
    it was read from; the empty pointer stands for the record as a whole. `unmapped` holds, by its
    pointer, every member of the record that the campaign does not tell.
    """

    campaign: dict[str, JSONValue]
    origins: Mapping[str, str]
    unmapped: Mapping[str, JSONValue]

    def origin_of(self, pointer: str) -> str | None:
        """Return where a fact, or the nearest group or list that holds it, was read from."""
        while pointer not in self.origins:
            if not pointer:
                return None
            pointer = pointer.rpartition("/")[0]
        return self.origins[pointer]


class Draft:
    """A campaign, or an element of one of its lists, while an adapter puts it together."""

    __slots__ = ("_held", "_members", "_origins", "_pointer")

    def __init__(self) -> None:
        self._members: dict[str, JSONValue] = {}
        self._origins: dict[str, str] = {}
        self._pointer = ""
        self._held: defaultdict[tuple[str, str], set[str]] = defaultdict(set)

    def put(self, path: str, value: JSONValue, origin: str) -> None:
        """State the fact at a dotted path, read from the pointer `origin`."""
        holder, pointer, name = self._holder(path)
        holder[name] = value
        self._origins[f"{pointer}/{escaped(name)}"] = origin

    def put_found(self, path: str, found: Found[str] | Found[int] | Found[bool] | None) -> None:
        """State what was found in the record; nothing where nothing was found."""
        if found is not None:
            self.put(path, found.value, found.pointer)

    def put_all(self, path: str, found: "Sequence[Found[str] | Found[int]]", origin: str) -> None:
        """State a list of which each element has an origin of its own."""
        self.put(path, [item.value for item in found], origin)
        _, pointer, name = self._holder(path)
        for index, item in enumerate(found):
            self._origins[f"{pointer}/{escaped(name)}/{index}"] = item.pointer

    def put_none(self, path: str, origin: str) -> None:
        """State that a list is known to have no elements."""
        self.put(path, [], origin)

    def element(self, path: str, origin: str) -> "Draft":
        """Return the draft of a new element at the end of the list at a path."""
        holder, pointer, name = self._holder(path)
        elements = holder.setdefault(name, [])
        assert isinstance(elements, list)  # noqa: S101 - an adapter puts one kind of value at a path.
        made = Draft()
        made._origins = self._origins
        made._pointer = f"{pointer}/{escaped(name)}/{len(elements)}"
        self._origins.setdefault(f"{pointer}/{escaped(name)}", origin)
        self._origins[made._pointer] = origin
        elements.append(made._members)
        return made

    def _holder(self, path: str) -> tuple[dict[str, JSONValue], str, str]:
        *groups, name = path.split(".")
        holder, pointer = self._members, self._pointer
        for group in groups:
            inner = holder.setdefault(group, {})
            assert isinstance(inner, dict)  # noqa: S101 - an adapter puts one kind of value at a path.
            holder, pointer = inner, f"{pointer}/{escaped(group)}"
        return holder, pointer, name

    # --- drafts of parts, put together ----------------------------------------------------------

    def facts(self) -> dict[str, JSONValue]:
        """Return what has been stated, by dotted path; a list, or an amount, is one fact."""
        return dict(self._stated(self._members, ""))

    def origins_within(self, path: str) -> dict[str, str]:
        """Return what a fact was read from, and what is in it, by pointer from the fact on."""
        pointer = self._at(path)
        return {
            at.removeprefix(pointer): origin
            for at, origin in self._origins.items()
            if at == pointer or at.startswith(f"{pointer}/")
        }

    def absorb(self, path: str, other: "Draft") -> None:
        """State a fact of another draft; a list goes on with the elements that are new to it."""
        value, origins = other.facts()[path], other.origins_within(path)
        if not isinstance(value, list):
            self.put(path, value, origins[""])
            return
        holder, pointer, name = self._holder(path)
        elements = holder.setdefault(name, [])
        assert isinstance(elements, list)  # noqa: S101 - an adapter puts one kind of value at a path.
        self._origins.setdefault(self._at(path), origins[""])
        held, inner = self._held[pointer, name], _by_element(origins)
        for index, element in enumerate(value):
            if repr(element) not in held:
                for at, origin in inner[str(index)]:
                    self._origins[f"{self._at(path)}/{len(elements)}{at}"] = origin
                held.add(repr(element))
                elements.append(element)

    def _at(self, path: str) -> str:
        return f"{self._pointer}/" + path.replace(".", "/")

    def _stated(
        self, members: Mapping[str, JSONValue], before: str
    ) -> Iterator[tuple[str, JSONValue]]:
        for name, value in members.items():
            path = before + name
            if isinstance(value, dict) and self._at(path) not in self._origins:
                yield from self._stated(value, f"{path}.")
            else:
                yield path, value

    def finish(self, unmapped: Mapping[str, JSONValue]) -> Adaptation:
        """Return the adaptation, with what the record holds beyond it."""
        return Adaptation(
            campaign=self._members, origins=dict(self._origins), unmapped=dict(unmapped)
        )


def _by_element(origins: Mapping[str, str]) -> defaultdict[str, list[tuple[str, str]]]:
    """Return the origins in a list by the index of the element that they are in."""
    inner: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for at, origin in origins.items():
        _, _, inside = at.partition("/")
        index, slash, rest = inside.partition("/")
        inner[index].append((slash + rest, origin))
    return inner
