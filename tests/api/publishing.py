"""Policies to publish, and the steps by which they come into force, for tests."""

import io
import json
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from api.client import Client, InvalidRequestError
from tests.api.installation import ROOT, Caller, Document, Served

VOCABULARY = (ROOT / "policies" / "vocabulary" / "campaign.policy").read_text(encoding="utf-8")
MINORS = (Path(__file__).with_name("policies") / "minors.policy").read_text(encoding="utf-8")
STRICT = """\
instrument HOUSE "Our own policy" "https://example.org/policy"

policy nothing "Nothing at all"
  rule none "No campaign"
    source        HOUSE sec {number}
    in force from 2020-01-01
    prohibit when campaign.markets includes any of {{DE, FR}}
    message       "No campaign may run."
    remedy        "Wait."
end policy
"""


def policies(number: int = 0) -> dict[str, str]:
    """Return the files of a version: the installed one, or for a number one that forbids all."""
    if number:
        return {"campaign.policy": VOCABULARY, "none.policy": STRICT.format(number=number)}
    return {"campaign.policy": VOCABULARY, "minors.policy": MINORS}


def zipped(files: Mapping[str, str]) -> bytes:
    """Return files as a zip archive."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return body.getvalue()


def loaded(answer: Any) -> Document:
    """Return the JSON of an answer that is no problem."""
    assert answer.status_code in (200, 201), answer.data
    return json.loads(answer.data)  # type: ignore[no-any-return] # JSON is any.


def upload(
    api: Caller, files: Mapping[str, str], name: str = "assent", role: str = "author"
) -> Document:
    """Upload a version."""
    path = f"/v1/policy-sets/{name}/versions"
    return loaded(api.post({"files": dict(files)}, path, role=role))


def step(api: Caller, made: Document, word: str, role: str, **body: Any) -> Any:
    """Take a step with the version as it is now."""
    path = f"/v1/policy-sets/{made['policy_set']}/versions/{made['digest']}"
    tag = api.get(path, role=role).headers["ETag"]
    return api.post(body, f"{path}/{word}", role=role, headers={"If-Match": tag})


def publish(api: Caller, files: Mapping[str, str], name: str = "assent", **when: str) -> Document:
    """Bring policies into force in four steps, by two persons; returns the version."""
    made = upload(api, files, name)
    loaded(step(api, made, "submit", "author"))
    loaded(step(api, made, "approve", "approver"))
    loaded(force(api, name, "activate", version=made["version"], **when))
    return made


def force(api: Caller, name: str, word: str, role: str = "approver", **body: Any) -> Any:
    """Activate a version, or go back to the one before."""
    path = f"/v1/policy-sets/{name}"
    tag = api.get(path, role=role).headers["ETag"]
    return api.post(body, f"{path}/{word}", role=role, headers={"If-Match": tag})


def await_everywhere(served: Served, name: str) -> None:
    """Wait until a policy set decides in every process: so many connections in a row meet all."""
    url, in_a_row = f"http://127.0.0.1:{served.port}", 0
    for _ in range(600):
        with Client(url, served.installation.tokens["both"]) as made:
            try:
                made.vocabulary(name)
                in_a_row += 1
            except InvalidRequestError:
                in_a_row = 0
                time.sleep(0.05)
        if in_a_row == 12:
            return
    raise AssertionError("it did not come into force")
