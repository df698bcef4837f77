"""Simple instructions with computed answers: lists, opposites, plurals, rhymes, sorting, counting, arithmetic, passages, JSON."""

from __future__ import annotations

import json
import random

from . import words as w

WORDS = sorted({e.name for e in w.ALL_ENTITIES if " " not in e.name and e.name.isascii() and "-" not in e.name})
Pair = tuple[str, str]


def _num(rng: random.Random, n: int) -> str:
    return w.NUMBERS[n] if rng.random() < 0.6 else str(n)


def make_list(rng: random.Random) -> Pair:
    category, members = rng.choice(list(w.CATEGORIES.items()))
    n = rng.choice((1, 2, 3, 3, 3, 4, 5)) if len(members) >= 5 else 3
    picked = rng.sample(members, n)
    count = "one" if n == 1 else _num(rng, n)
    things = w.CATEGORY_ONE.get(category, category) if n == 1 else category
    ask = (
        rng.choice(
            (
                "Name {n} {c}.",
                "Give me {n} {c}.",
                "List {n} {c}.",
                "Can you name {n} {c}?",
                "Make a list of {n} {c}.",
                "Tell me {n} {c}.",
                "Write down {n} {c}.",
                "What are {n} {c}?",
                "I need {n} {c}.",
                "Think of {n} {c}.",
                "Could you list {n} {c}?",
                "Please name {n} {c}.",
            )
        )
        if n > 1
        else rng.choice(
            (
                "Name one of the {c}.",
                "Give me an example of {c}.",
                "Name an example of {c}.",
                "Tell me one example of {c}.",
            )
        )
    )
    q = ask.format(n=count, c=things)
    if n == 1:
        return q.replace(things, category), rng.choice(
            (
                f"One example is {picked[0]}.",
                f"{w.cap(picked[0])} would be one example.",
                f"An example of {category} is {picked[0]}.",
            )
        )
    return q, rng.choice(
        (
            "{C} {c} are {l}.",
            "Here are {n} {c}: {l}.",
            "You could name {l}.",
            "Some examples are {l}.",
            "Sure, here they are: {l}.",
            "{L} are {n} {c}.",
        )
    ).format(C=w.cap(w.NUMBERS[n]), n=w.NUMBERS[n], c=category, l=w.join_and(picked), L=w.cap(w.join_and(picked)))


def opposite(rng: random.Random) -> Pair:
    a, b = rng.choice(w.ANTONYM_PAIRS)
    if rng.random() < 0.5 and a not in (
        "rough",
        "calm",
        "quiet",
        "hard",
        "light",
        "right",
        "old",
        "empty",
        "begin",
        "lose",
        "short",
    ):
        a, b = (b, a) if sum(b in p for p in w.ANTONYM_PAIRS) == 1 else (a, b)
    q = rng.choice(
        (
            f"What is the opposite of {a}?",
            f"What's the opposite of {a}?",
            f'Give me the opposite of "{a}".',
            f"Opposite of {a}?",
            f"Tell me a word that means the opposite of {a}.",
            f"What is the antonym of {a}?",
            f"Which word is the opposite of {a}?",
            f'Name the opposite of the word "{a}".',
        )
    )
    return q, rng.choice(
        (
            f"The opposite of {a} is {b}.",
            f'The opposite of "{a}" is "{b}".',
            f"It is {b}.",
            f"{w.cap(b)} is the opposite of {a}.",
        )
    )


def synonym(rng: random.Random) -> Pair:
    head, others = rng.choice(list(w.SYNONYM_MAP.items()))
    s = rng.choice(others)
    q = rng.choice(
        (
            f"What is another word for {head}?",
            f"Give me a synonym of {head}.",
            f'Find a word that means the same as "{head}".',
            f"What is a synonym for {head}?",
            f"How else can I say {head}?",
            f"Is there another word for {head}?",
            f"What word means the same as {head}?",
        )
    )
    ans = rng.choice(
        (
            f"Another word for {head} is {s}.",
            f'You can say "{s}".',
            f'"{w.cap(s)}" means nearly the same as "{head}".',
            f"A synonym of {head} is {s}.",
        )
    )
    if len(others) > 1 and rng.random() < 0.3:
        ans = f"Other words for {head} are {w.join_and(others)}."
    return q, ans


def plural(rng: random.Random) -> Pair:
    names = (
        list(w.IRREGULAR_PLURALS) if rng.random() < 0.3 else [e.name for e in w.ALL_ENTITIES[:560] if e.form == "count"]
    )
    word = rng.choice(names)
    if rng.random() < 0.2:
        return f"What is the singular of {w.plural(word)}?", f"The singular of {w.plural(word)} is {word}."
    q = rng.choice(
        (
            f"What is the plural of {word}?",
            f"Plural of {word}?",
            f'Give me the plural of "{word}".',
            f"How do you write more than one {word}?",
            f"One {word}, two ...?",
            f"Write {word} in the plural.",
        )
    )
    return q, rng.choice(
        (f"The plural of {word} is {w.plural(word)}.", f"It is {w.plural(word)}.", f"One {word}, two {w.plural(word)}.")
    )


