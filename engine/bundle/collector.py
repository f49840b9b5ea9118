"""The garbage collector, at rest while a bundle is built."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_GROWTH = 2


class Collector:
    """Lets the garbage collector of this process rest, and does for it what it then misses.

    What a build leaves behind lies in cycles, some hundred thousand objects of it. They are taken
    for old without having been counted, so that the collector by itself might never come to them:
    a process that builds one version after another would keep those of all. They are collected
    once memory has doubled: to go through all there is takes as long as a few builds after a small
    change. The first build waits for none.
    """

    def __init__(self) -> None:
        self._blocks: int | None = None

    @contextmanager
    def at_rest(self) -> Iterator[None]:
        """Let it rest: trees that only grow would cost a quarter more time.

        What was made is taken for old at once, because the collector would go through all of it the
        moment it wakes. Whatever else is frozen in this process stays as it is.
        """
        was_at_work = gc.isenabled()
        gc.disable()
        try:
            yield
        finally:
            if was_at_work:
                if not gc.get_freeze_count():
                    gc.freeze()
                    gc.unfreeze()
                gc.enable()
                self._catch_up()

    def _catch_up(self) -> None:
        blocks = sys.getallocatedblocks()
        if self._blocks is not None and blocks <= self._blocks * _GROWTH:
            return
        if self._blocks is not None:
            gc.collect()
        self._blocks = sys.getallocatedblocks()
