"""What is wrong with a value that a checking model refused, as a person is told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_SAYS = {
    "model_type": "give a group of values, not one",
    "dict_type": "give a group of values, not one",
    "int_parsing": "give a whole number",
    "int_type": "give a whole number",
    "int_from_float": "give a whole number",
    "float_parsing": "give a number",
    "float_type": "give a number",
    "bool_parsing": "say true or false",
    "bool_type": "say true or false",
    "enum": "say one of {expected}",
    "literal_error": "say one of {expected}",
    "greater_than": "give more than {gt}",
    "greater_than_equal": "give {ge} or more",
    "less_than": "give less than {lt}",
    "less_than_equal": "give {le} or less",
    "string_type": "give text",
    "tuple_type": "give a list",
    "list_type": "give a list",
    "missing": "it is missing",
    "extra_forbidden": "there is no such field",
}


def place_of(fault: Mapping[str, Any]) -> str:
    """The field that a fault which pydantic found is of, dotted inside records; empty for the whole."""
    return ".".join(str(part) for part in fault["loc"])


def reason_of(fault: Mapping[str, Any]) -> str:
    """What to give instead, to stand after a colon; the checking model's own sentence where no general one fits.

    Of several words that may be said the one is offered that was probably meant.
    """
    says = _SAYS.get(fault["type"])
    if says is None:
        return str(fault["msg"]).removeprefix("Value error, ")
    told = says.format(**fault.get("ctx", {}))
    if fault["type"] in {"enum", "literal_error"}:
        from kmassist.text.naming import did_you_mean

        meant = did_you_mean(str(fault["input"]), re.findall("'([^']*)'", told))
        return f"d{meant[1:]}S{told[1:]}" if meant else told
    return told
