"""What the room agreed on, from the lines of its book: pure, and the same in TypeScript (``pwa/src/sync/room.ts``).

``tests/data/proceedings/cases.json`` holds both to it. The answer depends only on the *set* of entries, never on the order in
which they arrived, so a phone and the server that know the same entries show the same room.

Each subject ("the mark of member 17", "the conclusion of item 3") is a register. An entry is *superseded* by one whose device
had seen it: one that names it as its base, a later one of the same device, or a settlement that names it. What is not
superseded is a head. The latest head stands; another head that says something else is a *difference* between two devices
that had not seen each other, and stays one until somebody who runs the meeting settles it. Two counts that may be of one vote
are a *double* (:mod:`~handbook.proceedings.doubles`), until somebody says whether they are.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from handbook.proceedings.doubles import Counted, find_doubles
from handbook.proceedings.enums import EntryKind as K

Data = Mapping[str, Any]
# Saying it twice says the same: the earliest time stands.
ONCE = frozenset({K.OPEN.value, K.CLOSE.value})
# What takes back which of them.
UNDOES = {K.UNOPEN.value: K.OPEN.value, K.REOPEN.value: K.CLOSE.value}
# What tells an hour of the meeting, and which.
HOURS: dict[str, str] = {
    K.OPEN.value: "opened_at",
    K.CLOSE.value: "closed_at",
    K.UNOPEN.value: "unopened_at",
    K.REOPEN.value: "reopened_at",
}
# Votes that people counted in the room.
COUNTED = frozenset({K.HAND_VOTE.value, K.PAPER_VOTE.value})
# The times of an item are told by all its entries together; there is nothing to choose between.
NEVER_DIFFERENT = frozenset({*ONCE, *UNDOES, K.ITEM.value})


# How a mark was made: by a scanned code, a signature on paper, with everybody else; that the numbers of a vote were questioned.
# Which copy of the draft a device had is no other count of the vote.
PROOFS = frozenset({"code", "sheet", "together", "confirmed", "put"})


@dataclass(frozen=True, slots=True)
class Entry:
    """An applied entry; ``at`` in milliseconds since the epoch."""

    id: str
    kind: str
    subject: str
    data: Data
    at: int
    device_id: str
    sequence: int
    base: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands for a subject: the entry that says so, its kind and data (of the chosen entry, for a settlement), the heads
    that say something else, and those that agree; the latest first. A settlement names them all."""

    entry: Entry
    kind: str
    data: Data
    others: tuple[Entry, ...] = ()
    agreeing: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class ItemTime:
    """How long an agenda item was spoken about: finished stretches in milliseconds, and since when the running one runs."""

    state: str
    spent: int
    since: int | None


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A counted vote that was written down by mistake and taken out: it stays in the book, and no result tells it."""

    entry: str
    ballot: Data
    reason: str


@dataclass(slots=True)
class Room:
    opened_at: int | None = None
    closed_at: int | None = None
    unopened_at: int | None = None
    reopened_at: int | None = None
    chair: str | None = None
    minute_taker: str | None = None
    current_item: str | None = None
    marks: dict[str, Data] = field(default_factory=dict)
    guests: list[Data] = field(default_factory=list)
    items: dict[str, ItemTime] = field(default_factory=dict)
    notes: list[dict[str, Any]] = field(default_factory=list)
    conclusions: dict[str, str] = field(default_factory=dict)
    votes: list[Data] = field(default_factory=list)
    withdrawn: list[Withdrawn] = field(default_factory=list)
    score: Data | None = None
    added: list[Data] = field(default_factory=list)
    dropped: dict[str, str] = field(default_factory=dict)
    restored: list[str] = field(default_factory=list)
    order: list[str] = field(default_factory=list)
    differences: list[Standing] = field(default_factory=list)
    doubles: list[tuple[Standing, Standing]] = field(default_factory=list)


def subject_of(kind: str, data: Data) -> str:
    """What an entry is about; two devices that write about the same thing name the same subject without having met."""
    if kind == K.SETTLE:
        return str(data["subject"])
    if kind in UNDOES:
        return UNDOES[kind]
    if kind == K.AGENDA:
        about = {"add": data.get("key"), "drop": data.get("agenda_item_id")}.get(data["act"])
        return f"agenda:{data['act']}" if about is None else f"agenda:{data['act']}:{about}"
    if kind == K.MARK:
        return f"mark:{data['member_id']}"
    if kind in (K.ITEM, K.CONCLUSION):
        return f"{kind}:{data['agenda_item_id']}"
    if kind in (K.NOTE, K.GUEST):
        return f"{kind}:{data['key']}"
    if kind in COUNTED:
        ballot = data["ballot"]
        title = " ".join(str(ballot["title"]).lower().split())
        return f"{kind}:{ballot.get('agenda_item_id') or '-'}:{ballot['kind']}:{title}"
    return kind


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """By time; entries of the same instant in an order that every device finds."""
    return sorted(entries, key=lambda entry: (entry.at, entry.device_id, entry.sequence))


def standing(entries: Iterable[Entry]) -> Standing | None:
    """What stands for one subject, of which these are the applied entries."""
    ordered = in_order(entries)
    by_id = {entry.id: entry for entry in ordered}
    known = [(entry, said) for entry in ordered if (said := _said(entry, by_id)) is not None]
    if not known:
        return None
    if known[0][1].kind in ONCE or known[0][1].kind in UNDOES:
        entry, said = _once(known)
        return Standing(entry, said.kind, said.data)
    heads = [(entry, said) for entry, said in known if not _is_superseded(entry, ordered)] or known
    entry, said = heads[-1]
    rest = [(other, says_the_same(different, said)) for other, different in reversed(heads[:-1])]
    others = tuple(other for other, agrees in rest if not agrees)
    return Standing(entry, said.kind, said.data, others, tuple(other for other, agrees in rest if agrees))


def _once(known: Sequence[tuple[Entry, Entry]]) -> tuple[Entry, Entry]:
    """The earliest opening (or closing) that nobody took back; where every one was, what took back the last."""
    undoing = [entry for entry, said in known if said.kind in UNDOES]
    live = [
        (entry, said)
        for entry, said in known
        if said.kind not in UNDOES and not any(_takes_back(undo, entry) for undo in undoing)
    ]
    return live[0] if live else next(one for one in reversed(known) if one[1].kind in UNDOES)


def _takes_back(undo: Entry, entry: Entry) -> bool:
    """Whose device had seen it, speaks of it, whatever the clocks say; else what was written later does of what was earlier."""
    same = undo.device_id == entry.device_id
    if entry.base == undo.id or (same and entry.sequence > undo.sequence):
        return False
    seen = undo.base == entry.id or (same and undo.sequence > entry.sequence)
    return seen or in_order([entry, undo])[-1].id == undo.id


def agenda_of(names: Sequence[str], room: Room) -> list[str]:
    """The items of an agenda by their names in the book, with those from the floor, in the order that the room gave them: what
    it did not speak of stays behind the others as it was, and what the floor raised since goes ``before`` the item that its
    line names, else to the end."""
    added = {line["key"]: line.get("before") for line in room.added}
    every = [*(name for name in names if name not in added), *added]
    listed = [name for name in dict.fromkeys(room.order) if name in every]
    told = [*listed, *(name for name in every if name not in listed and name not in added)]
    for key, before in added.items():
        if key not in listed:
            told.insert(told.index(before) if before in told else len(told), key)
    return told


def says_the_same(one: Entry, other: Entry) -> bool:
    """Whether two entries on one subject agree; what is left out and what is null are the same, and how it was proved is
    not what it says."""
    return one.kind in NEVER_DIFFERENT or _meaning(one.data) == _meaning(other.data)


def says_nothing_new(new: Entry, before: Standing | None, after: Standing | None) -> bool:
    """Whether a subject says after this entry what it said before, and the entry says so too."""
    if before is None or after is None:
        return False
    if after.kind in ONCE or after.kind in UNDOES:
        return after.entry.id == before.entry.id
    said = after.data if new.kind == K.SETTLE else new.data
    meaning = _meaning(after.data)
    return bool(_meaning(before.data) == meaning and _meaning(said) == meaning)


def _meaning(data: Any) -> Any:
    if isinstance(data, Mapping):
        return {
            name: _meaning(value) for name, value in data.items() if value is not None and name not in PROOFS
        }
    return [_meaning(value) for value in data] if isinstance(data, list) else data


def fold(entries: Iterable[Entry]) -> Room:
    """The room as all these applied entries say."""
    room, ordered = Room(), in_order(entries)
    subjects: dict[str, list[Entry]] = defaultdict(list)
    for entry in ordered:
        subjects[entry.subject].append(entry)
    counts: dict[str, tuple[Standing, Counted]] = {}
    for subject, of_subject in subjects.items():
        stands = standing(of_subject)
        if stands is not None:
            _put(room, stands, first_at=of_subject[0].at)
            if stands.kind in COUNTED and not stands.data.get("withdrawn"):
                raised = frozenset(
                    one.device_id for one in of_subject if one.kind in COUNTED and one.base is None
                )
                counts[subject] = stands, Counted(subject, stands.data["ballot"], raised)
    room.doubles = [
        (counts[one][0], counts[other][0])
        for one, other in find_doubles(counted for _, counted in counts.values())
    ]
    # Stable: of the same instant they stay in the order in which they were first written.
    room.notes.sort(key=lambda note: note["at"])
    room.added.sort(key=lambda line: line["at"])
    room.differences.sort(key=lambda one: one.entry.subject)
    _time_items(room, ordered)
    return room


def _said(entry: Entry, by_id: Mapping[str, Entry]) -> Entry | None:
    """The entry whose words these are: itself, or what a settlement chose; None when that is not known here."""
    seen: set[str] = set()
    found: Entry | None = entry
    while found is not None and found.kind == K.SETTLE:
        if found.id in seen:
            return None
        seen.add(found.id)
        found = by_id.get(str(found.data["chosen"]))
    return found


def _is_superseded(entry: Entry, all_of_subject: Sequence[Entry]) -> bool:
    return any(
        other.id != entry.id
        and (
            other.base == entry.id
            or (other.device_id == entry.device_id and other.sequence > entry.sequence)
            or (other.kind == K.SETTLE and entry.id in (other.data["chosen"], *other.data["instead_of"]))
        )
        for other in all_of_subject
    )


def _put(room: Room, stands: Standing, *, first_at: int) -> None:
    kind, data, at = stands.kind, stands.data, stands.entry.at
    if kind in HOURS:
        setattr(room, HOURS[kind], at)
    elif kind in (K.CHAIR, K.MINUTE_TAKER):
        setattr(room, kind, data["member_id"])
    elif kind == K.MARK:
        room.marks[data["member_id"]] = data
    elif kind == K.GUEST and not data.get("removed"):
        room.guests.append(data)
    elif kind == K.NOTE and not data.get("removed"):
        room.notes.append({**data, "at": first_at})
    elif kind == K.CONCLUSION and data["text"]:
        room.conclusions[data["agenda_item_id"]] = data["text"]
    elif kind == K.AGENDA:
        _put_agenda(room, data, first_at)
    elif kind in COUNTED:
        # By hands unless it says that papers were counted.
        if data.get("withdrawn"):
            room.withdrawn.append(Withdrawn(stands.entry.id, data["ballot"], data["withdrawn"]))
        else:
            room.votes.append(data["ballot"])
    elif kind == K.PAPER_SCORE:
        room.score = data
    if stands.others:
        room.differences.append(stands)


def _put_agenda(room: Room, data: Data, first_at: int) -> None:
    if data["act"] == "add":
        room.added.append({**data, "at": first_at})
    elif data["act"] == "move":
        room.order = list(data["order"])
    elif data["dropped"]:
        room.dropped[data["agenda_item_id"]] = data.get("reason") or ""
    else:
        room.restored.append(data["agenda_item_id"])


def _time_items(room: Room, ordered: Sequence[Entry]) -> None:
    """One item runs at a time: starting another, or closing the meeting, ends the stretch of the one before."""
    running: str | None = None
    since = 0
    spent: dict[str, int] = defaultdict(int)
    states: dict[str, str] = {}
    for entry in ordered:
        if entry.kind != K.ITEM or (room.closed_at is not None and entry.at > room.closed_at):
            continue
        item, state = entry.data["agenda_item_id"], entry.data["state"]
        states[item] = state
        if running is not None and (item != running) == (state == "started"):
            spent[running] += entry.at - since
            running = None
        if state == "started" and running is None:
            running, since = item, entry.at
    if running is not None and room.closed_at is not None:
        spent[running] += room.closed_at - since
        running = None
    room.current_item = running
    room.items = {
        item: ItemTime(state, spent[item], since if item == running else None)
        for item, state in states.items()
    }
