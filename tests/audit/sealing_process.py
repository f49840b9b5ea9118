"""A process that appends sealed decisions until it is killed, or seals what is in clear.

`sealing_process.py append|seal URL KEYS_URL CONTENT_KEY`. Appending prints the id of each decision
that is acknowledged, one a line; sealing says so when it begins.
"""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from engine.audit.log import Committer
from engine.storage.databases.database import Database
from engine.storage.lifecycle.sealing import begin_sealing
from engine.storage.log.log_store import SQLLogStore
from engine.storage.sealed.contents import Contents
from engine.storage.sealed.key_store import KeyStore
from engine.storage.sealed.wrapping import WrappingKeyFile
from tests.audit.writing_process import new_record


def main(what: str, url: str, keys_url: str, content_key: str) -> None:
    contents = Contents(KeyStore(Database(keys_url), WrappingKeyFile(Path(content_key))))
    database = Database(url, contents=contents)
    if what == "seal":
        os.write(1, b"sealing\n")
        begin_sealing(database, contents)
        return
    committer = Committer(SQLLogStore(database))
    while True:
        record = new_record()
        committer.append(record)
        os.write(1, f"{record.decision_id}\n".encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