def rhyme(rng: random.Random) -> Pair:
    group = rng.choice(w.RHYME_GROUPS)
    word, *others = rng.sample(group, len(group))
    n = rng.choice((1, 1, 2, 3))
    n = min(n, len(others))
    if rng.random() < 0.2:
        other = rng.choice(group + rng.choice(w.RHYME_GROUPS))
        yes = other in group and other != word
        if other != word:
            return (
                f"Do {word} and {other} rhyme?",
                f"Yes, {word} and {other} rhyme." if yes else f"No, {word} and {other} do not rhyme.",
            )
    if n == 1:
        q = rng.choice(
            (
                f"What rhymes with {word}?",
                f"Give me a word that rhymes with {word}.",
                f"Find a rhyme for {word}.",
                f"Which word rhymes with {word}?",
                f"Tell me one word that rhymes with {word}.",
            )
        )
        return q, rng.choice(
            (f"{w.cap(others[0])} rhymes with {word}.", f"A word that rhymes with {word} is {others[0]}.")
        )
    q = rng.choice(
        (
            f"Give me {w.NUMBERS[n]} words that rhyme with {word}.",
            f"Name {_num(rng, n)} rhymes for {word}.",
            f"Find {w.NUMBERS[n]} words that rhyme with {word}.",
            f"Which {w.NUMBERS[n]} words rhyme with {word}?",
        )
    )
    return q, rng.choice(
        (
            f"{w.cap(w.join_and(others[:n]))} rhyme with {word}.",
            f"{w.cap(w.NUMBERS[n])} words that rhyme with {word} are {w.join_and(others[:n])}.",
            f"Sure: {w.join_and(others[:n])}.",
        )
    )


def letters(rng: random.Random) -> Pair:
    word = rng.choice(WORDS)
    kind = rng.randrange(5)
    if kind == 0:
        return rng.choice(
            (
                f"What is the first letter of {word}?",
                f'Which letter does "{word}" begin with?',
                f"First letter of {word}?",
            )
        ), f'The first letter of "{word}" is {word[0].upper()}.'
    if kind == 1:
        return rng.choice(
            (f"What is the last letter of {word}?", f'Which letter does "{word}" end with?')
        ), f'The last letter of "{word}" is {word[-1].upper()}.'
    if kind == 2:
        return rng.choice(
            (
                f"How many letters does {word} have?",
                f'Count the letters in "{word}".',
                f"How many letters are in the word {word}?",
            )
        ), f'The word "{word}" has {len(word)} letters.'
    if kind == 3:
        return rng.choice(
            (f"Spell {word}.", f'How do you spell "{word}"?', f"Can you spell {word} for me?")
        ), f"It is spelled {'-'.join(word.upper())}."
    letter = rng.choice("abcdefghlmprst")
    pool = [x for x in WORDS if x[0] == letter]
    picked = rng.choice(pool)
    return rng.choice(
        (
            f"Give me a word that begins with {letter.upper()}.",
            f"Name a word that starts with the letter {letter.upper()}.",
            f"Which word starts with {letter.upper()}?",
        )
    ), f'"{w.cap(picked)}" begins with {letter.upper()}.'


def sort_words(rng: random.Random) -> Pair:
    items = rng.sample(WORDS, rng.choice((3, 3, 4, 5)))
    if rng.random() < 0.25:
        nums = rng.sample(range(1, 60), rng.choice((3, 4)))
        down = rng.random() < 0.4
        q = f"Sort these numbers from {'largest to smallest' if down else 'smallest to largest'}: {', '.join(map(str, nums))}."
        return q, f"In order, they are {w.join_and([str(n) for n in sorted(nums, reverse=down)])}."
    q = rng.choice(
        (
            "Sort these words by the alphabet: {l}.",
            "Put these words in alphabetical order: {l}.",
            "Sort alphabetically: {l}.",
            "Can you sort {l} by the alphabet?",
        )
    ).format(l=", ".join(items))
    return q, rng.choice(
        (f"In alphabetical order: {', '.join(sorted(items))}.", f"The sorted words are {w.join_and(sorted(items))}.")
    )


