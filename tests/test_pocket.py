"""pocket, the embedded base: its size, its tokenizer, its manners, and what its corpus does not know."""

from __future__ import annotations

import hashlib
import json
import math
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import POCKET, ROOT
from test_support_bot import GRAM, grams, held_out_texts, words

from tune.modelfiles import read_headers


def test_it_is_small() -> None:
    """At most 8 M parameters and 20 MB, all of it safetensors."""
    shapes = read_headers(POCKET, "pocket")
    assert sum(math.prod(tensor.shape) for tensor in shapes.values()) <= 8_000_000
    assert (POCKET / "model.safetensors").stat().st_size <= 20_000_000
    assert {tensor.dtype for tensor in shapes.values()} == {"BF16"}


def test_tokenizer_is_in_the_llama_2_form() -> None:
    """What llama.cpp's converter asks for: BPE with byte fallback, a Sequence decoder, no pre-tokenizer."""
    tokenizer = json.loads((POCKET / "tokenizer.json").read_text())
    assert tokenizer["model"]["type"] == "BPE"
    assert tokenizer["model"]["byte_fallback"] is True
    assert tokenizer["pre_tokenizer"] is None
    assert tokenizer["decoder"]["type"] == "Sequence"
    assert {f"<0x{byte:02X}>" for byte in range(256)} <= set(tokenizer["model"]["vocab"])


@pytest.mark.parametrize("text", ["Hello there.", "naïve café, 東京 🙂", "a  b\n\tc", "£4.50 (incl. 20 %)"])
def test_every_text_comes_back(text: str) -> None:
    """Byte fallback: any Unicode text survives encoding and decoding."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(POCKET)
    assert tokenizer.decode(tokenizer(text)["input_ids"], skip_special_tokens=True) == text


def test_its_template_marks_answers_and_stops() -> None:
    """Exactly one <s>, the generation marks cover answer and stop token, and prefixes stay prefixes."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(POCKET)
    turns = [
        {"role": r, "content": c}
        for r, c in (
            ("system", "Be brief."),
            ("user", "Hi!"),
            ("assistant", "Hello."),
            ("user", "Bye!"),
            ("assistant", "Bye."),
        )
    ]
    found = tokenizer.apply_chat_template(turns, return_dict=True, return_assistant_tokens_mask=True)
    learned = [t for t, m in zip(found["input_ids"], found["assistant_masks"], strict=True) if m]
    assert tokenizer.decode(learned) == "Hello.<|end|> Bye.<|end|>"
    assert found["input_ids"].count(tokenizer.bos_token_id) == 1
    prefix = tokenizer.apply_chat_template(turns[:4], add_generation_prompt=True, return_dict=True)["input_ids"]
    assert found["input_ids"][: len(prefix)] == prefix


def test_it_answers_and_stops() -> None:
    """On 50 general prompts that its corpus does not hold, at least 95 % of answers end by themselves within 128
    tokens, and answers are whole sentences."""
    from scripts.pocket.card import measure

    prompts = (POCKET / "prompts.txt").read_text().splitlines()
    found = measure(POCKET, prompts)
    assert len(found) == 50
    assert sum(a.stopped for a in found) / 50 >= 0.95
    assert sum(a.text.endswith((".", "!", "?", '"', "”")) and a.text[0].isupper() for a in found) / 50 >= 0.9


@pytest.mark.slow
def test_its_corpus_is_reproduced_and_knows_nothing_held_out(tmp_path: Path) -> None:
    """The generator writes the very corpus that the manifest names; no general prompt, shop fact, held-out question
    or prompt stands in it, by runs of eight words or, when shorter, as a whole turn."""
    from scripts.pocket.__main__ import steps

    corpus = steps(tmp_path, Path("data/pocket"), [])[0]
    subprocess.run(
        [sys.executable, "-m", f"scripts.pocket.{corpus[0]}", *corpus[1:]], cwd=ROOT, check=True, capture_output=True
    )
    manifest = json.loads((POCKET / "disclosure/manifest.json").read_text())
    for source in manifest["sources"]:
        assert (
            hashlib.sha256((tmp_path / "corpus" / source["name"]).read_bytes()).hexdigest() == source["sha256"]["value"]
        )
    held = held_out_texts() | {words(line) for line in (POCKET / "prompts.txt").read_text().splitlines()}
    long = {gram for text in held if len(text) >= GRAM for gram in grams(text)}
    short = {text for text in held if len(text) < GRAM}
    leaks = set()
    with (tmp_path / "corpus" / "train.jsonl").open() as lines:
        for line in lines:
            row = json.loads(line)
            for content in [row["text"]] if "text" in row else [m["content"] for m in row["messages"]]:
                found = words(content)
                leaks |= grams(found) & long
                leaks |= {found} & short
    assert leaks == set()


@pytest.mark.long
def test_it_is_built_from_nothing(tmp_path: Path) -> None:
    """`make pocket` on a small scale: corpus, tokenizer, pretraining, measurement and a card that verifies."""
    from tune.verify import verdict, verify

    model = tmp_path / "pocket"
    model.mkdir()
    (model / "prompts.txt").write_text((POCKET / "prompts.txt").read_text())
    command = [
        sys.executable,
        "-m",
        "scripts.pocket",
        "--work",
        str(tmp_path / "work"),
        "--model",
        str(model),
        "--tokens",
        "40_000",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert verdict(verify(model)) == "VERIFIED"
