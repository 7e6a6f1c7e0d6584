"""Letters of text files: encodings told apart, wrong ones repaired and said, and files that are no text refused."""

from pathlib import Path

import pytest

from kmassist.errors import UnreadableSource
from kmassist.readers import read_source

_WORDS = "A woman’s view: “nobody came to the café ward” – it cost £5."


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "mac_roman"]
)
def test_words_are_the_same_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(_WORDS.encode(encoding))
    (document,) = read_source(path)
    assert document.text == _WORDS


def test_capitals_with_accents_do_not_make_windows_text_a_macs(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("École et ÉTUDE, Ågot’s café".encode("cp1252"))
    assert read_source(path)[0].text == "École et ÉTUDE, Ågot’s café"


def test_text_saved_with_wrong_letters_is_repaired_and_said(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text(
        _WORDS.encode().decode("cp1252", errors="replace").replace("\ufffd", "\u009d"),
        encoding="utf-8",
    )
    (document,) = read_source(path)
    assert document.text == _WORDS
    assert "1 line was saved with wrong letters" in document.warnings[0]


def test_right_letters_are_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    words = "Zoë’s pâté—“Ça va”, ŵ, β ≥ 5 µg, 25 °C, São Tomé, naïve, ½"
    path.write_text(words, encoding="utf-8")
    (document,) = read_source(path)
    assert document.text == words
    assert not any("letters" in warning for warning in document.warnings)


def test_a_binary_file_named_as_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20)
    with pytest.raises(UnreadableSource, match="is no text"):
        read_source(path)


@pytest.mark.parametrize("name", ["article.html", "article.pdf"])
@pytest.mark.parametrize(
    "markup",
    [
        '<h1>Sign in</h1><form action="/x"><input name=u><input type="password" name=p></form><p>Use your account to read this.</p>',
        '<h1>Choose your institution</h1><form method="post" action="https://idp.example/saml/wayf"><p>Find yours.</p></form>',
        "<h1>journal.example</h1><p>Enable JavaScript and cookies to continue</p>",
        '<h1>Just a moment</h1><script src="/cdn-cgi/challenge-platform/x.js"></script><p>Checking your browser.</p>',
    ],
)
def test_a_page_in_place_of_an_article_is_refused(tmp_path: Path, name: str, markup: str) -> None:
    path = tmp_path / name
    path.write_text(f"<!doctype html><html><body>{markup}</body></html>")
    with pytest.raises(UnreadableSource) as raised:
        read_source(path)
    assert raised.value.kind == "sign_in"


def test_an_article_with_a_form_beside_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "article.html"
    words = "<p>Women waited for a bed on the ward for nine hours in one night of three.</p>" * 40
    path.write_text(
        f"<!doctype html><html><body><form><input type=password></form><h1>Beds</h1>{words}</body></html>"
    )
    assert "Women waited" in read_source(path)[0].text
