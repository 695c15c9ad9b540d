from enum import StrEnum


class OrganizationKind(StrEnum):
    """Kinds of party organisation since 1 July 2025, when the district level ended (2-domain, Words)."""

    CENTRAL = "central"
    PROVINCE = "province"
    COMMUNE = "commune"
    GRASSROOTS_COMMITTEE = "grassroots_committee"
    SECTION = "section"
    CELL = "cell"
    GROUP = "group"


# Kinds whose members meet monthly as one cell.
CELL_KINDS = frozenset({OrganizationKind.CELL})
