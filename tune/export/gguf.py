"""A GGUF file of the merged model, made by llama.cpp's own converter and quantizer, and what can be shown of it.

Its header is read back: chat template and end token must be those of the model. Where llama-cpp-python is installed, the
file is loaded with it, in a fresh process, and compared with the merged model.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from tune import llamacpp, models
from tune.digest import file_sha256
from tune.errors import Problem, TuneError, UserError
from tune.export import proof
from tune.export.gguf_header import Header, read_header
from tune.export.ollama import Chat, Turns, modelfile, turns
from tune.export.proof import Subject
from tune.files import write_text
from tune.machine import run_module
from tune.records import FileDigest, GgufProof
from tune.template import Template, TemplateRefused, of_tokenizer

if TYPE_CHECKING:
    import torch

MODELFILE = "Modelfile"
CHATS: tuple[Chat, ...] = (
    *((("user", text),) for text in proof.GOLDEN),
    (("user", "Hello!"), ("assistant", "Good day. What is it?"), ("user", "Two  blanks,\n\na line, and 12345.")),
)
"""Chats whose token ids are compared."""
NEARLY_THE_SAME = ("f32", "f16", "bf16", "q8_0")
"""Types that must agree with the merged model within `LARGEST_KL` and `LEAST_TOP1`; others are measured only."""
LARGEST_KL, LEAST_TOP1 = 2e-2, 0.95


def needed(kind: str) -> None:
    """Raises UserError when a tool that a type needs is missing here."""
    found = llamacpp.missing(kind)
    if found is not None:
        raise UserError(Problem("gguf", *found, key="export.gguf"))


def write_and_prove(subject: Subject, folder: Path, kind: str, merged: list[torch.Tensor] | None) -> GgufProof:
    """Writes `NAME-TYPE.gguf` and a Modelfile into the folder of the merged model. `merged` are that model's logits, None
    when it was not loaded: then only llama.cpp's reading of text is compared.

    Raises UserError when llama.cpp's tools are missing or do not know the model, TuneError when the file is another model.
    """
    name = re.sub(r"[^\w.-]+", "-", subject.name)  # it stands in the Modelfile, and in many a command line
    file = folder / f"{name}-{kind}.gguf"
    converter = _write(subject, folder, file, kind)
    tokenizer = models.load_tokenizer(subject.base, folder)
    header, stops = read_header(file), subject.base.stop_token_ids
    _as_the_model(header, tokenizer, stops)
    template = of_tokenizer(tokenizer, subject.day)
    found = turns(_renderer(template)) if template is not None else None
    _write_modelfile(subject, file, header, tokenizer, found)
    files = [file, folder / MODELFILE]
    return GgufProof(
        files=tuple(FileDigest(name=p.name, bytes=p.stat().st_size, sha256=file_sha256(p)) for p in files),
        type=kind,
        tensor_types=header.tensor_types,
        converter_sha256=file_sha256(converter),
        chat_template="in the file" if template is not None else "none",
        ollama_template=found is not None,
        **_measured(subject, file, kind, tokenizer, merged),
    )


def _write(subject: Subject, folder: Path, file: Path, kind: str) -> Path:
    """Converts, and quantizes where the converter does not. Gives the converter's path."""
    needed(kind)
    tools = llamacpp.find()
    assert tools.converter is not None
    between = {"BF16": "bf16", "F16": "f16"}.get(subject.base.dtype, "f32")
    direct = kind in llamacpp.CONVERTED
    first = file if direct else folder / f".{file.name}.{between}"
    options = ["--outfile", str(first), "--outtype", kind if direct else between, "--model-name", subject.name]
    with TemporaryDirectory(prefix="tune-") as scratch:
        named = Path(scratch) / subject.name  # the converter writes the folder's name into the file
        named.symlink_to(folder.resolve(), target_is_directory=True)
        _tool([sys.executable, str(tools.converter), str(named), *options], "converter")
    if not direct:
        assert tools.quantizer is not None
        _tool([str(tools.quantizer), str(first), str(file), kind.upper()], "quantizer")
        first.unlink()
    with file.open("rb") as written:
        os.fsync(written.fileno())
    return tools.converter


def _tool(command: list[str], name: str) -> None:
    """Runs one of llama.cpp's tools. Raises UserError with its last words."""
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode == 0:
        return
    said = f"{done.stdout}\n{done.stderr}".strip().splitlines()
    last = next((line.strip() for line in reversed(said) if line.strip()), "no message")
    raise UserError(Problem("gguf", f"llama.cpp's {name} failed: {last}", _remedy(last), key="export.gguf"))


def _remedy(last: str) -> str:
    """What to do about the last words of a tool."""
    if "No module named" in last:
        return f"pip install {last.rpartition(' ')[2].strip(chr(39))}, which the converter wants, into this environment"
    if "pre-tokenizer" in last or "not supported" in last:
        return "get the newest llama.cpp; a model that it does not know has no GGUF file: leave export.gguf out"
    return "run the same command again, or leave export.gguf out"