def sentence(rng: random.Random) -> str:
    """A plain true-to-life sentence with names, things and places for the passage tasks."""
    n = rng.choice(w.NAMES)
    e = rng.choice(
        [
            o
            for o in w.OBJECT_LIST
            if o.form == "count" and o.kind not in ("structure", "sign", "piece of furniture", "kind of money")
        ]
    )
    t = rng.choice(w.TOWN_NAMES)
    day = rng.choice(w.DAYS)
    return rng.choice(
        (
            f"{n} bought {e.a} in {t} on {day}.",
            f"{n} found {w.with_article(rng.choice(w.COLORS) + ' ' + e.name)} near the station.",
            f"{n} lost {e.a} on the bus to {t}.",
            f"{n} lent {e.a} to a neighbour on {day}.",
            f"On {day}, {n} took the train to {t}.",
            f"{n} works as {rng.choice(w.JOB_LIST).a} in {t}.",
            f"{n} wants to visit {t} next {rng.choice(w.MONTHS)}.",
            f"The {e.name} belongs to {n}.",
            f"{n} likes {rng.choice(w.HOBBY_LIST)} and often goes to the {rng.choice(w.PLACE_LIST).name}.",
            f"{n} has {w.NUMBERS[rng.randint(2, 12)]} {rng.choice(w.ANIMAL_LIST[:13]).many}.",
        )
    )


def transform(rng: random.Random) -> Pair:
    s = sentence(rng)
    kind = rng.randrange(6)
    if kind == 0:
        return rng.choice(
            (
                f"Repeat exactly: {s}",
                f'Please repeat this sentence: "{s}"',
                f"Say this again: {s}",
                f"Copy this sentence: {s}",
            )
        ), s
    if kind == 1:
        return rng.choice(
            (f"Write this in capital letters: {s}", f"Put this into upper case: {s}", f"Change to capitals: {s}")
        ), s.upper()
    if kind == 2:
        return rng.choice((f"Write this in lower case: {s}", f"Put this into small letters: {s}")), s.lower()
    if kind == 3:
        return rng.choice(
            (
                f"How many words are in this sentence? {s}",
                f'Count the words: "{s}"',
                f"How many words does this have: {s}",
            )
        ), f"The sentence has {len(s.split())} words."
    if kind == 4:
        words = s.rstrip(".").split()
        which, at = rng.choice((("first", 0), ("second", 1), ("last", -1)))
        return f'What is the {which} word of this sentence? "{s}"', f'The {which} word is "{words[at].rstrip(",")}".'
    word = rng.choice(WORDS)
    return rng.choice(
        (
            f"Use the word {word} in a sentence.",
            f'Write a sentence with the word "{word}".',
            f"Make a sentence with {word}.",
        )
    ), _example(rng, word)


def _example(rng: random.Random, word: str) -> str:
    e = next(x for x in w.ALL_ENTITIES if x.name == word)
    n = rng.choice(w.NAMES)
    if e in w.OBJECT_LIST:
        return rng.choice(
            (
                f"{n} uses {e.a} to {e.facts['use']}."
                if "your" not in e.facts["use"]
                else f"{n} could not find the {word} this morning.",
                f"{n} put the {word} on the table.",
                f"Please give me the {word}.",
            )
        )
    if e in w.ANIMAL_LIST:
        return rng.choice(
            (f"{n} saw {e.a} yesterday.", f"The {word} lives {e.facts['home']}.", f"Look, there is {e.a} over there!")
        )
    if e in w.FOOD_LIST:
        return rng.choice(
            (
                f"{n} likes {e.many} very much.",
                f"There {'are' if e.form == 'count' else 'is'} some {e.many} on the table.",
            )
        )
    if e in w.JOB_LIST:
        return rng.choice((f"{n} works as {e.a}.", f"The {word} {e.facts['does']}."))
    if e in w.EMOTION_LIST:
        return rng.choice((f"{n} feels {word} today.", f"Why are you so {word}?"))
    if e in w.PLACE_LIST:
        return rng.choice((f"{n} went to the {word} this morning.", f"We met in front of the {word}."))
    return rng.choice((f"{n} wrote a text about {e.a}.", f"Today we talked about {e.a}.", f"{n} told me about {e.a}."))


IS_A = (
    "fruits",
    "vegetables",
    "tools",
    "birds",
    "insects",
    "vehicles",
    "musical instruments",
    "clothes",
    "mammals",
    "drinks",
    "metals",
    "countries",
    "pieces of furniture",
    "toys",
    "sports",
    "shapes",
    "planets",
)


