"""Briefs made of real files of the demonstration corpus: sentences are picked by hand, all else is the product's own work."""

import datetime as dt
from functools import cache
from pathlib import Path
from types import SimpleNamespace

from kmassist.answers.model import Answer, CorpusIdentity
from kmassist.answers.write import write_answer
from kmassist.briefs import Audience, Brief, Circumstances, compose_brief
from kmassist.briefs.files import in_order_of_citation
from kmassist.coverage import cover
from kmassist.documents.document import Document, SourceType
from kmassist.documents.passages import split_document
from kmassist.evidence.model import Evidence, Excerpt, Source, Study
from kmassist.question.subject import Subject
from kmassist.readers import read_source
from kmassist.settings.file import sample_corpus
from kmassist.settings.model import CoverageSettings, PrivacySettings

TODAY = dt.date(2026, 11, 23)
QUESTION = "Should we roll out the triage pathway pilot from the consultant unit to Ashcombe?"
PRIVACY = PrivacySettings()
PICKED = {
    "published/kenyon-2017-bsots.md": ("15 minutes",),
    "guideline/local-triage-guideline-2025.docx": ("Ashcombe",),
    "economic/triage-staffing-cost-2026.docx": ("costs about",),
    "audit/triage-15-minutes-ashcombe-2026.csv": ("104 of 260",),
    "ppi/triage-waits-listening-event-2026.docx": ("wait", "not"),
    "frontline/triage-team-debrief-2026.docx": ("Protect",),
    "evaluation/triage-pathway-pilot-2026.docx": ("41.0%", "did not"),
}


def read(name: str, **changes: object) -> Document:
    """One document of the demonstration corpus, with metadata changed as asked."""
    document = read_source(sample_corpus() / name)[0]
    return (
        document.model_copy(update={"metadata": document.metadata.model_copy(update=changes)})
        if changes
        else document
    )


def excerpts(document: Document, needles: tuple[str, ...]) -> tuple[Excerpt, ...]:
    """The first whole sentence that holds each needle."""
    found = []
    for needle in needles:
        for passage in split_document(document):
            number = next(
                (n for n in range(len(passage.sentences)) if needle in passage.sentence(n)), None
            )
            if number is not None:
                start, end = passage.sentences[number]
                found.append(
                    Excerpt(
                        doc_id=document.doc_id,
                        passage_id=passage.passage_id,
                        start=start,
                        end=end,
                        quote=document.text[start:end],
                        page=passage.page,
                        page_is_estimated=passage.page_is_estimated,
                        section=passage.heading,
                        probability=0.9,
                        score=1.0,
                    )
                )
                break
        else:
            raise AssertionError(f"{document.source_name} has no sentence with {needle!r}")
    return tuple(found)


def answer_of(
    picked: dict[str, tuple[Document, tuple[Excerpt, ...]]],
    question: str = QUESTION,
    types: tuple[str, ...] = ("T3",),
    digest: str = "0" * 64,
) -> Answer:
    """The answer that the product writes when these sentences are found relevant."""
    by_type: dict[SourceType, tuple[Study, ...]] = dict.fromkeys(SourceType, ())
    for document, chosen in picked.values():
        kind = document.metadata.source_type
        assert kind is not None
        source = Source(
            document=document.model_copy(update={"text": ""}), excerpts=chosen, probability=0.9
        )
        by_type[kind] = (
            *by_type[kind],
            Study(
                key=document.metadata.study_key or document.doc_id,
                source_type=kind,
                sources=(source,),
            ),
        )
    evidence = Evidence(by_type=by_type, answerable_probability=0.9, topics=("TRI",))
    coverage = cover(
        question,
        types,
        evidence,
        settings=CoverageSettings(),
        today=TODAY,
        documents_searched=len(picked),
    )
    return write_answer(
        question,
        question,
        evidence,
        coverage,
        CorpusIdentity(name="sample", documents=len(picked), passages=99, digest=digest),
        searched_on=TODAY.isoformat(),
        sources_per_type=4,
        reading=SimpleNamespace(
            topics=("TRI",),
            subject=Subject(""),
            expansions={"BSOTS": ("triage system",)},
            senses={},
            choices=(),
            left_out={},
        ),
    )


@cache
def triage() -> tuple[Answer, dict[str, Document]]:
    """The triage question with one source of every kind but policy."""
    picked = {
        name: (document := read(name), excerpts(document, needles))
        for name, needles in PICKED.items()
    }
    return answer_of(picked), {document.doc_id: document for document, _ in picked.values()}


def compose(audience: str = "clinical", **more: object) -> Brief:
    """A brief of the triage question; one without more is composed once a run."""
    return compose_anew(audience, **more) if more else _composed(audience)


@cache
def _composed(audience: str) -> Brief:
    return compose_anew(audience)


def compose_anew(audience: str = "clinical", **more: object) -> Brief:
    """The same, each time from the beginning."""
    answer, documents = triage()
    circumstances = Circumstances(
        today=TODAY.isoformat(), site="Marlow Vale", software="kmassist test", embedder="none"
    )
    brief = compose_brief(
        answer,
        documents,
        audience=Audience(audience),
        circumstances=circumstances,
        **more,  # type: ignore[arg-type]
    )
    return in_order_of_citation(brief)


def outside(folder: str) -> Path:
    """The folder of real data beside the repository."""
    return Path(__file__).parents[2].parent / "shared" / "data" / folder
