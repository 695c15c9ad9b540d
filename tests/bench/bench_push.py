"""`push` and `push-per-core`: CPU time to encrypt and send one push message, against pywebpush with requests in the same run,
and how many messages that is for one core, against the bare agreement on a key (one P-256 ECDH of OpenSSL for each message is
what no encryption can do without).

All sides send the same payload to the same service: the fake one, in a process of its own, as a sink that
answers 201 without looking. Only the CPU time of the sending process counts, and the rounds alternate. The
reference is pywebpush as its documentation calls it, `webpush(…)` without more, which makes a connection
per message; the same with a kept-alive session is measured beside it and told in the row.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from py_vapid import Vapid02
from pywebpush import webpush
from tests.support.push_service import base64url

from handbook.notifications.push.encryption import SubscriptionKeys
from handbook.notifications.push.endpoints import EndpointPolicy
from handbook.notifications.push.messages import PushMessage, PushState
from handbook.notifications.push.sender import PushSender
from handbook.notifications.push.vapid import Vapid

ROOT = Path(__file__).resolve().parents[2]
PAYLOAD = b'{"t":"meeting_convened","m":"1234567","d":"98765432"}'
TARGET = 9.0
ROUNDS = 11
OURS_PER_ROUND = 400
REFERENCE_PER_ROUND = 60


def run() -> list[dict[str, Any]]:
    """The row `push`: `value` in CPU microseconds per message, `ratio` how many times less than the reference; and
    `push-per-core`: messages a second of one core, `ratio` of the bare agreements that it could make.
    """
    with tempfile.TemporaryDirectory() as directory:
        sink = subprocess.Popen(
            [sys.executable, "tests/support/push_service.py", "--sink", "--directory", directory],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": f"{ROOT}"},
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert sink.stdout is not None
            facts = json.loads(sink.stdout.readline())
            return _measure(facts)
        finally:
            sink.terminate()
            sink.wait(10)
            if sink.stdout is not None:
                sink.stdout.close()


def _measure(facts: dict[str, str]) -> list[dict[str, Any]]:
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    point = key.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    endpoint = f"{facts['origin']}/push/bench"
    p256dh, auth = base64url(point), base64url(os.urandom(16))

    sender = PushSender(
        Vapid(pem, "mailto:staff@example.org"),
        EndpointPolicy.from_setting(facts["extra_host"]),
        ca_file=Path(facts["ca_file"]),
    )
    message = PushMessage(endpoint, SubscriptionKeys.parse(p256dh, auth), PAYLOAD, ttl=3600, topic="m1234567")

    def ours(count: int) -> None:
        results = sender.send([message] * count)
        assert all(result.state is PushState.ACCEPTED for result in results), results[:3]

    session = requests.Session()
    session.trust_env = False  # a REQUESTS_CA_BUNDLE of the machine would win over the next line
    session.verify = facts["ca_file"]
    signer = Vapid02.from_pem(pem)
    info = {"endpoint": endpoint, "keys": {"p256dh": p256dh, "auth": auth}}

    def reference(count: int, kept: requests.Session | None = None) -> None:
        for _ in range(count):
            webpush(
                info,
                data=PAYLOAD,
                vapid_private_key=signer,
                vapid_claims={"sub": "mailto:staff@example.org"},
                ttl=3600,
                headers={"topic": "m1234567"},
                requests_session=kept,
                timeout=10,
            )

    others = ec.generate_private_key(ec.SECP256R1()).public_key()

    def agree(count: int) -> None:
        for _ in range(count):
            key.exchange(ec.ECDH(), others)

    rounds: list[tuple[float, float, float, float]] = []
    with _trusting(facts["ca_file"]):
        ours(50)
        reference(5)
        reference(5, session)
        rounds.extend(
            (
                _cpu_per_message(ours, OURS_PER_ROUND),
                _cpu_per_message(reference, REFERENCE_PER_ROUND),
                _cpu_per_message(lambda count: reference(count, session), REFERENCE_PER_ROUND),
                _cpu_per_message(agree, OURS_PER_ROUND),
            )
            for _ in range(ROUNDS)
        )
    sender.close()
    session.close()
    value, other, other_kept, agreement = (statistics.median(column) for column in zip(*rounds, strict=True))
    # The machine's speed changes from round to round, the ratio of neighbours much less.
    ratio = statistics.median(theirs / mine for mine, theirs, _, _ in rounds)
    ratio_kept = statistics.median(theirs / mine for mine, _, theirs, _ in rounds)
    of_agreements = statistics.median(least / mine for mine, _, _, least in rounds)
    row = {
        "id": "push",
        "value": round(value, 1),
        "unit": "CPU µs per message, encrypted and sent",
        "reference": f"pywebpush + requests: {other:.0f} µs (kept alive: {other_kept:.0f} µs, {ratio_kept:.1f} times)",
        "ratio": round(ratio, 2),
        "target": f">= {TARGET:g} times less",
        "met": ratio >= TARGET,
    }
    per_core = {
        "id": "push-per-core",
        "value": round(1e6 / value, 1),
        "unit": "messages/s of one core",
        "reference": f"bare P-256 ECDH {1e6 / agreement:.0f}/s of one core",
        "ratio": round(of_agreements, 3),
        "target": None,
        "met": None,
    }
    return [row, per_core]


@contextmanager
def _trusting(ca_file: str) -> Iterator[None]:
    """Let requests trust the authority of the fake service where no session can be told to."""
    before = os.environ.get("REQUESTS_CA_BUNDLE")
    os.environ["REQUESTS_CA_BUNDLE"] = ca_file
    try:
        yield
    finally:
        if before is None:
            del os.environ["REQUESTS_CA_BUNDLE"]
        else:
            os.environ["REQUESTS_CA_BUNDLE"] = before


def _cpu_per_message(send: Callable[[int], None], count: int) -> float:
    began = time.process_time()
    send(count)
    return (time.process_time() - began) / count * 1e6


if __name__ == "__main__":
    print(json.dumps(run(), indent=2, ensure_ascii=False))
