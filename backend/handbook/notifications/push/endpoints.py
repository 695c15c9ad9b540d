"""Which push endpoints may be subscribed, and which addresses may be connected to.

An endpoint is an address a phone hands to the server, and the server later connects to it: left unchecked
that is server-side request forgery. Three locks stand one behind the other: an allow-list of the hosts of
the browser makers' push services (here, when a subscription is stored and again before each sending), a
check of the address the name resolved to at the moment of connecting (`EndpointPolicy.may_connect`, called
by the sender), and no redirects (the sender). The standard library's `ipaddress.is_global` alone is not
enough: it passes addresses that carry a private IPv4 address inside (`64:ff9b::a9fe:a9fe`,
`2002:7f00:1::1`, `::127.0.0.1`).
"""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

#: Hosts of the push services of Chrome, Firefox, Edge and Safari. A leading dot means "any name below".
PUSH_HOSTS = (
    "fcm.googleapis.com",
    ".push.services.mozilla.com",
    ".notify.windows.com",
    ".push.apple.com",
)
#: Longest endpoint taken, in characters; the longest seen in the wild are below 600.
MAX_ENDPOINT_LENGTH = 1024
#: Scheme, the longest host and a port.
MAX_ORIGIN_LENGTH = 280

_HTTPS_PORT = 443
# The grammar is deliberately narrower than RFC 3986: what does not match is not an endpoint a browser hands
# out, and two parsers (this one and libcurl's) cannot disagree about what does match.
_ENDPOINT = re.compile(
    r"https://(?P<host>[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:.]{2,45}\])"
    r"(?::(?P<port>[1-9][0-9]{0,4}))?"
    r"(?P<path>/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*(?:\?[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)?)"
)
_EXTRA_HOST = re.compile(
    r"(?P<host>[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:.]{2,45}\]):(?P<port>[0-9]{1,5})"
)

_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
# Inside 2000::/3, but not for a host on the public network: IETF protocol assignments (Teredo, ORCHID,
# benchmarking), documentation, 6to4.
_NOT_PUBLIC_V6 = tuple(
    ipaddress.IPv6Network(text) for text in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)
# Global by the standard library, yet no address of a push service: the 6to4 relay, AS112 and AMT anycast
# blocks.
_NOT_PUBLIC_V4 = tuple(
    ipaddress.IPv4Network(text)
    for text in ("192.88.99.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.175.48.0/24")
)


class EndpointNotAllowedError(ValueError):
    """The endpoint is not one of a known push service; `reason` is a short code for logs, without the
    address.
    """

    code = "endpoint_not_allowed"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An endpoint that passed the allow-list. `url` is exactly what was given."""

    url: str
    host: str
    port: int

    @property
    def origin(self) -> str:
        """Scheme, host and, unless it is 443, port: the audience of a VAPID token (RFC 8292, section 2)."""
        return f"https://{self.host}" if self.port == _HTTPS_PORT else f"https://{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class EndpointPolicy:
    """The allow-list: the built-in hosts on port 443, and `extra` pairs from the settings."""

    extra: frozenset[tuple[str, int]] = frozenset()

    @classmethod
    def from_setting(cls, entries: str | Iterable[str]) -> Self:
        """Read `HANDBOOK_PUSH_EXTRA_HOSTS`: `host:port` separated by commas, IPv6 literals in brackets.

        Raises ValueError, naming the entry, when one of them has another form.
        """
        items = entries.split(",") if isinstance(entries, str) else entries
        extra = set()
        for item in (entry.strip().lower() for entry in items):
            if not item:
                continue
            match = _EXTRA_HOST.fullmatch(item)
            if match is None or not 0 < int(match["port"]) < 65536:
                raise ValueError(f"not of the form host:port: {item!r}")
            extra.add((match["host"], int(match["port"])))
        return cls(frozenset(extra))

    def check(self, url: str) -> Endpoint:
        """Return the endpoint, or raise `EndpointNotAllowedError`. Connects to nothing and resolves
        nothing.
        """
        if len(url) > MAX_ENDPOINT_LENGTH:
            raise EndpointNotAllowedError("too_long")
        match = _ENDPOINT.fullmatch(url)
        if match is None:
            raise EndpointNotAllowedError("malformed")
        host, port = match["host"], int(match["port"] or _HTTPS_PORT)
        if not self.is_extra(host, port):
            if port != _HTTPS_PORT:
                raise EndpointNotAllowedError("port")
            if not _is_push_host(host):
                raise EndpointNotAllowedError("host")
        if match["path"] == "/":
            raise EndpointNotAllowedError("no_path")
        return Endpoint(url, host, port)

    def is_extra(self, host: str, port: int) -> bool:
        """Whether the settings allow this host and port beside the built-in hosts, whatever its address."""
        return (host, port) in self.extra

    def may_connect(self, endpoint: Endpoint, address: str) -> bool:
        """Whether a connection for `endpoint` may go to `address`, the numeric address its name resolved
        to.
        """
        return self.is_extra(endpoint.host, endpoint.port) or is_public_address(address)


def _is_push_host(host: str) -> bool:
    if ".." in host:
        return False
    return any(host.endswith(known) if known.startswith(".") else host == known for known in PUSH_HOSTS)


def is_public_address(address: str) -> bool:
    """Whether `address` (numeric, IPv4 or IPv6) belongs to a host on the public network.

    IPv6 forms that carry an IPv4 address inside (mapped, compatible, NAT64, 6to4, Teredo) are never public
    here, whatever they carry; a scoped address neither.
    """
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv4Address):
        return ip.is_global and not ip.is_multicast and not any(ip in block for block in _NOT_PUBLIC_V4)
    return (
        ip.scope_id is None
        and ip in _GLOBAL_UNICAST
        and ip.is_global
        and not any(ip in block for block in _NOT_PUBLIC_V6)
    )
