"""Documents that teach which messages mean the same: naming, labelling, paraphrasing, comparing, grouping."""

from __future__ import annotations

import random

from .service_facts import business
from .service_grammar import Context, tidy
from .service_intents import BY_KEY, INTENTS, Intent, name, plain_question, question

Turn = dict[str, str]
_QUOTES = (('"', '"'), ('"', '"'), ("'", "'"), ("\n", ""), ("", ""), ("<", ">"), ("\n\n", ""))


def said(user: str, assistant: str) -> list[Turn]:
    """Return one exchange."""
    return [{"role": "user", "content": user}, {"role": "assistant", "content": assistant}]


def pick(rng: random.Random) -> Intent:
    """Return a random intent."""
    return INTENTS[int(rng.random() * len(INTENTS))]


def near(rng: random.Random, intent: Intent) -> Intent:
    """Return another intent, mostly one that is easy to confuse with ``intent``."""
    if intent.near and rng.random() < 0.8:
        return BY_KEY[rng.choice(intent.near)]
    other = pick(rng)
    while other is intent:
        other = pick(rng)
    return other


def several(rng: random.Random, intent: Intent, number: int) -> list[Intent]:
    """Return ``number`` different intents near ``intent``, without it."""
    found: list[Intent] = []
    while len(found) < number:
        other = near(rng, intent)
        if other is not intent and other not in found:
            found.append(other)
        elif rng.random() < 0.3:
            other = pick(rng)
            if other is not intent and other not in found:
                found.append(other)
    return found


def quote(rng: random.Random, text: str) -> str:
    """Return ``text`` in one of several kinds of quotation."""
    left, right = _QUOTES[int(rng.random() * len(_QUOTES))]
    return left + text + right


def label(rng: random.Random, intent: Intent) -> str:
    """Return a noun phrase for the intent."""
    return rng.choice(intent.labels)


def _clean(rng: random.Random, intent: Intent, context: Context) -> str:
    return plain_question(rng, intent, context, frames_only=True)


def _bare(text: str) -> str:
    return text.lower().replace("'", "").rstrip("?.!")


def _pair(rng: random.Random, intent: Intent, context: Context, noisy: bool = True) -> tuple[str, str]:
    ask = question if noisy else _clean
    first = ask(rng, intent, context)
    second = ask(rng, intent, context)
    for _ in range(4):
        if _bare(first) != _bare(second):
            break
        second = ask(rng, intent, context)
    return first, second


_NAME_ASK = (
    "What does this customer want to know?", "What does the customer want?", "What is this customer asking?",
    "What is the meaning of this message?", "Say in one sentence what this customer wants.", "What is meant here?",
    "What does this person want?", "Explain what this customer needs.", "Which request is this?",
    "A customer writes the following. What does the customer want?", "Sum up this message.",
    "Tell me what this customer would like.", "What is the point of this message?", "Understand this message:",
)  # fmt: skip
_ABOUT_ASK = (
    "What is this message about?", "What is this about?", "Name the topic of this question.", "Which topic is this?",
    "What subject does this message belong to?", "Give the topic.", "Topic?", "What topic does this customer raise?",
)  # fmt: skip


def name_answer(rng: random.Random, intent: Intent, context: Context) -> str:
    """Return a whole sentence naming the wish."""
    who = rng.choice(("The customer wants to ", "The customer wants to ", "This customer wants to ", "The person wants to ",
                      "The customer would like to ", "They want to "))  # fmt: skip
    return who + name(rng, intent, context) + "."


def about_answer(rng: random.Random, intent: Intent) -> str:
    """Return a whole sentence naming the topic."""
    form = rng.choice(("It is about #.", "It is about #.", "The message is about #.", "This is about #.",
                       "The topic is #.", "The customer asks about #."))  # fmt: skip
    return form.replace("#", label(rng, intent))


def naming(rng: random.Random) -> list[Turn]:
    """Kind 3: one to four messages, each named."""
    context = business(rng)
    turns: list[Turn] = []
    intent = pick(rng)
    for at in range(rng.choice((1, 1, 2, 3, 4))):
        text = question(rng, intent, context)
        if rng.random() < 0.6:
            ask, answer = rng.choice(_NAME_ASK), name_answer(rng, intent, context)
        else:
            ask, answer = rng.choice(_ABOUT_ASK), about_answer(rng, intent)
        if at and rng.random() < 0.5:
            ask = rng.choice(("And this one?", "And here?", "What about this?", "Next message:", "And this customer?"))
            answer = (
                name_answer(rng, intent, context)
                if turns[-1]["content"].find(" want") > 0
                else about_answer(rng, intent)
            )
        turns += said(f"{text}\n{ask}" if rng.random() < 0.15 else f"{ask} {quote(rng, text)}", answer)
        intent = near(rng, intent) if rng.random() < 0.8 else intent
    return turns


