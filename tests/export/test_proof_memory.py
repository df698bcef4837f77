"""The proof of an export holds one model at a time; where memory does not suffice for one, that is said before it begins."""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from conftest import POCKET, TOKENIZER_FILES
from tiny import SIZES, write_adapter
from transformers import AutoModelForCausalLM, LlamaConfig

from tune import cli, machine
from tune.export import proof
from tune.records import BaseRecord
from tune.verify import Means, verdict, verify


def test_a_base_beyond_memory(
    tiny_base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Refused at once, with what it takes, what there is, and the way out; nothing is written. The way out merges, says on
    card and record that nothing was compared, and the merge itself can be checked all the same."""
    monkeypatch.chdir(tmp_path)
    write_adapter(tmp_path / "adapter", tiny_base)
    monkeypatch.setattr(machine, "free_bytes", lambda: 100 << 20)
    call = ["export", "adapter", "--base", str(tiny_base), "--to", "new", "--override", "a test"]
    capsys.readouterr()
    assert cli.main(call) == 2
    said = capsys.readouterr()
    assert (
        "export.prove: the comparison holds the whole model in fp32: 1.0 GiB, and 100.0 MiB of memory are free"
        in said.err
    )
    assert "tune export --no-proof; the card then says that it was not measured" in said.err
    assert [path.name for path in tmp_path.iterdir()] == ["adapter"]
    assert cli.main([*call, "--in-memory", "--no-proof"]) == 2
    assert "export.in_memory: PEFT's merge holds the whole model in fp32" in capsys.readouterr().err
    assert cli.main([*call, "--no-proof"]) == 0
    assert "export: tensor by tensor, not compared with the adapter" in capsys.readouterr().err
    found = json.loads(Path("new/export.json").read_text())
    assert found["adapter"]["largest_logit_difference"] is None
    assert (found["adapter"]["tensors"], found["merged"]["mean_kl"], found["merged"]["rows"]) == (4, None, 0)
    assert "The merged weights (F32) were not compared with the adapter" in Path("new/README.md").read_text()
    gaps = json.loads(Path("new/disclosure/manifest.json").read_text())["gaps"]
    assert {"export.merged.mean_kl", "export.adapter.largest_logit_difference"} <= {gap["what"] for gap in gaps}
    claims = verify(Path("new"), Means(base=tiny_base, adapter=tmp_path / "adapter"))
    assert verdict(claims) == "VERIFIED"
    assert any(c.verdict == "VERIFIED" and "bit for bit" in c.how for c in claims)


def test_limits_of_containers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a control group of either version leaves counts, of any group above this process too; cached files are given
    back on demand, and `max` is no limit."""

    def free(line: str, files: dict[str, str]) -> int:
        (tmp_path / "cgroup").write_text(line)
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)
        return machine.free_bytes(tmp_path, tmp_path / "cgroup", tmp_path / "status")

    (tmp_path / "status").write_text("VmSize:\t 1 kB\nVmData:\t 1 kB\n")
    unlimited = {"job/memory.max": "max\n", "job/memory.current": "9\n", "job/memory.stat": "anon 1\ninactive_file 2\n"}
    assert free("0::/job\n", unlimited) > 1 << 20
    above = {"memory.max": "5000\n", "memory.current": "4000\n", "memory.stat": "inactive_file 500\n"}
    assert free("0::/job\n", above) == 1500
    first = {
        "memory.limit_in_bytes": "900\n",
        "memory.usage_in_bytes": "800\n",
        "memory.stat": "total_inactive_file 50\n",
    }
    (tmp_path / "memory.max").write_text("max\n")
    assert free("4:cpu,memory:/here/is/nothing\n0::/\n", {f"memory/{n}": t for n, t in first.items()}) == 150
    monkeypatch.setattr(resource, "getrlimit", lambda kind: (2048 if kind == resource.RLIMIT_AS else -1, -1))
    assert free("", {}) == 1024


