"""The policies that come with Assent, built once for each process of pytest."""

from functools import cache

from engine import Engine, bundle_from_files
from engine.bundle.load import read_directory, shipped_directory


@cache
def shipped_engine() -> Engine:
    """Return what decides by them."""
    return Engine(bundle_from_files(read_directory(shipped_directory()), name="assent"))
