"""Checks over all rows: each is ok on sound rows, and each is set off by what it is there for; lengths and histogram."""

from __future__ import annotations

import mmap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import chat_row, write_rows
from hypothesis import given, settings
from hypothesis import strategies as st
from light_base import Bench, make_base

from tune.cli import main
from tune.data.checks import MEANING, histogram, lengths, run_checks
from tune.data.languages import Spoken, languages
from tune.data.prepare import Prepared, SourceRows, root_of
from tune.data.store import Examples
from tune.receipt import IGNORED, examples_root
from tune.recipe.schema import Source
from tune.records import CheckResult
from tune.sequences import Flag

SHORT = chat_row("Why?", "So.")
TOLD_ELSEWHERE = Spoken({"en": 1.0}, 1, {})
"""For tests of other checks, which need no language."""


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """Pocket's tokenizer and template."""
    return Bench(make_base(tmp_path_factory.mktemp("base") / "pocket"))


@pytest.fixture
def changed(tmp_path: Path) -> Callable[[Callable[[str], str]], Bench]:
    """A bench whose chat template is pocket's, changed."""

    def make(change: Callable[[str], str]) -> Bench:
        folder = make_base(tmp_path / "changed")
        template = folder / "chat_template.jinja"
        before = template.read_text()
        assert change(before) != before
        template.write_text(change(before))
        return Bench(folder)

    return make


def results(
    prepared: Prepared, learn_from: str = "assistant", spoken: Spoken = TOLD_ELSEWHERE
) -> dict[str, CheckResult]:
    """The checks by name."""
    return {result.name: result for result in run_checks(prepared, learn_from, spoken)}


def looks(prepared: Prepared, **more: Any) -> dict[str, str]:
    """What the checks say that ask for a look."""
    return {name: result.what for name, result in results(prepared, **more).items() if not result.ok}


def test_checks_of_sound_rows(bench: Bench, tmp_path: Path) -> None:
    """On sound rows every check holds, in this order and these words."""
    rows = [chat_row("When are you open?", "We are open from nine to five."), chat_row("Why?", "We have to sleep.")]
    prepared = bench.prepare(tmp_path, rows, held_out=[chat_row("Where?", "Here.")])
    labels = [bench.expected_labels(row["messages"], "assistant") for row in rows]
    tokens, loss = sum(map(len, labels)), sum(label != IGNORED for row in labels for label in row)
    found = run_checks(prepared, "assistant", languages(prepared, bench.tokenizer))
    assert [(result.name, result.ok, result.what) for result in found] == [
        ("stop token learned", True, "2 of 2 examples teach the model to stop"),
        ("pad never learned", True, "the pad token carries loss in 0 examples"),
        ("one beginning token", True, "0 examples begin with it twice"),
        (
            "share of loss tokens",
            True,
            f"loss on {100 * loss / tokens:.1f} % of {tokens} tokens, learning from: assistant",
        ),
        ("duplicates in training rows", True, "0 examples are exact repeats of another"),
        ("cut rows", True, "0 examples were cut, 0 tokens"),
        ("nothing eaten", True, "0 rows were left out for it"),
        ("something to learn", True, "0 rows were left out for it"),
        ("no empty turns", True, "0 rows were left out for it"),
        ("role order", True, "0 rows were left out for it"),
        ("no control tokens in content", True, "0 rows were left out for it"),
        ("held-out rows in training rows", True, "0 of 1 held-out examples are also trained on"),
        ("no row dominates", True, "rows over a tenth of all tokens: none"),
        ("languages", True, "en 100.0 % of 2 examples"),
    ]


def test_columns_that_are_not_read(recipe: Callable[..., Path], capsys: pytest.CaptureFixture[str]) -> None:
    """`tune check` names what rows say beside what their format reads, as they may be told on a terminal."""
    path = recipe(data={"train": [{"path": "more.jsonl"}]})
    row = {"question": "Why?", "answer": "So.", "reasoning": "I think.", "score": None}
    write_rows(path.parent / "more.jsonl", [row, {**row, "\x1b[31mi\nd": 7}])
    assert main(["check", str(path)]) == 0
    told = [line for line in capsys.readouterr().out.splitlines() if "not read" in line]
    assert told == ["  columns that are not read: ⟨U+001B⟩[31mi\\nd, reasoning"]


