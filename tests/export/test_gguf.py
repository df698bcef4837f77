"""GGUF files: what is said before any work is done, what their header must hold, and the Modelfile beside them."""

from __future__ import annotations

import struct
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import POCKET
from tiny import write_adapter
from transformers import AutoTokenizer

from tune import cli
from tune.doctor import examine
from tune.errors import TuneError, UserError
from tune.export import gguf
from tune.export.gguf_header import Header, read_header
from tune.export.ollama import Turns, modelfile, turns
from tune.template import of_tokenizer


def text(value: str) -> bytes:
    """A string as GGUF writes it."""
    return struct.pack("<Q", len(value.encode())) + value.encode()


def content(values: list[tuple[str, int, bytes]], tensors: list[tuple[str, int]]) -> bytes:
    """A GGUF header: (key, type, bytes) of each value, (name, type) of each tensor, of two dimensions."""
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(values))
    head += b"".join(text(key) + struct.pack("<I", kind) + value for key, kind, value in values)
    return head + b"".join(text(n) + struct.pack("<IQQIQ", 2, 32, 64, kind, 0) for n, kind in tensors)


WHOLE = content(
    [
        ("general.architecture", 8, text("llama")),
        ("tokenizer.ggml.eos_token_id", 4, struct.pack("<I", 2)),
        ("scale", 6, struct.pack("<f", 0.5)),
        ("flag", 7, b"\x01"),
        ("tokens", 9, struct.pack("<IQ", 8, 2) + text("<s>") + text("東京")),
        ("nested", 9, struct.pack("<IQ", 9, 1) + struct.pack("<IQ", 5, 1) + struct.pack("<i", -7)),
    ],
    [("a", 0), ("b", 8), ("c", 8), ("d", 99)],
)


def test_a_header_is_read(tmp_path: Path) -> None:
    """Every kind of value, and the types of the tensors by number, as the format's document writes them."""
    (tmp_path / "a.gguf").write_bytes(WHOLE + b"weights")
    found = read_header(tmp_path / "a.gguf")
    assert found.metadata == {
        "general.architecture": "llama",
        "tokenizer.ggml.eos_token_id": 2,
        "scale": 0.5,
        "flag": True,
        "tokens": ["<s>", "東京"],
        "nested": [[-7]],
    }
    assert found.tensor_types == {"F32": 1, "Q8_0": 2, "type 99": 1}


def test_a_damaged_header_is_a_sentence(tmp_path: Path) -> None:
    """Cut anywhere before its last field, of another kind, of a coming version, with an absurd length: ValueError."""
    path = tmp_path / "a.gguf"
    for harmed in (
        *(WHOLE[:end] for end in range(0, len(WHOLE) - 8, 7)),
        b"GGML" + WHOLE[4:],
        WHOLE[:4] + struct.pack("<I", 9) + WHOLE[8:],
        content([("a", 8, struct.pack("<Q", 2**60))], []),
        content([("a", 77, b"")], []),
    ):
        path.write_bytes(harmed)
        with pytest.raises(ValueError, match=r"header|GGUF"):
            read_header(path)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"tokenizer.chat_template": "{{ messages }}"}, "another chat template than the model"),
        ({"tokenizer.chat_template": None}, "another chat template than the model"),
        ({"tokenizer.ggml.eos_token_id": 1}, "ends answers at token 1, and the model at 2, 9: it would not stop"),
        ({"tokenizer.ggml.eos_token_id": None}, "it would not stop"),
    ],
)
def test_a_file_that_would_talk_otherwise(changed: dict[str, Any], words: str) -> None:
    """A file with another template or another end token than the model's is refused."""
    tokenizer = AutoTokenizer.from_pretrained(POCKET)
    right = {"tokenizer.chat_template": tokenizer.chat_template, "tokenizer.ggml.eos_token_id": 2}
    gguf._as_the_model(Header(right, {}), tokenizer, (2, 9))
    with pytest.raises(TuneError, match=words):
        gguf._as_the_model(Header(right | changed, {}), tokenizer, (2, 9))


