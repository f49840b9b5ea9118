"""How policy sets may be named: so that a name fits a path, a log and a list of names."""

import re

SET_NAME_ADVICE = "a name of up to 64 lower-case letters, digits and hyphens, with a letter first"
_SET_NAME = re.compile(r"[a-z][a-z0-9-]{0,63}", re.ASCII)


def is_set_name(text: str) -> bool:
    """Whether a text is the name of a policy set."""
    return _SET_NAME.fullmatch(text) is not None
