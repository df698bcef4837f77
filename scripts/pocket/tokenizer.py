"""Train the tokenizer of the pocket model and write it, with its chat template, to a model folder.

The result is a byte-pair encoder in the form of Llama 2: spaces are written as "▁", one "▁" is put before every stretch of
text, characters outside the vocabulary fall back to one of 256 byte pieces, and nothing splits words before merging. The
words are split only while training, so that no piece crosses a word, joins a digit to anything, or joins punctuation to
letters.

The merges that training found are thrown away and rebuilt from the pieces: every split of a piece into two pieces becomes a
merge, ordered by the rank of the piece it makes. Merging by that list is the same as SentencePiece's rule "join the pair
whose result has the best score", which is how llama.cpp reads such a vocabulary, so both give the same ids.

One character does not survive: a literal "▁" (U+2581) in the text decodes as a space, as in Llama 2.
"""

from __future__ import annotations

import argparse
import json
import random
import struct
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import AutoTokenizer, PreTrainedTokenizerFast

UNK, BOS, END, PAD = "<unk>", "<s>", "<|end|>", "<pad>"
ROLE_TOKENS = {"system": "<|system|>", "user": "<|user|>", "assistant": "<|assistant|>"}
SPECIAL_TOKENS = (UNK, BOS, END, PAD, *ROLE_TOKENS.values())
"""Ids 0 to 6, in this order. ``<|end|>`` closes every turn and every plain text, and is the stop token."""

BYTE_PIECES = tuple(f"<0x{byte:02X}>" for byte in range(256))
VOCABULARY_SIZE = 4096
CONTEXT_TOKENS = 1024
SPACE = "▁"

CHAT_TEMPLATE = """\
{{- bos_token -}}
{%- for message in messages -%}
    {%- if message['content'] is not string -%}
        {{- raise_exception('The content of a message must be a string; message ' ~ loop.index ~ ' has none.') -}}
    {%- endif -%}
    {%- if message['role'] == 'assistant' -%}
        {{- '<|assistant|>' -}}
        {%- generation -%}
            {{- message['content'] | trim + '<|end|>' -}}
        {%- endgeneration -%}
    {%- elif message['role'] in ['system', 'user'] -%}
        {{- '<|' + message['role'] + '|>' + message['content'] | trim + '<|end|>' -}}
    {%- else -%}
        {{- raise_exception('Unknown role "' ~ message['role'] ~ '": use system, user or assistant.') -}}
    {%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}
    {{- '<|assistant|>' -}}
{%- endif -%}
"""


def row_texts(row: dict[str, Any]) -> list[str]:
    """The strings of one corpus row: its ``text``, or the content of each message. KeyError when it has neither."""
    if "text" in row:
        return [row["text"]]
    return [message["content"] for message in row["messages"]]


def sample_texts(corpus: Path, limit_bytes: int, seed: int) -> list[str]:
    """Whole rows in a seeded random order until `limit_bytes` bytes of JSON are taken (all of them when it is fewer)."""
    lines = corpus.read_bytes().splitlines()
    random.Random(seed).shuffle(lines)
    texts: list[str] = []
    taken = 0
    for line in lines:
        if taken >= limit_bytes:
            break
        if line.strip():
            texts.extend(row_texts(json.loads(line)))
            taken += len(line)
    if not texts:
        raise ValueError(f"{corpus} holds no rows.")
    return texts


def llama_normalizer() -> normalizers.Normalizer:
    """Put one "▁" before the text and write every space as "▁"."""
    return normalizers.Sequence([normalizers.Prepend(SPACE), normalizers.Replace(" ", SPACE)])


def learn_pieces(texts: list[str], count: int) -> list[str]:
    """The `count` best pieces of `texts`: single characters first, then merged pieces in the order they were learned."""
    trainee = Tokenizer(models.BPE())
    trainee.normalizer = llama_normalizer()
    # A word with its space; digits and line breaks alone; any other sign with its space; a space of its own.
    words = Regex(rf"{SPACE}?[\p{{L}}\p{{M}}]+|\p{{N}}|\n|{SPACE}?[^\p{{L}}\p{{M}}\p{{N}}\n{SPACE}]|{SPACE}")
    trainee.pre_tokenizer = pre_tokenizers.Split(words, "isolated")
    printable = [chr(code) for code in range(0x21, 0x7F)]
    trainer = trainers.BpeTrainer(
        vocab_size=count,
        limit_alphabet=200,
        initial_alphabet=[SPACE, "\n", *printable],
        show_progress=False,
        min_frequency=2,
    )
    trainee.train_from_iterator(texts, trainer=trainer)
    vocabulary = trainee.get_vocab()
    return sorted(vocabulary, key=vocabulary.__getitem__)


