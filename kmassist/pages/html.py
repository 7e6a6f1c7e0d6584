"""Blocks as one HTML file: no script, nothing loaded from anywhere, readable by a screen reader and on paper (WCAG 2.2 AA)."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from kmassist.pages.blocks import (
    Block,
    Bullets,
    Chart,
    Contents,
    Heading,
    Inline,
    Layout,
    Notice,
    Paragraph,
    Quotation,
    References,
    Span,
    Table,
)
from kmassist.pages.chart import to_svg

_STYLE = """
:root { color-scheme: light; }
body { font: 1rem/1.5 "Source Sans Pro", "Segoe UI", Arial, sans-serif; color: #1b1b1b; background: #fff; margin: 0; overflow-wrap: anywhere; }
main, header, nav, footer { max-width: 52rem; margin: 0 auto; padding: 0 1rem; }
header { padding-top: 1.5rem; } h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .3rem; }
h2 { font-size: 1.5rem; border-bottom: 2px solid #1b4d80; padding-bottom: .2rem; margin-top: 2.2rem; }
h3 { font-size: 1.2rem; margin-top: 1.8rem; } h4 { font-size: 1.02rem; margin: 1.2rem 0 .3rem; }
a { color: #14508c; } a:focus-visible, [tabindex]:focus-visible { outline: 3px solid #1b4d80; outline-offset: 2px; }
.skip { position: absolute; left: -999rem; } .skip:focus { left: 1rem; top: .5rem; background: #fff; padding: .5rem; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; padding: 0; }
.status { font-weight: 700; } .small { font-size: .92rem; color: #3d3d3d; }
blockquote { margin: .8rem 0; padding: .1rem 0 .1rem 1rem; border-left: 4px solid #1b4d80; }
blockquote p { margin: .2rem 0; } blockquote footer { padding: 0; font-size: .92rem; color: #3d3d3d; max-width: none; }
.notice { border: 1px solid #5a5a5a; border-left-width: 6px; padding: .5rem .8rem; margin: 1rem 0; }
.warning { border-color: #8a4b08; } .wide { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; } caption { text-align: left; font-weight: 700; padding: .3rem 0; }
th, td { border: 1px solid #b4bac2; padding: .35rem .5rem; text-align: left; vertical-align: top; }
thead th { background: #e9eef4; } tbody th { font-weight: 400; }
figure { margin: 1rem 0; } figcaption { font-weight: 700; } svg { width: 100%; height: auto; max-width: 44rem; }
.references { list-style: none; padding: 0; } .references li { margin: .5rem 0; } li:target { background: #fff3c4; }
footer { border-top: 1px solid #b4bac2; margin-top: 2rem; font-size: .9rem; color: #3d3d3d; padding-bottom: 2rem; }
@media print { nav, .skip { display: none; } h2, h3, h4 { break-after: avoid; } tr, blockquote, figure { break-inside: avoid; } }
""".strip()


def to_html(layout: Layout) -> str:
    """The whole document."""
    body = "\n".join(part for block in layout.blocks for part in _block(block))
    return f"""<!DOCTYPE html>
<html lang="{escape(layout.language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{escape(layout.title)} – {escape(layout.subtitle)}</title>
<style>
{_STYLE}
</style>
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<header>
<h1>{escape(layout.title)}</h1>
<p>{escape(layout.subtitle)}<br><span class="status">{escape(layout.status)}</span></p>
</header>
{_contents(layout)}<main id="main" tabindex="-1">
{body}
</main>
<footer><p>{escape(layout.footer)}</p></footer>
</body>
</html>
"""


def _contents(layout: Layout) -> str:
    """The list of headings, where the document is long enough to have one."""
    if not any(isinstance(block, Contents) for block in layout.blocks):
        return ""
    headings = [
        block
        for block in layout.blocks
        if isinstance(block, Heading) and block.level < 3 and block.is_listed
    ]
    lines: list[str] = []
    is_open = False
    for place, heading in enumerate(headings):
        following = headings[place + 1].level if place + 1 < len(headings) else 1
        link = f'<a href="#{escape(heading.anchor)}">{escape(heading.text)}</a>'
        if heading.level == 1 and following == 2:
            lines.append(f"<li>{link}<ul>")
            is_open = True
        else:
            lines.append(f"<li>{link}</li>")
        if is_open and following == 1:
            lines.append("</ul></li>")
            is_open = False
    held = "\n".join(lines)
    return f'<nav aria-label="Contents">\n<ul>\n{held}\n</ul>\n</nav>\n'


def _inline(inline: Inline) -> str:
    return "".join(_span(span) for span in inline)


def _span(span: Span) -> str:
    words = escape(span.text)
    if span.is_strong:
        words = f"<strong>{words}</strong>"
    if span.is_emphasis:
        words = f"<em>{words}</em>"
    if span.href.startswith("#ref-"):
        return f'<a href="{escape(span.href)}" aria-label="Reference [{escape(span.href[5:])}]">{words}</a>'
    return (
        f'<a href="{escape(span.href)}" rel="noopener noreferrer">{words}</a>'
        if span.href
        else words
    )


def _block(block: Block) -> Iterator[str]:
    match block:
        case Heading(level, words, anchor):
            mark = f' id="{escape(anchor)}"' if anchor else ""
            yield f"<h{level + 1}{mark}>{escape(words)}</h{level + 1}>"
        case Paragraph(words, style):
            yield (
                f'<p class="{style}">{_inline(words)}</p>' if style else f"<p>{_inline(words)}</p>"
            )
        case Quotation(words, source):
            yield f"<blockquote><p>{escape(words)}</p><footer>{_inline(source)}</footer></blockquote>"
        case Bullets(items, is_numbered):
            tag = "ol" if is_numbered else "ul"
            yield f"<{tag}>" + "".join(f"<li>{_inline(item)}</li>" for item in items) + f"</{tag}>"
        case Table():
            yield _table(block)
        case Notice(kind, words):
            yield f'<p class="notice {kind}"><strong>{kind.capitalize()}.</strong> {_inline(words)}</p>'
        case Chart():
            name = f"chart-{abs(hash_of(block.caption))}"
            yield f"<figure><figcaption>{escape(block.caption)}</figcaption>{to_svg(block, identity=name)}</figure>"
        case References(entries):
            rows = "".join(
                f'<li id="ref-{e.number}">[{e.number}] {_inline(e.words)}</li>' for e in entries
            )
            yield f'<ol class="references" role="list">{rows}</ol>'
        case Contents():
            return


def hash_of(words: str) -> int:
    """A small number of some words, the same on every machine."""
    return sum(place * ord(char) for place, char in enumerate(words, start=1)) % 100_000


def _table(table: Table) -> str:
    columns = "".join(f'<col style="width:{share * 100:.0f}%">' for share in table.widths)
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in table.header)
    rows = []
    for row in table.rows:
        cells = "".join(f"<td>{_inline(cell)}</td>" for cell in row[1:])
        rows.append(f'<tr><th scope="row">{_inline(row[0])}</th>{cells}</tr>')
    unseen = "" if table.is_caption_shown else ' class="unseen"'
    return (
        f'<div class="wide" tabindex="0" role="group" aria-label="{escape(table.caption)}"><table>'
        f"<caption{unseen}>{escape(table.caption)}</caption><colgroup>{columns}</colgroup>"
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )
