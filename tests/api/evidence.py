"""Evidence taken apart, and put together again in another way."""

import hashlib
import io
import json
import zipfile

Members = dict[str, bytes]


def members(content: bytes) -> Members:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(contents: Members, *, fresh: bool = True, method: int = zipfile.ZIP_STORED) -> bytes:
    """Return a file of members, with a manifest that has their digests if it is to be fresh."""
    if fresh:
        manifest = json.loads(contents["manifest.json"])
        manifest["files"] = {
            name: hashlib.sha256(content).hexdigest()
            for name, content in contents.items()
            if name != "manifest.json"
        }
        contents = contents | {"manifest.json": json.dumps(manifest).encode()}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return stream.getvalue()
