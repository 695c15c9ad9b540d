"""What the app promises about who reads what is what the policy table says."""

import re
from pathlib import Path

import pytest

from handbook.access.actor import OfficeTitle
from handbook.access.permissions import Permission
from handbook.access.policy import POLICY
from handbook.access.predicates import AnyOf, At, AtOrBelow

MESSAGES = Path(__file__).parents[2] / "pwa" / "src" / "features" / "meeting"
WORDS = {
    "messages.ts": {
        OfficeTitle.SECRETARY: r"(?<!phó )bí thư",
        OfficeTitle.DEPUTY_SECRETARY: "phó bí thư",
        OfficeTitle.COMMITTEE_MEMBER: "cấp ủy viên|cấp ủy đọc",
        OfficeTitle.STAFF: "cán bộ",
        OfficeTitle.ADMINISTRATOR: "quản trị",
    },
    "messages.en.ts": {
        OfficeTitle.SECRETARY: "secretary",
        OfficeTitle.DEPUTY_SECRETARY: "deputy",
        OfficeTitle.COMMITTEE_MEMBER: "committee member|the committee can",
        OfficeTitle.STAFF: "staff",
        OfficeTitle.ADMINISTRATOR: "administrator",
    },
}


def readers_of(permission: Permission) -> set[OfficeTitle]:
    predicate = POLICY[permission].predicate
    parts = predicate.predicates if isinstance(predicate, AnyOf) else [predicate]
    return {title for part in parts if isinstance(part, At | AtOrBelow) for title in part.titles}


@pytest.mark.parametrize("catalogue", WORDS)
def test_who_asks_to_be_absent_is_told_everybody_who_reads_the_reason(catalogue: str) -> None:
    text = (MESSAGES / catalogue).read_text("utf-8")
    found = re.search(r"'absence\.hint': '([^']+)'", text)
    assert found is not None
    named = {title for title, word in WORDS[catalogue].items() if re.search(word, found[1], re.IGNORECASE)}
    assert named == readers_of(Permission.ABSENCE_REQUESTS_READ)
