"""The secretary with a draft that is put to the vote, with a network and by the book of the room."""

from copy import copy
from typing import Any

from tests.support.ballots import close, open_ballot, tally
from tests.support.clients import ApiClient, code_of
from tests.support.factories import World
from tests.support.meetings import if_match, step
from tests.support.rooms import Device, send

from handbook.kernel.clock import FixedClock

Json = dict[str, Any]
REASON = "Hội nghị đã nghe đọc lại và đồng ý sửa câu chữ"


class Office:
    """The secretary with the draft of the open meeting."""

    def __init__(self, client: ApiClient, meeting: Json, clock: FixedClock, world: World) -> None:
        self.client, self.meeting, self.clock, self.world = client, meeting, clock, world
        made = client.post(f"/api/meetings/{meeting['id']}/resolution-draft", expect=201).json
        self.path = f"/api/resolutions/{made['id']}"
        self.edit(title="Nghị quyết A", body="1. Giúp hộ bà Mười.")

    @property
    def draft(self) -> Json:
        found: Json = self.client.get(self.path, expect=200).json
        return found

    @property
    def lacks(self) -> list[str]:
        found: list[str] = self.draft["issue_warnings"]
        return found

    def edit(self, expect: int = 200, **changes: Any) -> Json:
        answer: Json = self.client.patch(self.path, changes, headers=if_match(self.draft), expect=expect).json
        return answer

    def open(self, method: str = "phone") -> Json:
        return open_ballot(self.client, self.meeting, method=method, resolution_id=self.draft["id"])

    def pass_by_hand(self, agree: int = 4) -> Json:
        return close(self.client, self.open("hand"), tally=tally(agree, 4 - agree))

    def ballot(self, ballot: Json) -> Json:
        found: Json = self.client.get(f"/api/ballots/{ballot['id']}", expect=200).json
        return found

    def end(self) -> None:
        found = self.client.get(f"/api/meetings/{self.meeting['id']}", expect=200).json
        step(self.client, found, "close")

    def issue(self, **fields: Any) -> Json:
        draft = self.draft
        assert draft["issue_refused"] is None
        answer: Json = self.client.post(
            f"{self.path}/issue", fields, headers=if_match(draft), expect=200
        ).json
        assert "issue_refused" not in answer
        return answer

    def refused(self, **fields: Any) -> tuple[str, list[str]]:
        """The code of a refused issuing, and what it wants answered. What no reason helps against was said before."""
        draft = self.draft
        answer = self.client.post(f"{self.path}/issue", fields, headers=if_match(draft), expect=409)
        code = code_of(answer)
        assert draft["issue_refused"] == (None if code == "reason_needed" else code)
        return code, [error["code"] for error in answer.json.get("errors", [])]

    def beside(self, **fields: Any) -> "Office":
        """Another draft of the cell, in the meeting unless said otherwise."""
        where = f"/api/organizations/{self.meeting['organization_id']}/resolutions"
        symbol = self.client.get(f"{where}/next-symbol", expect=200).json["symbol"]
        same = {name: self.draft[name] for name in ("title", "body", "meeting_id")}
        made = self.client.post(where, {"symbol": symbol, **same, **fields}, expect=201).json
        other = copy(self)
        other.path = f"/api/resolutions/{made['id']}"
        return other


def reasoned(*doubts: str) -> Json:
    return {"override_reason": REASON, "reason_for": list(doubts)}


def in_the_room(office: Office, device: Device, agree: int = 4, base: str | None = None, **said: Any) -> Json:
    """A vote by hands on the draft as the room writes it down, sent; ``withdrawn``: it takes the vote out."""
    office.clock.advance(minutes=1)
    out = {"withdrawn": said.pop("withdrawn")} if "withdrawn" in said else {}
    ballot = {
        "title": "Thông qua nghị quyết",
        "kind": "resolution",
        "resolution_id": office.draft["id"],
        "denominator": 4,
        **tally(agree, 4 - agree),
        **said,
    }
    line = device.write("hand_vote", office.clock.now(), base, ballot=ballot, **out)
    (answer,) = send(office.client, office.meeting, [line], now=office.clock.now())
    assert (answer["outcome"], answer["code"]) == ("applied", None)
    return line


def ballots_of(office: Office) -> list[Json]:
    path = f"/api/meetings/{office.meeting['id']}/ballots"
    found: list[Json] = office.client.get(path, expect=200).json["items"]
    return found
