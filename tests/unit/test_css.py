"""Which styles hide the words of a page: nothing that nobody sees is read as evidence, and nothing that is seen is lost."""

from __future__ import annotations

import pytest

from kmassist.readers.css import declared, hides, is_coloured, is_white
from kmassist.readers.html_styles import Styles
from kmassist.readers.html_tree import parse_page

HIDING = [
    "display:none", "DISPLAY : NONE !important", "display:/**/none", "display:no\\6e e", "visibility:collapse",
    "content-visibility:hidden", "opacity:0", "opacity: .0", "opacity:0%", "opacity:0.01", "filter: opacity(0)", "zoom:0",
    "font-size:0", "font-size:0rem", "font-size:1px", "font:0/0 a", "letter-spacing:-1em", "mso-hide:all",
    "clip:rect(0,0,0,0)", "clip: rect( 1px 1px 1px 1px )", "clip:rect(0px, 1px, 1px, 0px)",
    "clip-path:inset(50%)", "clip-path: inset(100%)", "clip-path:circle(0)", "clip-path:polygon(0 0,0 0,0 0)",
    "width:1px;height:1px;overflow:hidden", "height:0;overflow:hidden", "max-height:0px;overflow:clip",
    "transform: scale(0)", "transform:translateX(-9999px)", "transform:translate(-200vw)",
    "left:-999px", "left:-100vw", "top:-999em", "margin-left:-9999px", "text-indent:-100%", "inset:-9999px auto auto auto",
    "position:fixed;left:200vw", "color:transparent", "color:rgba(0,0,0,0)", "color:rgb(0 0 0 / 0)", "color:#0000",
    "-webkit-text-fill-color:transparent",
]  # fmt: skip
SHOWN = [
    "", "display:block", "opacity:0.6", "opacity:60%", "font-size:12px", "font-size:0.8em", "font: bold 12px/1.4 Arial", "font:inherit",
    "font-size:1", "clip:rect(0px,60px,200px,0px)", "clip:auto", "clip-path:inset(5%)", "clip-path:circle(40%)",
    "clip-path:polygon(0 0,100% 0,100% 100%)", "width:0", "height:1px", "height:200px;overflow:hidden", "transform:scale(0.8)",
    "transform:translateX(-50%)", "left:-20px", "margin:0 -15px", "text-indent:-1em", "letter-spacing:-0.05em", "color:#000",
    "color:rgba(0,0,0,0.9)", "color:rgb(10 10 10 / 80%)", "color:#333f", "color:hsl(210,50%,30%)", "color:var(--ink)",
    "visibility:visible", "display", ":;:", "color:rgb(", "transform:translate(", "clip:rect(1px)", "\\", "/*",
]  # fmt: skip


@pytest.mark.parametrize("style", HIDING)
def test_what_hides(style: str) -> None:
    assert hides(declared(style))


@pytest.mark.parametrize("style", SHOWN)
def test_what_shows(style: str) -> None:
    assert not hides(declared(style))


@pytest.mark.parametrize(
    "colour",
    [
        "#fff",
        "#FFFFFF",
        "#fffffe",
        "White",
        "rgb(255 255 255)",
        "rgb(100%,100%,100%)",
        "hsl(0,0%,100%)",
    ],
)
def test_white_is_known_by_its_channels(colour: str) -> None:
    assert is_white(declared(f"color:{colour}"))
    assert not is_coloured(declared(f"background:{colour} none"))
    assert not is_white(declared(f"background:{colour}"))


@pytest.mark.parametrize(
    ("page", "is_hidden"),
    [
        ("<style>.w{color:#fff}</style><p class=w>Pale</p>", True),
        ("<style>.w{color:#fff} .b{background:navy}</style><div class=b><p class=w>Seen</p></div>", False),
        ("<style>.w{color:#fff} header h2{background:navy}</style><p class=w>May be seen</p>", False),
        ("<style>.w{font-size:1px}</style><p class=w>Tiny</p>", True),
        ("<font color=white>Pale</font>", True),
        ("<table bgcolor=navy><tr><td><font color=white>Seen</font></td></tr></table>", False),
    ],
)  # fmt: skip
def test_rules_of_a_sheet_and_old_attributes(page: str, is_hidden: bool) -> None:
    root = parse_page(f"<html><body>{page}</body></html>")
    styles = Styles(root)
    (element,) = [e for e in root.iter("p", "font") if (e.text or "").strip()]
    assert styles.is_hidden(element) == is_hidden
