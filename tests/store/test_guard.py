"""The guard of conftest.py itself."""

import socket

import pytest

from tests.conftest import is_loopback


@pytest.mark.parametrize("host", [None, "", "localhost", "127.0.0.1", "127.9.9.9", "::1", b"localhost"])
def test_loopback_is_let_through(host):
    assert is_loopback(host, 0)


@pytest.mark.parametrize("host", ["example.com", "10.0.0.1", "2001:db8::1", "localhost.evil.example", "0.0.0.0"])
def test_anything_else_is_not(host):
    assert not is_loopback(host, 0)


def test_servers_may_bind_everywhere():
    assert is_loopback("0.0.0.0", socket.AI_PASSIVE)
