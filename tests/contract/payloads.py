"""A hundred texts that try to act on a terminal, a widget, a page or a sheet; each names itself."""

from __future__ import annotations

_SEQUENCES = [
    "\x1b]52;c;S01DTElQ\x07", "\x1b]0;kmtitle\x07", "\x1b]2;kmtitle\x1b\\", "\x1b]8;;http://km.example\x1b\\here\x1b]8;;\x1b\\", "\x1b]4;1;red\x07",
    "\x1b]10;?\x07", "\x1b]1337;File=inline=1:AAAA\x07", "\x1b]9;kmnote\x07", "\x1b]777;notify;a;b\x07", "\x1b[2J", "\x1b[3J", "\x1b[H", "\x1b[?1049l",
    "\x1b[?25l", "\x1b[?1000h", "\x1b[?2004h", "\x1b[6n", "\x1b[c", "\x1b[>c", "\x1b[5i", "\x1b[4i", "\x1b[8m", "\x1b[7m", "\x1b[31;5m", "\x1bc", "\x1b(0",
    "\x1b#8", "\x1b7", "\x1b8", "\x1bD", "\x1bM", "\x1bP$qm\x1b\\", "\x1bPpkm\x1b\\", "\x1b_km\x1b\\", "\x1b^km\x1b\\", "\x1bX km\x1b\\", "\x1b[20t",
    "\x1b[21t", "\x1b[1;1r", "\x1b[999D", "\x1b[999;999H", "\x1b[1M", "\x1b[s", "\x1b[u", "\x1b[!p", "\x1b[?5h", "\x9b31m", "\x9b2J", "\x9d0;km\x9c",
    "\x90km\x9c", "\x9fkm\x9c", "\x84", "\x85", "\x8d", "\x00", "\x07", "\x08\x08\x08", "\x0e", "\x0f", "\x7f", "\r", "\x0b", "\x0c", "\x1b", "\x1b\x1b[A",
    "\u202ekm\u202c", "\u202a", "\u2066km\u2069", "\u2067", "\u200e", "\u200f", "\u200b", "\u2028", "\u2029", "\ufeff", "\u00ad", "\u061c",
]  # fmt: skip
_MARKUP = [
    "[@click=app.quit]km[/]", "[@click=app.bell()]km", "[/]", "[bold]", "[red", "[link=http://km.example]km[/link]", "[on red]km[/]", "[$primary]km",
    "<script>km()</script>", "<img src=x onerror=km()>", "<a href='javascript:km()'>km</a>", "</style><b>km", "&lt;b&gt;km", "![km](http://km.example/x)",
    "[km](javascript:km)", "```\n# km", "| km | km |", "=cmd|'/c km'!A1", "+km()", "@SUM(km)", "-2+km", "＝km()", "\t=km()", "{{km}}", "%s%n%d", "${km}",
]  # fmt: skip
PAYLOADS = (*_SEQUENCES, *_MARKUP)
MARKERS = tuple(_SEQUENCES)
"""What must not reach a terminal as it is."""

FORBIDDEN = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
"""Characters that no plain output may hold, for a regular expression's class."""


def documents() -> list[tuple[str, str]]:
    """One Markdown file for each: its name and its text, the payload in the name, title, issuer, heading and sentences."""
    files = []
    for number, payload in enumerate(PAYLOADS):
        quoted = "".join(
            c if c.isprintable() and c not in '"\\' else f"\\u{ord(c):04x}" for c in payload
        )
        part = payload.replace("/", "_").replace("\x00", "").replace("\n", " ")
        body = (
            f'---\ntitle: "Triage report {number} {quoted}"\nissuer: "Unit {quoted}"\nauthors: ["{quoted} A"]\nevidence_date: 2024-05\n'
            f'setting: "{quoted}"\npopulation: "women {quoted}"\n---\n# Results {payload}\n\n'
            f"Triage of women who attend unscheduled in unit {number} {payload} reduced waits.\n"
        )
        files.append((f"{number:03} {part}.md", body))
    return files
