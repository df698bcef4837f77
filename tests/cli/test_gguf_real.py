"""GGUF for real: llama.cpp's converter and quantizer on pocket, the files loaded with llama-cpp-python.

Wants LLAMA_CPP (a source tree with llama-quantize built) and llama-cpp-python: see CONTRIBUTING.md.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
import torch
from conftest import POCKET, fill_project, write_recipe
from whole import folder_of, tune, turn_a_bit

from tune.export.gguf_header import read_header

sys.path.insert(0, str(Path(__file__).parents[1] / "export"))  # the tiny adapters of the merge tests
from tiny import write_adapter

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif("LLAMA_CPP" not in os.environ, reason="LLAMA_CPP names no llama.cpp"),
    pytest.mark.skipif(find_spec("llama_cpp") is None, reason="llama-cpp-python is not installed"),
]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with pocket as base and an adapter made with PEFT alone."""
    folder = tmp_path_factory.mktemp("gguf")
    shutil.copytree(POCKET, folder / "base")
    write_adapter(folder / "adapter", folder / "base", torch.bfloat16, target_modules="all-linear", r=8)
    (folder / "adapter/README.md").write_text("---\nlicense: apache-2.0\n---\n")
    return folder


def exported(place: Path, kind: str) -> Path:
    """pocket with the adapter as GGUF file of a type, in a folder."""
    to = place / f"bot-{kind}"
    if not to.exists():
        tune("export", "adapter", "--base", "base", "--to", to, "--license", "apache-2.0", "--gguf", kind, cwd=place)
    return to


@pytest.mark.parametrize(
    ("kind", "stored", "kl", "top1"),
    [("bf16", "BF16", 1e-3, 0.99), ("q8_0", "Q8_0", 1e-2, 0.97), ("q4_k_m", "Q5_0", 0.5, 0.7)],
)
def test_a_file_of_a_type(place: Path, kind: str, stored: str, kl: float, top1: float) -> None:
    """It loads, holds pocket's template and stop token, gives the tokenizer's ids for chats, ends at the stop token, and is
    as near to the merged model as its type is; card, manifest and verify know it. pocket's rows are too short for q4_k:
    the quantizer takes another type for them, and the record says so."""
    folder = exported(place, kind)
    found = json.loads((folder / "export.json").read_text())["gguf"]
    assert found["checked_with"].startswith("llama-cpp-python ")
    assert (found["golden_token_ids_equal"], found["ends_at"], found["ollama_template"]) == (True, [2], True)
    assert stored in found["tensor_types"]
    assert found["mean_kl"] < kl
    assert found["top1_agreement"] >= top1
    header = read_header(folder / f"bot-{kind}-{kind}.gguf").metadata
    assert header["tokenizer.chat_template"] == (POCKET / "chat_template.jinja").read_text()
    assert header["general.name"] == f"bot-{kind}"
    assert not any(str(place) in str(value) or "merging" in str(value) for value in header.values())
    manifest = json.loads((folder / "disclosure/manifest.json").read_text())
    assert {f"bot-{kind}-{kind}.gguf", "Modelfile"} <= {file["name"] for file in manifest["subject"]["files"]}
    assert f"`bot-{kind}-{kind}.gguf` holds the merged weights" in (folder / "README.md").read_text()
    assert sorted(p.suffix for p in folder.iterdir() if p.name.startswith(".")) == []
    assert tune("verify", folder, cwd=place).stdout.splitlines()[-1] == "VERIFIED"


def test_it_answers_as_the_merged_model(place: Path) -> None:
    """Through the template in the file, llama.cpp gives the answer that transformers gives, and stops where it stops."""
    from llama_cpp import Llama
    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder, question = exported(place, "bf16"), [{"role": "user", "content": "Hello! How are you today?"}]
    tokenizer = AutoTokenizer.from_pretrained(folder)
    ids = tokenizer.apply_chat_template(question, add_generation_prompt=True, return_tensors="pt")["input_ids"]
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    answer = model.generate(ids, do_sample=False, max_new_tokens=24)[0, ids.shape[1] :]
    llama = Llama(str(folder / "bot-bf16-bf16.gguf"), n_ctx=256, verbose=False)
    said = []
    for token in llama.generate(ids[0].tolist(), temp=0.0):
        said.append(token)
        if token == 2 or len(said) == 24:
            break
    assert said == answer.tolist()


def test_a_changed_byte_of_the_file_fails_verify(place: Path) -> None:
    """The GGUF file is one of those that the manifest describes."""
    shutil.copytree(exported(place, "q8_0"), place / "harmed")
    turn_a_bit(place / "harmed/bot-q8_0-q8_0.gguf")
    done = tune("verify", "harmed", cwd=place, check=False)
    assert done.returncode == 1
    assert "bot-q8_0-q8_0.gguf is not the file described" in done.stdout


def test_a_tokenizer_that_llama_cpp_reads_otherwise(place: Path) -> None:
    """A base whose chats llama.cpp cuts into other tokens is refused: nothing is kept."""
    shutil.copytree(place / "base", place / "strange")
    (place / "strange/tokenizer.model").unlink(missing_ok=True)
    path = place / "strange/tokenizer.json"
    tokenizer = json.loads(path.read_text())
    tokenizer["normalizer"]["normalizers"].insert(0, {"type": "Lowercase"})
    path.write_text(json.dumps(tokenizer))
    call = ["export", "adapter", "--base", "strange", "--to", "new", "--license", "apache-2.0", "--gguf", "q8_0"]
    done = tune(*call, cwd=place, check=False)
    assert done.returncode == 1
    assert "llama.cpp gives other token ids for a chat than the model's tokenizer: do not use this file" in done.stderr
    assert not (place / "new").exists()


def test_a_recipe_that_wants_one(tmp_path: Path, tiny_base: Path) -> None:
    """`export.gguf` alone merges; the run is done then, and a file that is gone is made again. The base gets pocket's
    tokenizer.model: from tokenizer.json alone llama.cpp makes other tokens of it, and the export is refused."""
    project = fill_project(tmp_path / "project")
    base = shutil.copytree(tiny_base, tmp_path / "base")
    shutil.copyfile(POCKET / "tokenizer.model", base / "tokenizer.model")
    write_recipe(project / "recipe.yaml", base, export={"gguf": "q8_0"}, publish={"license": "mit"})
    run = folder_of(tune("run", "recipe.yaml", cwd=project), project)
    file = run / "export/merged/tiny-q8_0.gguf"
    written = file.read_bytes()
    assert "nothing to do" in tune("run", "recipe.yaml", cwd=project).stderr
    file.unlink()
    assert "export: tiny-q8_0.gguf: mean KL " in tune("run", "recipe.yaml", cwd=project).stderr
    assert file.read_bytes() == written
    assert tune("verify", run / "export/merged", cwd=project).returncode == 0