def rebuild_merges(pieces: list[str]) -> list[tuple[str, str]]:
    """Every split of a piece into two pieces, best (earliest) resulting piece first, then best left and right part."""
    rank = {piece: position for position, piece in enumerate(pieces)}
    merges: list[tuple[str, str]] = []
    for piece in pieces:
        splits = ((piece[:cut], piece[cut:]) for cut in range(1, len(piece)))
        known = [(left, right) for left, right in splits if left in rank and right in rank]
        merges.extend(sorted(known, key=lambda pair: (rank[pair[0]], rank[pair[1]])))
    return merges


def build_tokenizer(pieces: list[str]) -> Tokenizer:
    """The Llama-2-form encoder over the special tokens, the byte pieces and then `pieces`."""
    vocabulary = {piece: number for number, piece in enumerate((*SPECIAL_TOKENS, *BYTE_PIECES, *pieces))}
    if len(vocabulary) != len(SPECIAL_TOKENS) + len(BYTE_PIECES) + len(pieces):
        raise ValueError("A learned piece repeats a special token or a byte piece.")
    tokenizer = Tokenizer(
        models.BPE(
            vocab=vocabulary,
            merges=rebuild_merges(pieces),
            unk_token=UNK,
            fuse_unk=True,
            byte_fallback=True,
        )
    )
    tokenizer.normalizer = llama_normalizer()
    tokenizer.decoder = decoders.Sequence(
        [
            decoders.Replace(SPACE, " "),
            decoders.ByteFallback(),
            decoders.Fuse(),
            decoders.Strip(" ", 1, 0),
        ]
    )
    tokenizer.add_special_tokens([AddedToken(token, normalized=False, special=True) for token in SPECIAL_TOKENS])
    return tokenizer


def wrap_tokenizer(tokenizer: Tokenizer) -> PreTrainedTokenizerFast:
    """The transformers tokenizer around `tokenizer`, with the chat template; encoding never adds special tokens."""
    wrapped = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        unk_token=UNK,
        bos_token=BOS,
        eos_token=END,
        pad_token=PAD,
        additional_special_tokens=list(ROLE_TOKENS.values()),
        add_bos_token=False,
        add_eos_token=False,
        model_max_length=CONTEXT_TOKENS,
        padding_side="right",
        clean_up_tokenization_spaces=False,
    )
    wrapped.chat_template = CHAT_TEMPLATE
    return wrapped


def varint_field(number: int, value: int) -> bytes:
    """A protocol buffer field that holds a whole number from 0 up."""
    coded = bytearray([number << 3 & 0x7F | (0x80 if number > 15 else 0)])
    if number > 15:
        coded.append(number >> 4)
    while value > 0x7F:
        coded.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(coded) + bytes([value])


def bytes_field(number: int, value: bytes) -> bytes:
    """A protocol buffer field that holds bytes, a string or another message."""
    head = bytearray(varint_field(number, len(value)))
    head[0] |= 2
    return bytes(head) + value


def sentencepiece_model(vocabulary: dict[str, int]) -> bytes:
    """The vocabulary as a SentencePiece BPE model file, a piece's score being minus its id.

    Only this file carries scores: llama.cpp's converter gives every piece the same score when it finds a tokenizer.json
    alone, and then merges in another order. Field numbers: sentencepiece_model.proto of github.com/google/sentencepiece.
    """
    kinds = {UNK: 2} | dict.fromkeys(SPECIAL_TOKENS[1:], 3) | dict.fromkeys(BYTE_PIECES, 6)
    coded = bytearray()
    for piece in sorted(vocabulary, key=vocabulary.__getitem__):
        kind = kinds.get(piece, 1)
        score = struct.pack("<f", -float(vocabulary[piece]) if kind == 1 else 0.0)
        coded += bytes_field(1, bytes_field(1, piece.encode()) + b"\x15" + score + varint_field(3, kind))
    special = [vocabulary[token] for token in (UNK, BOS, END, PAD)]
    trainer = varint_field(3, 2) + varint_field(4, len(vocabulary)) + varint_field(35, 1)
    trainer += b"".join(varint_field(40 + place, number) for place, number in enumerate(special))
    trainer += b"".join(bytes_field(45 + place, token.encode()) for place, token in enumerate((UNK, BOS, END, PAD)))
    normalizer = bytes_field(1, b"identity") + varint_field(3, 1) + varint_field(4, 0) + varint_field(5, 1)
    return bytes(coded) + bytes_field(2, trainer) + bytes_field(3, normalizer)


