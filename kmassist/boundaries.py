"""What kmassist turns away: questions about one patient. It is for service-level questions (intended use, domain F2).

Two ways to be sure: words that only a question about a person has (``my patient``, ``bed 4``, ``should I prescribe``), or
a clinical picture (age, parity, gestation, a result, a finding, ``tonight``, ``she``) that adds up. Words of a service
question (women, audit, guideline, how many) weigh against the second and never against the first.
Measured by benchmarks/privacy.py.
"""

from __future__ import annotations

import re

REDIRECT = (
    "This reads like a question about one patient. kmassist is for service-level questions: it gives no advice on an "
    "individual. "
    "Use your clinical guideline, the on-call team or the electronic record, and ask here about women in general."
)

_PERSON = r"(?:patient|lady|woman|client|mum|girl|primip|primigravida|multip|pt)"
_NOT_ONE = (
    r"(?!['’]?s?[ -](?:safety|information|experience|journey|flow|survey|surveys|voice|involvement|group|groups|leaflet|"
    r"pathway|"
    r"reported|records?|feedback|choice|story|stories|advice|liaison|satisfaction|outcomes?|forum|advocate|representative)\b)"
)
_ACT = (
    r"(?:give|prescribe|start|stop|send|discharge|admit|deliver|induce|order|do|leave|rupture|perform|let|continue|accept|"
    r"offer|"
    r"refer|call|ring|transfuse|try|repeat|escalate|bring|take|treat|wait|book|need|have|worry|come|go)"
)
_CLAUSE_THAT_ASKS_NOT_WHICH = r"(?:^|[,;.?:])(?:(?!\b(?:when|who|how|often|what|which|where)\b)[^,;.?:])*"
_CERTAIN = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        rf"\b(?:my|our|this|that|your)\s(?:\w+\s)?{_PERSON}\b{_NOT_ONE}",
        rf"\b{_PERSON}\b{_NOT_ONE}\s(?:of (?:mine|ours)|in (?:front of me|(?:bed|room|bay|triage|theatre|labour ward)\b)|"
        rf"on (?:the phone|bed)|(?:I|we) "
        r"(?:saw|have|just|transferred|admitted|see)\b)",
        rf"\b(?:I|we)(?:['’]ve| have|['’]re| are|['’]ve got| have got|['’]m| am)? (?:just |now )?(?:got|have|admitted|"
        rf"booking|seeing|"
        rf"looking after|caring for|transferred) (?:a|an|this) (?:[\w+/-]+ ){{0,3}}{_PERSON}\b{_NOT_ONE}",
        rf"\bI['’]?m a \w+ with a {_PERSON}\b",
        r"\bmy (?:wife|husband|partner|sister|daughter|mother|mum|friend|girlfriend|baby|babies|pregnancy|waters|wound|bump|"
        r"contractions|"
        r"blood pressure|scan|stitches|midwife says)\b",
        r"\bI(?:['’]m| am) (?:\w+ )?\d{1,2}(?:\+\d)?[- ]?(?:weeks|wks|/40|and pregnant|days)|\bI(?:['’]m| am|"
        r" was) (?:\w+ )?(?:pregnant|bleeding|in labour|leaking|"
        r"breastfeeding|contracting|overdue|itch\w*)\b",
        r"\bI (?:gave birth|had (?:a|my) (?:caesarean|c-section|section|baby|stillbirth|miscarriage|bleed|tear)|"
        r"have a headache)\b|\bfor me to have\b",
        r"\b(?:bed|room|bay|cubicle|side ?room|triage|theatre) ?\d{1,2}\b(?!\s?(?:%|weeks|beds|women|minutes))",
        r"\b(?:Mrs|Ms|Miss) [A-Z]\b",
        r"\bon my shift\b|\bin front of me\b|\bright now\b",
        # "when do I give X", "at what blood loss do I ring Y" may ask what the guideline says; it counts below, with whoever else the
        # question speaks of
        rf"(?:\b(?:should|can|could|shall|must|may) I|{_CLAUSE_THAT_ASKS_NOT_WHICH}\bdo I|\bwhether I should) (?:still |now |just )?{_ACT}\b(?! (?:a |"
        rf"the )?(?:board|business|report|paper|audit|search|evidence))",
        rf"\b(?:should|can|could|shall|must|do|when do|how do) we (?:still |now |just )?{_ACT} (?:\w+ ){{0,3}}(?:her|him|she|"
        rf"this (?:baby|{_PERSON})|the (?:baby|{_PERSON}))\b",
        r"\b(?:what|which|how much) (?:\w+ )?dose should I\b",
        r"\b(?:what|who|when|how) (?:do|should|can) I (?:do|give|tell|offer|say to|ring|call|prescribe|"
        r"start) (?:\w+ ){0,3}(?:her|him|she|he|the (?:patient|lady|woman)|a (?:woman|lady|patient))\b",
        r"\b(?:interpret|read) this (?:gas|CTG|trace|scan|result|blood)\b",
        r"\bcalculate (?:her|his|the patient['’]s|this)\b",
        r"\bI am worried about (?:my|her|him)\b",
    )
)
_PICTURE = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        # who: a pronoun, a person, an age, a parity
        r"\b(?:she|her|he|him|his|she['’]s|he['’]s)\b",
        rf"\b(?:a|the|this|with a) (?:\w+ ){{0,2}}{_PERSON}\b{_NOT_ONE}|^(?:pt|patient|lady|woman|primip|multip|"
        rf"baby)\b{_NOT_ONE}|\bthis (?:baby|mum|mother)\b",
        r"\b\d{2}[- ]?(?:year|yr)s?[- ]?(?:old\b)|\b\d{2} ?(?:yo|y/o|yr)\b|\baged? \d{2}\b",
        r"\bpara \d\b|\bG\d ?P\d\b|\bgravida \d\b|\bprimip\b|\bprimigravida\b|\bmultip\b",
        # when in pregnancy or after
        r"\b[1-4]\d\s?\+\s?\d{1,2}\b|\b[1-4]?\d ?(?:weeks|wks|/40)\b|\b(?:twenty|thirty|forty)[- ]\w+ weeks\b|"
        r"\b\d{1,2} ?(?:days|hours|hrs?|minutes|mins?) (?:postnatal|post|ago)\b|"
        r"\bat \d{1,2} hours\b",
        # a result
        r"\b(?:BP|blood pressure|Hb|haemoglobin|platelets|plts|lactate|CRP|urate|creatinine|ALT|AST|temp|temperature|pulse|"
        r"HR|sats|PCR|glucose|bilirubin|INR|"
        r"MEWS|EPDS|BMI|ketones|EBL|PAPP-A|GTT|OGTT|pH|base deficit|Bishop score|CO reading|fundal height|weigh(?:s|ed|ing)?|"
        r"cervix)\b"
        r"(?:\s(?:of|is|was|at|now|have|has|had|dropped|risen|to|in|her|and)){0,4}\s?[=:]?\s?\d",
        r"\b\d(?:\.\d)? ?cm\b|\b\d{2,4} ?ml\b|\b\d(?:\.\d+)? litres?\b|\b\d{2,3} ?kg\b|\b\d\.\d kg\b",
        # a finding
        r"\b(?:proteinuria|decelerations?|bradycardia|CTG (?:shows|is|suspicious|pathological)|meconium grade|cervix closed|"
        r"fully dilated|leaking|oozing|headache|"
        r"visual disturbance|vomiting|abdo pain|bleeding (?:heavily|now)|looks yellow|reflexes|declined|refus(?:es|ing)|"
        r"cord prolapse|retained placenta|allergic to|"
        r"transverse lie|hasn['’]t passed|contracting|established labour|septic|saw spots)\b",
        # now
        r"\b(?:now|today|tonight|this morning|last night|just (?:arrived|attended|presented|admitted|broken)|presents|"
        r"presenting with|on the phone|here at)\b",
        # what is asked
        r"\b(?:what (?:next|now)|next step|what is the plan|what first|deliver|send home|bring her|wait|rescan|or section|"
        r"speculum|theatre|discharge|"
        r"catheter|epidural|spinal|steroids|magnesium|phototherapy|antibiotics|resus|give \w+|start \w+|stop \w+|scan)\s?\?|"
        r"\bnext step\b|\bwhat (?:first|next)\b|"
        r"\b(?:does|is|can|should|may|did) (?:she|he|this lady|this woman)\b|\bfor her\b|\bher (?:risk|baby|request|last)\b|"
        r"\bcan I\b|\bdo I\b",
    )
)
_SERVICE = re.compile(
    r"\b(?:women|mothers|babies|patients|people|parents|families|pregnancies|midwives|staff|units?|trusts?|services?|"
    r"hospitals|audits?|guidelines?|guidance|"
    r"evidence|research|trials?|stud(?:y|ies)|reviews?|policy|standards?|targets?|pilots?|how many|how often|proportion|"
    r"percentage|rates?|cost|board|"
    r"commission\w*|complaints|survey|reported|published|leader|cohort|some(?:one|body)|any(?:one|body)|every(?:one|body))\b",
    re.I,
)
_ENOUGH = 2
_SERVICE_WEIGHT = 2


def is_about_one_patient(question: str) -> bool:
    """Whether a question is about an individual: words that only such a question has, or a clinical picture of one person."""
    question = " ".join(question[:4000].split())
    if any(pattern.search(question) for pattern in _CERTAIN):
        return True
    picture = sum(bool(pattern.search(question)) for pattern in _PICTURE)
    if _SERVICE.search(question):
        picture -= _SERVICE_WEIGHT
    return picture >= _ENOUGH
