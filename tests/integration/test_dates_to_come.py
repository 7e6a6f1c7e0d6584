"""A date after today is taken on every way in, said wherever its source is named, and newest nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from kmassist.documents.metadata import Metadata
from kmassist.documents.required_metadata import missing
from tests.commands import Done
from tests.conftest import Run, run_kmassist

_TEXT = """# Warm packs by {author}

Warm perineal packs halved severe perineal tears among 400 women in labour, says {author}.
"""


def _trial(folder: Path, author: str, date: str) -> None:
    head = f"---\ntitle: Warm packs by {author}\nsource_type: PUB\ndesign: rct\npublished: {date}\nauthors: ['{author}, A']\n---\n"
    folder.mkdir(exist_ok=True)
    (folder / f"{author}.md").write_text(head + _TEXT.format(author=author), encoding="utf-8")


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("to-come")
    for author, date in (("Older", "2019-03"), ("Newer", "2024-05"), ("Future", "2099-01")):
        _trial(root / "files", author, date)
    done = run_kmassist(root / "library", ["add", str(root / "files")])
    assert done.code == 0, done.err
    assert "Its date 2099-01 is after today" in done.out + done.err
    return root / "library"


def _run(library: Path, *args: str) -> Done:
    return run_kmassist(library, args)


def test_it_is_said_wherever_the_source_is_named(held: Path) -> None:
    assert "2099-01, after today: check" in _run(held, "sources", "list").out
    asked = _run(held, "ask", "Do warm packs prevent severe perineal tears?")
    said = " ".join(asked.out.split())
    assert "dated 2099-01, after today: check" in said
    assert "counts as undated" in said


def test_it_is_newest_in_no_order(held: Path) -> None:
    answer = _run(held, "ask", "--json", "Do warm packs prevent severe perineal tears?").json
    cells = {cell["source_type"]: cell for cell in answer["coverage"]["cells"]}
    assert cells["PUB"]["newest"] == "2024-05"
    assert _run(held, "status", "--json").json["newest"] == "2024-05"
    assert "Future" not in _run(held, "ask", "What is new since 2023?").out.split("Sources")[0]


def test_every_way_in_takes_it_and_says_it(kmassist: Run, tmp_path: Path) -> None:
    (tmp_path / "plain.md").write_text(_TEXT.format(author="Sidecar"), encoding="utf-8")
    (tmp_path / "plain.md.meta.yaml").write_text(
        "source_type: PUB\npublished: 2099-02\n", encoding="utf-8"
    )
    (tmp_path / "some.ris").write_text(
        "TY  - JOUR\nAU  - Ris, A\nTI  - Warm packs by Ris\nPY  - 2099\nAB  - Warm packs halved tears among 400 women in labour.\nER  - \n",
        encoding="utf-8",
    )
    done = kmassist("add", str(tmp_path / "plain.md"), str(tmp_path / "some.ris"))
    assert done.code == 0, done.err
    said = done.out + done.err
    assert "Its date 2099-02 is after today" in said
    assert "Its date 2099 is after today" in said
    rows = kmassist("sources", "list", "--json").json
    one = next(row["doc_id"] for row in rows if row["metadata"]["published"] == "2099-02")
    edited = kmassist("sources", "edit", one, "--set", "published=2098-12")
    assert edited.code == 0, edited.err
    assert (
        "2098-12 is after today" in kmassist("sources", "show", one).out + edited.out + edited.err
    )
    kmassist("sources", "edit", one, "--set", "published=2024-12")
    assert "after today" not in kmassist("sources", "show", one).out


@pytest.mark.parametrize("date", ["2099-02-30", "2099-13", "99999", "1066"])
def test_what_is_no_day_is_refused_everywhere(kmassist: Run, tmp_path: Path, date: str) -> None:
    _trial(tmp_path / "files", "Wrong", date)
    done = kmassist("add", str(tmp_path / "files"))
    assert date in done.out + done.err
    rows = kmassist("sources", "list", "--json").json
    assert all(not row["metadata"]["published"] for row in rows)


def test_the_earlier_date_counts_when_only_one_is_to_come() -> None:
    meta = Metadata(published="2021-05", evidence_date="2099-01")
    assert (meta.dated, meta.to_come) == ("2021-05", "2099-01")
    assert any("evidence date 2099-01 is after today" in said for said in missing(meta))
