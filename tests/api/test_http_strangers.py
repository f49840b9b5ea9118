"""Records that nobody has seen, through the service with all shipped policies.

Each file of `strangers` holds records of one format as platforms, exports and hurried people write
them: unusual objectives and automation, nulls, wrong types, other units, unknown words, answers of
the API instead of objects. Each line says what came of it: a decision, or what is refused.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from flask import Flask

from api.installation.settings import load_settings
from api.installation.setup import initialise
from api.wsgi import start
from tests.api.installation import Caller, Installation, assert_problem

FOLDER = Path(__file__).parent / "strangers"
FORMATS = sorted(file.stem for file in FOLDER.glob("*.jsonl"))


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    directory = str(tmp_path_factory.mktemp("shipped"))
    settings = load_settings({"ASSENT_DATA_DIRECTORY": directory, "ASSENT_LOG_LEVEL": "error"})
    trial = next(key for key in initialise(settings).keys if key.key.name == "trial")
    started = start(settings)
    installation = Installation(settings=settings, tokens={"both": trial.token})
    yield Caller(app=cast(Flask, started.wsgi), installation=installation)
    started.close()


def resolves(pointer: str, value: object) -> bool:
    for token in pointer.split("/")[1:]:
        name = token.replace("~1", "/").replace("~0", "~")
        if isinstance(value, list) and name.isdecimal() and int(name) < len(value):
            value = value[int(name)]
        elif isinstance(value, dict) and name in value:
            value = value[name]
        else:
            return False
    return True


@pytest.mark.parametrize("form", FORMATS)
def test_every_stranger_is_decided_or_told_where_and_why(shipped: Caller, form: str) -> None:
    lines = (FOLDER / f"{form}.jsonl").read_text(encoding="utf-8").splitlines()
    strangers = [json.loads(line) for line in lines]
    assert len(strangers) >= 30
    for stranger in strangers:
        body = {"campaign": stranger["record"], "dry_run": True}
        answer = shipped.post(body, f"/v1/decisions?format={form}")
        made = json.loads(answer.data)
        if answer.status_code == 200:
            assert stranger["refused"] is None, stranger["what"]
            assert made["decision"] == "allow" or made["missing"] or made["findings"]
            continue
        assert answer.status_code in (400, 422), stranger["what"]
        assert_problem(made)
        (error,) = made["errors"]
        assert error["pointer"] == stranger["refused"], stranger["what"]
        assert error["help"]
        holder = error["pointer"].rpartition("/")[0]
        assert resolves(error["pointer"], body) or resolves(holder, body)
