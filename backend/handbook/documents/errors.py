"""Why a paper is refused. Nothing of a refused file is kept."""

from typing import Any

from handbook.documents.enums import SecrecyLevel
from handbook.kernel.problems import FieldError, Problem


class _FileRefused(Problem):
    """``params`` tell the caller the place or the limit; the sentence is the caller's."""

    status = 422

    def __init__(self, **params: Any) -> None:
        code = str(type(self).code)
        super().__init__(errors=[FieldError("/file", code, params)])
        self.params = params


class UnsupportedFileTypeError(_FileRefused):
    """Not a PDF, DOCX, PNG, JPEG or WebP by its content; ``reason``: type, encrypted, macros or old_office."""

    code = "unsupported_file_type"


class FileTooLargeError(_FileRefused):
    """More than ``limit`` bytes, or a picture of more than ``limit_pixels``."""

    status = 413
    code = "file_too_large"


class DamagedFileError(_FileRefused):
    """The file says what it is but cannot be read, or asks for more time or memory than a paper may."""

    code = "damaged_file"


class ClassifiedDocumentError(_FileRefused):
    """The document bears a secrecy mark: ``level`` mat, toi_mat or tuyet_mat, ``found_in`` file_name, title or text."""

    code = "classified_document"

    def __init__(self, level: SecrecyLevel, found_in: str) -> None:
        super().__init__(level=level.code, found_in=found_in)
