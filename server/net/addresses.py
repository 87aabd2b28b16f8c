"""Which IP addresses are globally reachable, by the IANA special-purpose registries.

`ipaddress.is_global` of Python 3.11 accepts 64:ff9b:1::/48, fec0::/10 and ::/96, so this module has its own table.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# IANA IPv4 and IPv6 Special-Purpose Address Registries, as of 2025-10: "Globally Reachable" is False.
NOT_GLOBAL: tuple[Network, ...] = tuple(
    map(
        ip_network,
        (
            *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
            *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15"),
            *("198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4"),
            *("2001::/23", "2001:db8::/32", "3fff::/20"),
        ),
    )
)
# Exceptions inside the networks above: "Globally Reachable" is True.
GLOBAL: tuple[Network, ...] = tuple(
    map(
        ip_network,
        (
            *("192.0.0.9/32", "192.0.0.10/32"),
            *("2001:1::1/128", "2001:1::2/128", "2001:1::3/128", "2001:3::/32", "2001:4:112::/48"),
            *("2001:20::/28", "2001:30::/28"),
        ),
    )
)
UNICAST = IPv6Network("2000::/3")  # outside of it no IPv6 address is assigned for the internet
NAT64 = IPv6Network("64:ff9b::/96")
COMPATIBLE = IPv6Network("::/96")  # IPv4-compatible addresses, deprecated by RFC 4291
LOCAL: tuple[Network, ...] = tuple(map(ip_network, ("127.0.0.0/8", "169.254.0.0/16", "::1/128", "fe80::/10", "::/128")))
UNSPECIFIED = IPv4Network("0.0.0.0/8")


def parse(text: str) -> Address:
    """An address without its zone; an IPv4 address inside an IPv6 one is the IPv4 address. Raises ValueError."""
    address = ip_address(text.partition("%")[0])
    return _unwrapped(address) if isinstance(address, IPv6Address) else address


def is_public(text: str) -> bool:
    """Whether an address is globally reachable unicast. Raises ValueError if it is no address."""
    address = parse(text)
    if address.is_multicast or (isinstance(address, IPv6Address) and address not in UNICAST):
        return False
    return _is_in(address, GLOBAL) or not _is_in(address, NOT_GLOBAL)


def is_local(text: str) -> bool:
    """Whether an address is loopback, link-local or unspecified: this machine, or only its own link."""
    address = parse(text)
    return _is_in(address, (*LOCAL, UNSPECIFIED))


def _unwrapped(address: IPv6Address) -> Address:
    """Mapped, 6to4, Teredo, NAT64 and IPv4-compatible addresses reach the IPv4 address that they hold."""
    inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
    if inner is not None:
        return inner
    is_compatible = address in COMPATIBLE and int(address) > 1  # :: and ::1 are addresses of their own
    return IPv4Address(int(address) & 0xFFFFFFFF) if address in NAT64 or is_compatible else address


def _is_in(address: Address, networks: tuple[Network, ...]) -> bool:
    return any(address.version == network.version and address in network for network in networks)
