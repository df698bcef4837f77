"""The card that is published: the generated part of the run, and the words that people wrote, here or on the Hub."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tune.digest import sha256
from tune.disclose import card
from tune.errors import Problem, PublishError

NOTHING = card.OWN_WORDS.strip()
"""What stands below the end marker until somebody writes."""


@dataclass(frozen=True)
class There:
    """The card on the Hub, and what is known of how it came there."""

    repo: str
    commit: str
    text: str
    generated: tuple[str, ...] = ()
    """What its generated part was when tune wrote it: as its own manifest renders."""
    published_words: str | None = None
    """SHA-256 of the words that this run published last."""


@dataclass(frozen=True)
class Composed:
    """The card to publish, and what its reader on the Hub should know was replaced."""

    text: str
    notes: tuple[str, ...] = ()


def split(text: str) -> tuple[str, str]:
    """(generated part with its end marker, the words below it); without the marker there is no generated part."""
    before, mark, words = text.partition(card.END)
    return (before + mark, words) if mark else ("", text)


def words_sha256(text: str) -> str:
    """Digest of the words below the end marker, blanks around them aside."""
    return sha256(split(text)[1].strip().encode())


def compose(here: str, path: str, there: There | None) -> Composed:
    """The card of this run (`here`, which lies at `path`) with the words that stay.

    Raises PublishError when people wrote different things here and on the Hub: nothing of theirs is overwritten.
    """
    generated, own = split(here)
    notes: tuple[str, ...] = ()
    if there is None:
        return Composed(here)
    replaced, words = split(there.text)
    if not replaced:
        head, words = _front_matter(words)
        notes = (f"the front matter of {_at(there)} is written anew",) if head else ()
    else:
        notes = _edited(replaced, generated, there)
    kept = _kept(own, words, path, there)
    return Composed(generated + (kept if kept[:1] in ("", "\n") else f"\n\n{kept}"), notes)


def _kept(own: str, words: str, path: str, there: There) -> str:
    """The words that stand on the published card."""
    mine, theirs = own.strip(), words.strip()
    if theirs in ("", NOTHING, mine) or sha256(theirs.encode()) == there.published_words:
        return own
    if mine in ("", NOTHING):
        return words
    lines = set(map(str.strip, mine.splitlines()))
    if all(line.strip() in lines for line in theirs.splitlines()):
        return own
    what = f"below the end marker it says other things than the card of {there.repo} on the Hub, where somebody wrote"
    fix = "write there what both should say, with every line of the Hub's; or delete your words to keep the Hub's alone"
    raise PublishError(Problem("publish", what, fix, file=path))


def _edited(replaced: str, generated: str, there: There) -> tuple[str, ...]:
    """A note when somebody edited the generated part on the Hub. The Hub keeps what stood there, in its history."""
    if replaced in (generated, *there.generated):
        return ()
    reference = there.generated[0] if there.generated else generated
    pairs = enumerate(zip([*reference.split("\n"), ""], [*replaced.split("\n"), ""], strict=False), start=1)
    line = next((number for number, (a, b) in pairs if a != b), 1)
    return (f"the generated part of {_at(there)} was changed there (line {line}), and is written anew",)


def _at(there: There) -> str:
    return f"README.md at commit {there.commit[:12]} of {there.repo}"


def _front_matter(text: str) -> tuple[str, str]:
    """(front matter, the rest) of a card that tune did not write."""
    found = re.match(r"---\r?\n(.*?)\r?\n?---\r?\n", text, re.DOTALL)
    return (found[1].strip(), text[found.end() :]) if found else ("", text)
