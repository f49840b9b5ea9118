"""What an AuthZEN request says of itself, as facts for the policies that decide it.

The properties of the resource are the descriptor. Beside them, `subject`, `action`, `resource` and
`context` are handed to the policies as they were sent, so far as their vocabulary declares them: as
groups of facts at its root, of these names. What it declares is for the policies to judge; what it
does not is as ever, the action `launch` on a `campaign`.

All of it is what the client says; only its key is authenticated. A member that the vocabulary does
not know is left out, and one that was not sent is unknown: in neither case can that help.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from api.deciding.submission import NATIVE, Refused
from engine.evaluation.moment import FLIGHT
from engine.semantics.types import RecordType
from engine.semantics.vocabulary import Fact, RecordShape, Vocabulary

from .mapping import Evaluation, malformed

MEMBERS = ("subject", "action", "resource", "context")
LAUNCH, CAMPAIGN = "launch", "campaign"

_PROPERTIES = "/resource/properties"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is decided on, and which of its facts are members of the request."""

    descriptor: Mapping[str, object]
    members: frozenset[str]

    def located(self, refused: Refused) -> Refused:
        """Return faults of the descriptor with pointers into the request."""
        faults = tuple(
            replace(each, pointer=self._located(each.pointer)) for each in refused.faults
        )
        return Refused(faults=faults)

    def _located(self, pointer: str) -> str:
        first = pointer.removeprefix("/").partition("/")[0]
        return pointer if first in self.members else f"{_PROPERTIES}{pointer}"


def asked_of(evaluation: Evaluation, vocabulary: Vocabulary, today: date) -> Asked:
    """Return what policies of a vocabulary decide on. Raises `ProblemRaised` for what they do not.

    `today` is the day as of which is decided: what is no campaign is done on it, unless it says
    when.
    """
    shapes = {name: made for name in MEMBERS if (made := _group(vocabulary, name)) is not None}
    resource = evaluation.members["resource"]
    _check_decided(evaluation, shapes)
    properties = _properties(resource, evaluation.form)
    if resource["type"] != CAMPAIGN:
        properties = _declared(properties, vocabulary.campaign, vocabulary)
        properties.setdefault(FLIGHT, {"start": today.isoformat(), "end": today.isoformat()})
    for name in shapes.keys() & properties.keys():
        raise malformed(f"`resource.properties.{name}` is told by `{name}` alone; leave it out")
    handed = {
        name: _declared(evaluation.members[name], shape, vocabulary)
        for name, shape in shapes.items()
        if name in evaluation.members
    }
    return Asked(descriptor={**properties, **handed}, members=frozenset(handed))


def _group(vocabulary: Vocabulary, name: str) -> RecordShape | None:
    """Return the group of facts that a vocabulary declares at its root under a name."""
    fact = vocabulary.campaign.facts.get(name)
    if fact is None or not isinstance(fact.type, RecordType):
        return None
    return vocabulary.records[fact.type.name]


def _check_decided(evaluation: Evaluation, shapes: Mapping[str, RecordShape]) -> None:
    """Raise `ProblemRaised` for what the policies cannot see, unless it is a launch of a campaign.

    INVARIANT: they decide no action and no kind of resource of which they could not ask the name.
    """
    for member, fact, only in (("action", "name", LAUNCH), ("resource", "type", CAMPAIGN)):
        is_seen = member in shapes and fact in shapes[member].facts
        if not is_seen and evaluation.members[member][fact] != only:
            raise malformed(f"the {member} that these policies decide on is `{only}`")
    if shapes and evaluation.form != NATIVE:
        told = " and ".join(f"`{name}`" for name in shapes)
        raise malformed(
            f"these policies ask for {told}, which nothing of the format `{evaluation.form}` can"
            f" have beside it; send the campaign in the format `{NATIVE}`"
        )


def _properties(resource: Mapping[str, object], form: str) -> dict[str, object]:
    """Return the properties of a resource, whose id it has unless it says so itself."""
    given = resource.get("properties", {})
    assert isinstance(given, dict)  # noqa: S101 - as `check_shape` found it.
    properties = dict(given)
    if form != NATIVE:
        return properties
    named = properties.setdefault("id", resource["id"])
    if isinstance(named, str) and named != resource["id"]:  # Another kind is told as that it is.
        raise malformed("`resource.id` and `resource.properties.id` name different resources")
    return properties


def _declared(
    group: Mapping[str, object], shape: RecordShape, vocabulary: Vocabulary
) -> dict[str, object]:
    """Return a group without the members that a vocabulary does not know, at any depth."""
    return {
        name: _known(value, shape.facts[name], vocabulary)
        for name, value in group.items()
        if name in shape.facts
    }


def _known(value: object, fact: Fact, vocabulary: Vocabulary) -> object:
    if fact.record is None:
        return value
    shape = vocabulary.records[fact.record]
    match value:
        case dict():
            return _declared(value, shape, vocabulary)
        case list():
            return [_known(each, fact, vocabulary) for each in value]
        case _:
            return value  # The decoder says what is wrong with it.
