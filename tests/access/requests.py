"""What a request of the access matrix sends: always a valid one, so that no refusal of the body can hide a missing guard."""

import base64
from dataclasses import dataclass
from datetime import date
from functools import cache
from io import BytesIO
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask import Flask
from openpyxl import Workbook
from tests.access.places import Objects
from tests.conftest import NOW
from tests.support import files
from tests.support.conferences import workbook
from tests.support.factories import PASSWORD, World

from handbook.access.actor import SYSTEM
from handbook.accounts.sheets import draw_up_renewal, issue_renewal
from handbook.attendance.tokens import make_token, step_at
from handbook.ballots.queries import denominator_of, roll_lines
from handbook.conferences.delegates import write_delegates
from handbook.kernel.db import db
from handbook.kernel.secrets import current_secrets
from handbook.kernel.text import fold
from handbook.kernel.unit_of_work import unit_of_work
from handbook.meetings.keys import unseal
from handbook.meetings.models import Meeting
from handbook.meetings.sites import Site
from handbook.members.models import Member

NEW_PASSWORD = "nước chảy đá mòn"


@dataclass(frozen=True, slots=True)
class Asking:
    """One cell of the matrix: who asks for what."""

    app: Flask
    world: World
    objects: Objects
    role: str
    where: str


def check_in(asking: Asking) -> dict[str, str]:
    """The code that the open meeting's screen shows now."""
    meeting = db.session.get_one(Meeting, asking.objects.ids["open_meeting", asking.where])
    assert meeting.check_in_key_sealed is not None
    key = unseal(current_secrets(), meeting.check_in_key_sealed, meeting.id)
    step = step_at(NOW, meeting.step_seconds)
    return {"token": f"{step}.{make_token(key, meeting.id, step)}", "scanned_at": NOW.isoformat()}


def marks(asking: Asking) -> dict[str, Any]:
    """One member's line, as one of many."""
    member_id = asking.objects.ids["member", asking.where]
    return {"items": [{"member_id": str(member_id), "state": "present"}]}


def grouping(asking: Asking) -> dict[str, Any]:
    return {"ids": [str(asking.objects.ids["opinion", asking.where])], "group": "Giờ họp"}


def login(_asking: Asking) -> dict[str, str]:
    return {"login": "quan-tri", "password": PASSWORD}


def activation(asking: Asking) -> dict[str, str]:
    """A code made for this request: it works once."""
    with asking.app.test_request_context(), unit_of_work() as uow:
        member = uow.session.get_one(Member, asking.world.members["probationary"].id)
        order = draw_up_renewal(member, actor=SYSTEM, clock=uow.clock)
        issue_renewal(order, member, actor=SYSTEM, uow=uow)
    return {"code": order.cells[0].members[0].code, "password": NEW_PASSWORD}


def subscription(asking: Asking) -> dict[str, Any]:
    endpoint = f"https://fcm.googleapis.com/fcm/send/{asking.role}"
    return {"endpoint": endpoint, "keys": {"p256dh": _public_key(), "auth": "A" * 22}}


def closing(asking: Asking) -> dict[str, int]:
    """The number of votes that the chair sees."""
    lines = roll_lines(asking.objects.ids["open_meeting", asking.where])
    return {"expected_denominator": denominator_of(lines, set())}


def nobody_waits(asking: Asking) -> dict[str, list[str]]:
    """Everybody in the room who could have a paper of a secret ballot: the chair begins without them."""
    lines = roll_lines(asking.objects.ids["open_meeting", asking.where])
    return {"without_paper": [str(id_) for id_ in lines]}


def proceedings(_asking: Asking) -> dict[str, Any]:
    """A line of the book that says nothing new."""
    entry = {"id": str(uuid4()), "kind": "chair", "data": {"member_id": None}, "at": NOW.isoformat()}
    return {"now": NOW.isoformat(), "entries": [{**entry, "device_id": str(uuid4()), "sequence": 1}]}


def paper(_asking: Asking) -> dict[str, Any]:
    return {"file": (BytesIO(_pdf()), "ke-hoach.pdf")}


def signed_page(_asking: Asking) -> dict[str, Any]:
    return {"file": (BytesIO(_pdf()), "trang-ky.pdf"), "role": "chair"}


def roster(_asking: Asking) -> dict[str, Any]:
    return {"file": (BytesIO(_workbook()), "danh-sach.xlsx")}


def new_site(_asking: Asking) -> dict[str, str]:
    return {"name": f"Điểm cầu {uuid4()}"}


def removable_site(asking: Asking) -> None:
    """The site is there again when somebody has taken it out before."""
    site_id = asking.objects.ids["site_to_remove", asking.where]
    meeting_id = asking.objects.ids["conference", asking.where]
    with asking.app.test_request_context(), unit_of_work() as uow:
        if uow.session.get(Site, site_id) is None:
            name = "Điểm cầu phụ"
            fields = {"meeting_id": meeting_id, "number": 2, "name": name, "name_folded": fold(name)}
            uow.session.add(Site(id=site_id, **fields))


def delegates(asking: Asking) -> dict[str, Any]:
    member = db.session.get_one(Member, asking.objects.ids["member", asking.where])
    return {"card_numbers": [member.card_number], **place_of_delegate(asking)}


def place_of_delegate(asking: Asking) -> dict[str, Any]:
    return {"site_id": str(asking.objects.ids["site", asking.where])}


def removable_delegate(asking: Asking) -> None:
    """Somebody who is a delegate again after having been taken out before."""
    objects, where = asking.objects, asking.where
    with asking.app.test_request_context(), unit_of_work() as uow:
        meeting = uow.session.get_one(Meeting, objects.ids["conference", where])
        sites = {objects.ids["newcomer", where]: objects.ids["site", where]}
        write_delegates(meeting, sites, actor=SYSTEM, uow=uow)


def conference_workbook(_asking: Asking) -> dict[str, Any]:
    sheet = (["Tên điểm cầu", "Địa chỉ"], ["Điểm cầu thứ ba", "Số 1 đường Mẫu"])
    return {"file": (BytesIO(workbook(Sites=sheet)), "diem-cau.xlsx")}


@cache
def _public_key() -> str:
    point = ec.derive_private_key(1, ec.SECP256R1()).public_key()
    encoded = point.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(encoded).decode().rstrip("=")


@cache
def _pdf() -> bytes:
    return files.pdf("Kế hoạch công tác tháng 12")


@cache
def _workbook() -> bytes:
    book, target = Workbook(), BytesIO()
    sheet = book.active
    sheet.append(["STT", "Họ và tên", "Ngày sinh", "Số thẻ đảng viên", "Ngày vào Đảng", "Chi bộ"])
    sheet.append([1, "Nguyễn Thị Thử", date(1980, 5, 1), "99.009999", date(2005, 2, 3), "Chi bộ Văn phòng"])
    book.save(target)
    return target.getvalue()
