"""Texts, the same "letter by letter", and how they read."""

import re

from tests.oracle.truth import Truth


def is_text(one: str, other: str) -> Truth:
    """ "Whether a text is another that only reads alike is unknown" """
    return True if one == other else None if as_read(one) == as_read(other) else False


def as_read(text: str) -> str:
    """ "white space is one blank", of texts with no more that reads alike than there is here"""
    plain = text.translate({0xAD: None, ord("“"): '"', ord("”"): '"'})
    return re.sub(r"\s+", " ", plain.casefold())
