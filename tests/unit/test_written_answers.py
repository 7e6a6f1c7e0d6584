"""An answer as it is written: no row says that there is nothing of a kind whose sentence stands above it."""

from types import SimpleNamespace

from kmassist.answers.model import CorpusIdentity
from kmassist.answers.write import write_answer
from kmassist.coverage import State, Verdict, cover
from kmassist.documents.document import SourceType
from kmassist.evidence.model import Evidence, Source
from kmassist.question.subject import Subject
from kmassist.settings.model import CoverageSettings
from tests.unit.sample_briefs import QUESTION, TODAY, excerpts, read


def test_a_kind_that_is_quoted_above_is_not_said_to_be_nowhere() -> None:
    policy = read("guideline/local-triage-guideline-2025.docx", source_type=SourceType.POL)
    nearest = Source(policy, excerpts(policy, ("15 minutes",)), 0.9)
    evidence = Evidence(by_type=dict.fromkeys(SourceType, ()), closest=(nearest,), answered=0.9)
    coverage = cover(
        QUESTION, ("T1",), evidence, settings=CoverageSettings(), today=TODAY, documents_searched=1
    ).model_copy(update={"verdict": Verdict.PARTLY})
    answer = write_answer(
        QUESTION,
        QUESTION,
        evidence,
        coverage,
        CorpusIdentity(name="sample", documents=1, passages=9, digest="0" * 64),
        searched_on=TODAY.isoformat(),
        sources_per_type=4,
        reading=SimpleNamespace(
            topics=(), subject=Subject(""), expansions={}, senses={}, choices=(), left_out={}
        ),
    )
    said = {row.source_type: row.absence for row in answer.rows}
    assert answer.coverage.cell(SourceType.POL).state is State.ABSENT
    assert said[SourceType.POL].startswith("Among the sentences nearest to an answer")
    assert said[SourceType.PPI].startswith("None in this corpus")
