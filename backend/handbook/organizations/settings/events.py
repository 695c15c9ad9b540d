from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SettingChanged:
    """Another value is in force at an organisation, and below it where none of its own is; ``version`` is the
    organisation's content version that came with it."""

    organization_id: int
    name: str
    version: int
