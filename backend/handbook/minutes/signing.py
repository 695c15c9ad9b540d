"""Signing minutes and their addenda. The second signature makes them final and settles the meeting in the same act."""

from dataclasses import dataclass

from sqlalchemy import select

from handbook.access.actor import Actor
from handbook.accounts.models import Account
from handbook.attendance.roles import SAME_AS_CHAIR
from handbook.documents.layout import DrawingError, parse_drawing
from handbook.documents.secrecy import find_mark_in_text
from handbook.documents.service import Upload, name_bytes
from handbook.kernel.problems import FieldError, NotFound, ValidationFailed, WrongState
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.meetings.enums import MeetingState
from handbook.meetings.service import finalize_meeting
from handbook.members.models import Member
from handbook.minutes.document import addendum_digest, digest, signatures_of
from handbook.minutes.enums import MinutesState, SignerRole
from handbook.minutes.errors import (
    AddendumStands,
    AlreadySigned,
    ClassifiedMinutes,
    DifferencesOpen,
    MinutesAltered,
    MinutesSigned,
    NotReadBack,
    NotTheSigner,
    SignerMissing,
)
from handbook.minutes.gathering import read_record
from handbook.minutes.models import Minutes, MinutesAddendum, MinutesSignature
from handbook.minutes.queries import describe_minutes, is_intact
from handbook.minutes.service import touch

MAX_ADDENDA = 50


@dataclass(frozen=True, slots=True)
class Signing:
    """What the signer gave, after having proved who it is. ``part`` 0: the minutes, else an addendum."""

    role: SignerRole
    part: int = 0
    drawing: str | None = None


def sign(minutes: Minutes, signing: Signing, signer: Account, *, actor: Actor, uow: UnitOfWork) -> Minutes:
    """Put a signature under the minutes or one of their addenda; the second one under the minutes makes them final.

    Raises :class:`ValidationFailed` when one person is named for both,
    :class:`SignerMissing`, :class:`NotTheSigner`, :class:`AlreadySigned`, :class:`MinutesSigned`,
    :class:`NotReadBack`, :class:`DifferencesOpen`, :class:`MinutesAltered`, :class:`WrongState` while the meeting goes on.
    """
    member_id = _named(minutes, signing)
    if signer.member_id is None or signer.member_id != member_id:
        raise NotTheSigner
    return _put(minutes, signing, _member(member_id, uow), actor=actor, uow=uow)


def sign_on_paper(
    minutes: Minutes, signing: Signing, page: Upload, recorder: str, *, actor: Actor, uow: UnitOfWork
) -> Minutes:
    """Put on record that the one who is named signed the printed page by hand; ``page`` is its scan, ``recorder`` the name of
    who runs the meeting and answers for it. For a chair or minute-taker without an account or a phone; it counts as any other.

    Raises what :func:`sign` raises but for :class:`NotTheSigner`.
    """
    member = _member(_named(minutes, signing), uow)
    name_bytes(page, uow=uow)
    return _put(minutes, signing, member, page=page, recorder=recorder, actor=actor, uow=uow)


def _put(
    minutes: Minutes,
    signing: Signing,
    member: Member,
    *,
    actor: Actor,
    uow: UnitOfWork,
    page: Upload | None = None,
    recorder: str | None = None,
) -> Minutes:
    content_hash = _addendum(minutes, signing.part).content_hash if signing.part else _freeze(minutes)
    if not is_intact(minutes):
        raise MinutesAltered
    given = signatures_of(minutes, signing.part)
    if signing.role in {one.role for one in given}:
        raise AlreadySigned
    minutes.signatures.append(
        MinutesSignature(
            minutes_id=minutes.id,
            part=signing.part,
            role=signing.role.value,
            member_id=member.id,
            full_name=member.full_name,
            drawing=_checked(signing.drawing),
            content_hash=content_hash,
            signed_at=uow.clock.now(),
            scan_sha256=page.blob.key if page else None,
            scan_media_type=page.inspected.media_type.value if page else None,
            recorded_by=actor.member_id if page else None,
            recorded_by_name=recorder,
        )
    )
    if not signing.part and len(given) + 1 == len(SignerRole):
        minutes.state = MinutesState.SIGNED.value
        minutes.signed_at = uow.clock.now()
        if minutes.meeting.state == MeetingState.CLOSED:
            finalize_meeting(minutes.meeting, actor=actor, uow=uow)
    touch(
        minutes,
        "signed_on_paper" if page else "signed",
        actor=actor,
        uow=uow,
        role=signing.role.value,
        part=signing.part,
        signer_id=member.id,
        content_hash=content_hash,
        **({"scan": page.blob.key} if page else {}),
    )
    return minutes


