"""The room as its book tells it: cases that the phone's fold is held to as well; the order of arrival is nothing."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handbook.proceedings.fold import Entry, Room, agenda_of, fold, subject_of

CASES = json.loads((Path(__file__).parents[2] / "data/proceedings/cases.json").read_text("utf-8"))


def milliseconds(instant: str) -> int:
    return int(datetime.fromisoformat(instant).timestamp() * 1000)


def entry(given: dict[str, Any]) -> Entry:
    fields = {**given, "at": milliseconds(given["at"]), "subject": subject_of(given["kind"], given["data"])}
    return Entry(**fields)


def told(room: Room) -> dict[str, Any]:
    """The room as the cases write it."""
    iso = {
        value: datetime.fromtimestamp(value / 1000, UTC).isoformat().replace("+00:00", "Z")
        for value in [
            *(room.opened_at, room.closed_at, room.unopened_at, room.reopened_at),
            *(time.since for time in room.items.values()),
            *(line["at"] for line in room.added),
        ]
        if value is not None
    }
    return {
        "opened_at": iso.get(room.opened_at),
        "closed_at": iso.get(room.closed_at),
        "unopened_at": iso.get(room.unopened_at),
        "reopened_at": iso.get(room.reopened_at),
        "added": [{**line, "at": iso[line["at"]]} for line in room.added],
        "dropped": room.dropped,
        "restored": room.restored,
        "order": room.order,
        "agenda": agenda_of(["3", "4", "5"], room),
        "chair": room.chair,
        "minute_taker": room.minute_taker,
        "current_item": room.current_item,
        "marks": room.marks,
        "guests": room.guests,
        "items": {
            item: {"state": time.state, "spent": time.spent, "since": iso.get(time.since)}
            for item, time in room.items.items()
        },
        "notes": [
            {
                **note,
                "at": datetime.fromtimestamp(note["at"] / 1000, UTC).isoformat().replace("+00:00", "Z"),
            }
            for note in room.notes
        ],
        "conclusions": room.conclusions,
        "votes": room.votes,
        "withdrawn": [
            {"entry": one.entry, "ballot": one.ballot, "reason": one.reason} for one in room.withdrawn
        ],
        "score": room.score,
        "differences": [
            {
                "subject": one.entry.subject,
                "standing": one.entry.id,
                "others": [other.id for other in one.others],
            }
            for one in room.differences
        ],
        "doubles": [[one.entry.subject for one in pair] for pair in room.doubles],
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_room_is_what_its_book_says(case: dict[str, Any]) -> None:
    room = told(fold([entry(one) for one in case["entries"]]))
    assert {name: room[name] for name in case["room"]} == case["room"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_order_of_arrival_is_nothing(case: dict[str, Any]) -> None:
    entries = [entry(one) for one in case["entries"]]
    assert told(fold(reversed(entries))) == told(fold(entries))


DEVICES = ("A", "B", "C")


@st.composite
def books(draw: st.DrawFn) -> list[Entry]:
    """A book written by three devices, each of which sees what the others wrote now and then."""
    written: list[Entry] = []
    seen: dict[str, list[Entry]] = {device: [] for device in DEVICES}
    for number in range(draw(st.integers(1, 14))):
        device = draw(st.sampled_from(DEVICES))
        if draw(st.booleans()):
            seen[device] = list(written)
        member, state = draw(st.sampled_from("12")), draw(st.sampled_from(["present", "late", "excused"]))
        data = {"member_id": member, "state": state}
        subject = subject_of("mark", data)
        own = [one for one in seen[device] if one.subject == subject]
        at = draw(st.integers(0, 20)) if draw(st.booleans()) else number
        made = Entry(
            f"e{number}",
            "mark",
            subject,
            data,
            at,
            device,
            number,
            max(own, key=lambda one: one.at).id if own else None,
        )
        written.append(made)
        seen[device].append(made)
    return written


@given(books(), st.randoms(use_true_random=False))
def test_any_order_and_any_repetition_tell_the_same_room(book: list[Entry], random: Any) -> None:
    shuffled = list(book)
    random.shuffle(shuffled)
    once = {one.id: one for one in [*shuffled, *book]}.values()
    assert told(fold(once)) == told(fold(book))


@given(books())
def test_what_nobody_saw_is_either_agreed_with_or_shown(book: list[Entry]) -> None:
    """Nothing is dropped: a last word that no later one knew of stands, says the same as what stands, or is a difference."""
    room = fold(book)
    shown = {one.id for difference in room.differences for one in (difference.entry, *difference.others)}
    for one in book:
        others = [other for other in book if other.subject == one.subject and other is not one]
        known = any(
            other.base == one.id or (other.device_id == one.device_id and other.sequence > one.sequence)
            for other in others
        )
        stands = room.marks[one.data["member_id"]]
        assert known or one.id in shown or stands == one.data


@given(books())
def test_settling_every_difference_leaves_none(book: list[Entry]) -> None:
    room = fold(book)
    last = max(one.at for one in book)
    settled = [
        Entry(
            f"s{number}",
            "settle",
            one.entry.subject,
            {
                "subject": one.entry.subject,
                "chosen": one.others[0].id,
                "instead_of": [one.entry.id, *(other.id for other in (*one.others[1:], *one.agreeing))],
            },
            last + 1,
            "A",
            1000 + number,
        )
        for number, one in enumerate(room.differences)
    ]
    after = fold([*book, *settled])
    assert after.differences == []
    for one in room.differences:
        assert after.marks[one.data["member_id"]] == one.others[0].data


KEYS = ("k1", "k2")
OF_THE_HOURS = ("open", "close", "reopen", "unopen")


@st.composite
def lives(draw: st.DrawFn) -> list[Entry]:
    """What three devices did to the hours and the agenda of one meeting, each having seen some of what the others did."""
    written: list[Entry] = []
    for number in range(draw(st.integers(1, 12))):
        kind = draw(st.sampled_from([*OF_THE_HOURS, "agenda"]))
        if kind != "agenda":
            data: dict[str, Any] = {"reason": "Nhầm"} if kind in ("reopen", "unopen") else {}
        elif draw(st.booleans()):
            data = {"act": "add", "key": draw(st.sampled_from(KEYS)), "title": draw(st.sampled_from("AB"))}
        elif draw(st.booleans()):
            item = draw(st.sampled_from([*KEYS, "3"]))
            data = {"act": "drop", "agenda_item_id": item, "dropped": draw(st.booleans())}
        else:
            data = {"act": "move", "order": draw(st.permutations([*KEYS, "3", "4"]))}
        subject = subject_of(kind, data)
        same = [one for one in written if one.subject == subject]
        base = draw(st.sampled_from([None, *(one.id for one in same)]))
        at, device = draw(st.integers(0, 20)), draw(st.sampled_from(DEVICES))
        written.append(Entry(f"e{number}", kind, subject, data, at, device, number, base))
    return written


@given(lives(), st.randoms(use_true_random=False))
def test_hours_and_agenda_are_told_the_same_in_any_order(life: list[Entry], random: Any) -> None:
    shuffled = list(life)
    random.shuffle(shuffled)
    assert told(fold(shuffled)) == told(fold(life))


@given(lives())
def test_a_meeting_has_an_end_or_one_that_was_taken_back_and_never_both(life: list[Entry]) -> None:
    room = fold(life)
    ends = {one.kind for one in life if one.subject == "close"}
    assert (room.closed_at is not None) + (room.reopened_at is not None) == bool(ends)
    assert room.closed_at is None or "close" in ends
    assert sorted(agenda_of(["3", "4"], room)) == sorted(["3", "4", *(line["key"] for line in room.added)])


@given(lives())
def test_whoever_has_seen_everything_ends_the_meeting(life: list[Entry]) -> None:
    """A closing written by a device that knows of every reopening is not taken back by any of them."""
    own = [one for one in life if one.subject == "close" and one.device_id == "A"]
    others = [one for one in life if one not in own and one.kind != "reopen"]
    last = Entry("z", "close", "close", {}, 21, "A", 100, None)
    assert fold([*own, *others, last]).closed_at is not None
