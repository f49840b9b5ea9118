"""What manifests in a descriptor say, put beside what it declares: between adapting and deciding.

The manifests are those in `creatives[].credentials.manifests`: the JSON that the tools of the C2PA
write, as an object or as a text that holds it. What they say is stated in `creatives[].provenance`,
so far as the bundle that decides declares it, and the manifests themselves are taken out: no rule
reads them. A pure function of the descriptor, so that a replay reads the same.

Manifests that cannot be read are a fact (`credentials.readable` is no, with the reason); nothing
else is then known of them. A descriptor that declares another provenance is refused.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.semantics.vocabulary import Vocabulary
from engine.source.json_fault import JSONFault
from engine.source.json_text import JSONValue, read_json

from ..derived import Contradiction, Derived
from .manifests import Provenance, provenance_of

MOST_STORES = 100
"""The most manifest stores that are read of one descriptor; the decoder refuses the others."""

LONGEST_STORE = 1 << 20
"""The longest text of manifests that is read, in characters."""

_TOLD = ("c2pa_present", "c2pa_state", "digital_source_types")
"""What manifests say, and nobody may declare otherwise; the digest is that of the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Attested:
    """What the manifests of one creative say, and why they cannot be read, if so."""

    provenance: Provenance
    fault: str | None


def attest(campaign: object, vocabulary: Vocabulary) -> Derived:
    """Return a descriptor with what the manifests of its creatives say.

    What is no descriptor, or has no manifests, is returned as it is: the decoder says what is wrong
    with it.
    """
    creatives = campaign.get("creatives") if isinstance(campaign, dict) else None
    declares = vocabulary.find(("creatives", "credentials", "manifests")) is not None
    if not isinstance(campaign, dict) or not isinstance(creatives, list) or not declares:
        return Derived(campaign=campaign, origins={}, contradictions=())
    found = dict(_attested(creatives))
    if not found:
        return Derived(campaign=campaign, origins={}, contradictions=())
    origins: dict[str, str] = {}
    contradictions: list[Contradiction] = []
    stated = list(creatives)
    for index, attested in found.items():
        creative = creatives[index]
        assert isinstance(creative, dict)  # noqa: S101 - it holds credentials.
        told = _facts(attested, vocabulary)
        contradictions += _contradictions(index, creative, attested)
        stated[index] = _with(creative, told)
        source = f"/creatives/{index}/credentials/manifests"
        origins |= {
            f"/creatives/{index}/{group}/{name}": source
            for group, facts in told.items()
            for name in facts
        }
    return Derived(
        campaign={**campaign, "creatives": stated},
        origins=origins,
        contradictions=tuple(contradictions),
    )


def _attested(creatives: list[JSONValue]) -> Iterator[tuple[int, _Attested]]:
    """Yield what the manifests of creatives say, by the place of the creative."""
    read = 0
    for index, creative in enumerate(creatives):
        credentials = creative.get("credentials") if isinstance(creative, dict) else None
        manifests = credentials.get("manifests") if isinstance(credentials, dict) else None
        if read < MOST_STORES and _is_a_store(manifests):
            read += 1
            yield index, _read(manifests)


def _is_a_store(manifests: JSONValue) -> bool:
    is_object = isinstance(manifests, dict) and "manifests" in manifests
    return is_object or isinstance(manifests, str)


def _read(manifests: JSONValue) -> _Attested:
    unknown = Provenance()
    if isinstance(manifests, str):
        if len(manifests) > LONGEST_STORE:
            why = f"they are longer than {LONGEST_STORE:,} characters"
            return _Attested(provenance=unknown, fault=why)
        try:
            manifests = read_json(manifests.encode(errors="surrogatepass"))
        except JSONFault as fault:
            return _Attested(provenance=unknown, fault=f"they are not proper JSON: {fault}")
    found = provenance_of(manifests)
    if found is None:
        return _Attested(provenance=unknown, fault="they are no manifest store of the C2PA")
    return _Attested(provenance=found, fault=None)


def _facts(attested: _Attested, vocabulary: Vocabulary) -> dict[str, dict[str, JSONValue]]:
    """Return what is told of a creative, by group and name, as the vocabulary can tell it."""
    credentials: dict[str, JSONValue] = {"readable": attested.fault is None}
    if attested.fault is not None:
        credentials["fault"] = attested.fault
    told = {"provenance": attested.provenance.facts(), "credentials": credentials}
    return {
        group: {
            name: value
            for name, value in facts.items()
            if vocabulary.find(("creatives", group, name)) is not None
        }
        for group, facts in told.items()
    }


def _with(
    creative: Mapping[str, JSONValue], told: Mapping[str, Mapping[str, JSONValue]]
) -> JSONValue:
    """Return a creative with what is told of it, and without its manifests."""
    made = dict(creative)
    for group, facts in told.items():
        declared = made.get(group)
        kept = declared if isinstance(declared, dict) else {}
        if facts or kept:
            made[group] = {
                **{name: each for name, each in kept.items() if name != "manifests"},
                **facts,
            }
    return made


def _contradictions(
    index: int, creative: Mapping[str, JSONValue], attested: _Attested
) -> Iterator[Contradiction]:
    said = attested.provenance.facts()
    provenance, credentials = creative.get("provenance"), creative.get("credentials")
    own = {"readable": attested.fault is None, "fault": attested.fault}
    for group, declared, told in (
        ("provenance", provenance, {name: said.get(name) for name in _TOLD}),
        ("credentials", credentials, own),
    ):
        stated = declared if isinstance(declared, dict) else {}
        for name, value in told.items():
            if is_contradicted(stated.get(name), value):
                says = "say something else" if value is not None else "do not say it"
                fact = f"creatives[{index + 1}].{group}.{name}"
                yield Contradiction(
                    pointer=f"/creatives/{index}/{group}/{name}",
                    message=f"`{fact}` is declared, and the manifests of the ad {says}",
                    help=f"leave `{fact}` out: it is read from the manifests",
                )


def is_contradicted(declared: JSONValue, said: JSONValue) -> bool:
    """Whether something is declared that credentials say otherwise, or do not say."""
    if declared is None:
        return False
    if isinstance(declared, list) and isinstance(said, list):
        return sorted(map(str, declared)) != sorted(map(str, said))
    return type(declared) is not type(said) or declared != said
