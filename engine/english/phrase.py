"""A piece of prose: words, and the labelled items that they end on."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """Words without a full stop; where there are items, the words lead up to them with a colon."""

    words: str
    items: tuple["Item", ...] = ()

    def after(self, lead: str) -> "Phrase":
        """Return the phrase with words before it."""
        return Phrase(words=f"{lead}{self.words}", items=self.items)

    @property
    def text(self) -> str:
        """The whole on one line, items and all."""
        return " ".join((self.words, *self._listed()))

    def _listed(self) -> Iterator[str]:
        for item in self.items:
            yield f"({item.label}) {item.phrase.text}{item.ending}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item of a list; `ending` is what follows it: `;`, `; and`, `; or`, or nothing."""

    label: str
    phrase: Phrase
    ending: str


def sentence(phrase: Phrase) -> Phrase:
    """Return a phrase as a sentence: a capital at its beginning and a full stop at its very end."""
    words = phrase.words[:1].upper() + phrase.words[1:]
    if not phrase.items:
        return Phrase(words=f"{words}.")
    return Phrase(words=words, items=_stopped(phrase.items))


def _stopped(items: tuple[Item, ...]) -> tuple[Item, ...]:
    *others, last = items
    if last.phrase.items:
        ended = Phrase(words=last.phrase.words, items=_stopped(last.phrase.items))
        return (*others, Item(label=last.label, phrase=ended, ending=last.ending))
    return (*others, Item(label=last.label, phrase=last.phrase, ending="."))