def yes_no(rng: random.Random) -> Pair:
    """Is X a Y? with a true answer."""
    right = rng.choice(IS_A)
    word = rng.choice(w.CATEGORIES[right])
    be = (
        "Is"
        if right in ("drinks", "metals", "countries", "sports", "shapes", "planets")
        or not word.endswith(("s", "geese", "mice", "wolves", "deer", "sheep", "salmon"))
        else "Are"
    )
    if word in ("deer", "sheep", "oxen", "mice", "geese"):
        be = "Are"
    asked = (
        right if rng.random() < 0.55 else rng.choice([c for c in IS_A if c != right and word not in w.CATEGORIES[c]])
    )
    label = asked if be == "Are" else w.with_article(w.CATEGORY_ONE[asked])
    true_label = right if be == "Are" else w.with_article(w.CATEGORY_ONE[right])
    subject = word
    q = rng.choice(
        (
            f"{be} {subject} {label}?",
            f"Yes or no: {be.lower()} {subject} {label}?",
            f"Would you say that {subject} {be.lower()} {label}?",
            f"Can you tell me whether {subject} {be.lower()} {label}?",
        )
    )
    it = "they" if be == "Are" else "it"
    if asked == right:
        return q, rng.choice((f"Yes, {subject} {be.lower()} {label}.", f"Yes, {it} {be.lower()}."))
    return q, rng.choice((f"No, {subject} {be.lower()} not {label}.", f"No, {it} {be.lower()} {true_label}."))


def odd_one(rng: random.Random) -> Pair:
    good, bad = rng.sample(
        [c for c in w.CATEGORIES if c in IS_A or c in ("days of the week", "months", "colors", "trees", "flowers")], 2
    )
    stranger = rng.choice([x for x in w.CATEGORIES[bad] if x not in w.CATEGORIES[good]])
    same = rng.sample(w.CATEGORIES[good], 3)
    mixed = rng.sample([*same, stranger], 4)
    q = rng.choice(
        (
            "Which word does not fit: {l}?",
            "Find the odd one out: {l}.",
            "Which one is different: {l}?",
            "One of these does not belong: {l}. Which one?",
            "Choose the odd one out: {l}.",
        )
    ).format(l=", ".join(mixed))
    return q, rng.choice(
        (
            f'"{w.cap(stranger)}" does not fit, because the others are {good}.',
            f"The odd one out is {stranger}. The others are {good}.",
            f"It is {stranger}, because the other three are {good}.",
        )
    )


def arithmetic(rng: random.Random) -> Pair:
    kind = rng.randrange(5)
    a, b = rng.randint(1, 20), rng.randint(1, 20)
    if kind == 0:
        return rng.choice(
            (f"What is {a} plus {b}?", f"What is {a} + {b}?", f"Add {a} and {b}.", f"How much is {a} plus {b}?")
        ), rng.choice((f"{a} plus {b} is {a + b}.", f"The answer is {a + b}.", f"It is {a + b}."))
    if kind == 1:
        a, b = max(a, b), min(a, b)
        return rng.choice((f"What is {a} minus {b}?", f"What is {a} - {b}?", f"Subtract {b} from {a}.")), rng.choice(
            (f"{a} minus {b} is {a - b}.", f"The answer is {a - b}.")
        )
    if kind == 2:
        a, b = rng.randint(1, 10), rng.randint(1, 10)
        return rng.choice(
            (f"What is {a} times {b}?", f"Multiply {a} by {b}.", f"How much is {a} times {b}?")
        ), rng.choice((f"{a} times {b} is {a * b}.", f"The answer is {a * b}."))
    if kind == 3:
        return rng.choice(
            (f"Which number is larger, {a} or {a + b}?", f"What is larger: {a + b} or {a}?")
        ), f"{a + b} is larger than {a}."
    n, f = rng.choice(w.NAMES), rng.choice(w.CATEGORIES["fruits"])
    x, y = rng.randint(2, 10), rng.randint(1, 9)
    if rng.random() < 0.5:
        return f"{n} has {x} {f} and gets {y} more. How many {f} does {n} have now?", f"{n} has {x + y} {f} now."
    x, y = max(x, y), min(x, y)
    return f"{n} has {x} {f} and eats {y} of them. How many are left?", (
        f"There {'is' if x - y == 1 else 'are'} {x - y} left." if x > y else "There are none left."
    )


def dates(rng: random.Random) -> Pair:
    seq, noun, at = rng.choice(((w.DAYS, "day", "day of the week"), (w.MONTHS, "month", "month of the year")))
    i = rng.randrange(len(seq))
    kind = rng.randrange(4)
    if kind == 0:
        return rng.choice(
            (f"Which {noun} comes after {seq[i]}?", f"What {noun} is after {seq[i]}?", f"What comes after {seq[i]}?")
        ), f"{seq[(i + 1) % len(seq)]} comes after {seq[i]}."
    if kind == 1:
        return rng.choice(
            (f"Which {noun} comes before {seq[i]}?", f"What {noun} is before {seq[i]}?")
        ), f"{seq[i - 1]} comes before {seq[i]}."
    if kind == 2:
        month = rng.choice(w.MONTHS)
        return (
            f"How many days does {month} have?",
            f"{month} has {w.MONTH_DAYS[month]} days."
            if month != "February"
            else "February has 28 days, and 29 in a leap year.",
        )
    order = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split()[i]
    return f"What is the {order} {at}?", f"{seq[i]} is the {order} {at}."


