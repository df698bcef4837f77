"""Documents in which a business answers: from stated facts, from its own knowledge, as lists and as emails."""

from __future__ import annotations

import random
import re

from .service_facts import business, make_value
from .service_grammar import expand, tidy
from .service_intents import PLACE, SHOP, Case, Intent, fit, question
from .service_meaning import Turn, label, near, said

Known = tuple[Intent, Case, dict[str, str]]


def settle(rng: random.Random, intent: Intent, context: dict[str, str]) -> Known:
    """Return ``intent`` with one of its cases and a context holding that case's sampled values."""
    case = intent.cases[int(rng.random() * len(intent.cases))]
    values = dict(fit(rng, intent, context))
    for name, kind in case.values:
        values[name] = make_value(rng, kind, context)
    return intent, case, values


def fact(rng: random.Random, known: Known) -> str:
    """Return a sentence stating the fact."""
    return tidy(expand(rng.choice(known[1].facts), rng.random, known[2]))


_OPEN = re.compile(r"\b(what|what's|whats|when|how|where|where's|which|who)\b")


def answer(rng: random.Random, known: Known, asked: str) -> str:
    """Return an answer to the question ``asked``, without yes or no where it is an open question."""
    text = expand(rng.choice(known[1].answers), rng.random, known[2])
    if text.startswith(("yes, ", "no, ")) and _OPEN.search(asked.lower()):
        text = text[text.index(", ") + 2 :]
    return tidy(text)


def exchange_turn(rng: random.Random, known: Known) -> list[Turn]:
    """Return a question about the fact and its answer."""
    asked = question(rng, known[0], known[2])
    return said(asked, answer(rng, known, asked))


def _pool(context: dict[str, str]) -> list[Intent]:
    return SHOP if context["tag"] == "s" else PLACE


def _choose(rng: random.Random, context: dict[str, str], number: int, need_fact: bool) -> list[Intent]:
    pool = _pool(context)
    found: list[Intent] = []
    while len(found) < number:
        if found and rng.random() < 0.5:
            intent = near(rng, found[-1])
            if intent not in pool:
                continue
        else:
            intent = pool[int(rng.random() * len(pool))]
        if intent in found or not intent.cases or (need_fact and not intent.cases[0].facts):
            if found and rng.random() < 0.02:
                break
            continue
        found.append(intent)
    return found


_SYSTEM = (
    "You answer customers of {shop}, {a_kind} in {city}. ", "You are the assistant of {shop} ({kind}). Facts: ",
    "Answer from these facts about {shop}: ", "You help the customers of {a_kind}. Know this: ", "{shop}, {kind}. ",
    "These are the facts of {shop}. ", "You work for {shop} in {city}. Use only these facts. ", "",
    "You are a friendly helper of the {kind} {shop}. ", "Information about our {kind}: ",
)  # fmt: skip
_UNKNOWN = (
    "I am sorry, I do not have that information. A colleague can help you with {topic}.",
    "I am sorry, I do not know that. A colleague can tell you more about {topic}.",
    "I have no information about {topic}. Shall I pass you on to a colleague?",
    "Sorry, I do not have that information. Please ask a colleague in the {kind}.",
    "I cannot say anything about {topic}, but a colleague will be glad to help.",
)  # fmt: skip


def unknown(rng: random.Random, intent: Intent, context: dict[str, str]) -> str:
    """Return the answer to a question whose fact is not known."""
    return rng.choice(_UNKNOWN).format(topic=label(rng, intent), kind=context["kind"])


def from_facts(rng: random.Random) -> list[Turn]:
    """Kind 1: facts in a system message or in the first message, then questions answered from them."""
    context = business(rng)
    wanted = _choose(rng, context, rng.randint(2, 6), need_fact=True)
    known = [settle(rng, intent, context) for intent in wanted]
    facts = [fact(rng, one) for one in known]
    rng.shuffle(facts)
    as_system = rng.random() < 0.75
    joined = "\n- ".join(["", *facts]).strip("\n") if rng.random() < 0.3 else " ".join(facts)
    intro = (
        rng.choice(_SYSTEM).format(**context) if as_system else rng.choice(("", "Facts: ", "Read this. ", "Our shop: "))
    )
    turns: list[Turn] = []
    if as_system:
        turns.append({"role": "system", "content": (intro + ("\n" if joined[0] == "-" else "") + joined).strip()})
    asked = known * 1
    rng.shuffle(asked)
    for at in range(min(rng.choice((1, 1, 2, 2, 3, 4)), len(asked))):
        one = asked[at]
        if rng.random() < 0.18:
            intent = near(rng, one[0])
            if intent not in wanted and intent.cases and intent.cases[0].facts:
                turns += said(question(rng, intent, context), unknown(rng, intent, context))
                continue
        turns += exchange_turn(rng, one)
    if rng.random() < 0.1:
        free = rng.choice([one for one in _pool(context) if one.cases and not one.cases[0].facts])
        turns += exchange_turn(rng, settle(rng, free, context))
    if not as_system:
        turns[0]["content"] = f"{intro}{joined}\n{rng.choice(('Question: ', '', '', 'Now: '))}{turns[0]['content']}"
    return turns


