"""Which files of a folder are sources, and that each other one is named with the reason."""

from pathlib import Path

import pytest

from kmassist.errors import SourceNotFound
from kmassist.readers import LEFT_OUT, check_exists, look_through
from kmassist.tui.widgets.path_input import typed_path


def seen(folder: Path) -> dict[str, str]:
    """File name to "" for a source, else the message and hint."""
    return {
        path.name: f"{problem.message} {problem.hint}" if problem else ""
        for path, problem in look_through([folder])
    }


def test_a_source_is_read_whatever_its_name_begins_with(tmp_path: Path) -> None:
    names = [
        "Notice of change.md",
        "Licence to practise.md",
        "Readme findings.txt",
        "Changelog of the ward.md",
    ]
    for name in names:
        (tmp_path / name).write_text("Words.")
    assert seen(tmp_path) == dict.fromkeys(sorted(names), "")


@pytest.mark.parametrize("name", ["README.md", "LICENSE", "notice.txt", "settings.yaml"])
def test_what_describes_a_folder_is_left_out_and_named(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("Words.")
    (found,) = look_through([tmp_path])
    assert found[0].name == name
    assert getattr(found[1], "kind", "") == LEFT_OUT


def test_a_link_hides_its_target_from_nobody(tmp_path: Path) -> None:
    (tmp_path / "report.html").write_text("<p>Words.</p>")
    (tmp_path / "a link.html").symlink_to(tmp_path / "report.html")
    found = seen(tmp_path)
    assert found["report.html"] == ""
    assert "is a link" in found["a link.html"]


def test_the_parts_of_a_saved_page_are_no_sources_but_another_folder_is(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<p>Words.</p>")
    for folder in ("page_files", "other_files"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"{folder}.html").write_text("<p>Words.</p>")
    found = seen(tmp_path)
    assert "parts of a saved page" in found["page_files"]
    assert found["other_files.html"] == ""


def test_a_file_that_is_still_in_the_cloud_is_named(tmp_path: Path) -> None:
    (tmp_path / ".Report.pdf.icloud").write_text("x")
    assert "Report.pdf is in iCloud and not downloaded yet." in seen(tmp_path)[".Report.pdf.icloud"]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("x.zip", "Unpack it"),
        ("x.docm", ".docx"),
        ("x.xlsm", ".xlsx"),
        ("x.url", "save the page"),
        ("x.jpg", "recognised"),
    ],
)
def test_a_kind_that_is_not_read_says_what_to_save_it_as(
    tmp_path: Path, name: str, hint: str
) -> None:
    (tmp_path / name).write_text("x")
    assert hint in seen(tmp_path)[name]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (
            "https://example.org/report.pdf",
            "https://example.org/report.pdf is an address on the web",
        ),
        ("10.1234/beds.7", "is a DOI"),
        ("file:///home/x.pdf", "without 'file://'"),
        ("no/such/file", "There is no file or folder"),
        ("x" * 5000, "There is no file or folder"),
    ],
)
def test_what_is_no_file_is_told_apart(given: str, words: str) -> None:
    with pytest.raises(SourceNotFound) as raised:
        check_exists(Path(given))
    assert words in f"{raised.value.message} {raised.value.hint}"


def test_a_pasted_path_is_understood_with_quotation_marks_backslashes_or_as_an_address(
    tmp_path: Path,
) -> None:
    file = tmp_path / "My report (1).md"
    file.write_text("Words.")
    escaped = str(file).replace(" ", "\\ ").replace("(", "\\(").replace(")", "\\)")
    for pasted in (str(file), f'"{file}"', f" '{file}' ", f"“{file}”", escaped, file.as_uri()):
        assert typed_path(pasted) == file
    assert typed_path(' "" ') is None