def labelling(rng: random.Random) -> list[Turn]:
    """Kind 3: choose the topic from a list, for one or several messages."""
    context = business(rng)
    intent = pick(rng)
    options = [intent, *several(rng, intent, rng.choice((1, 1, 2, 2, 3, 4)))]
    rng.shuffle(options)
    labels = [option.labels[0] for option in options]
    listed = ", ".join(labels[:-1]) + " or " + labels[-1]
    turns: list[Turn] = []
    for at in range(rng.choice((1, 1, 2, 3))):
        if at:
            intent = rng.choice(options)
        text = quote(rng, question(rng, intent, context))
        ask = rng.choice((f"Which topic fits: {listed}?", f"Is this about {listed}?", f"Choose the topic: {listed}.",
                          f"Topics: {', '.join(labels)}. Pick the right one.", f"Sort this message: {listed}?"))  # fmt: skip
        if at and rng.random() < 0.7:
            ask = rng.choice(("And this message?", "And this one?", "Next:", "The same for this message:"))
        answer = rng.choice((tidy(intent.labels[0]) + ".", f"It is about {intent.labels[0]}.",
                             f"The message is about {intent.labels[0]}."))  # fmt: skip
        turns += said(f"{ask} {text}", answer)
    return turns


def check_topic(rng: random.Random) -> list[Turn]:
    """Kind 3: whether a message is about a topic, with the right topic where it is not."""
    context = business(rng)
    turns: list[Turn] = []
    for _ in range(rng.choice((1, 2, 2, 3))):
        intent = pick(rng)
        asked = intent if rng.random() < 0.5 else near(rng, intent)
        text = quote(rng, question(rng, intent, context))
        if rng.random() < 0.5:
            ask = f"Does this customer want to {name(rng, asked, context)}? {text}"
            answer = (
                f"Yes, the customer wants to {name(rng, intent, context)}."
                if asked is intent
                else f"No, the customer wants to {name(rng, intent, context)}."
            )
        else:
            ask = f"Is this message about {label(rng, asked)}? {text}"
            known = label(rng, intent)
            answer = f"Yes, it is about {known}." if asked is intent else f"No, it is about {known}."
        turns += said(ask, answer)
    return turns


_SAME_ASK = (
    "Do these two questions ask the same thing?", "Do these messages mean the same?", "Same meaning or not?",
    "Are these two customers asking for the same thing?", "Is this the same question twice?",
    "Do these two customers want the same?", "Compare these two messages. Do they ask the same?",
)  # fmt: skip


def comparing(rng: random.Random) -> list[Turn]:
    """Kind 4: whether two messages mean the same."""
    context = business(rng)
    turns: list[Turn] = []
    for _ in range(rng.choice((1, 1, 2, 3))):
        intent = pick(rng)
        other = intent if rng.random() < 0.5 else near(rng, intent)
        if other is intent:
            first, second = _pair(rng, intent, context)
            answer = rng.choice((f"Yes, both ask about {label(rng, intent)}.", f"Yes, both are about {label(rng, intent)}.",
                                 f"Yes. Both customers want to {name(rng, intent, context)}.",
                                 f"Yes, they mean the same: {label(rng, intent)}."))  # fmt: skip
        else:
            first, second = question(rng, intent, context), question(rng, other, context)
            answer = rng.choice((
                f"No. The first asks about {label(rng, intent)}, the second about {label(rng, other)}.",
                f"No, the first is about {label(rng, intent)} and the second about {label(rng, other)}.",
                f"No. The first customer wants to {name(rng, intent, context)}, the second wants to {name(rng, other, context)}.",
            ))  # fmt: skip
        form = rng.choice(("# 1. @ 2. %", '# "@" and "%"', "#\nA: @\nB: %", "#\n- @\n- %", '"@" / "%"\n#', "#\n@\n%"))
        turns += said(form.replace("#", rng.choice(_SAME_ASK)).replace("@", first).replace("%", second), answer)
    return turns


_AGAIN_ASK = (
    "Say this in other words:", "Say the same in another way:", "Put this differently:", "Rephrase this question:",
    "How else could a customer ask this?", "Write another question with the same meaning:", "Paraphrase:",
    "Find another way to say this:", "Another wording, please:", "Reword this message:",
)  # fmt: skip


