"""How `make bench-reminders` counts what a push service took."""

import base64
import json
import os
from random import Random

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from tests.bench.faulty_push import Service
from tests.bench.preparing import Keys
from tests.bench.reminders import judge

KEYS = Keys(ec.generate_private_key(ec.SECP256R1()), os.urandom(16))


def _message(delivery: str) -> bytes:
    sealed = http_ece.encrypt(
        json.dumps({"d": delivery}).encode(),
        private_key=ec.generate_private_key(ec.SECP256R1()),
        dh=base64.urlsafe_b64decode(KEYS.as_columns()["p256dh"] + "="),
        auth_secret=KEYS.auth,
        version="aes128gcm",
    )
    return bytes(sealed)


def test_a_fault_is_no_taking_and_meets_the_share() -> None:
    service = Service(0.1, Random(1))
    statuses = [service.judge(str(number), b"") for number in range(5_000)]
    assert sum(status != 201 for status in statuses) == pytest.approx(500, rel=0.15)
    assert set(statuses) == {201, 500, 503, 0}
    assert len(service.taken) == statuses.count(201)
    assert sum(service.faults.values()) == 5_000 - statuses.count(201)


def test_what_was_never_taken_is_lost_and_the_same_delivery_again_is_a_duplicate() -> None:
    service = Service(0.0, Random(1))
    for name, delivery in (("a", "1"), ("b", "2"), ("b", "2"), ("b", "2")):
        service.judge(name, _message(delivery))
    found = judge(service.document(), 3, KEYS)
    assert (found["lost"], found["duplicates"], found["shown_twice"]) == (1, 2, 0)


def test_another_delivery_to_the_same_device_would_be_shown_twice() -> None:
    service = Service(0.0, Random(1))
    for delivery in ("1", "2"):
        service.judge("a", _message(delivery))
    assert judge(service.document(), 1, KEYS)["shown_twice"] == 1
