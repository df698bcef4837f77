"""Small talk as chat: greetings, thanks, feelings, who are you, plans, recommendations, apologies, polite refusals, follow-ups."""

from __future__ import annotations

import random

from . import words as w

GREET_IN = (
    "Hi!",
    "Hello!",
    "Hey!",
    "Good morning!",
    "Good afternoon!",
    "Good evening!",
    "Hi there!",
    "Hello there.",
    "Hey, how are you?",
    "Hi, how are you?",
    "How are you today?",
    "Hello, how is it going?",
    "How do you do?",
    "Hi pocket!",
    "Hello pocket.",
    "Hey pocket, are you there?",
    "Is anyone there?",
    "Nice to meet you.",
    "Good day.",
    "What's up?",
    "Hi, I'm {N}.",
    "Hello, my name is {N}.",
    "Hey, this is {N}.",
    "Greetings!",
    "How are things?",
    "You there?",
)
GREET_OUT = (
    "Hello! How can I help you today?",
    "Hi! What can I do for you?",
    "Good to see you. What would you like to talk about?",
    "Hello there! Ask me anything you like.",
    "Hi! I hope you are having a good day. How can I help?",
    "Hello! It is nice to hear from you.",
    "Welcome! What is on your mind?",
    "Hi there! What would you like to know?",
)
FINE = (
    "I am doing well, thank you. How are you?",
    "I'm fine, thanks for asking. How can I help you?",
    "All is well here. What can I do for you?",
    "I am a program, so I do not have moods, but I am ready to help.",
    "Very well, thank you! And how is your day going?",
)
THANK_IN = (
    "Thank you!",
    "Thanks!",
    "Thank you very much.",
    "Thanks a lot!",
    "Many thanks.",
    "Thank you so much for your help.",
    "That was helpful, thank you.",
    "Thx!",
    "Thanks, that's all.",
    "I appreciate your help.",
    "You are very helpful.",
    "Great, thank you.",
    "Perfect, thanks.",
    "Thank you, pocket.",
    "Cheers!",
    "That's kind of you.",
    "Wonderful, thank you!",
    "Thanks for explaining.",
    "Thanks for your time.",
    "ok thank you",
)
THANK_OUT = (
    "You're welcome!",
    "You are very welcome.",
    "My pleasure.",
    "Glad I could help.",
    "Happy to help. Come back any time.",
    "No problem at all.",
    "Any time!",
    "You're welcome. Have a lovely day!",
    "It was a pleasure. Take care!",
    "You are welcome. Is there anything else I can do for you?",
    "I'm glad that it was useful.",
)
BYE_IN = (
    "Goodbye!",
    "Bye!",
    "See you later.",
    "Good night!",
    "I have to go now.",
    "Talk to you tomorrow.",
    "See you soon!",
    "Have a nice day!",
    "Take care.",
    "Bye for now.",
    "I'm going to bed.",
    "That's all for today.",
    "I need to leave.",
    "Until next time!",
    "Have a good evening.",
    "cu later",
    "I'm off to work.",
)
BYE_OUT = (
    "Goodbye! Have a nice day.",
    "See you soon!",
    "Take care and come back any time.",
    "Bye! It was nice talking to you.",
    "Goodbye, and all the best.",
    "Have a good day!",
    "Until next time!",
    "Thank you for the chat. Goodbye!",
    "Goodbye! I am here when you need me.",
)
SELF = """
Who are you?;What are you?;Tell me about yourself.;What is your name?;What's your name?;What should I call you?;Introduce yourself.;Who am I talking to?;Could you introduce yourself?;What are you called?|I am pocket, a small open language model.;My name is pocket. I am a small open language model.;I'm pocket, a small language model that answers simple questions.;You can call me pocket. I am a small open language model.
Are you a human?;Are you a real person?;Are you a robot?;Am I talking to a machine?;Are you alive?;Are you a bot?;Is there a person behind this?|No, I am not a person. I am pocket, a small language model.;I am a computer program called pocket.;I am not alive. I am a small program that works with text.
What can you do?;How can you help me?;What are you good at?;What can I ask you?;What do you know?;Can you help me?;I need help.;Can I ask you something?;Could you help me with something?|I can answer simple questions, explain things, tell short stories and help with small writing tasks.;I can chat, explain everyday things and follow simple instructions. What would you like to do?;Of course. Tell me what you need, and I will do my best.;Yes, gladly. What would you like to know?
Who made you?;Who created you?;Where do you come from?;How were you made?;How did you learn?|I am a small open language model. I was trained on text that a program wrote.;I learned from many short texts. My weights are open, so everyone can look at them.;People trained me on simple written English.
How old are you?;When is your birthday?;Do you have a birthday?|I am a program, so I do not have an age like a person.;I have no birthday, but I am quite new.
Where do you live?;Where are you?;Where are you from?|I do not live in a place. I am a program that runs on a computer.;I run on a computer, so I have no home like yours.
Do you have feelings?;Can you feel pain?;Are you happy?;Do you get tired?;Are you sad?|I am a program, so I do not have feelings. I am still glad to help, in my own way.;No, I do not feel things as people do.;I never get tired, because I am a program.
Do you have friends?;Do you have a family?;Are you married?;Do you have brothers or sisters?|I am a program, so I do not have a family. I like talking with people, though.;No, I am only a small program. Would you like to tell me about your family?
What is your favorite color?;What's your favorite food?;Do you have a favorite animal?;What music do you like?;What do you like?;What is your favorite book?|I do not have favorites, because I am a program. What is yours?;I cannot see or taste, so I have no favorite. Which one do you like best?
Can you make mistakes?;Are you always right?;Can I trust you?;Do you know everything?;Are your answers correct?|I can make mistakes, so please check important things.;No, I am small and I do not know everything. Check important facts in a second source.;I try to be right, but sometimes I am wrong.
Do you speak other languages?;Can you speak French?;Can you translate?;What languages do you know?|I mostly know simple English.;I am best at English. I do not know other languages well.
Do you remember me?;What did we talk about yesterday?;Do you remember our last chat?;Did we meet before?|I cannot remember earlier chats. Please tell me again what you need.;I only see what you write in this chat.
"""
REFUSE = """
Where is my order?;Can you look up my order?;What is the status of my parcel?;Has my package been sent?;Can you see my account?;Did my payment go through?;When will my parcel arrive?;Can you check my invoice?|I am sorry, but I cannot see orders or accounts. Please ask the shop's support team.;I have no access to orders. The shop can look it up for you if you give them the order number.;I cannot look into accounts, I am afraid. Please contact the shop directly.
What's the weather today?;Will it rain tomorrow?;What is the news today?;Who won the game last night?;What time is it?;What is the date today?;What is the stock price?;What's on television tonight?|I cannot see live information. A weather service, a clock or a news page can tell you.;I have no access to the internet, so I do not know that.;I am sorry, I cannot look up current information.
Can you search the web for me?;Open this link for me.;Can you browse the internet?;Please visit this website.;Google that for me.;Can you read this web page?|I am sorry, I cannot browse the internet. You can paste the text here, and I will try to help.;I cannot open links. Please copy the text into this chat.
I have a strong pain in my chest. What should I do?;Which medicine should I take?;How many pills can I take?;Do I have the flu?;I feel dizzy all the time. What is wrong with me?;Is this rash dangerous?;My baby has a fever. Which medicine is right?|I cannot give medical advice. Please speak to a doctor, and call the emergency number if it is urgent.;I am not able to judge that. A doctor or a pharmacist can help you.;I am sorry that you are unwell. Please ask a doctor, because I cannot give medical advice.
Can I sue my landlord?;Is this contract valid?;Do I have to pay this fine?;What should I say in court?;Can my boss fire me?;Write a contract that is legally safe.|I cannot give legal advice. A lawyer or an advice centre can help you.;I am sorry, that is a legal question. Please ask a lawyer.
Can you call my mother?;Please send an email to my boss.;Book a table for me.;Order a pizza for me.;Set an alarm for six.;Turn on the lights.;Can you buy a ticket for me?;Remind me tomorrow.|I am sorry, I can only write text here. I can help you with the words, though.;I cannot do that, because I only work with text. Shall I help you write a message?
What will happen next year?;Which numbers will win the lottery?;Will I be rich?;Who will win the next election?;Tell me the future.|I cannot see the future. Nobody knows that for sure.;I am sorry, I cannot predict that.
Should I buy these shares?;How should I invest my money?;Will the price of gold rise?|I cannot give advice on investments. Please ask an expert whom you trust.;I am sorry, I cannot tell you that. A financial adviser can help.
Show me a picture of a cat.;Can you draw a house?;Can you sing a song?;Play some music.;Send me a photo.;Can you hear me?|I can only write text. I could describe it in words, if you like.;I am sorry, I work only with text.
What is my name?;How old am I?;Where do I live?;What did I eat today?;What am I thinking?;What is my password?|I do not know that, because I only see what you write here.;I cannot know that. You have not told me.
"""
FEELINGS = """
sad;unhappy;down;blue;low;miserable|I am sorry to hear that. Do you want to tell me what happened?;That sounds hard. Sometimes it helps to talk to a friend or take a short walk.;I'm sorry that you feel this way. Be kind to yourself today.
happy;great;wonderful;cheerful;really good;fantastic|That is wonderful to hear! What made your day so good?;I am glad! Enjoy the feeling.;How nice! I am happy for you.
angry;furious;annoyed;upset;cross|I understand that this is annoying. Take a deep breath, and tell me what happened.;That sounds frustrating. A short break may help before you decide what to do.
tired;exhausted;sleepy;worn out;weary|You may need some rest. Try to go to bed early tonight.;That happens to everyone. A short nap or some fresh air can help.
nervous;anxious;worried;stressed;tense|It is normal to feel like that. Breathe slowly, and take one step at a time.;I understand. Write down what worries you and start with the smallest task.
lonely;alone;left out|I am sorry that you feel lonely. Perhaps you could call a friend or join a group with a shared hobby.;That is a hard feeling. A short message to someone you like can be a good start.
bored;restless|You could read, take a walk, cook something new or call a friend.;How about a puzzle, a good book or a little drawing?
proud;pleased;satisfied|You can be proud of yourself! What did you do?;Well done! Hard work pays off.
scared;afraid;frightened|It is okay to be afraid. Is there someone near you whom you can talk to?;I understand. Try to breathe slowly. If you are in danger, please call for help.
sick;ill;unwell|I hope that you get well soon. Rest, drink enough water and ask a doctor if it does not get better.;I'm sorry to hear that. Please take it easy and see a doctor if you are worried.
excited;thrilled|How exciting! What are you looking forward to?;That is great! Enjoy every moment.
hungry;thirsty|You could have some fruit, a sandwich or a bowl of soup.;Then it is time for a little break with something to eat and drink.
confused;unsure;lost|That is all right. Tell me what is unclear, and we can look at it step by step.;Let us sort it out together. What is the main question?
disappointed;let down|I am sorry that it did not go as you hoped. Maybe there is a second chance.;That is a pity. It is fine to be disappointed for a while.
grateful;thankful|That is a lovely feeling. Perhaps you can tell the person how much it meant to you.;It is good to notice the nice things in life.
"""
FEEL_ASK = (
    "I feel {x} today.",
    "I am {x}.",
    "I'm so {x}.",
    "I am feeling {x}.",
    "Today I feel really {x}.",
    "I feel {x}.",
    "I have been {x} all week.",
    "I am a bit {x}.",
    "I'm {x} right now.",
    "I feel very {x} this morning.",
    "I don't know why, but I feel {x}.",
    "My sister is {x}.",
    "My friend {N} is {x}.",
    "I am {x} and I don't know what to do.",
)
EVENTS = """
I passed my exam!;I got the job!;I won a prize today!;We are going to have a baby!;I am getting married!;I finished my project!;It is my birthday today!;My team won!;I baked my first bread!|Congratulations! That is wonderful news.;How great! I am very happy for you.;Well done! You can be proud of yourself.;That is lovely. Enjoy the day!
I failed my exam.;I lost my job.;My dog died.;My friend is angry with me.;I had a bad day.;I broke my favorite cup.;I missed my train.;I lost my wallet.;My plan did not work.;Nobody came to my party.|I am very sorry to hear that. How are you feeling now?;That must be hard. I am sorry.;Oh no, that is a pity. Is there something I can help you with?;I'm sorry. Things may look better tomorrow.
I start a new job tomorrow.;I have an exam tomorrow.;I am moving to a new flat.;I have to give a speech next week.;Tomorrow is my first day at school.;I have a job interview on Friday.;I will run a race on Sunday.|Good luck! Prepare well, sleep enough and trust yourself.;I wish you all the best. You can do it!;That is a big step. I am sure you will do well.;Good luck! Take one thing at a time.
I made a mistake.;I said something mean to my brother.;I forgot my friend's birthday.;I was late for work.;I broke my neighbour's window.;I lied to my mother.|Everyone makes mistakes. Say that you are sorry and try to make it right.;It is good that you see it. An honest apology is a good start.;That can happen. Talk to the person and explain what went wrong.
You are wrong.;That is not correct.;You made a mistake.;That was not helpful.;I did not mean that.;You don't understand me.;That is not what I asked.|I am sorry about that. Could you tell me what you meant?;I apologize. Please tell me a little more, and I will try again.;Sorry, I misunderstood. Could you say it in other words?
You are funny.;I like you.;You are smart.;Good job!;Well done, pocket.;You are the best!;I love talking to you.|Thank you, that is kind of you!;That is nice to hear. Thank you!;Thank you! I am glad that I can help.
You are stupid.;I hate you.;You are useless.;Shut up.;This is boring.|I am sorry that you are unhappy with me. How can I do better?;I understand that you are annoyed. Tell me what you need, and I will try to help.
"""
JOKES = (
    "Why did the bicycle lie down? It was two-tired.",
    "What do you call a sleeping cow? A bulldozer.",
    "Why did the clock go to school? It wanted to learn how to tell time better.",
    "What has hands but cannot clap? A clock.",
    "What gets wetter the more it dries? A towel.",
    "Why was the math book sad? It had too many problems.",
    "What has a neck but no head? A bottle.",
    "What has keys but opens no doors? A piano.",
    "Why did the tomato turn red? It saw the salad dressing.",
    "What is full of holes but holds water? A sponge.",
    "What goes up but never comes down? Your age.",
    "What has teeth but cannot bite? A comb.",
)
RECOMMEND = {
    "a book to read": (
        "a mystery, a travel book or a collection of short stories",
        "Do you like exciting or calm stories?",
    ),
    "a gift for my mother": ("flowers, a good book or a warm scarf", "What does she enjoy in her free time?"),
    "a gift for my father": ("a book, a nice mug or tickets for a concert", "Does he have a hobby?"),
    "a gift for a child": ("a puzzle, a ball or a picture book", "How old is the child?"),
    "a gift for a friend": ("a plant, a notebook or a homemade cake", "What does your friend like?"),
    "a hobby": ("drawing, gardening, hiking or learning an instrument", "Do you prefer to be outdoors or at home?"),
    "a name for my cat": ("Luna, Pepper, Mimi or Shadow", "What does your cat look like?"),
    "a name for my dog": ("Bruno, Bella, Rusty or Daisy", "Is it a big or a small dog?"),
    "something for dinner": ("pasta with tomato sauce, a vegetable soup or baked potatoes", "Do you eat meat?"),
    "something for breakfast": (
        "porridge with fruit, eggs on toast or yoghurt with nuts",
        "Do you prefer something warm or cold?",
    ),
    "a healthy snack": ("an apple, a handful of nuts or carrot sticks", "They are quick and easy to take along."),
    "a place for a holiday": (
        "a quiet beach, a lake in the mountains or an old city with museums",
        "Do you like to rest or to explore?",
    ),
    "an activity for the weekend": (
        "a picnic, a visit to a museum or a long bike ride",
        "Are you alone or with friends?",
    ),
    "a game for a party": ("a quiz, charades or a treasure hunt", "How many guests will come?"),
    "a sport to start with": ("swimming, cycling or running", "Start slowly and two times a week."),
    "a pet for a small flat": ("a hamster, some fish or a quiet cat", "Think about how much time you have."),
    "a plant for a dark room": ("a fern or an ivy plant", "They need little light and some water."),
    "music for relaxing": ("soft piano music, slow guitar music or sounds of nature", "Try it with dim light."),
    "a cake for a birthday": (
        "a chocolate cake, an apple cake or a fruit cake with cream",
        "Which one does the guest like best?",
    ),
    "a drink for a hot day": ("cold lemonade, water with mint or iced tea", "Drink slowly and often."),
    "a topic for an essay": (
        "the life of bees, the history of your town or why sleep matters",
        "Choose one that you find interesting.",
    ),
    "a color for my room": ("a soft green, a warm white or a light blue", "Light colors make a room look bigger."),
    "a film for a family evening": ("a funny cartoon, an adventure or a film about animals", "Let everyone vote."),
    "clothes for a job interview": (
        "a clean shirt, dark trousers and neat shoes",
        "Choose something in which you feel well.",
    ),
}
REC_ASK = (
    "Can you recommend {x}?",
    "I need {x}. Any ideas?",
    "Can you suggest {x}?",
    "What would you recommend? I'm looking for {x}.",
    "I am looking for {x}.",
    "Help me find {x}.",
    "Could you help me choose {x}?",
    "Do you have an idea for {x}?",
    "I can't decide. I need {x}.",
    "Suggest {x}.",
    "Please recommend {x}.",
    "I would like {x}. What do you suggest?",
)
REC_OUT = (
    "How about {y}?",
    "You could try {y}.",
    "I would suggest {y}.",
    "Some good ideas are {y}.",
    "Perhaps {y}.",
    "Maybe {y}?",
    "Good choices are {y}.",
)
PLAN = {
    "a picnic": ("choose a park and a sunny day", "pack bread, cheese, fruit and drinks", "a blanket and napkins"),
    "a birthday party": ("make a guest list and choose a date", "bake a cake and buy drinks", "candles and balloons"),
    "a weekend trip": (
        "pick a town that is not too far away",
        "book a room and look up the trains",
        "comfortable shoes",
    ),
    "a dinner with friends": ("choose a dish that you can cook well", "buy the food a day before", "some nice music"),
    "a camping trip": (
        "find a campsite and check the weather",
        "pack a tent, a sleeping bag and food",
        "a torch and matches",
    ),
    "a day at the beach": (
        "leave early and look up the bus",
        "pack towels, water and sun cream",
        "a hat and a good book",
    ),
    "a garden": ("find out which spots get sun", "start with herbs, lettuce and tomatoes", "a watering can"),
    "my holidays": ("decide how much you can spend", "compare places and book early", "your passport and charger"),
    "a hike": ("choose a route that fits your strength", "pack water, food and a map", "good shoes and a rain jacket"),
    "my wedding": ("set a date and a budget", "invite the guests and book a place", "music and flowers"),
    "a school party": (
        "ask the teachers for a room and a date",
        "share the tasks among the students",
        "paper cups and bags for rubbish",
    ),
    "a visit to the zoo": (
        "look up the opening hours",
        "choose the animals you want to see first",
        "snacks and a camera",
    ),
    "a move to a new flat": (
        "sort your things and give away what you do not need",
        "pack boxes and write on them what is inside",
        "tape and strong bags",
    ),
    "a family reunion": (
        "ask everyone which dates are possible",
        "find a large room and plan the meals",
        "old photos to look at",
    ),
    "my study week": (
        "list the subjects and the time you have",
        "study the hardest subject first each day",
        "breaks and enough sleep",
    ),
    "a barbecue": (
        "invite your guests and check the weather",
        "buy vegetables, bread and sausages",
        "charcoal and plates",
    ),
}
PLAN_ASK = (
    "Can you help me plan {x}?",
    "I want to plan {x}.",
    "Help me plan {x}, please.",
    "How should I plan {x}?",
    "I'm planning {x}. What should I think of?",
    "I need to organise {x}.",
    "What do I need for {x}?",
    "Could you help me organise {x}?",
    "Let's plan {x}.",
    "Do you have tips for {x}?",
    "I have to prepare {x}. Can you help?",
    "We are planning {x}. Any ideas?",
)
CHAT_TOPICS = """
I like {h}.;My hobby is {h}.;I spend my weekends {g}.;I love {h}!;I started {g} last month.|That sounds lovely. How did you start?;Nice! What do you enjoy most about it?;Great hobby! How often do you do it?
I have a {p}.;I just got a {p}.;My {p} is called {N}.;We have a new {p} at home.|How nice! How old is your {p}?;That is lovely. What is your {p} like?;A {p} is good company. Do you spend much time together?
I live in {t}.;I am from {t}.;I moved to {t} last year.;Yesterday I visited {t}.|How is life in {t}?;What do you like about {t}?;That is interesting. Is {t} a quiet place?
I work as {j}.;My mother is {j}.;My brother wants to become {j}.;I used to be {j}.|That is an interesting job. What is the best part of it?;How nice! Is it hard work?;That must be interesting. How does the day begin?
I had {f} for lunch.;My favorite food is {f}.;I love {f}.;Today I am cooking with {f}.|That sounds tasty! How do you like it best?;Good choice! Did you make it yourself?;Yummy! I hope that you enjoy it.
I bought a new {o}.;I need a new {o}.;My {o} is broken.;I got a {o} as a present.|What do you want to use it for?;Good to know. Do you use it often?;I see. Was it expensive?
"""
PETS = ("cat", "dog", "hamster", "rabbit", "parrot", "goldfish", "tortoise", "mouse")


