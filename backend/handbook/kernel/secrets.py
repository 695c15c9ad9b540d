"""The deployment's own keys: made at the first start, kept beside the database, readable by its user only."""

import base64
import hashlib
import hmac
import json
import os
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import current_app

from handbook.kernel.clock import SystemClock

FILE_NAME = "secrets.json"


@dataclass(frozen=True, slots=True)
class FormerVapidKey:
    """The key of pushes before the present one (PEM), and until when subscriptions made with it are served."""

    private_key: str
    until: datetime


class RotationTooSoonError(Exception):
    """The former key of pushes is still in use until that time."""

    def __init__(self, until: datetime) -> None:
        self.until = until
        super().__init__("a former key is in use")


@dataclass(frozen=True, slots=True)
class Secrets:
    """``data_key`` encrypts personal fields, ``index_key`` finds them again, ``vapid_private_key`` (PEM) signs pushes."""

    data_key: bytes
    index_key: bytes
    vapid_private_key: str
    former_vapid: "FormerVapidKey | None" = None

    def encrypt(self, plain: str, context: str) -> bytes:
        """AES-256-GCM with a fresh nonce; ``context`` (table and column) is bound to the text."""
        nonce = os.urandom(12)
        return nonce + AESGCM(self.data_key).encrypt(nonce, plain.encode(), context.encode())

    def decrypt(self, sealed: bytes, context: str) -> str:
        """The plain text; raises ``cryptography.exceptions.InvalidTag`` when key, context or bytes are wrong."""
        return AESGCM(self.data_key).decrypt(sealed[:12], sealed[12:], context.encode()).decode()

    def blind_index(self, plain: str, context: str) -> str:
        """A keyed fingerprint: equal texts have equal ones, and nobody without the key can try candidates."""
        return hmac.new(self.index_key, f"{context}:{plain}".encode(), hashlib.sha256).hexdigest()


def load_or_create_secrets(data_dir: Path) -> Secrets:
    """Read the keys of this data directory; the first call makes them (mode 0600), also when two processes race."""
    path = data_dir / FILE_NAME
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        _create(path)
    values = json.loads(path.read_text())
    return Secrets(
        data_key=base64.b64decode(values["data_key"]),
        index_key=base64.b64decode(values["index_key"]),
        vapid_private_key=values["vapid_private_key"],
        former_vapid=_former(values),
    )


def rotate_vapid_key(data_dir: Path, until: datetime) -> None:
    """Make a new key of pushes and keep the present one until then; takes hold when the processes start anew.

    Raises :class:`RotationTooSoonError` while the key before the present one is in use: there is room for one.
    """
    path = data_dir / FILE_NAME
    values = json.loads(path.read_text())
    former = _former(values)
    if former is not None and former.until > SystemClock().now():
        raise RotationTooSoonError(former.until)
    values["former_vapid"] = {"private_key": values["vapid_private_key"], "until": until.isoformat()}
    values["vapid_private_key"] = _new_vapid_key()
    draft = _write_draft(path, json.dumps(values, indent=2))
    draft.replace(path)


def _former(values: dict[str, Any]) -> FormerVapidKey | None:
    former = values.get("former_vapid")
    if former is None:
        return None
    return FormerVapidKey(former["private_key"], datetime.fromisoformat(former["until"]))


def current_secrets() -> Secrets:
    """The application's keys."""
    found: Secrets = current_app.extensions["handbook.secrets"]
    return found


def _create(path: Path) -> None:
    body = json.dumps(
        {
            "data_key": base64.b64encode(secrets.token_bytes(32)).decode(),
            "index_key": base64.b64encode(secrets.token_bytes(32)).decode(),
            "vapid_private_key": _new_vapid_key(),
        },
        indent=2,
    )
    draft = _write_draft(path, body)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _new_vapid_key() -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def _write_draft(path: Path, body: str) -> Path:
    """A file beside ``path``, readable by its user only and on the disk, that can take its place in one step."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as handle:
        handle.write(body)
        handle.flush()
        os.fsync(handle.fileno())
    return draft
