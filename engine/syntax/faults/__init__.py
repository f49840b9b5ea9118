"""What the scanner and the parser say: a function for each fault, by what it is about."""

from . import characters, constructs, ends, misfits

__all__ = ["characters", "constructs", "ends", "misfits"]
