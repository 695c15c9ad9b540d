"""The evening on which a province meets, as rates: what 150,000 phones and 5,600 rooms ask of one server.

**The model.** All cells of the province meet on one evening; its average is taken over the four hours from an hour
before the usual start until everybody is home.

- A member opens the app four times (a reminder, on arrival, in the meeting, afterwards) and has it in hand for up to
two minutes. It pulls at opening and every minute (``pwa/src/sync/engine``), so eight times an evening: 83 a second.
One pull in eight brings something new, the other seven are a 304. One phone in a hundred is new and takes everything.
- 85 of a hundred members check in: 8.9 a second.
- The board of a room is looked at for twenty minutes, while people
arrive and when they are counted. It asks for the book of the room two seconds after each answer, which says beside
whether the roll is another one (``pwa/src/features/roll/poll``; ADR 26): with the way there and back 212 a second. A
board that somebody has come to since fetches the roll, one for each who checks in: 8.9 a second.
- 85 of a hundred members have a device that hears one reminder: 8.9 messages a second.

Together 313 requests a second. At the usual start all 5,600 boards stand at once, ten times the average of them: that
is what ``10`` times the average plays, with everything else ten times as dense too.

Not played: what phones report of shown messages, papers, the first sign-in with its password.
"""

from dataclasses import dataclass
from random import Random

MEMBERS, CELLS = 150_000, 5_600
SECONDS = 4 * 3600
PULLS, NEWS = 8, 1
# Half of the pulls are the first after ten quiet minutes, which writes down that the device was seen.
PULLS_SEEN = 4
NEW_PHONES = 0.01
CHECKED_IN = WITH_DEVICE = 0.85
BOARD_SECONDS = 20 * 60
WAY = 0.2
ROOM_EVERY = 2 + WAY


@dataclass(frozen=True, slots=True)
class Rates:
    """Arrivals a second, and how many boards stand at once."""

    sync_304: float
    sync_200: float
    sync_first: float
    check_in: float
    messages: float
    boards: int

    @property
    def requests(self) -> float:
        """All requests a second."""
        polls = self.boards / ROOM_EVERY
        # Who checks in moves a roll.
        return self.sync_304 + self.sync_200 + self.sync_first + 2 * self.check_in + polls


def rates_at(multiple: float) -> Rates:
    """The average of the evening, that many times."""
    members = MEMBERS / SECONDS * multiple
    return Rates(
        sync_304=members * (PULLS - NEWS),
        sync_200=members * (NEWS - NEW_PHONES),
        sync_first=members * NEW_PHONES,
        check_in=members * CHECKED_IN,
        messages=members * WITH_DEVICE,
        boards=round(CELLS * BOARD_SECONDS / SECONDS * multiple),
    )


def arrivals(rate: float, seconds: float, random: Random) -> list[float]:
    """When they come, in seconds from the beginning: independent of each other and of the answers (a Poisson process)."""
    found = []
    at = random.expovariate(rate)
    while at < seconds:
        found.append(at)
        at += random.expovariate(rate)
    return found


def polls(every: float, seconds: float, random: Random) -> list[float]:
    """When a board asks that was put up at a random moment before."""
    at = random.random() * every
    found = []
    while at < seconds:
        found.append(at)
        at += every
    return found
