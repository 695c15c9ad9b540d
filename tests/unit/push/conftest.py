"""What the tests of sending share: a key of our own and a running push service."""

from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from tests.support.push_service import FakePushService

from handbook.notifications.push.endpoints import EndpointPolicy
from handbook.notifications.push.sender import PushSender
from handbook.notifications.push.vapid import Vapid


@pytest.fixture(scope="session")
def private_key() -> bytes:
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


@pytest.fixture
def vapid(private_key: bytes) -> Vapid:
    return Vapid(private_key, "mailto:staff@example.org")


@pytest.fixture(scope="module")
def running_service() -> Iterator[FakePushService]:
    with FakePushService() as service:
        yield service


@pytest.fixture
def service(running_service: FakePushService) -> FakePushService:
    """The running service, with nothing received yet and nothing to answer but success."""
    running_service.reset()
    return running_service


@pytest.fixture
def policy(service: FakePushService) -> EndpointPolicy:
    return EndpointPolicy.from_setting(service.extra_host)


@pytest.fixture
def sender(vapid: Vapid, policy: EndpointPolicy, service: FakePushService) -> Iterator[PushSender]:
    sender = PushSender(vapid, policy, ca_file=service.ca_file, timeout_seconds=1.0)
    yield sender
    sender.close()
