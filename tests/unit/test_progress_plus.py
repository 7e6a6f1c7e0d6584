"""PROGRESS-Plus: what a group is called tells its characteristic."""

import pytest

from kmassist.documents.progress_plus import progress_groups, progress_patterns
from kmassist.text.shipped import shipped_data

GROUPS = shipped_data("progress_plus.yaml")["groups"]


@pytest.mark.parametrize("row", GROUPS, ids=lambda row: str(row["name"]))
def test_a_group_is_told_by_its_examples(row: dict[str, list[str]]) -> None:
    name = str(row["name"])
    assert all(name in progress_groups([example]) for example in row["examples"])
    assert not any(name in progress_groups([example]) for example in row.get("not", []))


def test_the_characteristics_have_one_order() -> None:
    assert list(progress_patterns()) == [row["name"] for row in GROUPS]