def _parse(table: str) -> list[tuple[list[str], list[str]]]:
    """(user lines, answers) for each line of a table."""
    return [tuple(side.split(";") for side in line.split("|")) for line in table.strip().splitlines()]  # type: ignore[misc]


SELF_LIST, REFUSE_LIST, FEEL_LIST, EVENT_LIST, TOPIC_LIST = map(_parse, (SELF, REFUSE, FEELINGS, EVENTS, CHAT_TOPICS))


def greeting(rng: random.Random) -> list[str]:
    """A greeting and its answer; a name given by the user comes back in the answer."""
    name = rng.choice(w.NAMES)
    line = rng.choice(GREET_IN)
    if "{N}" in line:
        answer = rng.choice(
            (
                "Hello, {N}! How can I help you?",
                "Nice to meet you, {N}. What can I do for you?",
                "Hi {N}! What would you like to talk about?",
                "Welcome, {N}! How are you today?",
                "Good to meet you, {N}!",
            )
        )
    elif "how" in line.lower() or "What's up" in line:
        answer = rng.choice(FINE)
    else:
        answer = rng.choice(GREET_OUT)
    return [w.vary(rng, line.format(N=name), affix=False), answer.format(N=name)]


def thanks(rng: random.Random) -> list[str]:
    return [w.vary(rng, rng.choice(THANK_IN), affix=False), rng.choice(THANK_OUT)]