RUDE = """
Give me the report now.|Could you please give me the report?
Send me the file.|Could you please send me the file?
Be quiet.|Could you please be a little quieter?
Move your car.|Would you mind moving your car, please?
You are late again.|I noticed that you were late. Could you please be on time next time?
I want a refund.|I would like to ask for a refund, please.
Tell me the price.|Could you please tell me the price?
Close the window.|Could you please close the window?
Where is my parcel?|Could you please tell me where my parcel is?
This soup is cold. Bring a new one.|I am sorry, but my soup is cold. Could you please bring me a new one?
Answer my email.|I would be grateful if you could answer my email.
Help me.|Could you please help me?
Wait.|Could you please wait a moment?
I don't have time for you.|I am sorry, I do not have time at the moment.
Your plan is bad.|I think that the plan could still be improved.
Stop talking.|May I ask you to stop talking for a moment?
Fix this today.|Could you please fix this today?
No, I won't come.|Thank you for the invitation, but I am afraid that I cannot come.
Call me back.|Could you please call me back?
Turn the music down.|Would you mind turning the music down a little?
You forgot my order.|I think that my order may have been forgotten. Could you please check?
Come here.|Could you come here for a moment, please?
"""
RUDE_LIST = [tuple(line.split("|")) for line in RUDE.strip().splitlines()]


def polite(rng: random.Random) -> Pair:
    rude, nice = rng.choice(RUDE_LIST)
    return rng.choice(
        (
            f"Make this more polite: {rude}",
            f'Rewrite politely: "{rude}"',
            f"How can I say this more politely? {rude}",
            f"Say this in a friendly way: {rude}",
            f"Please rewrite this so that it sounds polite: {rude}",
            f'What is a kinder way to say "{rude}"',
        )
    ), rng.choice((nice, f'You could say: "{nice}"', f'"{nice}"'))


def passage(rng: random.Random) -> tuple[str, list[tuple[tuple[str, ...], tuple[str]]], str]:
    """A short passage, its (questions, answers) and a one-sentence summary."""
    n, other = rng.sample(w.NAMES, 2)
    town, day, month = rng.choice(w.TOWN_NAMES), rng.choice(w.DAYS), rng.choice(w.MONTHS)
    e = rng.choice(
        [
            o
            for o in w.OBJECT_LIST
            if o.form == "count"
            and o.kind
            in ("tool", "bag", "instrument", "machine", "toy", "kitchen object", "piece of furniture", "vehicle")
        ]
    )
    e = e if e.kind != "vehicle" else next(o for o in w.OBJECT_LIST if o.name == "bicycle")
    num = rng.randint(2, 19)
    price = rng.randint(3, 90)
    color = rng.choice(w.COLORS)
    pet = rng.choice(("cat", "dog", "rabbit", "parrot", "hamster"))
    job = rng.choice(w.JOB_LIST)
    kind = rng.randrange(6)
    if kind == 0:
        text = (
            f"{n} bought a {color} {e.name} in {town} on {day}. It cost {price} euros."
            if color != "orange"
            else f"{n} bought an orange {e.name} in {town} on {day}. It cost {price} euros."
        )
        qa = [
            ((f"Who bought the {e.name}?",), (f"{n} bought the {e.name}.",)),
            ((f"What did {n} buy?",), (f"{n} bought {w.with_article(color + ' ' + e.name)}.",)),
            ((f"Where did {n} buy it?", "In which town?"), (f"{n} bought it in {town}.",)),
            (("How much did it cost?", "What was the price?"), (f"It cost {price} euros.",)),
            (("What color was it?",), (f"It was {color}.",)),
            ((f"When did {n} buy it?", "On which day?"), (f"{n} bought it on {day}.",)),
        ]
        summary = f"{n} bought {e.a} for {price} euros."
    elif kind == 1:
        text = f"{n} is {w.with_article(job.name)} from {town}. {n} has {num} years of experience and starts a new job in {month}."
        qa = [
            ((f"What is {n}'s job?", f"What does {n} do?"), (f"{n} is {job.a}.",)),
            ((f"Where is {n} from?",), (f"{n} is from {town}.",)),
            ((f"How many years of experience does {n} have?",), (f"{n} has {num} years of experience.",)),
            (("When does the new job start?",), (f"The new job starts in {month}.",)),
        ]
        summary = f"{n}, {job.a} from {town}, starts a new job in {month}."
    elif kind == 2:
        text = (
            f"{other} visited {n} in {town} last {day}. They drank tea and talked for {num} hours."
            if num < 8
            else f"{other} visited {n} in {town} last {day}. They looked at {num} old photos."
        )
        qa = [
            ((f"Who visited {n}?",), (f"{other} visited {n}.",)),
            (("Where does the visit take place?", "Where did they meet?"), (f"They met in {town}.",)),
            (("When was the visit?",), (f"The visit was last {day}.",)),
            (("What did they do?",), ("They drank tea and talked." if num < 8 else "They looked at old photos.",)),
        ]
        summary = f"{other} spent some time with {n} in {town}."
    elif kind == 3:
        text = f"{n}'s {pet} ran away on {day}. {other} found it {num} streets away, near the {rng.choice(('station', 'school', 'bakery', 'church', 'park'))}."
        place = text.rsplit("the ", 1)[1].rstrip(".")
        qa = [
            ((f"Who found the {pet}?",), (f"{other} found the {pet}.",)),
            (("What ran away?", "Which animal ran away?"), (f"{n}'s {pet} ran away.",)),
            ((f"Where was the {pet}?", f"Where was the {pet} found?"), (f"It was near the {place}.",)),
            (("When did it run away?",), (f"It ran away on {day}.",)),
            ((f"Who owns the {pet}?",), (f"{n} owns the {pet}.",)),
        ]
        summary = f"{n}'s {pet} ran away, and {other} found it."
    elif kind == 4:
        h = rng.randint(8, 11)
        place = rng.choice(w.PLACE_LIST[:21]).name
        text = f"The {place} in {town} is open from {h} to {h + rng.randint(5, 10)} o'clock. It is closed on {day}s."
        close = text.split(" to ")[1].split(" ")[0]
        qa = [
            ((f"When does the {place} open?",), (f"It opens at {h} o'clock.",)),
            ((f"When does the {place} close?",), (f"It closes at {close} o'clock.",)),
            (("On which day is it closed?",), (f"It is closed on {day}s.",)),
            ((f"Where is the {place}?",), (f"It is in {town}.",)),
            ((f"Is it open on {day}s?",), (f"No, it is closed on {day}s.",)),
        ]
        summary = f"The {place} in {town} opens at {h} and is closed on {day}s."
    else:
        text = f"{n} planted {num} {rng.choice(('trees', 'roses', 'tulips', 'bushes'))} behind the house in {month}. {other} watered them every {rng.choice(('morning', 'evening'))}."
        plants = text.split(" ")[3]
        qa = [
            ((f"What did {n} plant?",), (f"{n} planted {plants}.",)),
            ((f"How many {plants} are there?", f"How many {plants} did {n} plant?"), (f"There are {num} {plants}.",)),
            ((f"Who watered the {plants}?",), (f"{other} watered them.",)),
            (("When were they planted?",), (f"They were planted in {month}.",)),
            (("Where were they planted?",), ("They were planted behind the house.",)),
        ]
        summary = f"{n} planted {plants}, and {other} watered them."
    return text, qa, summary