def paraphrasing(rng: random.Random) -> list[Turn]:
    """Kind 4: another phrasing of the same wish, one or several times."""
    context = business(rng)
    turns: list[Turn] = []
    for _ in range(rng.choice((1, 1, 2, 3))):
        intent = pick(rng)
        first = question(rng, intent, context)
        second = _clean(rng, intent, context)
        while _bare(second) == _bare(first):
            second = _clean(rng, intent, context)
        roll = rng.random()
        if roll < 0.65:
            turns += said(f"{rng.choice(_AGAIN_ASK)} {quote(rng, first)}", second)
        elif roll < 0.8:
            more = list(dict.fromkeys([second, *_pair(rng, intent, context, noisy=False)]))
            while len(more) < 3:
                more = list(dict.fromkeys([*more, _clean(rng, intent, context)]))
            ask = rng.choice(("Give three other ways to ask this:", "Three more phrasings:", "Say this in three ways:"))
            turns += said(f"{ask} {quote(rng, first)}", "\n".join(f"{i + 1}. {m}" for i, m in enumerate(more)))
        else:
            wish = name(rng, intent, context)
            ask = rng.choice((f"A customer wants to {wish}. What could the customer write?",
                              f"Write a message from a customer who wants to {wish}.",
                              f"How would somebody ask about {label(rng, intent)}?",
                              f"Give a question about {label(rng, intent)}."))  # fmt: skip
            turns += said(ask, second)
    return turns


def _listing(rng: random.Random, texts: list[str]) -> str:
    form = rng.random()
    if form < 0.6:
        return "\n".join(f"{i + 1}. {text}" for i, text in enumerate(texts))
    return "\n".join("- " + text for text in texts)


_ORDINALS = ("first", "second", "third", "fourth", "fifth")


def which_one(rng: random.Random) -> list[Turn]:
    """Kind 5: which message in a list is about a topic or means the same as a given one."""
    context = business(rng)
    intent = pick(rng)
    choices = [intent, *several(rng, intent, rng.choice((1, 2, 2, 3)))]
    rng.shuffle(choices)
    texts = [question(rng, choice, context) for choice in choices]
    target = rng.choice(choices)
    at = choices.index(target)
    if rng.random() < 0.5:
        ask = rng.choice((f"Which of these is about {label(rng, target)}?", f"Find the question about {label(rng, target)}.",
                          f"Which customer wants to {name(rng, target, context)}?"))  # fmt: skip
    else:
        ask = rng.choice(("Which of these means the same as # ?", "Which message is closest to # ?",
                          "Which one asks the same as # ?")).replace(" #", f' "{question(rng, target, context)}"').replace(" ?", "?")  # fmt: skip
    answer = rng.choice((f'The {_ORDINALS[at]} one: "{texts[at]}"', f"Number {at + 1}: {texts[at]}",
                         f'"{texts[at]}" That is the one about {label(rng, target)}.', texts[at]))  # fmt: skip
    return said(f"{ask}\n{_listing(rng, texts)}", answer)


def grouping(rng: random.Random) -> list[Turn]:
    """Kind 5: which two messages belong together, or which one does not fit."""
    context = business(rng)
    intent = pick(rng)
    first, second = _pair(rng, intent, context)
    if rng.random() < 0.5:
        others = several(rng, intent, rng.choice((1, 2)))
        entries = [(first, intent), (second, intent), *[(question(rng, o, context), o) for o in others]]
        rng.shuffle(entries)
        spots = [i for i, entry in enumerate(entries) if entry[1] is intent]
        ask = rng.choice(
            ("Which two of these belong together?", "Which two ask the same?", "Find the two with one meaning.")
        )
        answer = f"The {_ORDINALS[spots[0]]} and the {_ORDINALS[spots[1]]}: both are about {label(rng, intent)}."
    else:
        odd = near(rng, intent)
        entries = [(first, intent), (second, intent), (question(rng, odd, context), odd)]
        rng.shuffle(entries)
        at = next(i for i, entry in enumerate(entries) if entry[1] is odd)
        ask = rng.choice(("Which one does not fit?", "Which message is about something else?", "Find the odd one out."))
        answer = (f"The {_ORDINALS[at]} one. It is about {label(rng, odd)}, "
                  f"the others are about {label(rng, intent)}.")  # fmt: skip
    return said(f"{ask}\n{_listing(rng, [entry[0] for entry in entries])}", answer)


def topic_list(rng: random.Random) -> dict[str, str]:
    """Kind 3 as running text: messages with their topics, or many phrasings of one topic."""
    context = business(rng)
    lines = []
    intent = pick(rng)
    if rng.random() < 0.5:
        for _ in range(rng.randint(3, 8)):
            lines.append(f"{question(rng, intent, context)} -> {intent.labels[0]}")
            intent = near(rng, intent)
        return {"text": "\n".join(lines)}
    head = rng.choice(("Ways to ask about #:", "Customers who ask about # may write:", "All of these are about #:",
                       "Different words for #:"))  # fmt: skip
    lines = [f"- {question(rng, intent, context)}" for _ in range(rng.randint(3, 8))]
    return {"text": head.replace("#", label(rng, intent)) + "\n" + "\n".join(lines)}
