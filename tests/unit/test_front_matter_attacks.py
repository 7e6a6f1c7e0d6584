"""What a file says of itself opens nothing: a limit that is not understood holds, and what kmassist alone says stays its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from kmassist.documents.document import Document
from kmassist.documents.editing import edit_metadata
from kmassist.documents.metadata import Metadata, Sharing, check_partial_date
from kmassist.errors import RecordError
from kmassist.readers import read_source


def read(tmp_path: Path, head: str) -> Document:
    path = tmp_path / "a.md"
    path.write_text(
        f"---\nsource_type: PUB\n{head}\n---\n\n# Packs\n\nWarm packs help.\n", encoding="utf-8"
    )
    (document,) = read_source(path)
    return document


@pytest.mark.parametrize("said", ["private", "internal", "nobody", "[public, team]", "'2'"])
def test_a_sharing_mark_that_is_not_understood_is_the_narrowest(tmp_path: Path, said: str) -> None:
    document = read(tmp_path, f"sharing: {said}")
    assert document.metadata.sharing is Sharing.TEAM
    assert any("stays with the team" in warning for warning in document.warnings)


@pytest.mark.parametrize("said", ["PUBLIC", "'public '", "Public"])
def test_a_mark_may_be_written_in_any_case(tmp_path: Path, said: str) -> None:
    assert read(tmp_path, f"sharing: {said}").metadata.sharing is Sharing.PUBLIC


def test_no_file_and_no_person_says_whose_brief_the_words_came_with(tmp_path: Path) -> None:
    document = read(tmp_path, "quoted_by: NICE\ncame_from: {title: edited}")
    assert document.metadata.quoted_by == ""
    assert sum("is not a field that kmassist knows" in w for w in document.warnings) == 2
    with pytest.raises(RecordError, match="no metadata field"):
        edit_metadata(Metadata(), {"quoted_by": "NICE"})


def test_a_moment_is_its_day() -> None:
    assert check_partial_date("2024-01-05T10:00:00") == "2024-01-05"
    assert check_partial_date("2024-01-05 10:00:00+01:00") == "2024-01-05"
    with pytest.raises(ValueError, match="no day of the calendar"):
        check_partial_date("2024-02-31T10:00:00")
