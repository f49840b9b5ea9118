"""A builder that has built before makes what one makes that has not, to the last span."""

from dataclasses import fields, is_dataclass
from random import Random

import pytest

from engine.bundle.bundle import Builder, Built, build
from engine.bundle.load import read_directory, shipped_directory

EDITS = 6


def everything(thing: object) -> object:
    """Return all that a value holds, with what takes no part in its equality."""
    match thing:
        case tuple():
            return tuple(map(everything, thing))
        case dict():
            return {key: everything(value) for key, value in thing.items()}
        case frozenset():
            return frozenset(map(str, thing))
        case _ if is_dataclass(thing):
            kept = (each.name for each in fields(thing))
            return type(thing).__name__, *(everything(getattr(thing, name)) for name in kept)
        case _:
            return repr(thing)


def outcome(built: Built) -> object:
    bundle, faults = built
    decided = None if bundle is None else (bundle.digest, bundle.policies, bundle.cases)
    return everything(decided), faults


def edited(text: str, random: Random) -> str:
    """Return a text after a small edit, as people make them, which may break it."""
    lines = text.split("\n")
    place = random.randrange(len(lines))
    match random.randrange(5):
        case 0:
            lines.insert(place, "# a remark")
        case 1:
            del lines[place]
        case 2:
            lines[place] = lines[place].replace("1", "2").replace("campaign", "campain", 1)
        case 3:
            lines[place] = lines[place].replace("is at least", "is less than") + " "
        case _:
            lines.append('policy another "Another"\nend policy')
    return "\n".join(lines)


@pytest.mark.parametrize("seed", range(3))
def test_a_rebuild_is_a_build(seed: int) -> None:
    random = Random(seed)  # noqa: S311 - the edits are to be the same each time.
    whole = read_directory(shipped_directory())
    builder, files = Builder(), dict(whole)
    builder.build("law", files)
    names = sorted(name for name in files if name.endswith(".policy"))
    for _ in range(EDITS):
        name = random.choice(names)
        files = {**whole, name: edited(files[name], random)}
        assert outcome(builder.build("law", files)) == outcome(build("law", files))