def read_passage(rng: random.Random) -> list[str]:
    """A question from a passage, a summary, or several questions in a row about one passage."""
    text, qa, summary = passage(rng)
    if rng.random() < 0.22:
        return [
            rng.choice(
                (
                    "Summarize in one sentence: {t}",
                    "Summarize this text: {t}",
                    "Make this shorter: {t}",
                    "What is this about? {t}",
                    "Give me a short summary. {t}",
                    "Shorten this text: {t}",
                )
            ).format(t=text),
            summary,
        ]
    picked = rng.sample(qa, rng.choice((1, 1, 2, 3)))
    q, a = rng.choice(picked[0][0]), rng.choice(picked[0][1])
    form = rng.choice(
        (
            "{t} {q}",
            "Read this text: {t} {q}",
            "Text: {t}\nQuestion: {q}",
            "{t}\n{q}",
            "Answer from the text. {t} {q}",
            "Here is a short text. {t} Question: {q}",
            "{q} Text: {t}",
            "Use this note to answer. {t} {q}",
        )
    )
    turns = [form.format(t=text, q=q), a]
    if rng.random() < 0.12:
        turns = [
            form.format(
                t=text,
                q=rng.choice(
                    (
                        "What is the phone number?",
                        "How old is the owner?",
                        "What was the weather like?",
                        "What is the email address?",
                    )
                ),
            ),
            rng.choice(
                ("The text does not say that.", "I am sorry, the text does not tell us.", "That is not in the text.")
            ),
        ]
    for questions, answers in picked[1:]:
        turns += [w.vary(rng, rng.choice(questions), affix=False), rng.choice(answers)]
    return turns


