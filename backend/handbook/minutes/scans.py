"""Scans of printed pages that were signed by hand: kept in the blob store as long as the signature stands."""

from handbook.documents.enums import MediaType
from handbook.documents.errors import UnsupportedFileTypeError
from handbook.documents.inspection import Inspected
from handbook.documents.service import release_bytes
from handbook.kernel.problems import NotFound
from handbook.kernel.storage import current_blobs
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.minutes.models import Minutes, MinutesSignature


def refuse_text(inspected: Inspected) -> None:
    """A page that somebody signed is a picture or a PDF, not a text that can be written on."""
    if inspected.media_type == MediaType.DOCX:
        raise UnsupportedFileTypeError(reason="type")


def find_scan(minutes: Minutes, sha256: str) -> MinutesSignature:
    """The signature with this scan. Raises :class:`NotFound`."""
    for one in minutes.signatures:
        if one.scan_sha256 == sha256:
            return one
    raise NotFound


def take_back_signatures(minutes: Minutes, *, uow: UnitOfWork) -> None:
    """The words are no longer those that were signed: the signatures go, and the scans with them."""
    keys = [one.scan_sha256 for one in minutes.signatures if one.scan_sha256]
    minutes.signatures = []
    if keys:
        uow.session.flush()
    for key in keys:
        release_bytes(key, store=current_blobs(), uow=uow)
