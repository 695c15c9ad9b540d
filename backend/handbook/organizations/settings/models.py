from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from handbook.kernel.db import BigId, BinaryText, UTCDateTime, db


class OrganizationSetting(db.Model):  # type: ignore[name-defined]
    """What an organisation sets itself; no row means that it follows the one above.

    ``path`` is the organisation's, for rules that are asked for a whole tree at once. ``value`` is JSON written in one way
    only (:func:`~handbook.organizations.settings.registry.dump_value`), so that equal values are equal text.
    """

    __tablename__ = "organization_settings"
    __table_args__ = (Index("ix_organization_settings_name_path", "name", "path"),)

    organization_id: Mapped[int] = mapped_column(BigId, ForeignKey("organizations.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    path: Mapped[str] = mapped_column(BinaryText)
    value: Mapped[str] = mapped_column(Text)


class SettingChange(db.Model):  # type: ignore[name-defined]
    """One change of a setting, never altered afterwards. ``value`` None: from then on as the organisation above has it."""

    __tablename__ = "setting_changes"
    __table_args__ = (Index("ix_setting_changes_organization_id_name_id", "organization_id", "name", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    organization_id: Mapped[int] = mapped_column(BigId, ForeignKey("organizations.id"))
    name: Mapped[str] = mapped_column(String(60))
    value: Mapped[str | None] = mapped_column(Text)
    set_by_account_id: Mapped[int | None] = mapped_column(BigId)
    set_by_member_id: Mapped[int | None] = mapped_column(BigId)
    set_at: Mapped[datetime] = mapped_column(UTCDateTime)
