"""eval: how good retrieval and refusal are, on judged questions of one's own."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kmassist.cli.options import FILE, as_json_option
from kmassist.cli.session import Session, pass_session, print_json, progress_bar
from kmassist.text.counts import counted

if TYPE_CHECKING:
    from kmassist.assistant.judging import Judgement


@click.command()
@click.argument("where", type=click.Path(path_type=Path))
@click.option(
    "--leave-relevant-out",
    "is_gate",
    is_flag=True,
    help="Also ask each question without its relevant documents: can it be told?",
)
@click.option(
    "--calibrate",
    "is_calibrating",
    is_flag=True,
    help="Also find the cut-off that refuses best on these questions.",
)
@click.option(
    "--root",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder that questions.yaml's document paths are below.",
)
@click.option(
    "--run",
    "run_file",
    type=FILE,
    help="Write the fused run in TREC format; .lexical and .dense beside it.",
)
@as_json_option
@pass_session
def eval_command(
    session: Session,
    where: Path,
    is_gate: bool,
    is_calibrating: bool,
    root: Path | None,
    run_file: Path | None,
    as_json: bool,
) -> None:
    """Measure on judged questions.

    WHERE is a folder in BEIR format (corpus.jsonl, queries.jsonl, qrels.tsv: indexed for the purpose in a temporary place), or a
    questions.yaml with your own gold questions, asked of your library.
    """
    from kmassist.assistant.judging import judge_folder, judge_questions, judged_path
    from kmassist.events import Progress

    path = judged_path(where)
    if path.is_dir():
        with progress_bar() as bar:
            found = judge_folder(
                session.settings(),
                path,
                is_gate=is_gate,
                is_calibrating=is_calibrating,
                progress=lambda done, total: bar(Progress("indexing", done, total, "documents")),
            )
    else:
        with session.assistant(read_only=True) as assistant:
            found = judge_questions(
                assistant, path, root=root, is_gate=is_gate, is_calibrating=is_calibrating
            )
    if run_file:
        from kmassist.index.runs import write_trec

        for leg, runs in found.evaluation.runs.items():
            write_trec(
                run_file if leg == "hybrid" else run_file.with_name(f"{run_file.name}.{leg}"), runs
            )
    if as_json:
        print_json(_as_json(found))
    else:
        _print(found)


def _as_json(found: Judgement) -> dict[str, Any]:
    body: dict[str, Any] = {
        "name": found.name,
        "legs": {leg: asdict(m) for leg, m in found.evaluation.legs.items()},
    }
    for name, gate in (("leave_relevant_out", found.gate), ("calibrated", found.calibrated)):
        if gate:
            body[name] = {
                key: value for key, value in asdict(gate).items() if key not in ("scores", "best")
            }
    if found.relevance_cutoff is not None:
        body["relevance_cutoff"] = found.relevance_cutoff
    if found.presence:
        body["presence"] = {**asdict(found.presence), "said": found.presence.said}
    if found.answers:
        body["answers"] = {
            "share_right": found.answers.share_right,
            "false_answers": found.answers.false_answers,
            "doubts": list(found.answers.doubts),
            "questions": [{**asdict(q), "is_right": q.is_right} for q in found.answers.questions],
        }
    return body


def _print(found: Judgement) -> None:
    from kmassist.cli.render import table, wrap

    rows = [
        [
            leg,
            f"{m.ndcg10:.4f}",
            f"{m.recall100:.4f}",
            f"{m.average_precision:.4f}",
            str(m.questions),
        ]
        for leg, m in found.evaluation.legs.items()
    ]
    click.echo(table(rows, ["leg", "nDCG@10", "R@100", "AP", "questions"]))
    for name, gate in (("leave relevant out", found.gate), ("calibrated here", found.calibrated)):
        if gate:
            figures = {
                "AUROC": gate.auroc,
                "calibration error": gate.calibration_error,
                "cut-off": gate.cutoff,
                "refusal precision": gate.refusal_precision,
                "refusal recall": gate.refusal_recall,
            }
            shown = ", ".join(f"{k} {v:.3f}" for k, v in figures.items() if v is not None)
            click.echo(wrap(f"{name}: {shown}", "", "  "))
    if found.calibrated:
        click.echo(
            wrap(
                f"To use it set answer.relevance_cutoff = {found.relevance_cutoff:.4f} (see 'kmassist config show')."
            )
        )
    if said := found.presence:
        click.echo(
            wrap(
                f"Said by people of {counted(said.subjects, 'subject')}: {counted(said.said, 'document')} about "
                f"it or not. By itself the model says the same of {said.right}, leaves {said.to_check} to check and says the "
                f"opposite of {said.wrong}. They were counted as gold questions above.",
                "",
                "  ",
            )
        )
    if found.answers:
        report = found.answers
        for q in report.questions:
            if not q.is_right:
                why = "answered although nothing is expected" if q.expects_none else (
                    f"{q.status}; document {'shown' if q.is_document_in_top3 else 'not among the first three of its kind'}, "
                    f"sentence {'quoted' if q.is_sentence_quoted else 'not quoted'}"
                )  # fmt: skip
                click.echo(wrap(f"{q.question_id}: {why}: {q.question}", "", "     "))
        for doubt in report.doubts:
            click.echo(
                wrap(f"Cannot be met: {doubt}. See the path (--root) and the wording.", "", "     ")
            )
        right = sum(q.is_right for q in report.questions)
        click.echo(
            f"{right} of {len(report.questions)} questions fully right; {report.false_answers} answered that should not be."
        )