def tools(folder: Path, *names: str) -> Path:
    """A folder with empty tools of llama.cpp."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
        path.chmod(0o755)
    return folder


@pytest.mark.parametrize(
    ("kind", "there", "what"),
    [
        ("q8_0", (), "llama.cpp's converter (convert_hf_to_gguf.py) was not found in llama, which LLAMA_CPP names"),
        (
            "q4_k_m",
            ("convert_hf_to_gguf.py",),
            "llama.cpp's quantizer (llama-quantize), which q4_k_m needs, was not found in llama, which LLAMA_CPP names",
        ),
    ],
)
def test_missing_tools_are_said_at_once(
    kind: str,
    there: tuple[str, ...],
    what: str,
    recipe: Callable[..., Path],
    tiny_base: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """By `tune check` with file and line before any training, by `tune export` before anything is loaded or written."""
    path = recipe(export={"gguf": kind})
    tools(Path("llama"), *there)
    monkeypatch.setenv("LLAMA_CPP", "llama")
    assert cli.main(["check", str(path)]) == 2
    line = path.read_text().splitlines().index(f"  gguf: {kind}") + 1
    said = capsys.readouterr().err
    assert said.startswith(f"{path}:{line}: export.gguf: {what}. get the source of llama.cpp (https://github.com/")
    assert said.endswith("and set LLAMA_CPP to its folder\n")
    write_adapter(Path("adapter"), tiny_base)
    capsys.readouterr()
    call = ["export", "adapter", "--base", str(tiny_base), "--to", "new", "--gguf", kind, "--override", "a test"]
    assert cli.main(call) == 2
    assert f"export.gguf: {what}. get the source" in capsys.readouterr().err
    assert not Path("new").exists()


def test_the_doctor_knows_llama_cpp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """To have no llama.cpp is no fault; to name a folder that is none is one; a build is found in the source tree."""
    monkeypatch.delenv("LLAMA_CPP", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    (found,) = (f for f in examine(tmp_path) if f.what == "llama.cpp")
    assert (found.found, found.fix) == ("not found; only export.gguf needs it", "")
    monkeypatch.setenv("LLAMA_CPP", str(tmp_path))
    (found,) = (f for f in examine(tmp_path) if f.what == "llama.cpp")
    assert found.fix.startswith(f"LLAMA_CPP={tmp_path}: get the source of llama.cpp")
    tools(tmp_path, "convert_hf_to_gguf.py", "build/bin/llama-quantize")
    (found,) = (f for f in examine(tmp_path) if f.what == "llama.cpp")
    assert found.fix == ""
    assert found.found == f"{tmp_path}/convert_hf_to_gguf.py, {tmp_path}/build/bin/llama-quantize"


@pytest.mark.parametrize(
    ("last", "fix"),
    [
        (
            "ModuleNotFoundError: No module named 'sentencepiece'",
            "pip install sentencepiece, which the converter wants",
        ),
        ("NotImplementedError: BPE pre-tokenizer was not recognized", "get the newest llama.cpp"),
        ("ERROR:hf-to-gguf:Model XForCausalLM is not supported", "get the newest llama.cpp"),
        ("Killed", "run the same command again"),
    ],
)
def test_the_last_words_of_a_tool(last: str, fix: str) -> None:
    """A tool that fails is quoted, and what can be done about it follows."""
    command = [sys.executable, "-c", f"import sys; print('INFO', file=sys.stderr); sys.exit({last!r})"]
    with pytest.raises(UserError) as caught:
        gguf._tool(command, "converter")
    assert str(caught.value).startswith(f"export.gguf: llama.cpp's converter failed: {last}. {fix}")


def renderer(template: str) -> Any:
    """A chat template over pocket's tokenizer."""
    tokenizer = AutoTokenizer.from_pretrained(POCKET)
    tokenizer.chat_template = template
    return gguf._renderer(of_tokenizer(tokenizer, None))


LOOP = "{% for m in messages %}"
CHATML = (
    LOOP
    + "<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
INST = (
    "{{ bos_token }}"
    + LOOP
    + "{% if m.role == 'user' %}[INST] {{ m.content }} [/INST]{% elif m.role == 'assistant' %} {{ m.content }}{{ eos_token }}"
    "{% else %}{{ raise_exception('no system') }}{% endif %}{% endfor %}"
)
DEFAULT_SYSTEM = "{% if messages[0].role != 'system' %}<sys>Be kind.</sys>{% endif %}" + CHATML
FORGETS = (
    LOOP
    + "{% if m.role == 'user' or loop.last %}<{{ m.role }}>{{ m.content }}</>{% endif %}{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}"
)


def test_turns_are_found_by_rendering() -> None:
    """ChatML and [INST] are text around messages; the turns then say what the template says for any chat."""
    found = turns(renderer(CHATML))
    assert found == Turns(
        "",
        {role: (f"<|im_start|>{role}\n", "<|im_end|>\n") for role in ("user", "assistant", "system")},
        "<|im_start|>assistant\n",
    )
    found = turns(renderer(INST))
    assert found == Turns("<s>", {"user": ("[INST] ", " [/INST]"), "assistant": (" ", "<|end|>")}, "")
    assert "# The chat template knows no system messages" in modelfile("a.gguf", "bot", found, "", [])


@pytest.mark.parametrize("template", [DEFAULT_SYSTEM, FORGETS, LOOP + "{{ m.content | upper }}{% endfor %}"])
def test_a_template_that_does_more_is_left_alone(template: str) -> None:
    """A default system message, turns that are forgotten, contents that are changed: no turns rather than wrong ones."""
    assert turns(renderer(template)) is None


def test_a_modelfile() -> None:
    """pocket's template in Ollama's language. A beginning that the tokenizer adds by itself is not said twice; text that
    Ollama would read as something else gives no TEMPLATE."""
    tokenizer = AutoTokenizer.from_pretrained(POCKET)
    found = turns(gguf._renderer(of_tokenizer(tokenizer, None)))
    told = modelfile("a.gguf", "bot", found, "", ["<|end|>"]).splitlines()
    assert told == [
        "# ollama create bot -f Modelfile",
        "FROM ./a.gguf",
        (
            'TEMPLATE """<s>{{ range .Messages }}{{ if eq .Role "user" }}<|user|>{{ .Content }}<|end|>{{ else if eq .Role "assistant" }}'
            '<|assistant|>{{ .Content }}<|end|>{{ else if eq .Role "system" }}<|system|>{{ .Content }}<|end|>{{ end }}{{ end }}<|assistant|>"""'
        ),
        'PARAMETER stop "<|end|>"',
    ]
    assert 'TEMPLATE """{{ range' in modelfile("a.gguf", "bot", found, "<s>", [])
    strange = Turns("{{", {"user": ("", "")}, "")
    for nothing in (strange, None):
        assert "TEMPLATE" not in modelfile("a.gguf", "bot", nothing, "", [])