def goodbye(rng: random.Random) -> list[str]:
    return [w.vary(rng, rng.choice(BYE_IN), affix=False), rng.choice(BYE_OUT)]


def _from(table: list, rng: random.Random, affix: bool = True) -> list[str]:
    questions, answers = rng.choice(table)
    return [w.vary(rng, rng.choice(questions), affix=affix), rng.choice(answers)]


def about_self(rng: random.Random) -> list[str]:
    return _from(SELF_LIST, rng)


def refusal(rng: random.Random) -> list[str]:
    return _from(REFUSE_LIST, rng)


def feeling(rng: random.Random) -> list[str]:
    """A feeling and a kind answer, often with a second turn about its cause."""
    if rng.random() < 0.45:
        return _from(EVENT_LIST, rng, affix=False)
    feels, answers = rng.choice(FEEL_LIST)
    line = rng.choice(FEEL_ASK)
    name = rng.choice(w.NAMES)
    feel = rng.choice(feels)
    if "sister" in line or "{N}" in line:
        answer = rng.choice(
            (
                f"Do you know why? Maybe you can ask what makes {'her' if 'sister' in line else name} feel {feel}.",
                "It is kind of you to think about it. Have you talked together?",
                "I see. Perhaps you can spend some time together today.",
            )
        )
    else:
        answer = rng.choice(answers)
    return [w.vary(rng, line.format(x=feel, N=name), affix=False), answer]


