"""Reads the intent notation into compiled intents and draws questions, facts and answers from them.

Notation, one intent a block: ``= key | tags | label; label`` opens it (tags: s for shops, p for places to visit);
``~`` names near intents; ``B:`` clauses that follow "the customer wants to know" and "can you tell me"; ``K:`` such
clauses in the first person only; ``N:`` what the customer wants to do, third person; ``D:`` actions in the first
person; plain lines are question frames; ``E a b:`` a short follow-up after intent a or b; ``* v=kind`` opens a case
with its sampled values, then ``F:`` statements of the fact and ``A:`` answers. ``;`` separates entries.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from .service_facts import ITEMS, PLURALS, goods
from .service_grammar import Context, Grammar, Node, chat_style, contract, count, expand, tidy, typo
from .service_intents_care import TEXT as CARE
from .service_intents_delivery import TEXT as DELIVERY
from .service_intents_more import TEXT as MORE
from .service_intents_orders import TEXT as ORDERS
from .service_intents_returns import TEXT as RETURNS
from .service_intents_talk import TEXT as TALK
from .service_intents_visit import TEXT as VISIT

SYNONYMS = {
    "parcel": "parcel|package|order|delivery|{item}",
    "tell": "can you tell me|could you tell me|do you know|can you say|would you mind telling me|any idea|"
    "can you explain|may I ask|could you let me know|can somebody tell me",
    "wonder": "I would like to know|I want to know|please tell me|tell me|I was wondering|I wonder|I need to know|"
    "just wondering|I am trying to find out|I cannot find out|please let me know|I am not sure|please explain|"
    "your site does not say|nobody could tell me|I could not find",
    "tell_noun": "can you tell me|could you tell me|do you know|would you mind telling me|can you explain|may I ask",
    "wonder_noun": "I would like to know|I want to know|please tell me|tell me|I need to know|I cannot find",
    "may": "can I|could I|how do I|how can I|is it possible to|is there a way to|am I able to|may I|"
    "what do I have to do to|what is the best way to|would it be possible to|where can I",
    "want": "I would like to|I want to|I need to|I have to|I am trying to|I wish to|I would love to|"
    "please help me to|I do not know how to|I am having trouble trying to|help, I need to|my plan is to",
    "about": "I have a question about|a question about|I need information about|I am writing about|"
    "I am calling about|it is about|can you help me with|what are the rules for|info on|something about|"
    "who can tell me about|more about",
}
GRAMMAR = Grammar(SYNONYMS)
Maker = Callable[[random.Random, Mapping[str, str]], str]


@dataclass
class Case:
    """One possible state of affairs: value makers, statements of the fact, and the answers that follow from it."""

    values: list[tuple[str, str]]
    facts: list[Node] = field(default_factory=list)
    answers: list[Node] = field(default_factory=list)


@dataclass
class Intent:
    """One thing that a customer may want, with every way to say it that the generator knows."""

    key: str
    tags: str
    labels: list[str]
    near: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    frames: list[Node] = field(default_factory=list)
    wrapped: list[Node] = field(default_factory=list)
    follow: list[tuple[set[str], Node]] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)


def _third_person(clause: str) -> str:
    for first, third in (
        (r"\bI am\b", "they are"),
        (r"\bI was\b", "they were"),
        (r"\bI\b", "they"),
        (r"\bmy\b", "their"),
        (r"\bme\b", "them"),
    ):
        clause = re.sub(first, third, clause)
    return clause


def _entries(text: str) -> list[str]:
    return [part.strip() for part in text.split(";") if part.strip()]


# Goods that have no singular ("boots") cannot follow a number.
_NUMBERED = re.compile(r"\b((?:two|three|four|five|ten|twenty|fifteen|forty|fifty|hundred|50|200)\)?) \{pl\}")


def parse(text: str) -> list[Intent]:
    """Return the intents written in ``text``; raises ValueError for a line out of place or an unbalanced frame."""
    intents: list[Intent] = []
    for line in text.strip().splitlines():
        line = _NUMBERED.sub(r"\1 {cpl}", line.strip())
        if not line or line == "Q:":
            continue
        if line.startswith("= "):
            key, tags, labels = (part.strip() for part in line[2:].split("|", 2))
            intents.append(Intent(key, tags, _entries(labels)))
        else:
            _read_line(intents[-1], line)
    for intent in intents:
        intent.wrapped.extend(GRAMMAR.compile(f"<about> {label}(.|?)") for label in intent.labels)
        intent.wrapped.extend(GRAMMAR.compile(f"{label}?") for label in intent.labels)
        if not intent.names:
            intent.names = [f"ask about {label}" for label in intent.labels]
    return intents


def _read_line(intent: Intent, line: str) -> None:
    mark, _, rest = line.partition(" ")
    if mark == "~":
        intent.near = rest.split()
    elif mark in ("B:", "K:"):
        for clause in _entries(rest):
            noun = "_noun" if clause.startswith("the ") else ""
            intent.wrapped += [GRAMMAR.compile(f"<tell{noun}> {clause}?"), GRAMMAR.compile(f"<wonder{noun}> {clause}.")]
            if mark == "B:" and "{" not in clause.replace("{kind}", ""):
                intent.names.append("know " + clause)
    elif mark == "D:":
        for action in _entries(rest):
            intent.wrapped += [GRAMMAR.compile(f"<may> {action}?"), GRAMMAR.compile(f"<want> {action}.")]
            if "{" not in action.replace("{kind}", "") and not re.search(r"\byour?\b", action):
                intent.names.append(_third_person(action))
    elif mark == "N:":
        intent.names += _entries(rest)
    elif mark == "E":
        after, _, frame = rest.partition(":")
        intent.follow.append((set(after.split()), GRAMMAR.compile(frame.strip())))
    elif mark == "*":
        pairs = [pair.split("=") for pair in rest.split()]
        intent.cases.append(Case([(name, kind) for name, kind in pairs]))
    elif mark in ("F:", "A:"):
        case = intent.cases[-1]
        (case.facts if mark == "F:" else case.answers).append(GRAMMAR.compile(rest))
    else:
        intent.frames.append(GRAMMAR.compile(line))


def _add_frames(text: str) -> None:
    intent = INTENTS[0]
    for line in text.strip().splitlines():
        if line.startswith("+ "):
            intent = BY_KEY[line[2:].strip()]
        else:
            intent.frames.append(GRAMMAR.compile(_NUMBERED.sub(r"\1 {cpl}", line)))


INTENTS = parse(DELIVERY) + parse(RETURNS) + parse(ORDERS) + parse(VISIT) + parse(CARE) + parse(TALK)
BY_KEY = {intent.key: intent for intent in INTENTS}
for _intent in INTENTS:
    _intent.near = [key for key in _intent.near if key in BY_KEY]
_add_frames(MORE)
SHOP = [intent for intent in INTENTS if "s" in intent.tags]
PLACE = [intent for intent in INTENTS if "p" in intent.tags]

_OPENERS = (
    "hi, ", "hello, ", "hi there, ", "hey, ", "good morning, ", "good evening, ", "quick question: ",
    "quick question - ", "sorry to bother you, but ", "one more question: ", "excuse me, ", "good afternoon. ",
    "dear team, ", "just a short question: ", "hello there. ", "hi! ", "ok, ", "so, ", "please help: ", "question: ",
    "sorry, ", "hope you can help. ", "I have a question. ", "another thing: ", "dear sir or madam, ", "um, ",
)  # fmt: skip
_CLOSERS = (
    " thanks!", " thank you.", " thanks in advance.", " many thanks.", " please let me know.", " cheers",
    " thank you very much!", " kind regards", " I hope you can help.", " please answer soon.", " thx",
    " could not find it on the site.", " it is urgent.", " best wishes, {name}", " thanks, {name}",
)  # fmt: skip


def fit(rng: random.Random, intent: Intent, context: Context) -> Context:
    """Return ``context`` with clothes as its goods where the intent needs something to wear."""
    if "w" not in intent.tags or context["wear"]:
        return context
    item, item2 = rng.sample(ITEMS["clothes"], 2)
    return {**context, **goods(item, item2), "pl": rng.choice(PLURALS["clothes"]), "wear": "yes"}


def plain_question(rng: random.Random, intent: Intent, context: Context, frames_only: bool = False) -> str:
    """Return one tidy question of ``intent`` without typing noise; ``frames_only`` leaves out "a question about"."""
    draw = rng.random
    context = fit(rng, intent, context)
    pool = intent.frames if frames_only or draw() < 0.8 or not intent.wrapped else intent.wrapped
    return tidy(expand(pool[int(draw() * len(pool))], draw, context))


def style(rng: random.Random, text: str, context: Context) -> str:
    """Return ``text`` as a customer might type it: polite wrappers, contractions, lower case, slips."""
    draw = rng.random
    if draw() < 0.45:
        text = contract(text)
    if draw() < 0.16:
        opener = _OPENERS[int(draw() * len(_OPENERS))]
        first = text if text[:2] in ("I ", "I'") or opener[-2] in ".!" else text[:1].lower() + text[1:]
        text = opener[:1].upper() + opener[1:] + first
    if draw() < 0.1:
        text += _CLOSERS[int(draw() * len(_CLOSERS))].replace("{name}", context["name"])
    if draw() < 0.05:
        text = typo(rng, text)
    roll = draw()
    if roll < 0.3:
        text = text.lower()
        if roll < 0.2:
            text = text.rstrip("?.! ")
        if roll < 0.06:
            text = chat_style(text)
        if roll < 0.1:
            text = text.replace("'", "")
    elif roll < 0.38:
        text = text.rstrip("?.")
    elif roll < 0.39:
        text = text.upper()
    elif roll < 0.41:
        text = text + "?" if text.endswith("?") else text.rstrip(".!") + "!"
    return text


def question(rng: random.Random, intent: Intent, context: Context) -> str:
    """Return one question of ``intent`` in a random typing style."""
    return style(rng, plain_question(rng, intent, context), context)


def name(rng: random.Random, intent: Intent, context: Context) -> str:
    """Return a verb phrase for "the customer wants to ..."."""
    text = rng.choice(intent.names)
    return text.replace("{kind}", context["kind"]) if "{" in text else text


def phrasings(intent: Intent) -> int:
    """Return how many phrasings the frames of ``intent`` have before values and typing noise."""
    return sum(count(node) for node in intent.frames + intent.wrapped)
