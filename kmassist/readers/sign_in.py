"""Pages that were saved in place of an article: a form to sign in, or a check that the reader is no robot."""

from __future__ import annotations

import re

from kmassist.errors import UnreadableSource
from kmassist.text.shipped import english

_ENOUGH = 1_500
"""Characters of a page's own words beyond which a form on it stands beside an article and not in its place."""
_SHORT = 400
_SIGN_IN = re.compile(
    r"<input[^>]{0,300}\btype\s*=\s*[\"']?password"
    r"|<form[^>]{0,300}\baction\s*=\s*[\"']?[^\"'>\s]{0,300}(?:log[-_]?(?:in|on)|sign[-_]?in|oauth|saml|shibboleth|wayf|openathens|/sso)",
    re.I,
)
_ROBOT = re.compile(
    r"<(?:script|iframe|div|form)[^>]{0,300}(?:challenge-platform|recaptcha|hcaptcha|turnstile|/_incapsula|px-captcha|cf-challenge)",
    re.I,
)


def refuse_sign_in(source: str, text: str, name: str) -> None:
    """Nothing when a page holds an article.

    Args:
        source: the page's markup.
        text: the words that would be read of it.

    Raises:
        UnreadableSource: it only asks the reader to sign in or to prove to be a person (kind ``sign_in``).
    """
    if len(text) > _ENOUGH:
        return
    for pattern, what in (
        (_SIGN_IN, "is a page to sign in, not the article behind it"),
        (_ROBOT, "is a check for robots, not an article"),
    ):
        # A browser keeps the words of such a check without the scripts that make it.
        if pattern.search(source) or (
            pattern is _ROBOT
            and len(text) <= _SHORT
            and english("readers", "asks_to_prove_a_person").search(text)
        ):
            raise UnreadableSource(
                f"{name} {what}.",
                "Open the article itself in the browser and save it, best as PDF.",
                kind="sign_in",
            )
