"""Writing, changing and issuing resolutions."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from handbook.access.actor import Actor
from handbook.access.guards import may
from handbook.access.permissions import Permission
from handbook.audit.service import record
from handbook.documents.secrecy import find_mark_in_name, find_mark_in_text
from handbook.kernel.clock import today_in
from handbook.kernel.problems import FieldError, ValidationFailed, WrongState
from handbook.kernel.tree import PATH_END
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.meetings.enums import MeetingState
from handbook.meetings.models import Meeting
from handbook.meetings.queries import attending_count, kept_counts
from handbook.meetings.state import require_state
from handbook.members.enums import ACTIVE_STATUSES
from handbook.members.models import Member
from handbook.organizations.enums import OrganizationKind
from handbook.organizations.models import Organization
from handbook.organizations.versions import bump_content_version
from handbook.resolutions.drafting import MeetingFacts, body_of, title_of
from handbook.resolutions.enums import ONLY_SAID, DocumentType, IssueRefusal, ResolutionState
from handbook.resolutions.errors import (
    ClassifiedText,
    DraftPutToVote,
    DraftVotedOn,
    ReasonNeeded,
    ResolutionRejected,
    VoteDisputed,
    VoteUndecided,
)
from handbook.resolutions.events import (
    DraftMaterial,
    ResolutionChanging,
    ResolutionDrafting,
    ResolutionIssued,
    ResolutionRevoked,
)
from handbook.resolutions.models import Resolution, Task, TaskAssignee
from handbook.resolutions.queries import propose_symbol, resolution_of, term_for
from handbook.resolutions.review import lock_reviews
from handbook.resolutions.rules import SymbolError, is_term, parse_symbol
from handbook.resolutions.standing import issue_refusal, issue_warnings

# The states of a meeting from which a resolution may be drafted.
HELD = frozenset({MeetingState.OPEN, MeetingState.CLOSED, MeetingState.FINALIZED})
# What of a draft is put to the vote (ADR 24), and where.
PUT_TO_THE_VOTE = ("symbol", "type", "term", "title", "body", "supersedes_id", "meeting_id")


def create_resolution(
    organization: Organization, fields: Mapping[str, Any], *, actor: Actor, uow: UnitOfWork
) -> Resolution:
    """Add a draft from the fields of :class:`~handbook.resolutions.schemas.ResolutionInSchema`.

    Refuses texts with a secrecy mark (``classified_document``) and a symbol that cannot be used: ``invalid_symbol``,
    ``unknown_type``, ``type_mismatch``, ``type_not_issued_by_cell`` or ``symbol_taken``.
    """
    _refuse_classified(fields)
    # Moving the version first also lines up everybody who numbers documents of this organisation.
    version = bump_content_version(uow, organization.id)
    resolution = Resolution(
        organization=organization,
        organization_id=organization.id,
        title=fields["title"],
        body=fields["body"],
        term=fields["term"] or term_for(organization, clock=uow.clock),
        state=ResolutionState.DRAFT.value,
        content_version=version,
        created_at=uow.clock.now(),
    )
    with uow.session.no_autoflush:
        _set_symbol(resolution, fields["symbol"], fields["type"], uow=uow)
        _set_meeting(resolution, fields["meeting_id"], actor=actor, uow=uow)
        _set_superseded(resolution, fields["supersedes_id"], uow=uow)
        _set_tasks(resolution, fields["tasks"], uow=uow)
    uow.session.add(resolution)
    uow.session.flush()
    _record(uow, "created", resolution, actor=actor)
    return resolution


def edit_resolution(
    resolution: Resolution, changes: Mapping[str, Any], *, actor: Actor, uow: UnitOfWork
) -> Resolution:
    """Change a draft; an issued resolution stands as it is (:class:`WrongState`), what members are voting on says the same
    until they have voted (:class:`DraftPutToVote`), and what they voted on stays with the meeting whose vote it was
    (:class:`DraftVotedOn`). Refusals as at creating."""
    _require_draft(resolution)
    _refuse_classified(changes)
    resolution.content_version = bump_content_version(uow, resolution.organization_id)
    _refuse_what_votes_hold(resolution, changes, uow=uow)
    with uow.session.no_autoflush:
        for name in ("title", "body", "term"):
            if name in changes:
                setattr(resolution, name, changes[name])
        if {"symbol", "type", "term"} & changes.keys():
            symbol = changes.get("symbol", resolution.symbol)
            type_ = changes.get("type", resolution.type if "symbol" not in changes else None)
            _set_symbol(resolution, symbol, type_, known=resolution.type, uow=uow)
        if "meeting_id" in changes:
            _set_meeting(resolution, changes["meeting_id"], actor=actor, uow=uow)
        if "supersedes_id" in changes:
            _set_superseded(resolution, changes["supersedes_id"], uow=uow)
        if "tasks" in changes:
            _set_tasks(resolution, changes["tasks"], uow=uow)
    uow.session.flush()
    _record(uow, "changed", resolution, actor=actor, details={"fields": sorted(changes)})
    return resolution


def draft_from_meeting(meeting: Meeting, *, actor: Actor, uow: UnitOfWork) -> tuple[Resolution, bool]:
    """The meeting's resolution: the one that is there, or a new draft (then true) with the next number, written from what the
    meeting concluded and voted. Raises :class:`WrongState` before the meeting is open. The meeting is locked by the caller.
    """
    known = resolution_of(meeting)
    if known is not None:
        return known, False
    require_state(MeetingState(meeting.state), HELD)
    material = DraftMaterial()
    uow.emit(ResolutionDrafting(meeting_id=meeting.id, material=material))
    organization = meeting.organization
    facts = MeetingFacts(
        organization_name=organization.name,
        title=meeting.title,
        day=meeting.starts_at.astimezone(ZoneInfo(organization.timezone)).date(),
        present=attending_count(meeting),
        summoned=kept_counts(meeting)["summoned_count"],
    )
    # Everybody who numbers documents of this organisation waits here for one another.
    bump_content_version(uow, organization.id)
    symbol, term = propose_symbol(
        organization.id, type_=DocumentType.RESOLUTION, term=None, actor=actor, clock=uow.clock
    )
    fields: dict[str, Any] = {
        "symbol": str(symbol),
        "type": symbol.type.value,
        "term": term,
        "title": title_of(facts),
        "body": body_of(facts, material),
        "meeting_id": meeting.id,
        "supersedes_id": None,
        "tasks": [],
    }
    return create_resolution(organization, fields, actor=actor, uow=uow), True


def issue_resolution(
    resolution: Resolution,
    *,
    actor: Actor,
    uow: UnitOfWork,
    override_reason: str | None = None,
    reason_for: Collection[str] = (),
) -> Resolution:
    """Put a draft in force today, by the organisation's calendar, and tell who listens to :class:`ResolutionIssued`.

    When the members of its meeting voted on this very resolution, or on its very text under another draft, the last of these
    votes must have passed it (2-domain, Votes); else :class:`ResolutionRejected`, :class:`VoteUndecided`, or
    :class:`VoteDisputed` while somebody can still choose between two counts, and no reason helps. What else
    speaks against it (:func:`issue_warnings`) asks for a reason, and ``reason_for`` for the names of all that it answers; else
    :class:`ReasonNeeded`. Both stay on the resolution, what was missing on record. A resolution whose place it takes is revoked
    at the same moment.
    """
    _require_draft(resolution)
    lock_reviews(uow, resolution.organization_id)
    version = bump_content_version(uow, resolution.organization_id)
    _lock_row(resolution, uow=uow)
    _refuse_by_vote(resolution)
    missing = issue_warnings(resolution)
    if doubts := [warning for warning in missing if warning not in ONLY_SAID]:
        if not override_reason or not set(doubts) <= set(reason_for):
            raise ReasonNeeded(doubts)
        if level := find_mark_in_text(override_reason.splitlines()):
            raise ClassifiedText("/override_reason", level)
        resolution.issue_exception = override_reason
        resolution.issue_exception_for = [doubt.value for doubt in doubts]
    resolution.content_version = version
    resolution.state = ResolutionState.ISSUED.value
    resolution.issued_on = today_in(resolution.organization.timezone, uow.clock)
    uow.session.flush()
    details = {
        **({"issue_exception": True} if resolution.issue_exception else {}),
        **({"missing": [warning.value for warning in missing]} if missing else {}),
    }
    _record(uow, "issued", resolution, actor=actor, details=details or None)
    if resolution.supersedes is not None:
        _end(resolution.supersedes, "superseded", actor=actor, uow=uow, by=resolution)
    uow.emit(ResolutionIssued(resolution.id, resolution.organization_id, actor))
    return resolution


def revoke_resolution(resolution: Resolution, reason: str, *, actor: Actor, uow: UnitOfWork) -> Resolution:
    """Take an issued resolution out of force, with the reason that its readers see. Its open tasks stay until
    somebody says what became of them, and nobody is reminded of them.

    Raises :class:`WrongState`, :class:`ClassifiedText`.
    """
    if level := find_mark_in_text(reason.splitlines()):
        raise ClassifiedText("/reason", level)
    resolution.revoke_reason = reason
    _end(resolution, "revoked", actor=actor, uow=uow)
    return resolution


def _end(
    resolution: Resolution, action: str, *, actor: Actor, uow: UnitOfWork, by: Resolution | None = None
) -> None:
    if resolution.state != ResolutionState.ISSUED:
        raise WrongState
    lock_reviews(uow, resolution.organization_id)
    resolution.content_version = bump_content_version(uow, resolution.organization_id)
    resolution.state = ResolutionState.REVOKED.value
    resolution.revoked_on = today_in(resolution.organization.timezone, uow.clock)
    resolution.superseded_by_id = by.id if by else None
    uow.session.flush()
    details = {"superseded_by_id": by.id} if by else None
    _record(uow, action, resolution, actor=actor, details=details)
    uow.emit(
        ResolutionRevoked(
            resolution_id=resolution.id,
            organization_id=resolution.organization_id,
            superseded_by_id=resolution.superseded_by_id,
            actor=actor,
        )
    )


def _refuse_by_vote(resolution: Resolution) -> None:
    """What its draft says before, said by name: no reason helps against it."""
    match issue_refusal(resolution):
        case IssueRefusal.VOTE_DISPUTED:
            raise VoteDisputed
        case IssueRefusal.VOTE_UNDECIDED:
            raise VoteUndecided
        case IssueRefusal.RESOLUTION_REJECTED:
            raise ResolutionRejected


def _lock_row(resolution: Resolution, *, uow: UnitOfWork) -> None:
    """Who opens a ballot on it holds the same row, and neither overtakes the other."""
    uow.session.execute(select(Resolution.id).where(Resolution.id == resolution.id).with_for_update())


def _refuse_what_votes_hold(resolution: Resolution, changes: Mapping[str, Any], *, uow: UnitOfWork) -> None:
    """What a ballot puts to the vote does not change under the hands of those who vote, nor leave its meeting afterwards."""
    changed = {
        name
        for name in PUT_TO_THE_VOTE
        if changes.get(name, getattr(resolution, name)) != getattr(resolution, name)
    }
    if not changed:
        return
    _lock_row(resolution, uow=uow)
    event = ResolutionChanging(resolution_id=resolution.id)
    uow.emit(event)
    if event.put_to_vote:
        raise DraftPutToVote
    if event.voted_on and "meeting_id" in changed:
        raise DraftVotedOn


def _require_draft(resolution: Resolution) -> None:
    if resolution.state != ResolutionState.DRAFT:
        raise WrongState


def _set_symbol(
    resolution: Resolution, text: str, type_: str | None, *, known: str | None = None, uow: UnitOfWork
) -> None:
    if not is_term(resolution.term):
        raise ValidationFailed(FieldError("/term", "invalid"))
    try:
        symbol = parse_symbol(
            text,
            kind=OrganizationKind(resolution.organization.kind),
            type_=DocumentType(type_) if type_ else None,
            known=DocumentType(known) if known else None,
        )
    except SymbolError as error:
        raise ValidationFailed(FieldError("/symbol", error.code)) from None
    taken = select(Resolution.id).where(
        Resolution.organization_id == resolution.organization_id,
        Resolution.term == resolution.term,
        Resolution.type == symbol.type.value,
        Resolution.number == symbol.number,
    )
    if resolution.id is not None:
        taken = taken.where(Resolution.id != resolution.id)
    if uow.session.scalar(taken.limit(1)) is not None:
        raise ValidationFailed(FieldError("/symbol", "symbol_taken"))
    resolution.symbol = str(symbol)
    resolution.type = symbol.type.value
    resolution.number = symbol.number


def _set_meeting(resolution: Resolution, meeting_id: int | None, *, actor: Actor, uow: UnitOfWork) -> None:
    if meeting_id is not None:
        meeting = uow.session.get(Meeting, meeting_id)
        own = meeting is not None and meeting.organization_id == resolution.organization_id
        if meeting is None or not own or not may(actor, Permission.MEETINGS_READ, meeting.target):
            raise ValidationFailed(FieldError("/meeting_id", "unknown"))
    resolution.meeting_id = meeting_id


def _set_superseded(resolution: Resolution, supersedes_id: int | None, *, uow: UnitOfWork) -> None:
    """Name the resolution whose place this one takes: one in force, of the same organisation."""
    if supersedes_id is not None:
        old = uow.session.get(Resolution, supersedes_id)
        if old is None or old.organization_id != resolution.organization_id or old.id == resolution.id:
            raise ValidationFailed(FieldError("/supersedes_id", "unknown"))
        if old.state != ResolutionState.ISSUED:
            raise ValidationFailed(FieldError("/supersedes_id", "not_in_force"))
    resolution.supersedes_id = supersedes_id


def _set_tasks(resolution: Resolution, tasks: Sequence[Mapping[str, Any]], *, uow: UnitOfWork) -> None:
    """Replace the tasks. Those who answer for them belong to the organisation or to one below it."""
    path = resolution.organization.path
    wanted = {member_id for task in tasks for member_id in task["assignee_ids"]}
    known = set(
        uow.session.scalars(
            select(Member.id)
            .join(Organization, Organization.id == Member.organization_id)
            .where(
                Member.id.in_(wanted),
                Member.status.in_(sorted(ACTIVE_STATUSES)),
                Organization.path >= path,
                Organization.path < path + PATH_END,
            )
        )
    )
    unknown = [
        FieldError(f"/tasks/{position}/assignee_ids/{place}", "unknown")
        for position, task in enumerate(tasks)
        for place, member_id in enumerate(task["assignee_ids"])
        if member_id not in known
    ]
    if unknown:
        raise ValidationFailed(*unknown)
    resolution.tasks = [
        Task(
            position=position,
            title=task["title"],
            due_on=task["due_on"],
            assignees=[TaskAssignee(member_id=member_id) for member_id in sorted(set(task["assignee_ids"]))],
        )
        for position, task in enumerate(tasks)
    ]


def _refuse_classified(fields: Mapping[str, Any]) -> None:
    names = [("/symbol", fields.get("symbol")), ("/title", fields.get("title"))]
    names += [(f"/tasks/{n}/title", task["title"]) for n, task in enumerate(fields.get("tasks", ()))]
    for pointer, text in names:
        if text and (level := find_mark_in_name(text)):
            raise ClassifiedText(pointer, level)
    if level := find_mark_in_text((fields.get("body") or "").splitlines()):
        raise ClassifiedText("/body", level)


def _record(
    uow: UnitOfWork,
    action: str,
    resolution: Resolution,
    *,
    actor: Actor,
    details: dict[str, Any] | None = None,
) -> None:
    record(
        uow,
        f"resolutions:resolution:{action}",
        actor=actor,
        subject_id=resolution.id,
        path=resolution.organization.path,
        details=details,
    )
