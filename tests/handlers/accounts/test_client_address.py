"""The client address behind no proxy, one proxy and two, and with forged headers."""

import pytest

from utilities.http.client_address import ClientAddresses, address_block, is_loopback

ONE = ("10.0.0.0/8",)
TWO = ("10.0.0.0/8", "2001:db8:1::/48", "192.0.2.7")


@pytest.mark.parametrize(
    ("trusted", "peer", "forwarded", "client"),
    [
        # nobody is trusted
        ((), "203.0.113.9", "", "203.0.113.9"),
        ((), "203.0.113.9", "8.8.8.8", "203.0.113.9"),
        ((), "127.0.0.1", "8.8.8.8", "127.0.0.1"),
        # the peer is not the proxy we trust
        (ONE, "203.0.113.9", "8.8.8.8", "203.0.113.9"),
        (ONE, "203.0.113.9", "10.0.0.1", "203.0.113.9"),
        (ONE, "127.0.0.1", "8.8.8.8", "127.0.0.1"),
        # one proxy
        (ONE, "10.0.0.1", "", "10.0.0.1"),
        (ONE, "10.0.0.1", "203.0.113.9", "203.0.113.9"),
        (ONE, "10.0.0.1", "8.8.8.8, 203.0.113.9", "203.0.113.9"),
        (ONE, "10.0.0.1", "127.0.0.1, 203.0.113.9", "203.0.113.9"),
        (ONE, "10.0.0.1", "10.0.0.1, 203.0.113.9", "203.0.113.9"),
        (ONE, "10.0.0.1", "8.8.8.8,203.0.113.9", "203.0.113.9"),
        (ONE, "10.0.0.1", "203.0.113.9:51234", "203.0.113.9"),
        (ONE, "10.0.0.1", "[2001:db8::1]:51234", "2001:db8::1"),
        (ONE, "10.0.0.1", "2001:db8::1", "2001:db8::1"),
        (ONE, "10.0.0.1", "2001:DB8:0:0::0001", "2001:db8::1"),
        (ONE, "10.0.0.1", "::ffff:203.0.113.9", "203.0.113.9"),
        (ONE, "::ffff:10.0.0.1", "203.0.113.9", "203.0.113.9"),
        # two proxies, of which the outer one is ours as well
        (TWO, "10.0.0.1", "203.0.113.9, 192.0.2.7", "203.0.113.9"),
        (TWO, "10.0.0.1", "8.8.8.8, 203.0.113.9, 192.0.2.7", "203.0.113.9"),
        (TWO, "10.0.0.1", "203.0.113.9, 2001:db8:1::5", "203.0.113.9"),
        (TWO, "192.0.2.7", "203.0.113.9, 10.3.4.5", "203.0.113.9"),
        (TWO, "192.0.2.7", "10.9.9.9", "10.9.9.9"),
        (TWO, "10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        # what cannot be read is nobody's word: the nearest that can be is as far as we go
        (ONE, "10.0.0.1", "unknown", "10.0.0.1"),
        (ONE, "10.0.0.1", "203.0.113.9, unknown", "10.0.0.1"),
        (ONE, "10.0.0.1", "203.0.113.9, ", "10.0.0.1"),
        (ONE, "10.0.0.1", "_hidden, 203.0.113.9", "203.0.113.9"),
        (ONE, "10.0.0.1", "203.0.113.9, 10.0.0.999", "10.0.0.1"),
        (ONE, "10.0.0.1", "for=203.0.113.9", "10.0.0.1"),
        (ONE, "10.0.0.1", "<script>", "10.0.0.1"),
        (ONE, "10.0.0.1", "0x7f000001", "10.0.0.1"),
        (ONE, "10.0.0.1", "2130706433", "10.0.0.1"),
        (ONE, "10.0.0.1", "127.1", "10.0.0.1"),
        (ONE, "10.0.0.1", ",,,,", "10.0.0.1"),
        (ONE, "10.0.0.1", "9.9.9.9," * 5000 + "203.0.113.9", "203.0.113.9"),
        # a socket without an address
        (ONE, "", "203.0.113.9", ""),
        (ONE, "/run/foyer.sock", "203.0.113.9", "/run/foyer.sock"),
    ],
)
def test_client_is_the_first_address_that_is_not_a_trusted_proxy(
    trusted: tuple[str, ...], peer: str, forwarded: str, client: str
):
    assert ClientAddresses(trusted).client_address(peer, forwarded) == client


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("strange", "strange"),
    ],
)
def test_attempts_are_counted_by_network(address: str, counted: str):
    assert address_block(address) == counted


@pytest.mark.parametrize(
    ("address", "here"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("10.0.0.1", False),
        ("", False),
    ],
)
def test_loopback_addresses_are_recognised(address: str, here: bool):
    assert is_loopback(address) == here


@pytest.mark.parametrize(
    ("trusted", "peer", "clients", "is_reported"),
    [
        ((), "10.0.0.1", 300, True),
        ((), "127.0.0.1", 3, True),
        ((), "::ffff:172.17.0.1", 3, True),
        ((), "fd00::1", 3, True),
        (("192.0.2.7",), "10.0.0.1", 3, True),
        ((), "10.0.0.1", 2, False),
        (("10.0.0.0/8",), "10.0.0.1", 300, False),
        ((), "203.0.113.9", 300, False),  # anybody can claim to be a proxy
    ],
)
def test_proxy_that_nobody_trusts_is_seen_and_reported_once(
    trusted: tuple[str, ...], peer: str, clients: int, is_reported: bool, caplog: pytest.LogCaptureFixture
):
    addresses = ClientAddresses(trusted)
    for number in range(clients):
        for _ in range(2):
            addresses.client_address(peer, f"198.51.100.{number % 250}")
    assert bool(addresses.proxy_warning()) == is_reported
    assert len(caplog.records) == is_reported
    assert len(addresses.hidden_clients) <= 3


def test_proxy_behind_a_trusted_one_is_seen_too():
    addresses = ClientAddresses(("10.0.0.1",))
    for number in range(3):
        assert addresses.client_address("10.0.0.1", f"198.51.100.{number}, 10.0.0.2") == "10.0.0.2"
    assert "TRUSTED_PROXIES" in addresses.proxy_warning()