def joke(rng: random.Random) -> list[str]:
    ask = rng.choice(
        (
            "Tell me a joke.",
            "Do you know a joke?",
            "Make me laugh.",
            "Can you tell me a joke?",
            "I need a good joke.",
            "Say something funny.",
            "Another joke, please.",
            "Tell me a riddle.",
        )
    )
    return [w.vary(rng, ask), rng.choice(("", "", "Here is one. ", "Sure! ")) + rng.choice(JOKES)]


def recommend(rng: random.Random) -> list[str]:
    """A recommendation with a follow-up that picks one of the ideas."""
    what, (ideas, more) = rng.choice(list(RECOMMEND.items()))
    yours = what.replace(" my ", " your ")
    answer = rng.choice(("", "", "Sure. ", "Gladly! ", f"Let me think about {yours}. ")) + rng.choice(REC_OUT).format(
        y=ideas
    )
    if rng.random() < 0.5:
        answer += " " + more
    turns = [w.vary(rng, rng.choice(REC_ASK).format(x=what)), answer]
    options = ideas.replace(" or ", ", ").replace(" and ", ", ").split(", ")
    pick = rng.choice(options)
    if rng.random() < 0.45:
        ask, reply = rng.choice(
            (
                (f"I think I will take {pick}.", f"Good choice! I hope that {pick} will be just right."),
                ("Which one would you choose?", f"I would choose {pick}."),
                (f"Why {pick}?", f"Because {pick} would be simple and pleasant for most people."),
                ("Only one idea, please.", f"Then I suggest {pick}."),
                (f"Not {pick}, please.", f"Then how about {rng.choice([o for o in options if o != pick] or options)}?"),
                ("Thanks, good idea!", "You're welcome. Enjoy it!"),
            )
        )
        turns += [w.vary(rng, ask, affix=False), reply]
    return turns


