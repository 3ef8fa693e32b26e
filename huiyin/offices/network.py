"""Where a request comes from: coarse enough to slow a guesser down, never kept as an address."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest


def network_of(request: HttpRequest) -> str:
    """The client's /24 or /64 as text; "local" where the server knows no address."""
    address = _client(request)
    if address is None:
        return "local"
    return str(ip_network(f"{address}/{24 if address.version == 4 else 64}", strict=False))


def is_in_office(request: HttpRequest) -> bool:
    """Whether the request comes from one of `HUIYIN_OFFICE_NETWORKS`."""
    address = _client(request)
    return address is not None and _is_within(address, settings.HUIYIN_OFFICE_NETWORKS)


def _client(request: HttpRequest) -> IPv4Address | IPv6Address | None:
    """The nearest hop that is not one of our own proxies: what lies beyond it, a client can invent."""
    forwarded = request.headers.get("X-Forwarded-For", "").split(",")
    for hop in (request.META.get("REMOTE_ADDR", ""), *reversed(forwarded)):
        address = _address(hop.strip())
        if address is None or not _is_within(address, settings.HUIYIN_TRUSTED_PROXIES):
            return address
    return None


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _is_within(address: IPv4Address | IPv6Address, networks: list[str]) -> bool:
    return any(address in ip_network(network, strict=False) for network in networks)