def _as_the_model(header: Header, tokenizer: Any, stops: tuple[int, ...]) -> None:
    """Raises TuneError when chat template or end token in the file are not the model's."""
    if header.metadata.get("tokenizer.chat_template") != tokenizer.chat_template:
        raise TuneError("the GGUF file holds another chat template than the model: without it, it answers gibberish")
    end = header.metadata.get("tokenizer.ggml.eos_token_id")
    if end not in stops:
        raise TuneError(
            f"the GGUF file ends answers at token {end}, and the model at {', '.join(map(str, stops))}: it would not stop. "
            "Make eos_token in tokenizer_config.json of the base one of them"
        )


def _renderer(template: Template) -> Callable[[Chat, bool], str]:
    """The chat template as a function of a chat. A template that refuses a chat raises ValueError."""

    def render(chat: Chat, answer: bool) -> str:
        messages = [{"role": role, "content": content} for role, content in chat]
        try:
            return template.render(messages, prompt=answer)
        except TemplateRefused as error:
            raise ValueError(str(error)) from None

    return render


def _write_modelfile(subject: Subject, file: Path, header: Header, tokenizer: Any, found: Turns | None) -> None:
    adds = header.metadata.get("tokenizer.ggml.add_bos_token", header.metadata.get("tokenizer.ggml.model") == "llama")
    begins = (tokenizer.bos_token or "") if adds else ""
    stops = [_text(tokenizer, token) for token in subject.base.stop_token_ids]
    write_text(file.with_name(MODELFILE), modelfile(file.name, file.stem, found, begins, stops))


def _text(tokenizer: Any, token: int) -> str:
    """What a token writes: an added one its own text; of others the vocabulary holds another spelling, or none."""
    added = tokenizer.added_tokens_decoder.get(token)
    if added is not None:
        return str(added.content)
    text: str = tokenizer.decode([token]) if token < len(tokenizer) else ""
    return text if "\N{REPLACEMENT CHARACTER}" not in text else ""


def _measured(
    subject: Subject, file: Path, kind: str, tokenizer: Any, merged: list[torch.Tensor] | None
) -> dict[str, Any]:
    """What llama.cpp itself says of the file, where it can be asked. Raises TuneError when it is another model."""
    nothing = dict.fromkeys(("checked_with", "golden_token_ids_equal", "ends_at", "rows", "mean_kl", "top1_agreement"))
    if find_spec("llama_cpp") is None:
        return nothing
    texts, wanted = _golden(tokenizer, subject.day)
    rows = subject.rows if merged is not None else []
    said, logits = _asked(file, {"texts": texts, "rows": rows, "stops": list(subject.base.stop_token_ids)})
    if said["ids"] != wanted:
        raise TuneError("llama.cpp gives other token ids for a chat than the model's tokenizer: do not use this file")
    if not said["ends"]:
        raise TuneError("llama.cpp ends an answer at none of the model's stop tokens: it would not stop")
    known = {"checked_with": f"llama-cpp-python {said['version']}", "golden_token_ids_equal": True}
    known["ends_at"] = tuple(said["ends"])
    if merged is None:
        return {**nothing, **known}
    width = merged[0].shape[-1]
    kl, top1 = proof.agreement(merged, [row[:, :width] for row in logits])
    if kind in NEARLY_THE_SAME and (not kl <= LARGEST_KL or top1 < LEAST_TOP1):
        raise TuneError(f"the GGUF file is not the merged model: mean KL {kl:.2g}, top-1 agreement {top1:.3f}")
    return {**known, "rows": len(rows), "mean_kl": kl, "top1_agreement": top1}


def _golden(tokenizer: Any, day: date | None) -> tuple[list[str], list[list[int]]]:
    """Fixed chats as text, or plain texts where there is no template, and their token ids."""
    texts = list(proof.GOLDEN)
    template = of_tokenizer(tokenizer, day)
    if template is not None:
        render = _renderer(template)
        texts = [render(chat, True) for chat in CHATS]
    return texts, [list(tokenizer(text, add_special_tokens=False)["input_ids"]) for text in texts]


def _asked(file: Path, job: dict[str, Any]) -> tuple[dict[str, Any], list[torch.Tensor]]:
    """Answer and logits of a fresh process with llama-cpp-python. Raises TuneError when the file does not load."""
    from safetensors.torch import load_file

    with TemporaryDirectory(prefix="tune-") as scratch:
        asked, out = Path(scratch) / "job.json", Path(scratch) / "logits.safetensors"
        asked.write_text(json.dumps(job))
        done = run_module("tune.export.gguf_check", file.resolve(), asked, out)
        if done.returncode != 0:
            last = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
            raise TuneError(f"the GGUF file does not load with llama-cpp-python: {last}")
        said: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
        logits = load_file(str(out))
    return said, [logits[str(number)] for number in range(len(job["rows"]))]


def in_words(found: GgufProof) -> str:
    """One line on a GGUF file."""
    if found.mean_kl is None or found.top1_agreement is None:
        why = "llama-cpp-python is not installed here" if found.checked_with is None else "export.prove is false"
        return f"{found.files[0].name}: not measured, because {why}"
    return (
        f"{found.files[0].name}: mean KL {found.mean_kl:.1e} nats, top-1 agreement {100 * found.top1_agreement:.1f} % against "
        f"the merged model, by {found.checked_with}"
    )
