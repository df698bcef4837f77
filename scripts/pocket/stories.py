"""Short stories of 60 to 150 words: a character, a place, a problem, an action and an ending that fit together."""

from __future__ import annotations

import random

from . import words as w

HUMAN_PLACES = (
    "in a small village",
    "in a busy town",
    "by the sea",
    "at the edge of a forest",
    "on a quiet street",
    "in an old stone house",
    "near a wide river",
    "on a farm",
    "in a tall city building",
    "in the mountains",
    "beside a lake",
    "above a bakery",
    "near the harbour",
    "in a yellow house on a hill",
    "at the end of a long road",
)
ANIMAL_PLACES = (
    "in a green forest",
    "near a quiet pond",
    "on a sunny farm",
    "under an old oak tree",
    "at the foot of a mountain",
    "by a slow river",
    "in a wide meadow",
    "behind a red barn",
    "close to a village",
    "in a large garden",
    "between high rocks",
    "on the edge of a field",
)
TIMES = (
    "One morning",
    "One day",
    "On a rainy afternoon",
    "Late one evening",
    "One cold winter day",
    "On a bright summer morning",
    "Last spring",
    "On the first day of autumn",
    "One windy night",
    "Early on Monday",
    "Just after breakfast",
    "On a warm Sunday",
    "At sunset",
    "One foggy morning",
)
OPENINGS = (
    "{N} was {aj} {who} who lived {place}.",
    "There was once {aj} {who} called {N}. {He} lived {place}.",
    "Once upon a time, {aj} {who} named {N} lived {place}.",
    "{place}, there lived {aj} {who} called {N}.",
    "{N}, {aj} {who}, lived {place}.",
    "Everyone knew {N}, {aj} {who} who lived {place}.",
)
# title word | problem | action | ending ; {o} is an object, {f} a helper, {F} the helper's name
PLOTS = """
lost {o}|{he} noticed that {his} {o} was gone. {He} had used it every day and felt {sad} without it|{He} looked behind the door, under the table and in the grass, but found nothing. Then {F} the {f} came by and asked where {he} had seen it last. {N} thought hard and remembered the old bridge|They walked there together, and the {o} lay beside the path. {N} thanked {F} and promised to take better care of {his} things
broken {o}|{his} {o} broke just when {he} needed it most|{N} tried to fix it with string, but it fell apart again. At last {he} asked {F}, the {f} next door, for help. {F} found the loose part and showed {N} how to put it back|By evening the {o} worked better than before. {N} had learned that asking for help is not a weakness
great storm|dark clouds came over the hills, and the wind began to howl. A strong storm was coming|{N} ran from door to door and warned everyone. {F} the {f} did not believe it at first, but {he} did not give up. Together they closed the windows and brought the animals inside|When the storm was over, nobody was hurt. {F} thanked {N} for being so {good}
lonely newcomer|{F}, a young {f}, moved in nearby. {F} knew nobody and looked {sad}|{N} was shy at first. Then {he} took {his} {o} and knocked at {F}'s door. "Would you like to use it with me?" {he} asked. {F} smiled for the first time that day|From then on they met every afternoon. {N} found that a small kindness can begin a long friendship
big race|a notice went up: there would be a race around the lake. {N} wanted to take part, but {he} was not very fast|{He} practised every morning before breakfast. {F} the {f} ran beside {him} and told {him} to keep a steady pace. On the day of the race, {he} fell once and got up again|{N} did not win, but {he} reached the end with a smile. {F} said that finishing was the real prize
strange noise|{N} heard a strange noise. It came from behind the old wall, and it sounded like crying|{He} was afraid, yet {he} took a lantern and went to look. Behind the wall sat {F}, a small {f}, with one foot caught between two stones. {N} gently lifted the stones away|{F} was free and said thank you again and again. {N} was glad that {he} had been brave
empty garden|{N} saw that nothing grew in the garden. The soil was dry and hard|{F} the {f} gave {him} a handful of seeds. {N} dug the soil, planted the seeds and carried water every day. For two weeks nothing happened, and {he} nearly gave up|Then the first green leaves came out. By summer there were flowers everywhere, and {N} was proud of {his} patience
missing key|{N} stood in front of the door and could not find the key. It was getting dark and cold|{He} emptied {his} bag and turned over every stone. {F} the {f} brought a lamp and helped {him} search. In the end, something shiny glittered in the snow|It was the key. Inside, {N} made tea for both of them, and they laughed about the long evening
birthday surprise|it was almost the birthday of {F} the {f}, and {N} had no money for a present|{N} thought for a long time. Then {he} took some wood, paint and a {o} and worked for three nights in secret. In the morning {he} carried the gift to {F}'s home|{F} had never seen anything so lovely. "You made this yourself?" {F} asked. {N} nodded and felt warm inside
wrong road|{N} took the wrong road on the way to the market. Soon {he} did not know where {he} was|{He} sat down and stayed calm. After a while {F} the {f} came along with a map. They looked for the river on it and followed the water down the hill|They reached the market just in time. {N} bought two apples and gave the bigger one to {F}
hungry winter|snow covered everything, and food was hard to find. {F} the {f} had nothing left to eat|{N} looked at {his} own small store. It was only enough for one. Still, {he} divided it into two equal parts and brought one half to {F}|They both got through the winter. When spring came, {F} showed {N} a tree full of sweet fruit
secret map|{N} found an old map inside a dusty book. A red cross marked a place under a tall tree|{He} asked {F} the {f} to come along. They crossed a stream, climbed a hill and dug under the tree. There they found a box with a letter in it|The letter said, "The best treasure is a friend who comes with you." {N} and {F} looked at each other and laughed
first day|it was {N}'s first day at work in the bakery. {He} was so nervous that {he} dropped a tray of bread|{F} the {f} did not shout. "Everyone drops a tray once," {F} said, and showed {him} how to hold it. {N} tried again, more slowly this time|At noon the shelves were full of fresh bread. {N} went home {tired} but happy
quarrel|{N} and {F} the {f} had a quarrel about a {o}. Both of them wanted it at the same time|They did not speak for two days, and both felt {sad}. Then {N} went to {F} and said that {he} was sorry. They agreed to take turns|The {o} was only half as much fun alone, they found. They never forgot how to share
little boat|{N} built a little boat and put it on the water. The wind carried it away before {he} could catch it|{He} ran along the bank and called for help. {F} the {f} was fishing further down and saw the boat. With a long stick, {F} pulled it to the shore|{N} tied a string to the boat so that it could not get lost again. Then they sailed it together until the sun went down
night sky|{N} could not sleep and went outside. The sky was full of stars, but {he} did not know their names|{F} the {f} was awake too. They lay down in the grass, and {F} pointed out one star after another and told a story about each of them|{N} fell asleep before the last story ended. After that night, {he} was never afraid of the dark again
heavy load|{N} had to carry a heavy load up the hill. Halfway up, {he} could not go on|Many passed by without a word. At last {F} the {f} stopped and took one side of the load. They rested at every turn and sang to keep their spirits up|At the top they shared bread and cheese and looked down at the valley. The way back felt easy
lost child|{N} met a little one who was crying beside the road. It could not find its way home|{N} gave it some water and asked what its home looked like. "There is a blue gate," it said. {F} the {f} knew the place, and they walked there together|The family was waiting at the blue gate, full of joy. They invited {N} and {F} to stay for dinner
music|{N} wanted to play music more than anything, but {his} first notes sounded terrible. Some neighbours laughed|{He} practised a little every evening. {F} the {f} listened and showed {him} how to keep the beat. After many weeks, the notes became clear|At the spring festival {N} played in front of the whole village. This time nobody laughed, and everyone danced
dry well|the well was dry, and there was no rain. Everyone was worried about water|{N} remembered a small spring in the hills. With {F} the {f}, {he} dug a narrow ditch from the spring to the village. It took five long days|When the first water came running down, all cheered. {N} drank a cool cup of it and smiled
"""
MORALS = (
    "",
    "",
    "",
    "",
    " It was a day to remember.",
    " That night {N} slept very well.",
    " And so the story ends.",
    " Since then, they have been good friends.",
    " It had been a good day after all.",
    " {N} never forgot that day.",
)
OBJECTS = (
    "kite",
    "lantern",
    "hat",
    "scarf",
    "drum",
    "basket",
    "notebook",
    "umbrella",
    "ball",
    "whistle",
    "blanket",
    "flute",
    "compass",
    "watch",
    "bag",
    "bucket",
    "puzzle",
    "bell",
    "spoon",
    "ladder",
    "torch",
    "cap",
    "book",
    "bicycle",
    "teapot",
    "boot",
    "brush",
    "hammer",
    "camera",
    "radio",
)
ANIMAL_HEROES = [
    e.name
    for e in w.ANIMAL_LIST
    if e.kind in ("mammal", "bird", "amphibian", "reptile") and e.name not in ("whale", "dolphin", "shark", "bat")
]
HUMAN_HEROES = (
    "boy",
    "girl",
    "baker",
    "farmer",
    "gardener",
    "teacher",
    "carpenter",
    "shepherd",
    "potter",
    "shoemaker",
    "student",
    "sailor",
    "painter",
    "postal worker",
    "cook",
    "musician",
    "tailor",
    "miller",
    "librarian",
    "fisher",
    "grandmother",
    "grandfather",
)
FEMALE = set(
    """Anna Clara Emma Grace Iris Kate Mia Olivia Rosa Vera Zoe Alice Cora Eva Gina Ida Lara Nina Petra Ruth Tara Wendy Bella Diana Elena
Hana Kira Maria Nadia Priya Sofia Ursula Yara Aisha Divya Fatima Greta Ingrid Julia Nora Rina Sara Uma Martha Edith Florence Mabel Peggy Luisa Chloe
Layla Ruby Hazel Ivy Lena Selma Lydia Fiona Megan Nell Maeve Isla Freya""".split()
)
MALE = [n for n in w.NAMES if n not in FEMALE and n not in ("Sam", "Lin", "Quinn", "Chen", "Rory", "Mabel")]
WOMEN = sorted(FEMALE)
ASK = (
    "Tell me a story about {x}.",
    "Tell me a short story about {x}.",
    "Can you tell me a story about {x}?",
    "Write a short story about {x}.",
    "I'd like to hear a story about {x}.",
    "Please write a story about {x}.",
    "Make up a story about {x}.",
    "Could you write a little story about {x}?",
    "My child wants a bedtime story about {x}.",
    "Do you know a story about {x}?",
    "A story about {x}, please.",
    "Give me a short tale about {x}.",
    "Write a tale about {x}.",
    "Please tell me a bedtime story about {x}.",
    "I want a story about {x}.",
    "Invent a story about {x}.",
)
ASK_ANY = (
    "Tell me a story.",
    "Tell me a short story.",
    "Can you tell me a story?",
    "I want to hear a story.",
    "Write a short story.",
    "Do you know any stories?",
    "Please tell me something nice before bed.",
    "Make up a story for me.",
    "I would like a bedtime story.",
    "Could you write a little story?",
)
LEADS = ("", "", "", "", "Sure! ", "Of course. ", "Here is one. ", "Gladly. ", "Here is a short story. ")
AFTER = (
    ("Thank you!", "You're welcome! I'm glad you liked it."),
    ("What a nice story!", "Thank you! I am happy that you enjoyed it."),
    ("I like it.", "I am glad to hear that."),
    ("Who helped {N}?", "{F} the {f} helped {N}."),
    ("What was the hero called?", "The hero was called {N}."),
    ("What was the name of the {who}?", "The {who} was called {N}."),
    ("Where did {N} live?", "{N} lived {place}."),
    ("Who was {F}?", "{F} was the {f} in the story."),
    ("Great, thanks", "You're welcome. Would you like another story?"),
)


