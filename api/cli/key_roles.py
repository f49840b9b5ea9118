"""The roles in which keys grant waivers, beside those that the rules in force name."""

from collections.abc import Iterator, Sequence

from api.in_force.policies import NotFresh
from api.installation.contents import open_database
from api.installation.prepared import policies_of
from api.installation.settings import Settings
from api.installation.setup import SetupError
from engine.source.suggest import nearest
from engine.storage.errors import StorageError


def unnamed_roles(settings: Settings, may_grant: Sequence[str]) -> Iterator[str]:
    """Yield a note on each role that no rule in force names behind `overridable by`.

    It is no error: a rule may leave the role to the house, and policies to come may name another.
    Where the policies cannot be read, the one note is that nobody can say.
    """
    if not may_grant:
        return
    try:
        named = _named_roles(settings)
    except (NotFresh, SetupError, StorageError) as error:
        yield f"whether a rule in force names the role of `--may-grant` cannot be told: {error}"
        return
    for role in may_grant:
        if role not in named:
            near = nearest(role, named)
            meant = f'; did you mean "{near}"?' if near is not None else ""
            yield f'no rule in force names the role "{role}" behind `overridable by`{meant}'


def _named_roles(settings: Settings) -> frozenset[str]:
    database = open_database(settings)
    try:
        policies = policies_of(settings, database)
        names = [each.name for each in policies.identities()]
        engines = [policies.engine(name) for name in names]
    finally:
        database.close()
    rules = (rule for engine in engines for rule in engine.bundle.policies.rules)
    return frozenset(rule.override_role for rule in rules if rule.override_role is not None)
