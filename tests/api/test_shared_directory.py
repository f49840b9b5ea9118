"""The directory that the processes of a server share: whose it is, and what becomes of it."""

from pathlib import Path

from api.installation.shared_directory import PREFIX, make_shared_directory
from api.server import Server
from tests.api.installation import install


def test_it_is_with_the_data_and_goes_with_its_server(tmp_path: Path) -> None:
    settings = install(tmp_path).settings
    server = Server(settings)
    server.prepare(None)
    (made,) = settings.data_directory.glob(f"{PREFIX}*")
    assert made.stat().st_mode & 0o777 == 0o700
    server.clean(None)
    assert not made.exists()


def test_what_a_killed_server_left_is_removed_and_what_is_in_use_is_not(tmp_path: Path) -> None:
    left = tmp_path / f"{PREFIX}of-a-killed-server"
    (left / "rates").mkdir(parents=True)
    first, second = make_shared_directory(tmp_path), make_shared_directory(tmp_path)
    assert sorted(tmp_path.glob(f"{PREFIX}*")) == sorted([first, second])