def _cast(rng: random.Random) -> dict[str, str]:
    """Names, pronouns and words for one story; hero and helper belong to the same world."""
    female = rng.random() < 0.5
    he, him, his = ("she", "her", "her") if female else ("he", "him", "his")
    if rng.random() < 0.55:
        who, helper = rng.sample(ANIMAL_HEROES, 2)
        place = rng.choice(ANIMAL_PLACES)
    else:
        who = rng.choice(
            [h for h in HUMAN_HEROES if h not in (("boy", "grandfather") if female else ("girl", "grandmother"))]
        )
        helper = rng.choice(
            [
                h
                for h in (
                    "baker",
                    "farmer",
                    "gardener",
                    "teacher",
                    "carpenter",
                    "fisher",
                    "painter",
                    "cook",
                    "shepherd",
                )
                if h != who
            ]
        )
        place = rng.choice(HUMAN_PLACES)
    name = rng.choice(WOMEN if female else MALE)
    adjective = rng.choice(w.ADJECTIVES)
    return {
        "N": name,
        "he": he,
        "He": w.cap(he),
        "him": him,
        "his": his,
        "who": who,
        "f": helper,
        "place": place,
        "adj": adjective,
        "F": rng.choice([n for n in WOMEN + MALE if n != name]),
        "o": rng.choice(OBJECTS),
        "aj": w.with_article(adjective),
        "sad": rng.choice(("sad", "unhappy", "lost", "lonely", "miserable")),
        "good": rng.choice(("careful", "brave", "alert", "thoughtful")),
        "tired": rng.choice(("tired", "weary", "sleepy", "exhausted")),
    }


