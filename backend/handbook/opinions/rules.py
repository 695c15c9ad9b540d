"""Rules of opinions sent beforehand, without input or output."""

from handbook.meetings.enums import MeetingState

#: More than this from one member belongs into a paper.
MOST_FROM_ONE = 20


def takes_opinions(state: str) -> bool:
    """Opinions are sent, changed and withdrawn from the convening until the meeting opens."""
    return state == MeetingState.CONVENED


def may_be_answered(state: str) -> bool:
    """They are grouped and answered until the meeting is settled."""
    return state in (MeetingState.CONVENED, MeetingState.OPEN, MeetingState.CLOSED)
