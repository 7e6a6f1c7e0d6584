"""Sources, weighed sentences and page one of a brief, made for tests."""

from collections.abc import Sequence

from kmassist.answers.model import Claim
from kmassist.briefs.front_page import Asked, FrontPage
from kmassist.briefs.scale_up import cite
from kmassist.documents.document import ComposedSpan, Document, HeadingSpan, SourceType, make_doc_id
from kmassist.documents.metadata import Metadata
from kmassist.evidence.roles import Role, Weighed
from kmassist.evidence.salience import is_row
from kmassist.privacy.masking import SmallNumbers
from kmassist.settings.model import PrivacySettings

GATE = SmallNumbers(PrivacySettings())


def source(
    kind: SourceType, *sentences: str, topics: tuple[str, ...] = (), heading: str = ""
) -> Document:
    text = "\n".join(sentences)
    metadata = Metadata(source_type=kind, topics=topics)
    spans = (HeadingSpan(start=0, end=0, level=1, title=heading),) if heading else ()
    return Document(doc_id=make_doc_id(text), text=text, metadata=metadata, headings=spans)


def composed(kind: SourceType, *lines: str) -> Document:
    """A source of which the lines that are rows were written from a table."""
    held = source(kind, *lines)
    rows = (line for line in lines if is_row(line))
    starts = ((held.text.index(row), row) for row in rows)
    spans = tuple(ComposedSpan(start=at, end=at + len(row)) for at, row in starts)
    return held.model_copy(update={"composed": spans})


def said_by(document: Document, near: float, *roles: Role) -> list[Weighed]:
    """Each line of a document as a weighed sentence, with its role."""
    found, at = [], 0
    for line, role in zip(document.text.split("\n"), roles, strict=True):
        found.append(Weighed(document.doc_id, at, at + len(line), near, near, {role: 0.9}))
        at += len(line) + 1
    return found


def page(
    sentences: list[Weighed],
    *documents: Document,
    unchecked: frozenset[str] = frozenset(),
    quoted: Sequence[tuple[str, int, int]] = (),
    sure: frozenset[str] | None = None,
    topics: tuple[str, ...] = (),
    ruled_out: frozenset[str] = frozenset(),
    asks_figures: bool = False,
) -> dict[str, list[str]]:
    """Part -> its sentences."""

    def claim(document: Document, start: int, end: int) -> Claim:
        return Claim(citation=cite(document, 1, start, end, GATE), probability=0.0)

    held = {d.doc_id: d for d in documents}
    asked = Asked("triage", frozenset(topics), ruled_out, asks_figures)
    front = FrontPage(held, unchecked, sentences, claim, asked, quoted=quoted, sure=sure)
    found: dict[str, list[str]] = {}
    for message in front.messages((), ()):
        assert message.claim
        found.setdefault(message.slot, []).append(message.claim.text)
    return found
