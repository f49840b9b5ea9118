"""A manifest store of C2PA, as JSON, read as what the vocabulary knows of a creative's provenance.

The JSON is that of the reference tools of the C2PA (`c2patool`, `c2pa-python`): an active manifest,
those of its ingredients, and the state in which they were found. What made any of them counts: an
image that a person composed of a generated one says so in an ingredient alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from engine.source.json_text import JSONValue

_STATES = {"Trusted": "trusted", "Valid": "valid", "Invalid": "invalid"}
_SOURCE_TYPES = ("digitalSourceType", "digital_source_type")


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """What is known of where a file comes from. What is None is unknown.

    `state` is trusted, valid, invalid or none; valid credentials whose signer is on no trust list
    are not trusted. `source_types` are the addresses of IPTC or of the C2PA, each once, those of
    the active manifest first.
    """

    present: bool | None = None
    state: str | None = None
    source_types: tuple[str, ...] | None = None
    sha256: str | None = None

    def facts(self) -> dict[str, JSONValue]:
        """Return the facts of `creatives[].provenance`, without those that are unknown."""
        types: JSONValue = None if self.source_types is None else [*self.source_types]
        told: dict[str, JSONValue] = {
            "c2pa_present": self.present,
            "c2pa_state": self.state,
            "digital_source_types": types,
            "asset_sha256": self.sha256,
        }
        return {name: value for name, value in told.items() if value is not None}


NONE = Provenance(present=False, state="none", source_types=())
"""Of a file without content credentials."""


def provenance_of(store: JSONValue) -> Provenance | None:
    """Return what a manifest store says, or None where the JSON is no manifest store."""
    manifests = store.get("manifests") if isinstance(store, dict) else None
    if not isinstance(store, dict) or not isinstance(manifests, dict) or not manifests:
        return None
    active = store.get("active_manifest")
    if not isinstance(active, str) or active not in manifests:
        return None
    ordered = [manifests[active], *(each for name, each in manifests.items() if name != active)]
    state = store.get("validation_state")
    return Provenance(
        present=True,
        state=_STATES.get(state) if isinstance(state, str) else None,
        source_types=tuple(dict.fromkeys(_source_types(ordered))),
    )


def _source_types(value: JSONValue) -> Iterator[str]:
    match value:
        case dict():
            for name, inner in value.items():
                if name in _SOURCE_TYPES and isinstance(inner, str):
                    yield inner
                else:
                    yield from _source_types(inner)
        case list():
            for inner in value:
                yield from _source_types(inner)
        case _:
            return