def extract(rng: random.Random) -> Pair:
    n, s, t, age = rng.choice(w.NAMES), rng.choice(w.SURNAMES), rng.choice(w.TOWN_NAMES), rng.randint(5, 90)
    job = rng.choice(w.JOB_LIST)
    kind = rng.randrange(5)
    line = rng.choice(
        (
            f"{n} {s} is {age} years old and lives in {t}.",
            f"My name is {n} {s}. I am {age} years old and I live in {t}.",
            f"{n} {s}, {age}, comes from {t}.",
            f"In {t} lives {n} {s}, who is {age} years old.",
        )
    )
    if kind == 0:
        data = {"name": n, "age": age} if rng.random() < 0.6 else {"name": n, "age": age, "city": t}
        keys = " and ".join(data) if len(data) == 2 else "name, age and city"
        return rng.choice(
            (
                f"Give me JSON with {keys}: {line}",
                f"Write the {keys} as JSON. {line}",
                f"Turn this into JSON with {keys}. {line}",
                f"Extract {keys} as JSON: {line}",
            )
        ), json.dumps(data)
    if kind == 1:
        return rng.choice(
            (
                f"What is the name in this sentence? {line}",
                f"Extract the name: {line}",
                f"Who is meant? {line}",
                f"Find the name. {line}",
            )
        ), rng.choice((f"The name is {n} {s}.", f"It is {n} {s}."))
    if kind == 2:
        return rng.choice(
            (
                f"Which place is named here? {line}",
                f"Extract the place: {line}",
                f"Find the town in this sentence: {line}",
            )
        ), rng.choice((f"The place is {t}.", f"The town is {t}."))
    if kind == 3:
        return rng.choice(
            (f"Which number is in this sentence? {line}", f"Extract the age: {line}", f"How old is the person? {line}")
        ), rng.choice((f"The person is {age} years old.", f"{n} {s} is {age} years old."))
    line = f"{n} works as {job.a} in {t}."
    return rng.choice(
        (f"Extract the job: {line}", f"What is the job in this sentence? {line}")
    ), f"The job is {job.name}."


def fill(rng: random.Random) -> Pair:
    kind = rng.randrange(4)
    if kind == 0:
        e = rng.choice([o for o in w.OBJECT_LIST if o.form == "count"])
        s = f"We use ___ to {e.facts['use']}."
        answer = s.replace("___", e.a)
    elif kind == 1:
        e = rng.choice(w.ANIMAL_LIST)
        s = f"A young {e.name} is called a ___."
        answer = f"A young {e.name} is called {w.with_article(e.facts['young'])}."
    elif kind == 2:
        a, b = rng.choice(w.ANTONYM_PAIRS)
        s = f"The opposite of {a} is ___."
        answer = s.replace("___", b)
    else:
        e = rng.choice(w.JOB_LIST)
        s = f"A person who {e.facts['does']} is a ___."
        answer = f"A person who {e.facts['does']} is {e.a}."
    return rng.choice(
        (f"Fill in the blank: {s}", f"Complete the sentence: {s}", f"Which word is missing? {s}", f"Fill the gap: {s}")
    ), answer


STARTS = """
When it rains, |I take an umbrella and wear my boots.|we stay at home and play games.|the streets are wet and shiny.
Every morning |I drink a cup of tea and read the news.|she walks the dog in the park.|the baker opens the shop at six.
On my birthday |I invite my friends and we eat cake.|my family sings for me.
In summer |we go to the lake and swim.|the days are long and warm.
In winter |it is cold, so I wear a thick coat.|we drink hot chocolate and read.
If I had more time, |I would learn to play the piano.|I would visit my grandparents more often.
My best friend |always listens to me and makes me laugh.|lives next door and likes football.
The old man |sat on the bench and fed the birds.|told us a story about the sea.
After school, |the children play in the park.|I do my homework and then go outside.
The cat |jumped onto the table and looked for food.|slept in the sun all day.
I was late because |my bus did not come.|I could not find my keys.
To stay healthy, |you should sleep enough and eat fruit.|it is good to move every day.
When I am sad, |I call a friend or go for a walk.|I listen to quiet music.
The best thing about my town is |the park by the river.|that everyone knows each other.
Before you cook, |you should wash your hands.|read the recipe once from start to end.
Last night |I had a strange dream about the sea.|there was a storm, and the lights went out.
My favorite place is |the small library at the corner.|the garden behind our house.
The train |was ten minutes late, but we arrived on time.|left the station and rolled through the hills.
At the market |we bought apples, bread and cheese.|a woman sold flowers in all colors.
She opened the door and |saw a big box on the floor.|smelled fresh bread.
"""
START_LIST = [tuple(line.split("|")) for line in STARTS.strip().splitlines()]


def go_on(rng: random.Random) -> Pair:
    start, *ends = rng.choice(START_LIST)
    return rng.choice(
        (
            f"Continue this sentence: {start}...",
            f"Complete: {start}...",
            f"Finish the sentence: {start}...",
            f"How could this sentence go on? {start}...",
            f"Please finish this: {start}...",
        )
    ), start + rng.choice(ends)