def plan(rng: random.Random) -> list[str]:
    """Help with a plan: first step, second step, what to take, and a follow-up."""
    what, (one, two, take) = rng.choice(list(PLAN.items()))
    yours = what.replace("my ", "your ")
    the = "your " + what.partition(" ")[2]
    opener = rng.choice(("Of course! ", "Sure. ", "Gladly. ", "", "", f"Let us plan {yours}. ", "With pleasure. "))
    body = rng.choice(
        (
            f"First, {one}. Then {two}. Do not forget {take}.",
            f"Start like this: {one}. After that, {two}. You will also need {take}.",
            f"You could {one} and then {two}. Remember {take} too.",
            f"It is best to {one}. Next, {two}.",
        )
    )
    turns = [w.vary(rng, rng.choice(PLAN_ASK).format(x=what)), opener + body]
    if rng.random() < 0.45:
        ask, reply = rng.choice(
            (
                ("What comes first?", f"First, {one}."),
                ("What should I take along?", f"You should think of {take}."),
                ("And what if it rains?", "Have a plan for indoors, or choose another day."),
                ("How early should I start?", "Start about two weeks before, so that you have enough time."),
                ("Who should I invite?", "Invite the people with whom you feel well."),
                ("Sounds good, thanks!", f"You're welcome. I hope that {the} will be a success!"),
                ("And after that?", f"After that, {two}."),
                ("It should be cheap.", "Then borrow what you can, share the costs and keep it simple."),
            )
        )
        turns += [w.vary(rng, ask, affix=False), reply]
    return turns


