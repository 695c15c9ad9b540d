from handbook.documents.enums import SecrecyLevel
from handbook.kernel.problems import FieldError, Problem


class ClassifiedText(Problem):
    """The law forbids state secrets on a networked system: nothing of the text is stored."""

    status, code = 422, "classified_document"

    def __init__(self, pointer: str, level: SecrecyLevel) -> None:
        super().__init__(errors=[FieldError(pointer, "classified_document", {"level": level.code})])
