"""Where the service listens, tried before it does."""

import socket


def try_address(host: str, port: int) -> None:
    """Listen nowhere, but bind as the server will. Raises `OSError` where that cannot be done."""
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        trial.bind(address)
