"""A value that cannot be is refused, or set aside and named, wherever it comes from."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import apsw
import pytest
from pydantic import ValidationError

from kmassist.documents.metadata import AuditCriterion, Metadata
from kmassist.errors import UnreadableSource
from kmassist.index.database import row_check
from kmassist.index.doctor import check
from kmassist.index.local import open_local
from kmassist.records.bundle_files import read_signed, write_bundle
from kmassist.records.bundles import make_bundle
from tests.conftest import Run
from tests.contract.corpora import make_entry
from tests.integration.one_source import GOOD, QUESTION
from tests.unit.test_sharing import brief

IMPOSSIBLE: dict[str, dict[str, Any]] = {
    "a day that is none": {"evidence_date": "2026-02-31"},
    "the year nought": {"published": "0000-01"},
    "a sample without end": {"sample_size": 10**40},
    "a number of women without end": {"ppi": {"who": "women", "number": 10**400}},
    "more cases than were looked at": {
        "audit": [{"criterion": "seen in time", "numerator": 50, "denominator": 10}]
    },
    "counts of 400 digits": {
        "audit": [{"criterion": "seen in time", "numerator": 10**399, "denominator": 10**400}]
    },
    "an estimate that is no number": {"findings": [{"outcome": "tears", "ci_low": float("nan")}]},
    "endless months": {"evaluation": {"months": float("inf")}},
}


@pytest.mark.parametrize("what", sorted(IMPOSSIBLE))
def test_a_value_that_cannot_be_is_refused_by_the_model_and_so_on_every_way_in(what: Any) -> None:
    with pytest.raises(ValidationError):
        Metadata(**IMPOSSIBLE[what])


@pytest.mark.parametrize("what", sorted(IMPOSSIBLE))
def test_a_value_that_cannot_be_and_is_already_inside_is_set_aside_and_named(
    what: Any, tmp_path: Path
) -> None:
    library = tmp_path / "library"
    with open_local(str(library), embedder="made-up@0", dimension=16, create=True) as index:
        for n in range(3):
            index.add(make_entry(n))
    doc_id = make_entry(1).document.doc_id
    put_inside(library, doc_id, IMPOSSIBLE[what])
    with open_local(str(library), embedder="", dimension=0) as index:
        documents = {d.doc_id: d for d in index.documents()}
        assert len(documents) == 3
        assert index.document(doc_id).text == make_entry(1).document.text
        (said,) = [warning for warning in documents[doc_id].warnings if "cannot be" in warning]
        assert next(iter(IMPOSSIBLE[what])) in said
        assert any(doc_id in notice for notice in index.notices)
        assert len(index.notices) == 1  # once, whatever is asked
        for criterion in documents[doc_id].metadata.audit:
            criterion.wilson_interval()
    assert [f.doc_id for f in check(library, is_deep=True)] == [doc_id]


def put_inside(library: Path, doc_id: str, values: dict[str, object]) -> None:
    """As an earlier version, a backup or somebody's hand may have left it: the row and its checks agree."""
    connection = apsw.Connection(str(library / "km.db"))
    sql = "SELECT seq, blob, body FROM documents WHERE doc_id = ?"
    ((seq, blob, body),) = connection.execute(sql, (doc_id,)).fetchall()
    changed = json.loads(str(body))
    changed["metadata"] |= values
    text = json.dumps(changed)
    sql = "UPDATE documents SET body = ?, body_check = ? WHERE doc_id = ?"
    connection.execute(sql, (text, row_check(seq, doc_id, blob, text), doc_id)).fetchall()
    connection.close()


def test_a_possible_share_is_taken() -> None:
    assert AuditCriterion(criterion="seen", numerator=10, denominator=10).achieved_percent == 100
    assert Metadata(evidence_date="2024-02-29").dated == "2024-02-29"


def test_a_correction_that_cannot_be_is_one_sentence_and_the_library_answers(
    kmassist: Run, tmp_path: Path
) -> None:
    (tmp_path / "frontline").mkdir()
    (tmp_path / "frontline" / "said.md").write_text(GOOD)
    (tmp_path / "frontline" / "bad.md").write_text(
        GOOD.replace("2025-03", "2026-02-30").replace("calm", "loud")
    )
    added = kmassist("add", str(tmp_path / "frontline"))
    assert added.code in (0, 4), added.err
    assert "no day of the calendar" in added.err
    doc = kmassist("sources", "list", "--json").json[0]["doc_id"]
    done = kmassist("sources", "edit", doc, "--set", "evidence_date=2026-06-31")
    assert done.code == 2
    assert "no day of the calendar" in done.err
    for args in (
        ["ask", QUESTION],
        ["coverage", QUESTION],
        ["map"],
        ["brief", QUESTION, "--for", "commissioner"],
    ):
        assert "Something went wrong" not in kmassist(*args).err, args


def test_a_bundle_with_a_value_that_cannot_be_is_refused_in_words() -> None:
    bundle = make_bundle(brief(), from_service="Marlow Vale", exported_on="2026-01-05")
    with zipfile.ZipFile(io.BytesIO(write_bundle(bundle, "# Brief\n"))) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    body = json.loads(members["bundle.json"])
    body["brief"]["sources"][0]["metadata"]["evidence_date"] = "2026-02-31"
    members["bundle.json"] = json.dumps(body).encode()
    manifest = json.loads(members["manifest.json"])
    manifest["sha256"]["bundle.json"] = hashlib.sha256(members["bundle.json"]).hexdigest()
    members["manifest.json"] = json.dumps(manifest).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    with pytest.raises(UnreadableSource, match="no day of the calendar"):
        read_signed(out.getvalue())