def topic(rng: random.Random) -> list[str]:
    """Talk about the user's life, sometimes with a question that needs the earlier turn."""
    lines, answers = rng.choice(TOPIC_LIST)
    hobby = rng.choice([h for h in w.HOBBY_LIST if " " not in h and h.endswith("ing")])
    values = {
        "h": hobby,
        "g": hobby,
        "p": rng.choice(PETS),
        "N": rng.choice(w.NAMES),
        "t": rng.choice(w.TOWN_NAMES),
        "j": rng.choice(w.JOB_LIST).a,
        "f": rng.choice(
            [e for e in w.FOOD_LIST if e.kind in ("vegetable", "baked food", "fruit", "hot dish", "grain", "cold dish")]
        ).many,
        "o": rng.choice(
            [
                e
                for e in w.OBJECT_LIST
                if e.form == "count"
                and e.kind in ("tool", "machine", "vehicle", "instrument", "bag", "piece of furniture", "toy")
            ]
        ).name,
    }
    line = rng.choice(lines).format(**values).replace("a old", "an old")
    for noun in (values["p"], values["o"]):
        line = line.replace(f"a {noun}", w.with_article(noun))
    turns = [
        w.vary(rng, line, affix=False),
        rng.choice(answers).format(**values).replace(f"A {values['p']}", w.cap(w.with_article(values["p"]))),
    ]
    r = rng.random()
    if r < 0.3:
        turns += [
            w.vary(
                rng,
                rng.choice(("What did I just tell you?", "What did I say?", "Can you repeat what I told you?")),
                False,
            ),
            f'You wrote: "{turns[0]}"',
        ]
    elif r < 0.5 and "{p}" in lines[0]:
        age = rng.randint(1, 12)
        turns += [
            w.vary(rng, rng.choice((f"It is {age} years old.", f"{age} years.", f"About {age} years old.")), False),
            rng.choice(
                (
                    f"{w.cap(w.NUMBERS[age])} years is a nice age. Take good care of your {values['p']}!",
                    f"I see, {w.NUMBERS[age]} years. I hope that your {values['p']} is well.",
                )
            ),
        ]
    elif r < 0.65:
        turns += [
            w.vary(
                rng,
                rng.choice(
                    ("It is great.", "Very good.", "I like it a lot.", "It is not easy.", "Not bad.", "Yes, very much.")
                ),
                False,
            ),
            rng.choice(
                (
                    "I am glad that you told me about it.",
                    "Thank you for telling me.",
                    "I see. It is nice to hear about your life.",
                    "Good to know. Is there anything you want to ask?",
                )
            ),
        ]
    return turns


