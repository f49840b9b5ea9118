"""A small set of policies on disk, and an editor with a server."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lsp.editor import Editor

POLICIES = Path(__file__).parent / "policies"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the policies, for tests to change."""
    return Path(shutil.copytree(POLICIES, tmp_path / "policies"))


@pytest.fixture(scope="module")
def one_editor() -> Iterator[Editor]:
    with Editor() as made:
        yield made


@pytest.fixture
def editor(one_editor: Editor) -> Iterator[Editor]:
    """Return the editor of the module, which closes the files that a test has opened."""
    yield one_editor
    one_editor.close_all()
