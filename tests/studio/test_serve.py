"""A page served to a room: that page, and nothing else of this machine."""

from __future__ import annotations

import socket
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from microgrid.studio import serve
from microgrid.studio.serve import address_of_this_machine, in_large_letters, serving

PAGE = "<!DOCTYPE html><title>責任のリレー</title>"


@pytest.fixture
def address() -> Iterator[str]:
    """Serve the page at this address while a test runs."""
    with serving(PAGE, "127.0.0.1") as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def status_of(address: str, method: str = "GET") -> int:
    try:
        with urllib.request.urlopen(urllib.request.Request(address, method=method)) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refusal:
        with refusal:  # it holds the connection
            return refusal.code


@pytest.mark.parametrize("path", ["/", "/?from=a-phone"])
def test_a_browser_gets_the_page(address: str, path: str) -> None:
    with urllib.request.urlopen(address + path) as answer:
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        assert answer.read().decode("utf-8") == PAGE


@pytest.mark.parametrize("path", ["/pyproject.toml", "/../../etc/passwd", "/.", "/%2e%2e/", "/index.html"])
def test_nothing_else_is_served(address: str, path: str) -> None:
    assert status_of(address + path) == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_nothing_can_be_sent(address: str, method: str) -> None:
    assert status_of(address + "/", method) == 501


def test_head_tells_the_length_without_the_page(address: str) -> None:
    with urllib.request.urlopen(urllib.request.Request(address, method="HEAD")) as answer:
        assert int(answer.headers["Content-Length"]) == len(PAGE.encode("utf-8"))
        assert answer.read() == b""


def test_a_port_in_use_is_passed_over(address: str) -> None:
    with serving(PAGE, "127.0.0.1") as second:
        assert not address.endswith(f":{second.server_port}")


@pytest.mark.skipif(sys.platform == "win32", reason="there, the port would be shared")
def test_a_port_that_was_just_served_is_taken_again() -> None:
    ports = set()
    for _ in range(30):
        with serving(PAGE, "127.0.0.1") as server:
            thread = threading.Thread(target=server.serve_forever, args=(0.01,))
            thread.start()
            assert status_of(f"http://127.0.0.1:{server.server_port}/") == 200
            ports.add(server.server_port)
            server.shutdown()
            thread.join()
    assert len(ports) <= 4  # other tests may serve at the same time


def test_no_free_port_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setattr(serve, "FIRST_PORT", taken.getsockname()[1])
        monkeypatch.setattr(serve, "N_PORTS", 1)
        with pytest.raises(OSError, match="are all in use"), serving(PAGE, "127.0.0.1"):
            pass


def test_address_is_one_of_this_machine() -> None:
    with socket.create_server((address_of_this_machine(), 0)):
        pass


def test_without_a_network_the_address_is_that_of_the_machine_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "UNREACHABLE", "no address")
    assert address_of_this_machine() == "127.0.0.1"


def test_every_digit_has_a_large_form_of_its_own() -> None:
    assert len({in_large_letters(digit) for digit in "0123456789.:"}) == 12
