"""The `ext` of an object, which exchanges fill as they like: only what is documented is taken."""

from api.adapters.reading import Record


def extension(holder: Record) -> Record | None:
    """Return the `ext` of an object where it is one, as the same record each time."""
    if not isinstance(holder.unread("ext"), dict):
        return None
    return holder.record("ext")


def transparency_of(holder: Record) -> Record | None:
    """Return `ext.dsa` of a bid, or of the regulations of a request."""
    ext = extension(holder)
    return ext.record("dsa") if ext is not None else None
