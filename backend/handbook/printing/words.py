"""The Vietnamese words of what is printed."""

from handbook.members.enums import MemberStatus

STATUS = {
    MemberStatus.OFFICIAL: "Chính thức",
    MemberStatus.PROBATIONARY: "Dự bị",
    MemberStatus.EXEMPT: "Miễn sinh hoạt",
    MemberStatus.TEMPORARY_IN: "Sinh hoạt tạm thời",
    MemberStatus.TEMPORARY_OUT: "Sinh hoạt nơi khác",
}
ATTACHED = "kèm theo sau trang này"
TEXT_ATTACHED = "tệp Word, bản in lại chữ và hình kèm theo"
SEPARATE = "không in kèm, mở riêng trong Sổ tay"
UNREAD = "không ghép được, mở riêng trong Sổ tay"
