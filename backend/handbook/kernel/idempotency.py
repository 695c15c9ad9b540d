"""``Idempotency-Key``: a POST that creates can be sent twice and answers the second time what it answered the first.

The answer is stored in the transaction of the change itself, so there is never one without the other. Keys belong to an
account and live for a setting's days (two).
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any

from flask import Response, current_app, make_response, request
from flask_login import current_user
from sqlalchemy import LargeBinary, String, delete, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from handbook.kernel.db import BigId, UTCDateTime, db
from handbook.kernel.problems import FieldError, Problem, ValidationFailed
from handbook.kernel.secrets import current_secrets
from handbook.kernel.unit_of_work import UnitOfWork, unit_of_work

MAX_KEY_LENGTH = 100
HEADER = "Idempotency-Key"


class IdempotencyRecord(db.Model):  # type: ignore[name-defined]
    """A key that was used, the fingerprint of what it was used for, and the answer."""

    __tablename__ = "idempotency_records"

    account_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(MAX_KEY_LENGTH), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    content_type: Mapped[str] = mapped_column(String(100))
    etag: Mapped[str | None] = mapped_column(String(100))
    location: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


def idempotent(view: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate a creating view, outermost but for the route. Without the header the view simply runs.

    Another body under a used key: 422 ``idempotency_conflict``. A refused request leaves no record, so it may be mended
    and sent again under its key.
    """
    return _remembering(view, sealed=False)


def idempotent_with_secret(view: Callable[..., Any]) -> Callable[..., Any]:
    """The same for an answer that holds a secret: it is kept sealed with the deployment's own key."""
    return _remembering(view, sealed=True)


def _remembering(view: Callable[..., Any], *, sealed: bool) -> Callable[..., Any]:
    @wraps(view)
    def run(*args: Any, **kwargs: Any) -> Any:
        key = request.headers.get(HEADER)
        if key is None:
            return view(*args, **kwargs)
        if not (1 <= len(key) <= MAX_KEY_LENGTH and key.isascii() and key.isprintable()):
            raise ValidationFailed(FieldError("/headers/Idempotency-Key", "invalid"))
        use = _Use(int(current_user.account_id), key, _fingerprint(), sealed)
        try:
            with unit_of_work() as uow:
                return _replay(uow, use) or _first(uow, use, lambda: make_response(view(*args, **kwargs)))
        except IntegrityError:
            # The same key was used at the same moment by another request, which has committed first.
            with unit_of_work() as uow:
                replayed = _replay(uow, use)
            if replayed is None:
                raise
            return replayed

    return run


def purge_expired(uow: UnitOfWork, before: datetime) -> None:
    """Forget keys that were used before this time, and the answers kept under them."""
    uow.session.execute(delete(IdempotencyRecord).where(IdempotencyRecord.created_at < before))


@dataclass(frozen=True, slots=True)
class _Use:
    """One use of a key."""

    account_id: int
    key: str
    fingerprint: str
    sealed: bool

    def kept(self, body: bytes) -> bytes:
        return current_secrets().encrypt(body.decode(), self._context) if self.sealed else body

    def told(self, body: bytes) -> bytes:
        return current_secrets().decrypt(body, self._context).encode() if self.sealed else body

    @property
    def _context(self) -> str:
        return f"idempotency_records.body:{self.account_id}:{self.key}"


def _first(uow: UnitOfWork, use: _Use, answer: Callable[[], Response]) -> Response:
    response = answer()
    uow.session.execute(
        insert(IdempotencyRecord).values(
            account_id=use.account_id,
            key=use.key,
            fingerprint=use.fingerprint,
            status=response.status_code,
            body=use.kept(response.get_data()),
            content_type=response.content_type,
            etag=response.get_etag()[0],
            location=response.headers.get("Location"),
            created_at=uow.clock.now(),
        )
    )
    return response


def _replay(uow: UnitOfWork, use: _Use) -> Response | None:
    record = uow.session.scalar(
        select(IdempotencyRecord).where(
            IdempotencyRecord.account_id == use.account_id, IdempotencyRecord.key == use.key
        )
    )
    if record is None:
        return None
    if record.fingerprint != use.fingerprint:
        raise Problem(422, "idempotency_conflict")
    response = current_app.response_class(
        use.told(record.body), status=record.status, content_type=record.content_type
    )
    if record.etag:
        response.set_etag(record.etag)
    if use.sealed:
        response.headers["Cache-Control"] = "no-store"
    if record.location:
        response.headers["Location"] = record.location
    response.headers["Idempotency-Replayed"] = "true"
    return response


def _fingerprint() -> str:
    digest = hashlib.sha256(f"{request.method} {request.full_path}\n".encode())
    if request.mimetype == "multipart/form-data":
        for name, value in sorted(request.form.items(multi=True)):
            digest.update(f"{name}={value}\n".encode())
        for name, upload in sorted(request.files.items(multi=True), key=lambda pair: pair[0]):
            digest.update(f"{name}:{upload.filename}\n".encode())
            while chunk := upload.stream.read(1 << 16):
                digest.update(chunk)
            upload.stream.seek(0)
    else:
        digest.update(request.get_data(cache=True))
    return digest.hexdigest()
