"""A batch takes no more memory of the process that answers it, the longer it goes on.

`benchmarks/bulk.py` has the figures for 100,000 campaigns. Here three thousand do: each campaign,
and each answer, is so large that those of the later half could not be kept without being noticed.
"""

import http.client
import json
from pathlib import Path

from tests.api.installation import NDJSON, Served, free_port, install, ndjson, serving

GROUP, GROUPS, WARM = 32, 85, 45
"""So many campaigns are sent at a time, so often; after so many the process has what it needs.

Most of that are the pages of the database that the connection of the writer keeps, 16 MiB.
"""

SIZE = 5_000
"""The least bytes of a campaign, and of an answer: four rules quote what they find."""

MOST_KIB = (GROUPS - WARM) * GROUP * SIZE // 1024 * 3 // 5
"""Three fifths of what it would take to keep either."""

VOCABULARY = """\
instrument HOUSE "Our own policy" "https://example.org/policy"

vocabulary campaign "a campaign"
  id      : text required          "identifier"
  name    : text                   "name"
  markets : list of place required "markets"
  flight  : flight required        "when it runs"

  record flight "when it runs"
    start         : date   "first day"
    end           : date   "last day"
    until_stopped : yes_no "until stopped"
  end record
end vocabulary

policy names "Names"
  source        HOUSE sec 1
  in force from 2020-01-01
"""
RULE = """
  rule name_{number} "No such name"
    prohibit when campaign.name is like "*x*"
    message       "{{campaign.name}}"
    remedy        "Choose another."
"""


def resident(served: Served) -> int:
    """Return how much memory the process that answers takes, in KiB."""
    (worker,) = served.workers()
    status = Path(f"/proc/{worker}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0])


def group(number: int) -> bytes:
    """Return a group of campaigns as one chunk of the body, and behind the last its end."""
    if number >= GROUPS:
        return b"0\r\n\r\n" if number == GROUPS else b""
    common = {
        "name": "x" * SIZE,
        "markets": ["DE"],
        "flight": {"start": "2026-12-01", "end": "2026-12-20"},
    }
    first = number * GROUP
    lines = ndjson({"id": str(each), **common} for each in range(first, first + GROUP))
    return b"%x\r\n%b\r\n" % (len(lines), lines)


def test_batch_takes_no_more_memory_the_longer_it_goes_on(tmp_path: Path) -> None:
    folder = tmp_path / "names"
    folder.mkdir()
    rules = "".join(RULE.format(number=number) for number in range(4))
    (folder / "names.policy").write_text(f"{VOCABULARY}{rules}end policy\n", encoding="utf-8")
    installation = install(
        tmp_path, policies=str(folder), port=free_port(), workers="1", log_level="error"
    )
    taken = []
    with serving(installation) as served:
        connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=120)
        connection.putrequest("POST", "/v1/decisions/batch")
        connection.putheader("Authorization", f"Bearer {installation.tokens['both']}")
        connection.putheader("Content-Type", NDJSON)
        connection.putheader("Transfer-Encoding", "chunked")
        connection.endheaders()
        connection.send(group(0))
        connection.send(group(1))
        answer = connection.getresponse()
        for number in range(GROUPS):
            for place in range(number * GROUP, (number + 1) * GROUP):
                line = answer.readline()
                assert len(line) >= SIZE
                assert json.loads(line)["campaign"] == str(place)
            taken.append(resident(served))
            connection.send(group(number + 2))
        assert answer.read() == b""
        connection.close()
    assert taken[-1] - taken[WARM - 1] < MOST_KIB, taken