PLOT_LIST = [tuple(line.split("|")) for line in PLOTS.strip().splitlines()]


def _story(rng: random.Random) -> tuple[dict[str, str], str, str]:
    """The cast, the title and the body of one story."""
    c = _cast(rng)
    title, problem, action, ending = rng.choice(PLOT_LIST)
    if title == "first day" and c["place"] in ANIMAL_PLACES:
        title, problem, action, ending = PLOT_LIST[2]
    if title == "missing key" and c["place"] in ANIMAL_PLACES:
        title, problem, action, ending = PLOT_LIST[5]
    extra = ""
    if rng.random() < 0.5:
        extra = rng.choice(
            (
                " {He} liked {hobby} and always had time for others.",
                " {He} was known for {his} {color} hat.",
                " {His} best friend was {his} old {o2}.",
                " Every day, {he} got up early and looked at the sky.",
                " {He} loved quiet mornings and warm {food}.",
                " People said that {he} was always {adj2}.",
                " {He} had two brothers and a sister.",
            )
        )
    c |= {
        "hobby": rng.choice(("singing", "swimming", "collecting stones", "telling jokes", "dancing")),
        "color": rng.choice(w.COLORS),
        "His": w.cap(c["his"]),
        "food": rng.choice(("soup", "bread", "milk", "porridge", "pie")),
        "o2": rng.choice(OBJECTS),
        "adj2": rng.choice(w.ADJECTIVES),
    }
    text = f"{rng.choice(OPENINGS)}{extra} {rng.choice(TIMES)}, {problem}. {action}. {ending}.{rng.choice(MORALS)}"
    body = w.cap(text.format(**c))
    return c, w.cap(f"the {title}".format(**c)), body


def write(rng: random.Random) -> dict:
    """A story as plain text, as the answer to a request, or followed by a question about it."""
    c, title, body = _story(rng)
    r = rng.random()
    if r < 0.4:
        return {"text": f"{title}\n{body}" if r < 0.15 else body}
    topics = (
        f"{c['aj']} {c['who']}",
        w.with_article(c["who"]),
        f"{w.with_article(c['who'])} called {c['N']}",
        f"{w.with_article(c['who'])} and {w.with_article(c['f'])}",
        f"{c['aj']} {c['who']} who lives {c['place']}",
        f"{c['N']} the {c['who']}",
        f"a {c['who']}'s day" if c["who"][0] not in "aeiou" else f"an {c['who']}'s day",
    )
    ask = rng.choice(ASK).format(x=rng.choice(topics)) if rng.random() < 0.85 else rng.choice(ASK_ANY)
    turns = [w.vary(rng, ask), rng.choice(LEADS) + body]
    if r > 0.75:
        question, answer = rng.choice(AFTER)
        turns += [w.vary(rng, question.format(**c), affix=False), answer.format(**c)]
    return w.chat(rng, *turns)
