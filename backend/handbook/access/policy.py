"""The one policy table. Nothing else in the code decides who may do what.

``visible`` names the permission that decides whether the object exists for the actor at all: without it the answer is 404,
with it but without the permission itself 403.
"""

from dataclasses import dataclass

from handbook.access.permissions import Permission as P
from handbook.access.predicates import (
    ADMINISTRATORS,
    COMMITTEE,
    OFFICERS,
    RUNNERS,
    SECRETARIAT,
    STAFF,
    AllOf,
    AnyOf,
    At,
    AtConference,
    AtOrBelow,
    Chaired,
    OwnAccount,
    OwnCell,
    OwnMember,
    OwnUnits,
    Predicate,
    TakesMinutes,
    UnitsOfOffice,
)


@dataclass(frozen=True, slots=True)
class Rule:
    predicate: Predicate
    visible: P


AS_DELEGATE = AllOf(OwnMember(), OwnUnits())
# A conference is run by the secretariat of its committee as well.
RUNS_MEETING = AnyOf(At(RUNNERS), AtConference(SECRETARIAT))

POLICY: dict[P, Rule] = {
    # Organisations: the member's own line up to the root, those of an office, and everything below an office.
    P.ORGANIZATIONS_READ: Rule(AnyOf(OwnUnits(), UnitsOfOffice(), AtOrBelow(OFFICERS)), P.ORGANIZATIONS_READ),
    # Settings hold for everything below: those at or above who look after the tree read and change them.
    P.SETTINGS_READ: Rule(AtOrBelow(STAFF), P.ORGANIZATIONS_READ),
    P.SETTINGS_WRITE: Rule(AtOrBelow(STAFF), P.ORGANIZATIONS_READ),
    # With which agenda meetings begin is said by those who run them, for their own organisation and what lies below it.
    P.AGENDA_TEMPLATES_READ: Rule(AtOrBelow(OFFICERS), P.ORGANIZATIONS_READ),
    P.AGENDA_TEMPLATES_WRITE: Rule(AnyOf(At(RUNNERS), AtOrBelow(STAFF)), P.ORGANIZATIONS_READ),
    # On which days an organisation meets is no secret to those of its line; it is said by who runs it, or by staff.
    P.SCHEDULES_READ: Rule(AnyOf(OwnUnits(), AtOrBelow(OFFICERS)), P.ORGANIZATIONS_READ),
    P.SCHEDULES_WRITE: Rule(AnyOf(At(RUNNERS), AtOrBelow(STAFF)), P.ORGANIZATIONS_READ),
    # Members: oneself, who runs the cell, and staff above it. Other members of the cell see no records.
    P.MEMBERS_LIST: Rule(AtOrBelow(OFFICERS), P.ORGANIZATIONS_READ),
    P.MEMBERS_READ: Rule(AnyOf(OwnMember(), AtOrBelow(OFFICERS)), P.MEMBERS_READ),
    P.MEMBERS_READ_PHONE: Rule(AnyOf(OwnMember(), At(RUNNERS), AtOrBelow(STAFF)), P.MEMBERS_READ),
    P.MEMBERS_VIEW_CITIZEN_ID: Rule(AnyOf(OwnMember(), AtOrBelow(STAFF)), P.MEMBERS_READ),
    P.MEMBERS_IMPORT: Rule(AtOrBelow(STAFF), P.ORGANIZATIONS_READ),
    P.ACTIVATIONS_ISSUE: Rule(AnyOf(At(RUNNERS), AtOrBelow(STAFF)), P.ORGANIZATIONS_READ),
    # A forgotten password: a code for who has an account already opens that account, so it is not the secretary's to give.
    P.ACTIVATIONS_RENEW: Rule(AtOrBelow(STAFF), P.MEMBERS_READ),
    # Meetings: drafts only for office holders; running one belongs to secretary and deputy of that very organisation.
    P.MEETINGS_READ: Rule(AnyOf(OwnUnits(), AtOrBelow(OFFICERS)), P.MEETINGS_READ),
    P.MEETINGS_RUN: Rule(RUNS_MEETING, P.MEETINGS_READ),
    # Sites and delegates of a conference are laid down by who runs it, or by staff above.
    P.CONFERENCES_PREPARE: Rule(AnyOf(At(RUNNERS), AtOrBelow(STAFF)), P.MEETINGS_READ),
    # Codes and marks in the room: who runs the meeting and, asked about the member who is host of a site, that host.
    P.ROLL_KEEP: Rule(AnyOf(RUNS_MEETING, OwnMember()), P.MEETINGS_READ),
    P.ATTENDANCE_READ_COUNTS: Rule(AnyOf(OwnUnits(), AtOrBelow(OFFICERS)), P.MEETINGS_READ),
    # The minutes name who was away and why, so who writes them reads it.
    P.ATTENDANCE_READ: Rule(AnyOf(AtOrBelow(OFFICERS), TakesMinutes()), P.MEETINGS_READ),
    # How one line came about: for who may read the roll, and for the member whose line it is.
    P.ATTENDANCE_READ_LINE: Rule(AnyOf(OwnMember(), AtOrBelow(OFFICERS)), P.MEETINGS_READ),
    # The line of a delegate of a conference is about that member, whose cell lies anywhere below.
    P.ATTENDANCE_CHECK_IN: Rule(AnyOf(OwnCell(), At(COMMITTEE), AS_DELEGATE), P.MEETINGS_READ),
    P.ATTENDANCE_REQUEST_ABSENCE: Rule(AnyOf(OwnCell(), At(COMMITTEE), AS_DELEGATE), P.MEETINGS_READ),
    P.ABSENCE_REQUESTS_READ: Rule(AnyOf(OwnMember(), At(RUNNERS), AtOrBelow(STAFF)), P.ABSENCE_REQUESTS_READ),
    # Who runs a meeting answers who asks to be excused from it, and runs its votes: of a conference its secretariat as well.
    P.ABSENCE_REQUESTS_DECIDE: Rule(RUNS_MEETING, P.ABSENCE_REQUESTS_READ),
    P.RESOLUTIONS_READ: Rule(AnyOf(OwnUnits(), AtOrBelow(OFFICERS)), P.RESOLUTIONS_READ),
    P.RESOLUTIONS_WRITE: Rule(At(RUNNERS), P.RESOLUTIONS_READ),
    # Tasks: a committee sees all of its tree. What was written of one is for who answers for it and for offices, not for all.
    P.TASKS_LIST: Rule(AtOrBelow(OFFICERS | COMMITTEE), P.ORGANIZATIONS_READ),
    P.TASKS_READ: Rule(AnyOf(OwnUnits(), AtOrBelow(OFFICERS | COMMITTEE)), P.TASKS_READ),
    P.TASKS_READ_UPDATES: Rule(AnyOf(OwnMember(), AtOrBelow(OFFICERS | COMMITTEE)), P.TASKS_READ),
    P.TASKS_UPDATE: Rule(AnyOf(OwnMember(), At(RUNNERS)), P.TASKS_READ),
    # The sheet of 100 points holds for everything below; scoring is for who was in the room, which the roll says.
    P.SCORE_SHEETS_READ: Rule(AtOrBelow(OFFICERS), P.ORGANIZATIONS_READ),
    P.SCORE_SHEETS_WRITE: Rule(AtOrBelow(STAFF), P.ORGANIZATIONS_READ),
    P.SCORES_GIVE: Rule(AnyOf(OwnUnits(), At(COMMITTEE)), P.MEETINGS_READ),
    # Ballots: whose line in the roll has a vote is a rule of the vote itself, not of the tree.
    P.BALLOTS_READ: Rule(AnyOf(OwnUnits(), AtOrBelow(OFFICERS)), P.BALLOTS_READ),
    P.BALLOTS_RUN: Rule(RUNS_MEETING, P.BALLOTS_READ),
    P.BALLOTS_VOTE: Rule(AnyOf(OwnUnits(), At(COMMITTEE)), P.BALLOTS_READ),
    # The book of the room: the office is judged by the day of each entry, because a secretary who was replaced sends later.
    P.PROCEEDINGS_WRITE: Rule(AnyOf(OwnUnits(), AtOrBelow(OFFICERS)), P.MEETINGS_READ),
    # Everything in the book is for who runs the meeting and for who writes its minutes; notes and conclusions come from both.
    P.PROCEEDINGS_READ: Rule(AnyOf(RUNS_MEETING, TakesMinutes()), P.MEETINGS_READ),
    P.PROCEEDINGS_NOTE: Rule(TakesMinutes(), P.MEETINGS_READ),
    # Opinions: their names are for who runs the meeting; neither other members nor the committee above see them.
    P.OPINIONS_READ: Rule(AnyOf(OwnMember(), At(RUNNERS)), P.OPINIONS_READ),
    P.OPINIONS_SEND: Rule(AnyOf(OwnCell(), At(COMMITTEE)), P.MEETINGS_READ),
    P.OPINIONS_ANSWER: Rule(At(RUNNERS), P.OPINIONS_READ),
    # Minutes: signed ones for the cell, or for the committee whose meeting it was; drafts for who writes them: who runs the
    # meeting, and the minute-taker, appointed for this meeting or named in them, who may hold no office. Who may sign is a
    # rule of the minutes themselves: a secretary who led the meeting and was replaced before signing still does.
    P.MINUTES_READ: Rule(
        AnyOf(OwnCell(), At(COMMITTEE), OwnMember(), TakesMinutes(), Chaired(), AtOrBelow(OFFICERS)),
        P.MINUTES_READ,
    ),
    P.MINUTES_WRITE: Rule(AnyOf(At(RUNNERS), OwnMember(), TakesMinutes()), P.MINUTES_READ),
    P.MINUTES_SIGN: Rule(AnyOf(OwnCell(), At(COMMITTEE), OwnMember(), Chaired()), P.MINUTES_READ),
    # Who convened it telephones those whom no message reached.
    P.DELIVERIES_READ: Rule(RUNS_MEETING, P.MEETINGS_READ),
    # What was given up over a tree, told without names, is for staff to see and to have sent again.
    P.DELIVERIES_MEND: Rule(AtOrBelow(STAFF), P.ORGANIZATIONS_READ),
    # Work of the server that was given up is everybody's: it is told at the top of the tree.
    P.JOBS_MEND: Rule(AtOrBelow(STAFF), P.ORGANIZATIONS_READ),
    P.DELIVERIES_REPORT: Rule(OwnAccount(), P.DELIVERIES_REPORT),
    P.NOTICES_READ: Rule(OwnAccount(), P.NOTICES_READ),
    P.SESSIONS_END: Rule(OwnAccount(), P.SESSIONS_END),
    P.CALENDAR_FEEDS_REVOKE: Rule(OwnAccount(), P.CALENDAR_FEEDS_REVOKE),
    P.REPORTS_READ: Rule(AtOrBelow(OFFICERS), P.ORGANIZATIONS_READ),
    P.AUDIT_READ: Rule(AtOrBelow(ADMINISTRATORS), P.ORGANIZATIONS_READ),
}
