"""What the screens of a room say, read into one structure, and the same structure as the server's answers have it.

The words are put together here a second time, from the answers alone, so that a number, a name or a time that is different on
either side is found wherever it stands.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, expect

from handbook.proceedings.fold import Entry, fold, subject_of

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
STATES = {
    "present": "Có mặt",
    "late": "Đến muộn",
    "excused": "Vắng có phép",
    "unexcused": "Vắng không phép",
    "exempt": "Miễn sinh hoạt",
    None: "Chưa điểm danh",
}
STATUSES = {
    "probationary": "Đảng viên dự bị",
    "exempt": "Miễn công tác và sinh hoạt",
}
HOW = {
    "secretary": "{who} ghi lúc {time}",
    "sheet": "{who} ghi theo danh sách ký tên, {time}",
    "reverse_scan": "{who} quét mã của đảng viên lúc {time}",
}
_READ_ROLL = """() => {
    const words = (one) => one ? one.textContent.replace(/\\s+/g, ' ').trim() : null;
    const all = (from, what) => [...from.querySelectorAll(what)];
    const numbers = document.querySelector('section.numbers');
    const inside = (summary) => all(document, 'details').find((one) => words(one.querySelector('summary')) === summary);
    const officers = inside('Chủ trì, người ghi biên bản, khách mời');
    return {
        there: words(numbers.querySelector('.there')),
        states: all(numbers, 'li').map(words),
        quorum: words(numbers.querySelector('.quorum')),
        count: words(inside('Dòng kiểm diện cho biên bản').querySelector('.inside')),
        officers: all(officers, 'select').map((one) => words(one.selectedOptions[0])),
        guests: all(officers, 'li').map((one) => [words(one.querySelector('strong')), words(one.querySelector('.muted'))]),
        lines: all(document, 'ul[aria-label="Danh sách điểm danh"] > li').map((one) => ({
            name: words(one.querySelector('.name')),
            state: words(one.querySelector('.tag')),
            story: words(one.querySelector('.how .muted')),
            reason: words(one.querySelector('.words > .muted')),
        })),
    };
}"""
# Each is there when what it tells has been read from the phone.
_BELOW_THE_ROLL = [
    f"summary:has-text('{summary}')"
    for summary in ("Dòng kiểm diện cho biên bản", "Chủ trì, người ghi biên bản, khách mời")
]
_READ_AGENDA = """() => {
    const words = (one) => one ? one.textContent.replace(/\\s+/g, ' ').trim() : null;
    return {
        head: [...document.querySelectorAll('main .head > p')].map(words),
        items: [...document.querySelectorAll('main ol > li')].map((one) => [
            words(one.querySelector('.number')), words(one.querySelector('.title')), words(one.querySelector('.muted')),
        ]),
    };
}"""
_READ_NOTES = """() => {
    const words = (one) => one ? one.textContent.replace(/\\s+/g, ' ').trim() : null;
    const found = {};
    let under = null;
    for (const one of document.querySelectorAll('main h3, main ul[aria-label="Ý kiến đã ghi"] > li, main .end .text')) {
        if (one.tagName === 'H3') found[under = words(one)] = { notes: [], conclusion: null };
        else if (one.tagName === 'LI')
            found[under].notes.push([words(one.querySelector('.muted')), words(one.querySelector('.text'))]);
        else found[under].conclusion = words(one);
    }
    return found;
}"""
_READ_VOTES = """() => {
    const words = (one) => one ? one.textContent.replace(/\\s+/g, ' ').trim() : null;
    const found = {};
    for (const one of document.querySelectorAll('main section.card')) {
        if (!one.querySelector('.head .tag')) continue;
        found[words(one.querySelector('h2'))] = {
            passed: words(one.querySelector('.tag')),
            lines: [...one.querySelectorAll('p')].map(words),
        };
    }
    return found;
}"""


def tab(page: Page, name: str) -> None:
    link = page.get_by_role("navigation", name="Các phần của phòng họp").get_by_role("link", name=name)
    link.click()
    expect(link).to_have_attribute("aria-current", "page")


def on_screen(page: Page) -> dict[str, Any]:
    """Every screen of the room, read as it stands on this device."""
    seen: dict[str, Any] = {}
    for name, key, script, there in (
        ("Điểm danh", "roll", _READ_ROLL, ("ul[aria-label='Danh sách điểm danh'] > li", *_BELOW_THE_ROLL)),
        ("Chương trình", "agenda", _READ_AGENDA, ("main ol > li",)),
        ("Biểu quyết", "votes", _READ_VOTES, ("main section.card .head .tag",)),
        ("Ghi chép", "notes", _READ_NOTES, ("main h3",)),
    ):
        tab(page, name)
        for part in there:
            expect(page.locator(part).first).to_be_visible()
        seen[key] = page.evaluate(script)
    return seen


def as_told(
    meeting: Any, roll: Any, entries: list[Any], ballots: list[Any], *, not_of: Collection[str] = ()
) -> dict[str, Any]:
    """What the screens ought to have said, from the server's answers. ``not_of``: entries, by id, of which this device did not
    know."""
    names = {one["member_id"]: one["full_name"] for one in roll["items"]}
    known = [one for one in entries if one["id"] not in not_of]
    room = fold(
        Entry(
            one["id"],
            one["kind"],
            subject_of(one["kind"], one["data"]),
            one["data"],
            round(datetime.fromisoformat(one["at"]).timestamp() * 1000),
            one["device_id"],
            one["sequence"],
            one["base"],
        )
        for one in known
    )
    agenda = sorted(meeting["agenda"], key=lambda one: int(one["position"]))
    return {
        "roll": _roll(roll, names),
        "agenda": {
            "head": _head(meeting, roll),
            "items": [
                [
                    str(place),
                    item["title"],
                    f"đã bàn {room.items[item['id']].spent // 60_000} phút"
                    if item["id"] in room.items
                    else "",
                ]
                for place, item in enumerate(agenda, 1)
            ],
        },
        "votes": {one["title"]: _vote(one, names) for one in ballots},
        "notes": {
            item["title"]: {
                "notes": [
                    [
                        f"{names[note['speaker_member_id']]}, {_minute_of_milliseconds(note['at'])}",
                        note["text"],
                    ]
                    for note in room.notes
                    if note["agenda_item_id"] == item["id"]
                ],
                "conclusion": room.conclusions.get(item["id"]),
            }
            for item in agenda
            if item["id"] in room.conclusions
            or any(note["agenda_item_id"] == item["id"] for note in room.notes)
        },
    }


def without_how(seen: dict[str, Any], names: Collection[str]) -> dict[str, Any]:
    """The same without how, when and by whom the lines of these were recorded: two devices did, each before the other knew."""

    def kept(story: str | None) -> list[str]:
        times = ("đến lúc", "về sớm lúc")
        parts = (story or "").split(" · ")
        return [part for part in parts if part.startswith(times) or part in STATUSES.values()]

    lines = [
        {**one, "story": kept(one["story"])} if one["name"] in names else one for one in seen["roll"]["lines"]
    ]
    return {**seen, "roll": {**seen["roll"], "lines": lines}}


def minute(instant: str | None) -> str:
    return "" if instant is None else datetime.fromisoformat(instant).astimezone(ZONE).strftime("%H:%M")


def _minute_of_milliseconds(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, ZONE).strftime("%H:%M")


def _roll(roll: Any, names: dict[str, str]) -> dict[str, Any]:
    counts = roll["counts"]
    there = counts["present"] + counts["late"]
    return {
        "there": f"{there} có mặt trên {counts['summoned']} đảng viên",
        "states": [
            f"{STATES[state]}: {counts[key]}"
            for key, state in (
                *((name, name) for name in ("late", "excused", "unexcused", "exempt")),
                ("not_recorded", None),
            )
            if counts[key]
        ],
        "quorum": _quorum(roll),
        "count": _head_count(roll, names),
        "officers": [names[roll["chair_id"]], names[roll["minute_taker_id"]]],
        "guests": [[one["name"], one["from"]] for one in roll["guests"]],
        "lines": [
            {
                "name": one["full_name"],
                "state": STATES[one["state"]],
                "story": _story(one, names),
                "reason": None if one["reason"] is None else f"Lý do: {one['reason']}",
            }
            for one in roll["items"]
        ],
    }


def _quorum(roll: Any) -> str:
    there, due, needed = roll["official_present"], roll["official_due"], roll["quorum"]["required"]
    if roll["quorum"]["reached"]:
        return f"Lúc kết thúc: chính thức có mặt {there}/{due}, đủ số (cần {needed})"
    missing = max(0, needed - there)
    return f"Lúc kết thúc: chính thức có mặt {there}/{due}, không đủ số (cần {needed}, thiếu {missing})"


def _story(one: Any, names: dict[str, str]) -> str | None:
    how = {
        "qr": "Quét mã lúc {time}",
        "link": "Mở liên kết mã lúc {time}",
        "system": "Theo hồ sơ đảng viên",
        **HOW,
    }[one["method"]]
    when = one["checked_in_at"] if one["method"] in ("qr", "link") else one["recorded_at"]
    parts = [
        STATUSES.get(one["status"]),
        how.format(who=names.get(one["recorded_by"], ""), time=minute(when)),
        one["arrived_at"] and f"đến lúc {minute(one['arrived_at'])}",
        one["left_at"] and f"về sớm lúc {minute(one['left_at'])}",
        "người mở cuộc họp" if "opened_meeting" in one["flags"] else None,
    ]
    return " · ".join(part for part in parts if part) or None


def _head_count(roll: Any, names: dict[str, str]) -> str:
    lines = roll["items"]

    def of(*statuses: str) -> int:
        return len([one for one in lines if one["status"] in statuses])

    def named(label: str, meant: list[Any], more: str) -> str | None:
        if not meant:
            return None
        told = []
        for one in meant:
            extra = one["reason"] if more == "reason" else minute(one[more])
            told.append(f"{one['full_name']} ({extra})" if extra else one["full_name"])
        return f"{label} {len(meant)}: {'; '.join(told)}."

    official = of("official", "exempt", "temporary_out")
    came = [one for one in lines if one["state"] in ("present", "late")]
    guests = [f"{one['name']} ({one['from']})" if one["from"] else one["name"] for one in roll["guests"]]
    exempt = [one for one in lines if one["state"] == "exempt" and one["status"] == "exempt"]
    parts = [
        f"Tổng số {official + of('probationary')} đảng viên (chính thức {official}, dự bị {of('probationary')}).",
        named("Miễn sinh hoạt", exempt, "reason") or "Miễn sinh hoạt 0.",
        f"Có mặt {len(came)}.",
        named("Đến muộn", [one for one in lines if one["state"] == "late"], "arrived_at"),
        named("Vắng có phép", [one for one in lines if one["state"] == "excused"], "reason"),
        named("Vắng không phép", [one for one in lines if one["state"] == "unexcused"], "reason"),
        named("Về sớm", [one for one in came if one["left_at"]], "left_at"),
        f"Khách mời {len(guests)}: {'; '.join(guests)}." if guests else None,
        f"Chủ trì: đồng chí {names[roll['chair_id']]}.",
        f"Người ghi biên bản: đồng chí {names[roll['minute_taker_id']]}.",
    ]
    return " ".join(part for part in parts if part)


def _head(meeting: Any, roll: Any) -> list[str]:
    opened, closed = (datetime.fromisoformat(meeting[name]) for name in ("opened_at", "closed_at"))
    minutes = int((closed - opened).total_seconds() // 60)
    counts = roll["counts"]
    return [
        f"Đã họp {minutes} phút, kết thúc lúc {minute(meeting['closed_at'])}",
        f"Có mặt {counts['present'] + counts['late']}/{counts['summoned']}",
        _quorum(roll),
    ]


def _vote(ballot: Any, names: dict[str, str]) -> dict[str, Any]:
    result, paper = ballot["result"], ballot["method"] == "secret_paper"
    assert result["flags"] == []
    tally = f"{result['agree']} đồng ý, {result['disagree']} không đồng ý, {result['other']} ý kiến khác"
    lines = ["Bỏ phiếu kín bằng giấy"] if paper else []
    lines.append(tally)
    if paper:
        sheets = result["papers"]
        lines.append(
            f"Phát {sheets['given_out']}, thu {sheets['returned']}, hợp lệ {sheets['valid']}, không hợp lệ {sheets['invalid']}"
        )
    lines.append(f"cần {result['required']} đồng ý trên {result['denominator']}")
    lines += [f"{names[one['member_id']]} bảo lưu ý kiến:{one['text']}" for one in ballot["reserved"]]
    return {"passed": "Thông qua" if result["passed"] else "Không thông qua", "lines": lines}