def test_one_list_of_names(bench: Bench, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What the checks are called is the same in MEANING, in `tune check --list` and in the ledger."""
    assert main(["check", "--list"]) == 0
    listed = capsys.readouterr().out
    assert list(results(bench.prepare(tmp_path, [SHORT]))) == list(MEANING)
    assert listed.count("\n") == len(MEANING)
    for line, (name, meaning) in zip(listed.splitlines(), MEANING.items(), strict=True):
        assert line.startswith(name)
        assert line.endswith(meaning)


def test_stop_token(bench: Bench, tmp_path: Path) -> None:
    """The pieces of a split text but its last teach no stop."""
    text = {"text": "We count the boats in the harbour. " * 6}
    prepared = bench.prepare(tmp_path, [text], long="split", max_tokens=20)
    pieces = len(prepared.of("train"))
    assert pieces > 2
    assert looks(prepared) == {
        "stop token learned": f"1 of {pieces} examples teach the model to stop",
    }


def test_pad(changed: Callable[[Callable[[str], str]], Bench], tmp_path: Path) -> None:
    """A template that writes the pad token into its answers would teach the model to pad."""
    bench = changed(lambda text: text.replace("trim + '<|end|>'", "trim + '<pad><|end|>'", 1))
    assert bench.tokenizer.convert_ids_to_tokens(bench.base.pad_token_id) == "<pad>"
    assert looks(bench.prepare(tmp_path, [SHORT])) == {"pad never learned": "the pad token carries loss in 1 examples"}


def test_beginning_token(changed: Callable[[Callable[[str], str]], Bench], tmp_path: Path) -> None:
    """A template that writes the beginning token twice is shown by its check."""
    bench = changed(lambda text: "{{- bos_token -}}" + text)
    assert looks(bench.prepare(tmp_path, [SHORT])) == {"one beginning token": "1 examples begin with it twice"}


def test_share_of_loss(bench: Bench, tmp_path: Path) -> None:
    """Rows of almost nothing but question: under a hundredth of the tokens carries loss."""
    row = chat_row("Why? " * 200, "So.")
    labels = bench.expected_labels(row["messages"], "assistant")
    loss = len(labels) - labels.count(IGNORED)
    assert loss / len(labels) < 0.01
    part = f"{100 * loss / len(labels):.1f} % of {len(labels)} tokens"
    assert looks(bench.prepare(tmp_path, [row])) == {
        "share of loss tokens": f"loss on {part}, learning from: assistant"
    }


def test_repeats(bench: Bench, tmp_path: Path) -> None:
    """Each row that stands earlier in the training rows is counted."""
    found = looks(bench.prepare(tmp_path, [SHORT, SHORT, SHORT, chat_row("Where?", "Here.")]))
    assert found == {"duplicates in training rows": "2 examples are exact repeats of another"}


def test_cut(bench: Bench, tmp_path: Path) -> None:
    """Rows that lost turns, and how many tokens that were."""
    messages = [*SHORT["messages"], *chat_row("And?", "We sleep. " * 40)["messages"]]
    cut = len(bench.ids(messages)) - len(bench.ids(messages[:2]))
    found = looks(bench.prepare(tmp_path, [{"messages": messages}], long="truncate", max_tokens=64))
    assert found == {"cut rows": f"1 examples were cut, {cut} tokens"}


def test_eaten(changed: Callable[[Callable[[str], str]], Bench], tmp_path: Path) -> None:
    """A template that leaves a part of what a row says out."""
    bench = changed(lambda text: text.replace("message['content'] |", "message['content'] | replace('nine', '') |"))
    rows = [SHORT, chat_row("When?", "At nine.")]
    found = looks(bench.prepare(tmp_path, rows, max_bad_rows=1))
    assert found == {"nothing eaten": "1 rows were left out for it"}


@pytest.mark.parametrize(
    ("row", "check"),
    [
        ({"messages": [{"role": "user", "content": "Why?"}]}, "something to learn"),
        (
            {
                "messages": [
                    {"role": "user", "content": "Why?"},
                    {"role": "assistant", "content": "So.", "train": False},
                ]
            },
            "something to learn",
        ),
        (chat_row("Why?", ""), "no empty turns"),
        (chat_row(" ", "So."), "no empty turns"),
        ({"messages": [*SHORT["messages"], {"role": "system", "content": "Be kind."}]}, "role order"),
        ({"messages": [*SHORT["messages"], {"role": "judge", "content": "Good."}]}, "role order"),
        (chat_row("Why <|end|>?", "So."), "no control tokens in content"),
    ],
)
def test_rows_left_out(bench: Bench, tmp_path: Path, row: dict[str, Any], check: str) -> None:
    """What a row must not have is counted under its check, and held-out rows are not."""
    prepared = bench.prepare(tmp_path, [SHORT, row], held_out=[chat_row("Where?", "Here."), row], max_bad_rows=2)
    assert looks(prepared) == {check: "1 rows were left out for it"}


def test_leak(bench: Bench, tmp_path: Path) -> None:
    """Held-out rows that are trained on."""
    found = looks(bench.prepare(tmp_path, [SHORT], held_out=[SHORT, chat_row("Where?", "Here.")]))
    assert found == {"held-out rows in training rows": "1 of 2 held-out examples are also trained on"}


def test_dominating_row(bench: Bench, tmp_path: Path) -> None:
    """A row of over a tenth of all tokens is named by its line, as soon as there are more than ten."""
    rows = [chat_row(f"Why {i}?", "So.") for i in range(10)]
    big = chat_row("Why?", "We sleep. " * 30)
    found = looks(bench.prepare(tmp_path, [*rows, big]))
    assert found == {"no row dominates": "rows over a tenth of all tokens: 11"}
    assert looks(bench.prepare(tmp_path, [*rows[1:], big])) == {}


ENGLISH = "The parcel leaves our shop on the same day and arrives two days later."
GERMAN = "Das Paket verlässt unseren Laden am selben Tag und kommt zwei Tage später an."
FRENCH = "Le colis part de notre magasin le jour même et arrive deux jours plus tard."


@pytest.mark.parametrize(
    ("answers", "shares", "ok", "what"),
    [
        ([ENGLISH] * 4, {"en": 1.0}, True, "en 100.0 % of 4 examples"),
        ([ENGLISH, GERMAN] * 3, {"de": 0.5, "en": 0.5}, True, "de 50.0 %, en 50.0 % of 6 examples"),
        (
            [*[ENGLISH] * 28, GERMAN, FRENCH],
            {"en": 0.933, "de": 0.033, "fr": 0.033},
            False,
            "en 93.3 %, de 3.3 % (from train.jsonl:29 on), fr 3.3 % (from train.jsonl:30 on) of 30 examples",
        ),
        ([*[ENGLISH] * 29, "OK."], {"en": 0.967, "und": 0.033}, True, "en 96.7 %, und 3.3 % of 30 examples"),
        (["42", "7 + 5 = 12", "Yes.", "x1 = 3;"], {"und": 1.0}, True, "und 100.0 % of 4 examples"),
    ],
)
def test_languages(
    bench: Bench, tmp_path: Path, answers: list[str], shares: dict[str, float], ok: bool, what: str
) -> None:
    """Shares by language of what is learned, whatever is asked; a rare one asks for a look and says where it stands; what
    is too short or no language is undetermined, and no reason to look."""
    rows = [chat_row(f"Où est mon colis numéro {i} ?", answer) for i, answer in enumerate(answers)]
    prepared = bench.prepare(tmp_path, rows)
    spoken = languages(prepared, bench.tokenizer)
    assert spoken.shares == shares
    assert list(spoken.shares) == list(shares)
    found = results(prepared, spoken=spoken)["languages"]
    assert (found.ok, found.what) == (ok, what)


def test_languages_of_many(bench: Bench, tmp_path: Path) -> None:
    """Of many rows a thousand are looked at, always the same; no more than ten languages are named."""
    rows = [chat_row(f"Number {i}?", GERMAN if i % 4 == 0 else ENGLISH) for i in range(1200)]
    prepared = bench.prepare(tmp_path, rows)
    spoken = languages(prepared, bench.tokenizer)
    assert spoken == languages(prepared, bench.tokenizer)
    assert sum(spoken.shares.values()) == 1
    assert 0.2 < spoken.shares["de"] < 0.3
    assert results(prepared, spoken=spoken)["languages"].what == (
        f"en {100 * spoken.shares['en']:.1f} %, de {100 * spoken.shares['de']:.1f} % of 1,000 sampled examples"
    )


def bare(sizes: list[int]) -> Prepared:
    """Training examples of which only the lengths count."""
    columns = {name: np.zeros(len(sizes), np.int32) for name in ("loss", "cut", "flags", "sources", "files", "lines")}
    columns |= {"lengths": np.array(sizes, np.int32), "uses": np.ones(len(sizes))}
    source = SourceRows(Source(path="train.jsonl"), "train", [], "text")
    return Prepared([source], Examples(dict.fromkeys(("ids", "labels", "leaves")), columns, ()))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 3), st.integers(0, 3)), min_size=1))
def test_repeats_by_the_whole_leaf(drawn: list[tuple[bool, int, int]]) -> None:
    """An example is a repeat, or leaked, when all of its leaf is another's, however many begin alike; and the root over the
    distinct ones is that of the receipt. Leaves are drawn as no hash gives them: a beginning and a tail, of few each."""
    drawn = [(False, 0, 0), *drawn]
    leaves = [bytes([64 * begin] * 31 + [tail]) for _, begin, tail in drawn]
    memory = mmap.mmap(-1, 32 * len(leaves))
    memory.write(b"".join(leaves))
    columns = {name: np.ones(len(drawn), np.int32) for name in ("lengths", "loss", "cut", "files", "lines", "uses")}
    columns["sources"] = np.array([held_out for held_out, _, _ in drawn], np.int32)
    columns["flags"] = np.zeros(len(drawn), np.int32)
    sources = [SourceRows(Source(path="x.jsonl"), split, [], "text") for split in ("train", "eval")]
    prepared = Prepared(sources, Examples({"ids": None, "labels": None, "leaves": memory}, columns, ()))
    run_checks(prepared, "assistant", TOLD_ELSEWHERE)
    trained = [leaf for leaf, (held_out, _, _) in zip(leaves, drawn, strict=True) if not held_out]
    for i, (held_out, _, _) in enumerate(drawn):
        flags = prepared.examples.flags[i]
        assert bool(flags & Flag.LEAKED) == (held_out and leaves[i] in trained)
        earlier = [leaves[j] for j in range(i) if not drawn[j][0]]
        assert bool(flags & Flag.REPEAT) == (not held_out and leaves[i] in earlier)
    assert root_of(prepared.examples, np.arange(len(drawn))) == examples_root(leaves)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.integers(1, 70) | st.integers(1, 200_000) | st.sampled_from([2**k for k in range(18)]), min_size=1))
def test_lengths_and_histogram(sizes: list[int]) -> None:
    """Against a count by hand: the smallest length that is over such a share of all, and bins that end at powers of two."""
    ordered = sorted(sizes)
    prepared = bare(sizes)
    assert lengths(prepared) == {
        "min": ordered[0],
        "p50": ordered[len(sizes) // 2],
        "p90": ordered[min(len(sizes) - 1, len(sizes) * 90 // 100)],
        "p99": ordered[min(len(sizes) - 1, len(sizes) * 99 // 100)],
        "max": ordered[-1],
    }
    found = histogram(prepared)
    ends = list(map(int, found))
    assert ends == [16 * 2**k for k in range(len(ends))]
    assert ends[-1] >= ordered[-1]
    assert len(ends) == 1 or ends[-2] < ordered[-1]
    begins = [0, *ends[:-1]]
    assert list(found.values()) == [
        sum(begin < size <= end for size in sizes) for begin, end in zip(begins, ends, strict=True)
    ]


def test_lengths(bench: Bench, tmp_path: Path) -> None:
    """Shortest, median, 90 %, 99 % and longest of the training rows."""
    prepared = bench.prepare(tmp_path, [chat_row("Why?", "so " * n) for n in range(1, 101)])
    found = sorted(len(k.example.input_ids) for k in prepared.rows("train"))
    assert lengths(prepared) == {
        "min": found[0],
        "p50": found[50],
        "p90": found[90],
        "p99": found[99],
        "max": found[-1],
    }
    one = bench.prepare(tmp_path, [SHORT])
    size = len(one.rows("train")[0].example.input_ids)
    assert lengths(one) == dict.fromkeys(("min", "p50", "p90", "p99", "max"), size)
