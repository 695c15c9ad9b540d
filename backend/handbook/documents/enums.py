"""The closed sets of the documents feature."""

from enum import IntEnum, StrEnum


class SecrecyLevel(IntEnum):
    """The three levels of state secrets, the higher the graver."""

    SECRET = 1  # mật
    TOP_SECRET = 2  # tối mật
    MOST_SECRET = 3  # tuyệt mật

    @property
    def code(self) -> str:
        """The level as the API names it."""
        return ("mat", "toi_mat", "tuyet_mat")[self - 1]


class MediaType(StrEnum):
    """The types of file that a paper may be; the value is the IANA media type."""

    PDF = "application/pdf"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    PNG = "image/png"
    JPEG = "image/jpeg"
    WEBP = "image/webp"

    @property
    def suffix(self) -> str:
        """The file name ending, with its dot."""
        return {"PDF": ".pdf", "DOCX": ".docx", "PNG": ".png", "JPEG": ".jpg", "WEBP": ".webp"}[self.name]
