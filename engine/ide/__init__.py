"""Floor 5: what an editor asks about policies while they are written.

Pure functions over a `Snapshot` of files. No protocol of any editor is known here.
"""
