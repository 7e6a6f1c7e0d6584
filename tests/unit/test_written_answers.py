"""An answer as it is written: no row says that there is nothing of a kind whose sentence stands above it."""

from types import SimpleNamespace

import pytest

from kmassist.answers.model import Answer, CorpusIdentity
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
    answer = written(evidence)
    said = {row.source_type: row.absence for row in answer.rows}
    assert answer.coverage.cell(SourceType.POL).state is State.ABSENT
    assert said[SourceType.POL].startswith("Among the sentences nearest to an answer")
    assert said[SourceType.PPI].startswith("None in this corpus")


@pytest.mark.parametrize("is_held", [True, False])
def test_what_is_not_known_elsewhere_is_not_told_of_this_question(is_held: bool) -> None:
    pilot = read("guideline/local-triage-guideline-2025.docx", source_type=SourceType.GDL)
    gap = Source(pilot, excerpts(pilot, ("15 minutes",)), 0.9)
    evidence = Evidence(by_type=dict.fromkeys(SourceType, ()), not_known=gap)
    answer = written(evidence, held=(pilot.doc_id,) if is_held else ())
    assert (answer.not_known is not None) is is_held


def written(evidence: Evidence, held: tuple[str, ...] = ()) -> Answer:
    coverage = cover(
        QUESTION, ("T1",), evidence, settings=CoverageSettings(), today=TODAY, documents_searched=1
    ).model_copy(update={"verdict": Verdict.PARTLY})
    cells = tuple(
        c.model_copy(update={"to_check": held}) if c.source_type is SourceType.GDL else c
        for c in coverage.cells
    )
    coverage = coverage.model_copy(update={"cells": cells})
    return write_answer(
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