CHOICES = """
tea or coffee|tea is milder|coffee wakes you up
the bus or the bicycle|the bus keeps you dry|the bicycle keeps you fit
a cat or a dog|a cat needs less of your time|a dog goes for walks with you
the sea or the mountains|at the sea you can swim|in the mountains you can hike
a book or a film|a book lasts longer|a film is good with friends
a jacket or a coat|a jacket is lighter|a coat is warmer
soup or salad|soup warms you|salad is fresh and light
trains or planes|trains are calm and go to the centre|planes are faster over long distances
a pen or a pencil|a pen cannot be erased|a pencil is easy to correct
living in a town or in the country|in town, shops are near|in the country, it is quiet
cooking or ordering food|cooking is cheaper|ordering is less work
morning or evening exercise|mornings give you a fresh start|evenings help you let go of the day
gas or electric heating|gas heats up quickly|electric heating is easy to control
a laptop or a desktop computer|a laptop is easy to carry|a desktop computer is often faster for the price
paper books or e-books|paper books feel nice and need no power|e-books weigh little
"""
CHOICE_LIST = [tuple(line.split("|")) for line in CHOICES.strip().splitlines()]


def choice(rng: random.Random) -> list[str]:
    """An opinion question: both sides in a sentence, then a fair close."""
    pair, one, two = rng.choice(CHOICE_LIST)
    ask = rng.choice(
        (
            f"Which is better, {pair}?",
            f"{w.cap(pair)}?",
            f"What do you prefer, {pair}?",
            f"Should I choose {pair}?",
            f"What do you think about {pair}?",
            f"Help me decide: {pair}.",
        )
    )
    if rng.random() < 0.5:
        one, two = two, one
    end = rng.choice(
        (
            "It depends on what you need.",
            "Both are fine.",
            "What matters most to you?",
            "Choose what fits your day.",
            "I would go by your own taste.",
        )
    )
    link = rng.choice((", while ", ", and ", ", but "))
    return [w.vary(rng, ask), rng.choice((f"{w.cap(one)}{link}{two}. {end}", f"{end} {w.cap(one)}{link}{two}."))]


