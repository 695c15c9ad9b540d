"""The states of a meeting as a table: draft → convened → open → closed → finalized; draft and convened may be cancelled. A
step back mends a slip of the hand: what was opened by mistake is only convened again, what was closed goes on."""

from enum import StrEnum

from handbook.kernel.problems import WrongState
from handbook.meetings.enums import MeetingState as S


class Step(StrEnum):
    CONVENE = "convene"
    OPEN = "open"
    CLOSE = "close"
    CANCEL = "cancel"
    FINALIZE = "finalize"
    REOPEN = "reopen"
    UNOPEN = "unopen"


TRANSITIONS: dict[Step, tuple[frozenset[S], S]] = {
    Step.CONVENE: (frozenset({S.DRAFT}), S.CONVENED),
    Step.OPEN: (frozenset({S.CONVENED}), S.OPEN),
    Step.CLOSE: (frozenset({S.OPEN}), S.CLOSED),
    Step.CANCEL: (frozenset({S.DRAFT, S.CONVENED}), S.CANCELLED),
    Step.FINALIZE: (frozenset({S.CLOSED}), S.FINALIZED),
    Step.REOPEN: (frozenset({S.CLOSED}), S.OPEN),
    Step.UNOPEN: (frozenset({S.OPEN}), S.CONVENED),
}

# What the runner of a meeting may do beside the steps, by state.
EDITABLE = frozenset({S.DRAFT, S.CONVENED})
WITH_CHECK_IN_KEY = frozenset({S.CONVENED, S.OPEN})
WITH_HOURS = frozenset({S.OPEN, S.CLOSED})
WITH_OPEN_ROLL = frozenset({S.CONVENED, S.OPEN, S.CLOSED})

_OTHER_ACTS: dict[str, frozenset[S]] = {
    "edit": EDITABLE,
    "mark": WITH_OPEN_ROLL,
    "answer_absence": WITH_OPEN_ROLL,
    "show_qr": WITH_CHECK_IN_KEY,
}


def state_after(state: S, step: Step) -> S:
    """The state that follows; raises :class:`WrongState` when the step is not open from here."""
    allowed, following = TRANSITIONS[step]
    if state not in allowed:
        raise WrongState
    return following


def require_state(state: S, allowed: frozenset[S]) -> None:
    """Raise :class:`WrongState` unless the meeting is in one of these states."""
    if state not in allowed:
        raise WrongState


# What the appointed minute-taker may do for this meeting, without running it: notes, conclusions and minutes.
TAKE_MINUTES = "take_minutes"
WITH_MINUTES_TO_TAKE = frozenset({S.CONVENED, S.OPEN, S.CLOSED})


def acts_in(state: S) -> list[str]:
    """Everything that who runs the meeting may do in this state, as the API names it in ``can``."""
    steps = [step.value for step, (allowed, _) in TRANSITIONS.items() if state in allowed]
    return sorted([*steps, *(act for act, states in _OTHER_ACTS.items() if state in states)])
