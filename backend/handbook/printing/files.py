"""Making what is printed of a meeting."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from handbook.attendance.models import Attendance
from handbook.documents import merging
from handbook.documents.enums import MediaType
from handbook.documents.layout.dates import day_in_words
from handbook.documents.models import Paper
from handbook.kernel.db import db
from handbook.kernel.storage import BlobNotFoundError, BlobStore
from handbook.kernel.text import clean
from handbook.kernel.typesetting import render_pdf
from handbook.meetings.models import AgendaItem, Meeting
from handbook.meetings.templates import OPEN_TASKS
from handbook.members.enums import ACTIVE_STATUSES, MemberStatus
from handbook.members.models import Member
from handbook.members.naming import Bearer, name_marks, with_mark
from handbook.organizations.models import Organization
from handbook.printing import words
from handbook.resolutions.review import without_reasons

HERE = Path(__file__).parent
WALL_SECONDS = 60
# What lies beyond this is listed and not put in: nobody prints it, and nobody's phone takes it.
MAX_BYTES = 120 * 1024 * 1024
_NAMED = (Member.id, Member.full_name, Member.birth_date, Member.card_number)
_PART = {
    MediaType.PDF: "pdf",
    MediaType.DOCX: "word",
    MediaType.PNG: "picture",
    MediaType.JPEG: "picture",
    MediaType.WEBP: "picture",
}


def make_roll_sheet(meeting: Meeting, *, created: datetime) -> bytes:
    """The roster to be signed: who was summoned or, before that, who belongs to the cell; numbered, by given name."""
    rows = db.session.execute(
        select(*_NAMED, Attendance.member_status.label("status"))
        .join(Attendance, Attendance.member_id == Member.id)
        .where(Attendance.meeting_id == meeting.id)
        .order_by(Member.name_sort, Member.id)
    ).all()
    if not rows:
        rows = db.session.execute(
            select(*_NAMED, Member.status)
            .where(
                Member.organization_id == meeting.organization_id, Member.status.in_(sorted(ACTIVE_STATUSES))
            )
            .order_by(Member.name_sort, Member.id)
        ).all()
    marks = name_marks(
        Bearer(row.id, row.full_name, row.birth_date and row.birth_date.year, row.card_number) for row in rows
    )
    probationary = sum(row.status == MemberStatus.PROBATIONARY for row in rows)
    temporary = sum(row.status == MemberStatus.TEMPORARY_IN for row in rows)
    data = {
        **_head(meeting),
        "people": [
            {
                "name": clean(with_mark(row.full_name, marks.get(row.id))),
                "status": words.STATUS.get(MemberStatus(row.status), ""),
            }
            for row in rows
        ],
        "total": str(len(rows) - temporary),
        "official": str(len(rows) - temporary - probationary),
        "probationary": str(probationary),
    }
    return render_pdf(HERE / "roll_sheet.typ", data, created=created)


def make_pack(meeting: Meeting, papers: Sequence[Paper], *, store: BlobStore, created: datetime) -> bytes:
    """Cover and agenda, then the pages of the papers in their order; what cannot be put in is listed as such."""
    with tempfile.TemporaryDirectory() as folder:
        parts, used = _fetch(papers, store, Path(folder))
        notes = {paper.id: _note_of(paper, used) for paper in papers}
        made, unread = _merge([["pdf", _cover(meeting, papers, notes, Path(folder), created), ""], *parts])
        if unread:
            # Rare: told on the cover, which is then made once more.
            lost = {used[index - 1] for index in unread if index > 0}
            notes |= dict.fromkeys(lost, words.UNREAD)
            kept = [part for part, id_ in zip(parts, used, strict=True) if id_ not in lost]
            made, _ = _merge([["pdf", _cover(meeting, papers, notes, Path(folder), created), ""], *kept])
    return made


def _note_of(paper: Paper, used: list[int]) -> str:
    if paper.id not in used:
        return words.SEPARATE
    return words.TEXT_ATTACHED if paper.media_type == MediaType.DOCX else words.ATTACHED


def _fetch(papers: Sequence[Paper], store: BlobStore, folder: Path) -> tuple[list[list[str]], list[int]]:
    """The papers as files of the folder, and their ids; as many as there is room for."""
    parts, used, room = [], [], MAX_BYTES
    for paper in papers:
        media_type = MediaType(paper.media_type)
        if paper.size > room:
            continue
        path = folder / f"{paper.id}{media_type.suffix}"
        try:
            path.write_bytes(b"".join(store.open(paper.sha256)))
        except BlobNotFoundError:
            continue
        room -= paper.size
        parts.append([_PART[media_type], str(path), clean(paper.title)])
        used.append(paper.id)
    return parts, used


def _cover(
    meeting: Meeting, papers: Sequence[Paper], notes: dict[int, str], folder: Path, created: datetime
) -> str:
    data = {
        **_head(meeting),
        "online": meeting.online_url is not None,
        "agenda": [
            {
                "title": clean(item.title),
                "presenter": clean(item.presenter) if item.presenter else None,
                "minutes": str(item.minutes) if item.minutes else None,
                "body": [line for line in map(clean, _told(item).splitlines()) if line],
            }
            for item in meeting.agenda
            if not item.dropped
        ],
        "papers": [{"title": clean(paper.title), "note": notes[paper.id]} for paper in papers],
    }
    path = folder / "cover.pdf"
    path.write_bytes(render_pdf(HERE / "pack.typ", data, created=created))
    return str(path)


def _told(item: AgendaItem) -> str:
    """The words of an item as they may hang on a notice board: why somebody's task failed is told in the meeting."""
    body = item.body or ""
    return without_reasons(body) if item.source == OPEN_TASKS else body


def _merge(parts: list[list[str]]) -> tuple[bytes, list[int]]:
    program = [sys.executable, "-I", "-B", str(Path(merging.__file__))]
    finished = subprocess.run(  # noqa: S603 — our own program, no arguments
        program,
        input=json.dumps(parts).encode(),
        capture_output=True,
        timeout=WALL_SECONDS,
        check=False,
        env={},
    )
    if finished.returncode != 0:
        # A paper brought the program down: the cover alone tells of all of them.
        return Path(parts[0][1]).read_bytes(), list(range(1, len(parts)))
    unread: list[int] = json.loads(finished.stderr or b"[]")
    return finished.stdout, unread


def _head(meeting: Meeting) -> dict[str, Any]:
    zone = ZoneInfo(meeting.organization.timezone)
    starts, ends = meeting.starts_at.astimezone(zone), meeting.ends_at.astimezone(zone)
    parent = (
        db.session.get(Organization, meeting.organization.parent_id)
        if meeting.organization.parent_id
        else None
    )
    return {
        "issuer": clean(meeting.organization.name),
        "superior": clean(parent.name) if parent else None,
        "title": clean(meeting.title),
        "when": f"{starts:%H:%M}–{ends:%H:%M}, {day_in_words(starts.date())}",
        "place": clean(meeting.place),
    }