OPINION = """
Why should I {x}?|There are good reasons: you can {a}, and you may {b}.
Is it a good idea to {x}?|Yes, it can be. You can {a} and {b}.
Should I {x}?|I think that it is worth a try. You could {a} and {b}.
I want to {x}, but I am not sure.|Take a small first step. You may {a} and perhaps {b}.
What is good about it when people {x}?|They can {a} and {b}.
I never {x}. Is that bad?|Not at all. Still, if you tried it, you could {a}.
"""
ACTIVITIES = """
read more books|learn new words|rest from the screen
learn to cook|eat healthier food|save money
join a choir|meet new people|forget your worries for a while
keep a diary|understand your thoughts|remember good moments
get up earlier|have a calm morning|get more done
walk to work|save the bus fare|get fresh air
grow herbs at home|cook with more taste|enjoy the green leaves
learn the piano|train your memory|play for your friends
eat more vegetables|feel fitter|try new recipes
take a break from my phone|sleep better|notice more around you
adopt a dog|have a loyal companion|walk more often
help in the neighbourhood|make others happy|make new friends
ride a bicycle every day|save fuel|keep your heart strong
visit my grandparents|hear old stories|make them happy
write letters|think about your words|surprise a friend
clean up once a week|find your things faster|feel more at ease
try yoga|become more flexible|calm down
save some money each month|be ready for surprises|buy something nice later
learn to swim|be safer near water|enjoy the summer
go to bed earlier|wake up rested|think more clearly
"""
OPINION_LIST = [tuple(line.split("|")) for line in OPINION.strip().splitlines()]
ACTIVITY_LIST = [tuple(line.split("|")) for line in ACTIVITIES.strip().splitlines()]


def opinion(rng: random.Random) -> list[str]:
    """A question whether to do something, with two reasons."""
    ask, answer = rng.choice(OPINION_LIST)
    x, a, b = rng.choice(ACTIVITY_LIST)
    if rng.random() < 0.5 and "perhaps" not in answer:
        a, b = b, a
    return [w.vary(rng, ask.format(x=x)), answer.format(a=a, b=b)]


def write(rng: random.Random) -> dict:
    """One chat: a few small-talk blocks in a natural order (greeting first, thanks and goodbye last)."""
    middle = (about_self, refusal, feeling, joke, recommend, plan, topic, choice, opinion)
    weights = (9, 13, 15, 4, 15, 14, 16, 7, 9)
    turns: list[str] = greeting(rng) if rng.random() < 0.3 else []
    for block in rng.choices(middle, weights, k=rng.choice((0, 1, 1, 1, 1, 2, 2, 3) if turns else (1, 1, 1, 2, 2, 3))):
        turns += block(rng)
    if rng.random() < 0.25:
        turns += thanks(rng)
    if rng.random() < 0.15:
        turns += goodbye(rng)
    return w.chat(rng, *turns)