def verb_form(rng: random.Random) -> Pair:
    base, third, past, ing = rng.choice(w.VERB_FORMS)
    label, form = rng.choice((("past tense", past), ("past form", past), ("-ing form", ing), ("he or she form", third)))
    q = rng.choice(
        (
            f"What is the {label} of {base}?",
            f"Give me the {label} of {base}.",
            f"Tell me the {label} of the verb {base}.",
        )
    )
    if rng.random() < 0.3:
        return f'Put this into the past: "They {base}."', f"They {past}."
    return q, f"The {label} of {base} is {form}."


def guess(rng: random.Random) -> Pair:
    """What am I thinking of? from attributes of an object or animal."""
    if rng.random() < 0.5:
        e = rng.choice([o for o in w.OBJECT_LIST if o.form == "count"])
        hint = f"You use it to {e.facts['use']}, and it is often {e.facts['place']}."
    else:
        e = rng.choice(w.ANIMAL_LIST)
        hint = f"It lives {e.facts['home']}, has {e.facts['looks']} and eats {e.facts['eats']}."
    return rng.choice(
        (
            f"Guess what it is: {hint}",
            f"I am thinking of something. {hint} What is it?",
            f"Riddle: {hint} What is it?",
            f"What is this? {hint}",
        )
    ), rng.choice((f"It is {e.a}.", f"I think that it is {e.a}.", f"That must be {e.a}."))


NOTE_FOR = {
    "your neighbour": ("feeding the cat while I was away", "watering my plants", "lending me a ladder"),
    "your teacher": ("helping me with the exam", "being so patient"),
    "your colleague": ("taking over my shift", "helping me with the report"),
    "your aunt": ("the lovely scarf", "the book and the kind card"),
    "your friend": ("the wonderful dinner", "helping me to move", "the nice birthday gift"),
    "your boss": ("the free day", "the kind words"),
}


def short_note(rng: random.Random) -> Pair:
    """A short message to write: thanks, invitation, excuse or birthday wishes."""
    name, _ = rng.sample(w.NAMES, 2)
    kind = rng.randrange(4)
    day, place = rng.choice(w.DAYS), rng.choice(("park", "café", "library", "station", "museum", "cinema", "market"))
    if kind == 0:
        who, reasons = rng.choice(list(NOTE_FOR.items()))
        reason = rng.choice(reasons)
        return (
            f"Write a short thank-you note to {who.replace('your', 'my')} {name} for {reason}.",
            f"Dear {name}, thank you very much for {reason}. It was very kind of you. Best wishes!",
        )
    if kind == 1:
        hour = rng.randint(1, 11)
        return (
            f"Write an invitation to {name} to meet at the {place} on {day} at {hour}.",
            f"Dear {name}, would you like to meet me at the {place} on {day} at {hour} o'clock? I would be happy to see you. Best wishes!",
        )
    if kind == 2:
        why = rng.choice(("I am ill", "my train was cancelled", "I have to work", "my child is sick"))
        return (
            f"Write a message to {name} that I cannot come on {day} because {why}.",
            f"Dear {name}, I am sorry, but I cannot come on {day} because {why}. I hope that we can meet soon.",
        )
    return (
        rng.choice((f"Write a birthday wish for {name}.", f"What can I write on a birthday card for {name}?")),
        f"Happy birthday, {name}! I wish you {rng.choice(('health', 'joy', 'luck'))}, {rng.choice(('good friends', 'sunny days', 'many surprises'))} and a wonderful year.",
    )


SINGLE = (
    (make_list, 10),
    (opposite, 6),
    (synonym, 6),
    (plural, 5),
    (rhyme, 6),
    (letters, 5),
    (sort_words, 5),
    (transform, 10),
    (yes_no, 8),
    (odd_one, 6),
    (arithmetic, 6),
    (dates, 4),
    (polite, 4),
    (extract, 9),
    (fill, 6),
    (go_on, 4),
    (verb_form, 4),
    (guess, 6),
    (short_note, 6),
)
INTACT = (transform, extract, polite, letters, sort_words)


def _task(rng: random.Random, first: bool) -> list[str]:
    maker = rng.choices([m for m, _ in SINGLE], [n for _, n in SINGLE])[0]
    q, a = maker(rng)
    q = w.cap(q)
    if maker in INTACT:
        pre = rng.choice(w.PREFIXES) if first and rng.random() < 0.1 else ""
        return [pre + q, a if a.startswith("{") or maker is transform else w.cap(a)]
    return [w.vary(rng, q, affix=first), w.cap(a)]


def write(rng: random.Random) -> dict:
    """One chat with a passage or with one to four simple tasks."""
    turns: list[str] = []
    for i in range(rng.choice((1, 1, 2, 2, 3, 4))):
        turns += read_passage(rng) if rng.random() < 0.2 else _task(rng, first=i == 0)
    return w.chat(rng, *turns)
