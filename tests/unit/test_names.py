"""Names of authors: bodies stay whole, lists in one field are taken apart."""

from importlib.resources import files

import pytest
import yaml

from kmassist.documents.names import Name, parse_name, tidy_names

_BODIES = yaml.safe_load(files("kmassist").joinpath("data/bodies.yaml").read_text("utf-8"))[
    "patterns"
]


@pytest.mark.parametrize(
    ("field", "names"),
    [
        ("Reed, A.; Osei, B.; de la Cruz, C.", ("Reed, A.", "Osei, B.", "de la Cruz, C.")),
        ("Reed A, Osei B, de la Cruz C.", ("Reed, A", "Osei, B", "de la Cruz, C")),
        ("Reed A.,Osei B.", ("Reed, A.", "Osei, B.")),
        ("Reed, A., Osei, B., & de la Cruz, C.", ("Reed, A.", "Osei, B.", "de la Cruz, C.")),
        ("Reed, Ann and Osei, Ben", ("Reed, Ann", "Osei, Ben")),
        (
            "Reed A, Osei B and Stillbirth Study Group",
            ("Reed, A", "Osei, B", "Stillbirth Study Group"),
        ),
        ("['Reed, A', \"O'Hara, B\"]", ("Reed, A", "O'Hara, B")),
        ("Reed, Ann (57200001234); Osei, Ben (57200001235)", ("Reed, Ann", "Osei, Ben")),
        ("Reed AN <ann@example.org>", ("Reed, AN",)),
        ("Reed A, Osei B, et al.", ("Reed, A", "Osei, B")),
        ("Commission for Health and Safety", ("Commission for Health and Safety",)),
        ("Board of Health, Ashcombe", ("Board of Health, Ashcombe",)),
        ("Nguyễn Thị Lan", ("Nguyễn Thị Lan",)),
        ("Anonymous; NA; others", ()),
    ],
)
def test_names_in_one_field_are_told_apart(field: str, names: tuple[str, ...]) -> None:
    assert tidy_names([field]) == names


@pytest.mark.parametrize("marked", ["{Three Rivers LMNS}", "Three Rivers LMNS,"])
def test_a_name_marked_as_a_body_stays_whole_even_when_its_words_do_not_show_it(
    marked: str,
) -> None:
    (name,) = tidy_names([marked])
    assert parse_name(name) == Name(literal="Three Rivers LMNS")


@pytest.mark.parametrize("written", ["Hart, Jr., Tom J.", "Hart, Tom J., Jr.", "Hart, Tom J. Jr."])
def test_a_suffix_is_neither_family_nor_given_name(written: str) -> None:
    assert parse_name(written) == Name("Hart", "Tom J.", "Jr.")


@pytest.mark.parametrize("entry", _BODIES, ids=lambda entry: entry["pattern"][:20])
def test_each_word_of_a_body_takes_its_examples_and_no_person(entry: dict[str, list[str]]) -> None:
    assert [name for name in entry["matches"] if not parse_name(name).literal] == []
    assert [name for name in entry["not"] if parse_name(name).literal] == []