def save_tokenizer(tokenizer: PreTrainedTokenizerFast, out: Path) -> None:
    """Save into the folder `out`, with a tokenizer.model for llama.cpp and a configuration that transformers 4 reads too.

    transformers 5 writes a class name and a list of extra tokens that version 4 refuses; both read the older names.
    """
    tokenizer.save_pretrained(out)
    path = out / "tokenizer_config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    config["add_bos_token"] = False  # the chat template writes <s> itself; llama.cpp would add a second one
    config["tokenizer_class"] = "PreTrainedTokenizerFast"
    config["additional_special_tokens"] = list(ROLE_TOKENS.values())
    for name in ("backend", "extra_special_tokens", "is_local", "local_files_only"):
        config.pop(name, None)
    path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    (out / "tokenizer.model").write_bytes(sentencepiece_model(tokenizer.get_vocab()))


def probes() -> Iterator[str]:
    """Texts that a byte-fallback encoder must give back unchanged."""
    yield from ("Hello, world!", " two  spaces ", "line\nbreak\r\n\ttab", "3.14 + 1,000 = ?", "naïve café Ærø")
    yield from ("日本語 и العربية", "👩‍👩‍👧‍👦 ok", "e\u0301", "\u0000\u007f\ufffd", "'\"`don't`\"'", "")


def check_tokenizer(tokenizer: Any) -> None:
    """Raise ValueError when a probe does not round-trip or rendering a conversation in steps changes earlier ids."""
    for text in probes():
        back = tokenizer.decode(tokenizer.encode(text, add_special_tokens=False))
        if back != text:
            raise ValueError(f"The text {text!r} came back as {back!r}.")
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": " Hi 👋 "},
        {"role": "assistant", "content": "Hello.\nHow can I help?"},
        {"role": "user", "content": "12+7?"},
        {"role": "assistant", "content": "19."},
    ]
    full = tokenizer.apply_chat_template(messages, return_dict=True, return_assistant_tokens_mask=True)
    ids = full["input_ids"]
    if ids.count(tokenizer.bos_token_id) != 1 or ids[0] != tokenizer.bos_token_id:
        raise ValueError("A rendered conversation must begin with its only <s>.")
    for count in (2, 4):
        start = tokenizer.apply_chat_template(messages[:count], add_generation_prompt=True, return_dict=True)
        prompt = start["input_ids"]
        if ids[: len(prompt)] != prompt:
            raise ValueError("A prompt is not a prefix of the conversation that continues it.")
    said = [number for number, kept in zip(ids, full["assistant_masks"], strict=True) if kept]
    if tokenizer.decode(said) != "Hello.\nHow can I help?<|end|> 19.<|end|>":
        raise ValueError(f"The assistant mask covers {tokenizer.decode(said)!r}.")


def main(arguments: list[str] | None = None) -> None:
    """Command line: train on a seeded sample of the corpus, check, and save into the model folder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--corpus", type=Path, default=Path("build/pocket/corpus/train.jsonl"), help="JSONL file")
    parser.add_argument("--out", type=Path, default=Path("data/pocket"), help="model folder to write")
    parser.add_argument("--vocabulary", type=int, default=VOCABULARY_SIZE, help="pieces, special tokens included")
    parser.add_argument("--sample-mb", type=float, default=20.0, help="megabytes of corpus to train on")
    parser.add_argument("--seed", type=int, default=0, help="seed of the sample")
    options = parser.parse_args(arguments)
    begun = time.perf_counter()
    texts = sample_texts(options.corpus, int(options.sample_mb * 1e6), options.seed)
    pieces = learn_pieces(texts, options.vocabulary - len(SPECIAL_TOKENS) - len(BYTE_PIECES))
    tokenizer = wrap_tokenizer(build_tokenizer(pieces))
    check_tokenizer(tokenizer)
    save_tokenizer(tokenizer, options.out)
    check_tokenizer(AutoTokenizer.from_pretrained(options.out))
    characters = sum(map(len, texts[:2000]))
    tokens = sum(map(len, tokenizer(texts[:2000], add_special_tokens=False)["input_ids"]))
    print(
        f"{len(tokenizer)} pieces, {characters / tokens:.2f} characters a token, "
        f"{time.perf_counter() - begun:.1f} s, written to {options.out}"
    )


if __name__ == "__main__":
    main()