def test_what_a_proof_needs(tiny_base: Path) -> None:
    """Four bytes a parameter and the logits; the rows that are compared are cut so that these stay within a gibibyte."""
    from tune.base import inspect

    found = inspect(tiny_base, "tiny")
    record = BaseRecord.model_construct(**{**found, "model": "tiny", "quantize": "none"})
    subject = proof.Subject(record, tiny_base, [[1, 2, 3]], None, "x")  # type: ignore[arg-type]
    largest = 4096 * 64
    assert proof.needed_bytes(subject, 4) == 4 * (record.parameters + 2 * largest) + 3 * 3 * 4096 * 4 + (1 << 30)
    assert proof.most_tokens(151_936, 16) * 16 * 151_936 * 4 <= 1 << 30
    assert proof.most_tokens(4096, 16) > 2000


PEAK = """
import sys, time
from dataclasses import replace
from pathlib import Path
import psutil
from tune import models
from tune.base import inspect
from tune.export import Export, proof, write_and_prove
from tune.records import BaseRecord
from tune.run import made

base, adapter, to = map(Path, sys.argv[1:])
record = BaseRecord(made=made({}, time.monotonic()), kind="folder", model=str(base), repo=None, commit=None,
                    quantize="none", **inspect(base, str(base)))
subject = proof.Subject(record, adapter, [list(range(3, 40))] * 4, models.find_device(), "x")
held, whole = [], proof.fresh
def fresh(*arguments):
    held.append(psutil.Process().memory_info().rss)
    return whole(*arguments)
proof.fresh = fresh
import peft, torch, transformers
before = psutil.Process().memory_info().rss
to.mkdir()
write_and_prove(subject, to, Export(merge=True), {}, time.monotonic())
# Not getrusage's maximum, which is that of the process that started this one when that was larger.
peak = 1024 * int(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1])
print(4 * record.parameters, proof.needed_bytes(subject, 4), peak - before, max(held) - before)
"""


@pytest.mark.slow
def test_one_model_at_a_time(tmp_path: Path) -> None:
    """While a fresh process loads what was written, the live model is gone; at no time does this process hold more than
    what was reckoned from the headers."""
    base = tmp_path / "base"
    shape = {
        "vocab_size": 4096,
        "hidden_size": 1024,
        "intermediate_size": 4096,
        "num_hidden_layers": 4,
        "num_attention_heads": 8,
        "tie_word_embeddings": True,  # or no token would be likelier than the others, and rounding decided which is first
    }
    torch.manual_seed(0)
    AutoModelForCausalLM.from_config(LlamaConfig(**(SIZES | shape))).to(torch.bfloat16).save_pretrained(base)
    for name in TOKENIZER_FILES:
        shutil.copyfile(POCKET / name, base / name)
    adapter = write_adapter(tmp_path / "adapter", base, torch.bfloat16, target_modules="all-linear")
    command = [sys.executable, "-c", PEAK, str(base), str(adapter), str(tmp_path / "merged")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    weights, reckoned, peak, held = map(int, done.stdout.split())
    assert weights > 250e6
    assert peak < reckoned - proof.LIBRARIES_BYTES + 200e6
    assert held < 0.6 * weights  # libraries keep some; the model would be all of it


LIMITED = """
import resource, sys
import peft, torch, transformers
from tune import cli, machine
size = next(line for line in open("/proc/self/status") if line.startswith("VmSize")).split()[1]
resource.setrlimit(resource.RLIMIT_AS, (int(size) * 1024 + (700 << 20),) * 2)
sys.exit(cli.main(sys.argv[1:]))
"""


@pytest.mark.slow
def test_a_limit_that_the_shell_sets(tiny_base: Path, tmp_path: Path) -> None:
    """With 700 MiB left of `ulimit -v` the same refusal comes for real, and without the proof the merge goes through."""
    write_adapter(tmp_path / "adapter", tiny_base)
    call = ["export", "adapter", "--base", str(tiny_base), "--to", "new", "--override", "a test"]
    for more, code, words in (([], 2, "of memory are free"), (["--no-proof"], 0, "not compared with the adapter")):
        command = [sys.executable, "-c", LIMITED, *call, *more]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert (done.returncode, words in done.stderr) == (code, True), done.stderr
        assert "Traceback" not in done.stderr