def add_addendum(minutes: Minutes, text: str, *, actor: Actor, uow: UnitOfWork) -> Minutes:
    """Append a correction to signed minutes, to be signed by the same two. Raises :class:`WrongState` before that."""
    if minutes.state != MinutesState.SIGNED or minutes.content_hash is None:
        raise WrongState
    if level := find_mark_in_text(text.splitlines()):
        raise ClassifiedMinutes(level)
    number = len(minutes.addenda) + 1
    if number > MAX_ADDENDA:
        raise ValidationFailed(FieldError("/text", "too_many", {"limit": MAX_ADDENDA}))
    minutes.addenda.append(
        MinutesAddendum(
            minutes_id=minutes.id,
            number=number,
            text=text,
            content_hash=addendum_digest(minutes.content_hash, number, text),
            written_by=actor.member_id,
            written_at=uow.clock.now(),
        )
    )
    touch(minutes, "addendum_written", actor=actor, uow=uow, number=number)
    return minutes


def withdraw_addendum(minutes: Minutes, number: int, *, actor: Actor, uow: UnitOfWork) -> Minutes:
    """Take back an addendum that was written by a slip and that nobody has signed. Its number goes to the next one, so only the
    newest can go: raises :class:`AddendumStands` for any other, :class:`NotFound` where there is none of this number."""
    addendum = _addendum(minutes, number)
    if number != len(minutes.addenda) or signatures_of(minutes, number):
        raise AddendumStands
    minutes.addenda.remove(addendum)
    touch(minutes, "addendum_withdrawn", actor=actor, uow=uow, number=number)
    return minutes


def _freeze(minutes: Minutes) -> str:
    """Write down what is about to be signed, once; the second signer signs the same."""
    if minutes.state == MinutesState.SIGNED:
        raise MinutesSigned
    if minutes.meeting.state not in (MeetingState.CLOSED, MeetingState.FINALIZED):
        raise WrongState
    if minutes.state != MinutesState.READ_BACK:
        raise NotReadBack
    if minutes.frozen is None or minutes.content_hash is None:
        # From the first signature on no line of the book is taken: what is open now could never be settled.
        if unsettled := read_record(minutes.meeting).unsettled:
            raise DifferencesOpen(unsettled)
        minutes.frozen = describe_minutes(minutes)
        minutes.content_hash = digest(minutes.frozen)
    return minutes.content_hash


def _addendum(minutes: Minutes, number: int) -> MinutesAddendum:
    for one in minutes.addenda:
        if one.number == number:
            return one
    raise NotFound


def _named(minutes: Minutes, signing: Signing) -> int:
    """The member who is named for this signature."""
    for role, id_ in (
        (SignerRole.CHAIR, minutes.chair_id),
        (SignerRole.MINUTE_TAKER, minutes.minute_taker_id),
    ):
        if id_ is None:
            raise SignerMissing(role.value)
    if signing.part == 0 and minutes.chair_id == minutes.minute_taker_id:
        raise ValidationFailed(FieldError("/minute_taker_id", SAME_AS_CHAIR))
    named = minutes.chair_id if signing.role == SignerRole.CHAIR else minutes.minute_taker_id
    if named is None:
        raise SignerMissing(signing.role.value)
    return named


def _member(member_id: int, uow: UnitOfWork) -> Member:
    member = uow.session.scalar(select(Member).where(Member.id == member_id))
    if member is None:
        raise NotTheSigner
    return member


def _checked(drawing: str | None) -> str | None:
    if drawing is None:
        return None
    try:
        return parse_drawing(drawing).path
    except DrawingError as error:
        raise ValidationFailed(FieldError("/drawing", f"drawing_{error.code}")) from None