_MORE = (" Is there anything else I can help with?", " Can I help with anything else?", " I hope that helps.",
         " Just ask if anything is unclear.")  # fmt: skip


def support(rng: random.Random) -> list[Turn]:
    """Kind 2: a support talk without stated facts, with follow-up questions."""
    context = business(rng)
    turns: list[Turn] = []
    if rng.random() < 0.3:
        turns.append({"role": "system", "content": rng.choice((
            f"You are the assistant of {context['shop']}.", f"You answer questions for {context['a_kind']}.",
            f"You help customers of {context['shop']}, {context['a_kind']} in {context['city']}.",
            "You are a helpful shop assistant."))})  # fmt: skip
    pool = _pool(context)
    intent = pool[int(rng.random() * len(pool))]
    used: list[Intent] = []
    for _ in range(rng.choice((1, 2, 2, 3, 4))):
        if not intent.cases:
            break
        known = settle(rng, intent, context)
        follow = [node for after, node in intent.follow if used and used[-1].key in after]
        if follow and rng.random() < 0.7:
            text = tidy(expand(rng.choice(follow), rng.random, known[2]))
            text = text.lower() if rng.random() < 0.2 else text
        else:
            text = question(rng, intent, known[2])
        reply = answer(rng, known, text)
        if rng.random() < 0.07:
            reply += rng.choice(_MORE)
        turns += said(text, reply)
        used.append(intent)
        ways = [one for one in pool if one not in used and any(intent.key in after for after, _ in one.follow)]
        intent = rng.choice(ways) if ways and rng.random() < 0.6 else near(rng, intent)
        if intent in used or intent not in pool:
            break
    return turns


def faq(rng: random.Random) -> dict[str, str]:
    """Kind 6: a list of questions and answers, or a paragraph of service information."""
    context = business(rng)
    known = [settle(rng, intent, context) for intent in _choose(rng, context, rng.randint(2, 6), need_fact=True)]
    if rng.random() < 0.6:
        pairs = [exchange_turn(rng, one) for one in known]
        lines = [f"Q: {pair[0]['content']}\nA: {pair[1]['content']}" for pair in pairs]
        head = rng.choice((f"Questions and answers: {context['shop']}\n", "FAQ\n", "", ""))
        return {"text": head + "\n".join(lines)}
    head = rng.choice((f"{context['shop']} is {context['a_kind']} in {context['city']}. ", f"About {context['shop']}: ",
                       f"Good to know at {context['shop']}: ", f"Service at {context['shop']}. "))  # fmt: skip
    return {"text": head + " ".join(fact(rng, one) for one in known)}


def email(rng: random.Random) -> dict[str, str]:
    """Kind 6: a customer's email with one wish, and the reply."""
    context = business(rng)
    intent = _choose(rng, context, 1, need_fact=False)[0]
    known = settle(rng, intent, context)
    ask, reply = (turn["content"] for turn in exchange_turn(rng, known))
    signed = context["name"]
    return {"text": (
        f"Subject: {label(rng, intent)}\n{rng.choice(('Dear team,', 'Hello,', 'Dear Sir or Madam,', 'Hi,'))}\n{ask}\n"
        f"{rng.choice(('Kind regards', 'Many thanks', 'Best wishes', 'Thanks'))}\n{signed}\n\n"
        f"Reply: {rng.choice(('Dear', 'Hello', 'Hi'))} {signed},\n{reply}\n"
        f"{rng.choice(('Kind regards', 'Best wishes', 'Your team'))}, {context['shop']}")}  # fmt: skip
