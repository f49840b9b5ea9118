"""The required facts that a campaign lacks: usually none, which is found in one fast pass."""

from ...semantics.vocabulary import RecordShape, Vocabulary
from ..combine import missing_required_facts
from ..outcome import WantedFact
from ..values import Campaign, Datum, Group


class RequiredFacts:
    """Finds the required facts that campaigns of one vocabulary lack."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        shapes = vocabulary.records.items()
        self._required = {name: _required(shape) for name, shape in shapes}
        self._below = {name: _below(shape, vocabulary) for name, shape in shapes}

    def missing_from(self, campaign: Campaign) -> tuple[WantedFact, ...]:
        """Return the required facts that a campaign lacks, as `missing_required_facts` does."""
        if self._is_complete(campaign.facts, self._vocabulary.root):
            return ()
        return missing_required_facts(campaign, self._vocabulary)

    def _is_complete(self, group: Datum, name: str) -> bool:
        assert isinstance(group, Group)  # noqa: S101 - as the vocabulary declares it.
        values = group.values
        for place in self._required[name]:
            if values[place] is None:
                return False
        for place, inner in self._below[name]:
            value = values[place]
            groups = value if isinstance(value, tuple) else () if value is None else (value,)
            if not all(self._is_complete(each, inner) for each in groups):
                return False
        return True


def _required(shape: RecordShape) -> tuple[int, ...]:
    return tuple(i for i, fact in enumerate(shape.facts.values()) if fact.required)


def _below(shape: RecordShape, vocabulary: Vocabulary) -> tuple[tuple[int, str], ...]:
    """Return the facts that lead to groups in which something is required."""
    return tuple(
        (place, fact.record)
        for place, fact in enumerate(shape.facts.values())
        if fact.record is not None and fact.record in vocabulary.demanding
    )
