"""Assemble the support-bot dataset from its topic files.

    python -m scripts.support_bot            write train.jsonl, eval.jsonl, dev-prompts.jsonl and prompts.jsonl
    python -m scripts.support_bot --check    compare them with the topic files instead

Reads `data/support-bot/source/*.yaml`. Every choice (which question gets a greeting, which conversation a second
turn, the order of the rows) follows from a SHA-256 of the question, so that the same sources give the same bytes on
every machine and an edited question leaves most other rows as they were.

Exit codes: 0 written or equal, 1 `--check` found a difference, 2 the topic files break a rule (each is printed).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

DATASET = Path(__file__).resolve().parents[1] / "data" / "support-bot"
SEED = "alder-and-finch-1"

NGRAM_WORDS = 8  # an evaluation question may share no run of this many words with a train question
ANSWER_WORDS = (8, 35)
MIN_TRAIN, MIN_HELD_OUT, MIN_FOLLOWUP_TRAIN = 26, 3, 6
MIN_EVAL_WORDS, MIN_FOLLOWUP_EVAL_WORDS = 7, 3
FLOORS = {"train.jsonl": 1_600, "eval.jsonl": 150, "dev-prompts.jsonl": 80, "prompts.jsonl": 80}
CHECK_KINDS = ("contains", "not_contains", "regex")

MULTI_TURN_PERCENT = 12  # of the train questions, besides the follow-ups
WRAPPED_PERCENT = 20  # of the single-turn train questions
SMALL_TALK = "smalltalk"
OPENERS = ("hello", "who_are_you", "compliment")  # small talk that may open a conversation
GREETINGS = ("Hi! ", "Hello. ", "Hello there! ", "Good morning. ", "Good evening. ", "Hi, a quick question. ")
THANKS = ("Thanks!", "Thank you.", "Many thanks.", "Thanks in advance.")
CONNECTORS = ("", "", "Thanks. ", "One more thing. ", "Good to know. ", "And another question. ")
POLITE = re.compile(r"^(hi|hello|hey|good (morning|evening|day|afternoon))\b|\b(thanks?|thx|cheers)\b", re.IGNORECASE)

Conversation = list[dict[str, str]]


@dataclass(frozen=True)
class Prompt:
    """A question whose answer is checked by rules: each check is one kind and one text."""

    ask: str
    checks: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Intent:
    """One thing a customer may ask, the ways to ask it, and the answer in one or two wordings.

    `dev_prompts` were looked at while rows and settings were chosen; `prompts` were not, and give the figures.
    """

    file: str
    topic: str
    id: str
    fact: str
    answers: tuple[str, ...]
    train: tuple[str, ...]
    held_out: tuple[str, ...]
    dev_prompts: tuple[Prompt, ...]
    prompts: tuple[Prompt, ...]

    @property
    def checked(self) -> tuple[Prompt, ...]:
        """All questions with checks."""
        return self.dev_prompts + self.prompts


@dataclass(frozen=True)
class Followup:
    """A second turn that makes sense only after the intent `after`; `answer` names the intent that answers it."""

    file: str
    after: str
    answer: str
    train: tuple[str, ...]
    held_out: tuple[str, ...]


@dataclass
class Source:
    """All topic files together; `problems` holds every broken rule as `file: intent: what is wrong`."""

    intents: dict[str, Intent] = field(default_factory=dict)
    followups: list[Followup] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


# --- reading ----------------------------------------------------------------------------------------------------------


def texts(entry: dict[str, Any], key: str, where: str, problems: list[str]) -> tuple[str, ...]:
    """The list of texts under `key`. What is no text (YAML read `yes`, `4.50` or `a: b`) is named and left out."""
    value = entry.get(key)
    if not isinstance(value, list):
        problems.append(f"{where}: '{key}' must be a list of texts.")
        return ()
    for item in value:
        if not isinstance(item, str) or not item.strip():
            problems.append(f"{where}: {key}: {item!r} is not a text. Put it in quotes.")
    return tuple(item.strip() for item in value if isinstance(item, str) and item.strip())


def keys_are(entry: object, required: set[str], where: str, problems: list[str]) -> bool:
    """Whether `entry` is a mapping with exactly the keys `required`; says which are missing or unknown."""
    if not isinstance(entry, dict):
        problems.append(f"{where}: must be a mapping with the keys {', '.join(sorted(required))}.")
        return False
    for key in sorted(required - set(entry)):
        problems.append(f"{where}: the key '{key}' is missing.")
    for key in sorted(str(key) for key in set(entry) - required):
        problems.append(f"{where}: the key '{key}' is unknown.")
    return required == set(entry)


def read_prompts(entry: dict[str, Any], key: str, where: str, problems: list[str]) -> tuple[Prompt, ...]:
    """The checked questions of an intent under `key`; broken ones are named and left out."""
    prompts = []
    for number, item in enumerate(entry[key] or [], start=1):
        here = f"{where}: {key} {number}"
        if not keys_are(item, {"ask", "checks"}, here, problems):
            continue
        checks = []
        for check in item["checks"] or []:
            pair = next(iter(check.items()), None) if isinstance(check, dict) and len(check) == 1 else None
            if pair is None or pair[0] not in CHECK_KINDS or not isinstance(pair[1], str):
                problems.append(
                    f"{here}: {check!r} is no check. Write one of {', '.join(CHECK_KINDS)} and a quoted text."
                )
            else:
                checks.append((str(pair[0]), pair[1]))
        if not checks:
            problems.append(f"{here}: needs at least one check.")
        prompts.append(Prompt(str(item["ask"]).strip(), tuple(checks)))
    return tuple(prompts)


def read_topic(path: Path, source: Source) -> None:
    """Adds the intents and follow-ups of one topic file to `source`."""
    problems, file = source.problems, path.name
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    if isinstance(content, dict):
        content.setdefault("followups", [])
    if not keys_are(content, {"topic", "intents", "followups"}, file, problems):
        return
    if content["topic"] != path.stem:
        problems.append(f"{file}: the topic is '{content['topic']}', the file name says '{path.stem}'.")
    for entry in content["intents"] or []:
        name = entry.get("id", "?") if isinstance(entry, dict) else "?"
        where = f"{file}: {name}"
        keys = {"id", "fact", "answers", "train", "held_out", "dev_prompts", "prompts"}
        if not keys_are(entry, keys, where, problems):
            continue
        if name in source.intents:
            problems.append(f"{where}: this id is already used in {source.intents[name].file}.")
            continue
        listed = {key: texts(entry, key, where, problems) for key in ("answers", "train", "held_out")}
        asked = {key: read_prompts(entry, key, where, problems) for key in ("dev_prompts", "prompts")}
        source.intents[name] = Intent(
            file=file, topic=path.stem, id=name, fact=str(entry["fact"]).strip(), **asked, **listed
        )
    for entry in content["followups"] or []:
        where = f"{file}: follow-up"
        if keys_are(entry, {"after", "answer", "train", "held_out"}, where, problems):
            where = f"{file}: follow-up {entry['after']} -> {entry['answer']}"
            listed = {key: texts(entry, key, where, problems) for key in ("train", "held_out")}
            source.followups.append(Followup(file=file, after=entry["after"], answer=entry["answer"], **listed))


def read_source(folder: Path) -> Source:
    """Reads every topic file under `folder` in the order of their names; broken rules end up in `problems`."""
    source = Source()
    for path in sorted(folder.glob("*.yaml")):
        try:
            read_topic(path, source)
        except yaml.YAMLError as error:
            source.problems.append(f"{path.name}: not readable as YAML: {error}")
    if not source.intents:
        source.problems.append(f"{folder}: no intents found.")
    return source


# --- rules ------------------------------------------------------------------------------------------------------------


def words(text: str) -> tuple[str, ...]:
    """The words of a text in lower case without punctuation."""
    return tuple(re.sub(r"[^\w\s]", "", text.lower()).split())


def runs(text: str, length: int) -> set[tuple[str, ...]]:
    """Every run of `length` consecutive words in a text."""
    split = words(text)
    return {split[start : start + length] for start in range(len(split) - length + 1)}


def check_sizes(source: Source) -> None:
    """Enough questions everywhere, answers of the right length, evaluation questions that are long enough."""
    low, high = ANSWER_WORDS
    for intent in source.intents.values():
        where = f"{intent.file}: {intent.id}"
        for name, items, least in (("train", intent.train, MIN_TRAIN), ("held_out", intent.held_out, MIN_HELD_OUT)):
            if len(items) < least:
                source.problems.append(f"{where}: {len(items)} {name} questions, at least {least} are needed.")
        for name in ("answers", "dev_prompts", "prompts"):
            if (count := len(getattr(intent, name))) not in (1, 2):
                source.problems.append(f"{where}: {count} {name}, must be 1 or 2.")
        for answer in intent.answers:
            if not low <= len(answer.split()) <= high:
                source.problems.append(f"{where}: an answer has {len(answer.split())} words, must be {low} to {high}.")
        for question in (*intent.held_out, *(prompt.ask for prompt in intent.checked)):
            if len(words(question)) < MIN_EVAL_WORDS:
                source.problems.append(f"{where}: '{question}' has fewer than {MIN_EVAL_WORDS} words.")
    for followup in source.followups:
        where = f"{followup.file}: follow-up {followup.after} -> {followup.answer}"
        for name in {followup.after, followup.answer} - set(source.intents):
            source.problems.append(f"{where}: there is no intent '{name}'.")
        if len(followup.train) < MIN_FOLLOWUP_TRAIN or len(followup.held_out) not in (1, 2):
            source.problems.append(f"{where}: needs {MIN_FOLLOWUP_TRAIN} or more train and 1 or 2 held_out questions.")
        for question in followup.held_out:
            if len(words(question)) < MIN_FOLLOWUP_EVAL_WORDS:
                source.problems.append(f"{where}: '{question}' has fewer than {MIN_FOLLOWUP_EVAL_WORDS} words.")


def questions(source: Source) -> Iterator[tuple[str, bool, str]]:
    """Every question as (where it stands, whether it is for evaluation, its text)."""
    for intent in source.intents.values():
        where = f"{intent.file}: {intent.id}"
        yield from ((where, False, question) for question in intent.train)
        yield from ((where, True, question) for question in intent.held_out)
        yield from ((where, True, prompt.ask) for prompt in intent.checked)
    for followup in source.followups:
        where = f"{followup.file}: follow-up {followup.after} -> {followup.answer}"
        yield from ((where, False, question) for question in followup.train)
        yield from ((where, True, question) for question in followup.held_out)


def check_overlap(source: Source) -> None:
    """No evaluation question shares a run of words with another question; no train question stands twice."""
    everything = list(questions(source))
    places: dict[tuple[str, ...], list[int]] = {}
    lengths = {min(NGRAM_WORDS, len(words(text))) for _, for_eval, text in everything if for_eval}
    for index, (_, _, text) in enumerate(everything):
        for length in lengths:
            for run in runs(text, length):
                places.setdefault(run, []).append(index)
    for index, (where, for_eval, text) in enumerate(everything):
        if not for_eval:
            continue
        shared = {other for run in runs(text, min(NGRAM_WORDS, len(words(text)))) for other in places[run]} - {index}
        for other in sorted(shared):
            other_where, other_for_eval, other_text = everything[other]
            kind = "evaluation" if other_for_eval else "train"
            source.problems.append(
                f"{where}: '{text}' overlaps with the {kind} question '{other_text}' of {other_where}."
            )
    seen: dict[tuple[str, ...], str] = {}
    for intent in source.intents.values():
        for question in intent.train:
            first = seen.setdefault(words(question), intent.id)
            if first != intent.id or sum(words(question) == words(other) for other in intent.train) > 1:
                source.problems.append(f"{intent.file}: {intent.id}: '{question}' is also a train question of {first}.")


def passes(answer: str, checks: Sequence[tuple[str, str]]) -> bool:
    """Whether an answer passes all checks; upper and lower case are the same."""
    for kind, text in checks:
        if kind == "regex":
            passed = re.search(text, answer, re.IGNORECASE) is not None
        else:
            passed = (text.lower() in answer.lower()) == (kind == "contains")
        if not passed:
            return False
    return True


def check_prompts(source: Source) -> None:
    """Every prompt is passed by all wordings of its own answer and by the answer of no other intent."""
    for intent in source.intents.values():
        for prompt in intent.checked:
            where = f"{intent.file}: {intent.id}: '{prompt.ask}'"
            try:
                failing = [answer for answer in intent.answers if not passes(answer, prompt.checks)]
                strangers = [
                    other.id
                    for other in source.intents.values()
                    if other.id != intent.id and any(passes(answer, prompt.checks) for answer in other.answers)
                ]
            except re.error as error:
                source.problems.append(f"{where}: a regex is broken: {error}.")
                continue
            source.problems += [f"{where}: its own answer '{answer}' fails the checks." for answer in failing]
            if strangers:
                source.problems.append(
                    f"{where}: the answers of {', '.join(strangers)} pass too. Make the checks stricter."
                )


# --- assembly ---------------------------------------------------------------------------------------------------------


def draw(key: str, size: int) -> int:
    """A number from 0 to size - 1 that depends on `key` and the seed alone."""
    digest = hashlib.sha256(f"{SEED}|{key}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % size


def exchange(question: str, answer: str) -> Conversation:
    """One turn of the user and one of the assistant."""
    return [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]


def first_turn(intent: Intent, key: str) -> Conversation:
    """A train question of `intent` with one of its answers, drawn by `key`."""
    return exchange(
        intent.train[draw(f"{key}|question", len(intent.train))],
        intent.answers[draw(f"{key}|answer", len(intent.answers))],
    )


def wrap(question: str, key: str) -> str:
    """The question with a greeting before it or thanks behind it."""
    choice = draw(f"{key}|wrapper", len(GREETINGS) + len(THANKS))
    if choice < len(GREETINGS):
        return GREETINGS[choice] + question
    thanks = THANKS[choice - len(GREETINGS)]
    return f"{question} {thanks}" if question[-1] in ".?!" else f"{question}, {thanks[0].lower()}{thanks[1:]}"


def train_conversation(intent: Intent, number: int, openers: list[Intent], others: list[Intent]) -> Conversation:
    """The conversation for one train question: alone, politely wrapped, or after a first turn about something else."""
    question, answer = intent.train[number], intent.answers[number % len(intent.answers)]
    key = f"{intent.id}|{question}"
    polite = POLITE.search(question) is not None
    if intent not in openers and draw(f"{key}|turns", 100) < MULTI_TURN_PERCENT:
        if openers and intent.topic != SMALL_TALK and draw(f"{key}|opening", 2) == 0:
            return first_turn(openers[draw(f"{key}|opener", len(openers))], key) + exchange(question, answer)
        rest = [other for other in others if other.id != intent.id]
        if rest:
            plain = polite or intent.topic == SMALL_TALK
            connector = "" if plain else CONNECTORS[draw(f"{key}|connector", len(CONNECTORS))]
            return first_turn(rest[draw(f"{key}|other", len(rest))], key) + exchange(connector + question, answer)
    if intent.topic != SMALL_TALK and not polite and draw(f"{key}|polite", 100) < WRAPPED_PERCENT:
        question = wrap(question, key)
    return exchange(question, answer)


def train_conversations(source: Source) -> Iterator[Conversation]:
    """One conversation a train question, and one of two turns a follow-up."""
    openers = [i for i in source.intents.values() if i.topic == SMALL_TALK and i.id in OPENERS]
    others = [i for i in source.intents.values() if i.topic != SMALL_TALK]
    for intent in source.intents.values():
        for number in range(len(intent.train)):
            yield train_conversation(intent, number, openers, others)
    for followup in source.followups:
        after, answers = source.intents[followup.after], source.intents[followup.answer].answers
        for number, question in enumerate(followup.train):
            key = f"{followup.after}|{followup.answer}|{question}"
            yield first_turn(after, key) + exchange(question, answers[number % len(answers)])


def eval_conversations(source: Source) -> Iterator[Conversation]:
    """One conversation a held-out question; a held-out follow-up comes after a held-out first question."""
    for intent in source.intents.values():
        for number, question in enumerate(intent.held_out):
            yield exchange(question, intent.answers[number % len(intent.answers)])
    for followup in source.followups:
        after, answers = source.intents[followup.after], source.intents[followup.answer].answers
        for number, question in enumerate(followup.held_out):
            first = draw(f"{followup.answer}|{question}", len(after.held_out))
            opening = exchange(after.held_out[first], after.answers[first % len(after.answers)])
            yield opening + exchange(question, answers[number % len(answers)])


def prompt_rows(source: Source, key: str) -> Iterator[dict[str, Any]]:
    """One row a prompt under `key`: its id, the question and its checks."""
    for intent in source.intents.values():
        for number, prompt in enumerate(getattr(intent, key), start=1):
            yield {
                "id": f"{intent.id}-{number}",
                "messages": [{"role": "user", "content": prompt.ask}],
                "checks": [{kind: text} for kind, text in prompt.checks],
            }


def assemble(source: Source) -> dict[str, list[str]]:
    """The lines of each output file: train and eval rows in a drawn order, prompts in the order of the topic files."""

    def lines(conversations: Iterator[Conversation]) -> list[str]:
        rows = [json.dumps({"messages": conversation}, ensure_ascii=False) for conversation in conversations]
        return sorted(rows, key=lambda row: hashlib.sha256(f"{SEED}|{row}".encode()).digest())

    def prompts(key: str) -> list[str]:
        return [json.dumps(row, ensure_ascii=False) for row in prompt_rows(source, key)]

    return {
        "train.jsonl": lines(train_conversations(source)),
        "eval.jsonl": lines(eval_conversations(source)),
        "dev-prompts.jsonl": prompts("dev_prompts"),
        "prompts.jsonl": prompts("prompts"),
    }


# --- command ----------------------------------------------------------------------------------------------------------


def check(source: Source) -> None:
    """Applies every rule to the sources."""
    check_sizes(source)
    check_overlap(source)
    check_prompts(source)


def compare(folder: Path, files: dict[str, list[str]]) -> int:
    """Prints which files under `folder` differ from `files`; returns how many."""
    different = 0
    for name, lines in files.items():
        path = folder / name
        if not path.is_file():
            print(f"{path.name}: is missing. Run python -m scripts.support_bot.")
        elif path.read_bytes() != "".join(f"{line}\n" for line in lines).encode():
            print(f"{path.name}: differs from the topic files. Run python -m scripts.support_bot.")
        else:
            continue
        different += 1
    return different


def summary(source: Source, files: dict[str, list[str]]) -> str:
    """The counts that the datasheet quotes."""
    turns = Counter(len(json.loads(line)["messages"]) // 2 for line in files["train.jsonl"])
    rows = ", ".join(f"{name} {len(lines):,}" for name, lines in files.items())
    topics = len({intent.topic for intent in source.intents.values()})
    return (
        f"{topics} topics, {len(source.intents)} intents, {len(source.followups)} follow-ups; {rows}; "
        f"train conversations of one turn {turns[1]:,}, of two turns {turns[2]:,}"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.support_bot", description="Assemble the support-bot dataset."
    )
    parser.add_argument("--check", action="store_true", help="compare with the files on disk, write nothing")
    parser.add_argument("--folder", type=Path, default=DATASET, help="the dataset folder (default: data/support-bot)")
    options = parser.parse_args(arguments)
    source = read_source(options.folder / "source")
    check(source)
    files = assemble(source) if not source.problems else {}
    for name, lines in files.items():
        if len(lines) < FLOORS[name]:
            source.problems.append(f"{name}: {len(lines)} rows, at least {FLOORS[name]} are needed.")
    if source.problems:
        print("\n".join(source.problems), file=sys.stderr)
        print(f"{len(source.problems)} problem(s) in the topic files; nothing was written.", file=sys.stderr)
        return 2
    if options.check:
        return 1 if compare(options.folder, files) else 0
    for name, lines in files.items():
        (options.folder / name).write_bytes("".join(f"{line}\n" for line in lines).encode())
    print(summary(source, files))
    return 0


if __name__ == "__main__":
    sys.exit(main())
