"""Country names in a text, and how near their health care is to the UK's. Income groups: World Bank, high income or not."""

from __future__ import annotations

import re

from kmassist.documents import Setting

_UK = "United Kingdom|UK|England|Scotland|Wales|Northern Ireland|Great Britain|Britain"
_HIGH = (
    "Australia|Austria|Belgium|Canada|Chile|Croatia|Cyprus|Czech Republic|Denmark|Estonia|Finland|France|Germany|Greece|Hong Kong|Hungary|Iceland"
    "|Ireland|Israel|Italy|Japan|Kuwait|Latvia|Lithuania|Luxembourg|Malta|Netherlands|New Zealand|Norway|Oman|Poland|Portugal|Qatar|Saudi Arabia"
    "|Singapore|Slovakia|Slovenia|South Korea|Spain|Sweden|Switzerland|Taiwan|United Arab Emirates|United States|USA|Uruguay"
)
_LOW_MIDDLE = (
    "Afghanistan|Albania|Algeria|Angola|Argentina|Armenia|Azerbaijan|Bangladesh|Belarus|Benin|Bhutan|Bolivia|Botswana|Brazil|Bulgaria"
    "|Burkina Faso|Burundi|Cambodia|Cameroon|Chad|China|Colombia|Costa Rica|Cuba|Democratic Republic of Congo|Ecuador|Egypt|El Salvador|Ethiopia"
    "|Gabon|Gambia|Ghana|Guatemala|Guinea-Bissau|Guinea|Haiti|Honduras|India|Indonesia|Iran|Iraq|Jamaica|Kazakhstan|Kenya|Lao PDR|Laos"
    "|Lebanon|Lesotho|Liberia|Libya|Madagascar|Malawi|Malaysia|Mali|Mauritania|Mexico|Mongolia|Morocco|Mozambique|Myanmar|Namibia|Nepal|Nicaragua"
    "|Nigeria|Niger|Pakistan|Papua New Guinea|Paraguay|Peru|Philippines|Rwanda|Senegal|Sierra Leone|Somalia|South Africa|South Sudan|Sri Lanka"
    "|Sudan|Syria|Tanzania|Thailand|Timor-Leste|Togo|Tunisia|Turkey|Uganda|Ukraine|Uzbekistan|Venezuela|Vietnam|Viet Nam|Yemen|Zambia|Zimbabwe"
)
_NAMES = re.compile(rf"\b(?:the\s+)?({_UK}|New South Wales|{_HIGH}|{_LOW_MIDDLE})\b")
_SAME = {
    **dict.fromkeys(_UK.split("|"), "United Kingdom"),
    "USA": "United States",
    "Viet Nam": "Vietnam",
    "Lao PDR": "Laos",
    "New South Wales": "Australia",
}
_HIGH_SET = frozenset(_HIGH.split("|"))
_LOW_SET = frozenset(_LOW_MIDDLE.split("|"))


def countries_in(text: str) -> list[str]:
    """Countries named in a text, each once, in order; the four nations and their short names are United Kingdom."""
    return list(dict.fromkeys(_SAME.get(match.group(1), match.group(1)) for match in _NAMES.finditer(text)))


def setting_of(country: str) -> Setting | None:
    """UK-other, HIC or LMIC; None for a name that is not known. Whether a UK source is local only its owner can say."""
    name = _SAME.get(country, country)
    if name == "United Kingdom":
        return Setting.UK_OTHER
    return Setting.HIC if name in _HIGH_SET else Setting.LMIC if name in _LOW_SET else None
