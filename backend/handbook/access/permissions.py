"""Permissions, named ``resource:action``; a permission covers every operation that means the same."""

from enum import StrEnum


class Permission(StrEnum):
    ORGANIZATIONS_READ = "organizations:read"
    MEMBERS_LIST = "members:list"
    MEMBERS_READ = "members:read"
    MEMBERS_READ_PHONE = "members:read_phone"
    MEMBERS_VIEW_CITIZEN_ID = "members:view_citizen_id"
    MEMBERS_IMPORT = "members:import"
    ACTIVATIONS_ISSUE = "activations:issue"
    MEETINGS_READ = "meetings:read"
    MEETINGS_RUN = "meetings:run"
    ATTENDANCE_READ_COUNTS = "attendance:read_counts"
    ATTENDANCE_READ = "attendance:read"
    ATTENDANCE_CHECK_IN = "attendance:check_in"
    ATTENDANCE_REQUEST_ABSENCE = "attendance:request_absence"
    ABSENCE_REQUESTS_READ = "absence_requests:read"
    ABSENCE_REQUESTS_DECIDE = "absence_requests:decide"
    RESOLUTIONS_READ = "resolutions:read"
    RESOLUTIONS_WRITE = "resolutions:write"
    DELIVERIES_READ = "deliveries:read"
    DELIVERIES_REPORT = "deliveries:report"
    NOTICES_READ = "notices:read"
    SESSIONS_END = "sessions:end"
    REPORTS_READ = "reports:read"
    AUDIT_READ = "audit:read"
