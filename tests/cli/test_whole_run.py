"""One whole run through the real command line, looked at from all sides. Made once, in the fast tier."""

from __future__ import annotations

import json
import shutil
import signal
import stat
import time
from pathlib import Path

import pytest
import yaml
from conftest import CHAT, POCKET, chat_row, write_rows
from whole import folder_of, start, tune

from tune import receipt
from tune.digest import canonical_json
from tune.disclose import chain
from tune.files import read_jsonl
from tune.plan.words import beside
from tune.records import BaseRecord, Ledger, Plan, TrainRecord
from tune.run import open_run

FILES = [
    "base.json",
    "data/ledger.json",
    "data/sample.html",
    "plan.json",
    "train/metrics.jsonl",
    "train.json",
    "adapter/adapter_model.safetensors",
    "adapter/adapter_config.json",
    "adapter/README.md",
    "adapter/disclosure/manifest.json",
    "evaluate.json",
    "export.json",
    "export/merged/model.safetensors",
    "recipe.yaml",
    "recipe.json",
    "run.json",
]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, tiny_base: Path) -> Path:
    """A project folder with a recipe over the tiny base."""
    folder = tmp_path_factory.mktemp("whole")
    shutil.copytree(tiny_base, folder / "base")
    (folder / "base/README.md").write_text("---\nlicense: apache-2.0\n---\n# A random Llama\n")
    shutil.copyfile(POCKET / "LICENSE", folder / "base/LICENSE")
    write_rows(folder / "train.jsonl", [chat_row(f"{q} {i}", a) for i, (q, a) in enumerate(CHAT * 10)])
    write_rows(folder / "eval.jsonl", [chat_row("Is the shop open now?", "We are open from nine to five.")] * 3)
    prompts = [{"id": "hours", "prompt": "When do you open?", "checks": [{"not_contains": "qqq"}]}]
    write_rows(folder / "prompts.jsonl", prompts)
    recipe = {
        "recipe": 1,
        "name": "whole",
        "base": {"model": "base"},
        "data": {
            "train": [{"path": "train.jsonl", "license": "cc0-1.0", "about": "four questions"}],
            "eval": [{"path": "eval.jsonl"}],
            "max_tokens": 64,
        },
        "train": {
            "adapter": {"rank": 4, "alpha": 8},
            "epochs": 2,
            "tokens_per_step": 256,
            "learning_rate": 1e-3,
            "evaluate_every": 2,
            "seed": 3,
        },
        "evaluate": {"prompts": "prompts.jsonl", "max_new_tokens": 8},
        "export": {"merge": True},
        "publish": {"license": "apache-2.0"},
    }
    (folder / "recipe.yaml").write_text(yaml.safe_dump(recipe, sort_keys=False))
    return folder


@pytest.fixture(scope="module")
def run(place: Path) -> Path:
    """The finished run directory. What its libraries warn one another of is kept from whoever started it."""
    done = tune("run", "recipe.yaml", cwd=place)
    assert "Warning" not in done.stderr
    return folder_of(done, place)


def test_every_stage_left_its_files(run: Path) -> None:
    """What a user gets is there, and no temporary file is left."""
    assert [name for name in FILES if not (run / name).is_file()] == []
    assert [p for p in run.rglob("*") if p.name.endswith(".tmp")] == []


def test_files_are_readable_by_colleagues(run: Path) -> None:
    """No file is readable by fewer people than the umask allows."""
    closed = [p for p in run.rglob("*") if p.is_file() and not p.stat().st_mode & stat.S_IRGRP]
    assert closed == []


def test_a_second_run_does_nothing_and_says_so(run: Path, place: Path) -> None:
    """Nothing changed: said in a moment, with the run directory alone on stdout, and no file touched."""
    before = {p: p.stat().st_mtime_ns for p in run.rglob("*") if p.is_file() and p.name != "lock"}
    started = time.monotonic()
    done = tune("run", "recipe.yaml", cwd=place)
    assert time.monotonic() - started < 3
    assert "nothing to do" in done.stderr
    assert done.stdout == f"{run.relative_to(place)}\n"
    assert {p: p.stat().st_mtime_ns for p in run.rglob("*") if p.is_file() and p.name != "lock"} == before


def test_the_ledger_closes_and_the_receipt_is_the_ledger(run: Path) -> None:
    """Rows in = kept + dropped; what the optimizer consumed in two epochs is twice the ledger, and the same examples."""
    ledger = json.loads((run / "data/ledger.json").read_text())
    train = [s for s in ledger["sources"] if s["split"] == "train"]
    for source in ledger["sources"]:
        assert source["rows"]["loaded"] == source["rows"]["kept"] + sum(source["rows"]["dropped"].values())
    found = json.loads((run / "train.json").read_text())["receipt"]
    assert found["examples"] == 2 * train[0]["rows"]["kept"] == 80
    assert found["distinct_examples"] == 40
    assert found["input_tokens"] == 2 * train[0]["tokens"]["input"]
    assert found["loss_tokens"] == 2 * train[0]["tokens"]["loss"]
    assert found["examples_root"] == train[0]["examples_root"]


def test_metrics_and_receipt_count_every_step_once(run: Path) -> None:
    """Steps 1..n in both logs; the root over the log is the one in the record; the documented fields are there."""
    metrics = list(read_jsonl(run / "train/metrics.jsonl"))
    record = json.loads((run / "train.json").read_text())
    assert [row["step"] for row in metrics] == list(range(1, record["receipt"]["optimizer_steps"] + 1))
    fields = {
        "step",
        "loss",
        "loss_tokens",
        "input_tokens",
        "learning_rate",
        "grad_norm",
        "tokens_per_second",
        "seconds",
    }
    assert all(fields <= set(row) for row in metrics)
    assert "held_out_loss" in metrics[1]
    assert receipt.from_log(run / "train/consumed.jsonl").order_root == record["receipt"]["order_root"]


def test_plan_and_measurement_stand_side_by_side(run: Path, place: Path) -> None:
    """`tune plan RUN` shows what was planned beside what training took, with its counter, as the records have it. None of it is
    in the manifest: it changes with the machine."""
    plan, train = open_run(run).read(Plan), open_run(run).read(TrainRecord)
    shown = tune("plan", run, cwd=place).stdout
    rows = beside(plan, train)
    assert [row[0] for row in rows] == ["resident memory", "time", "tokens a second"]
    assert all(part in shown for row in rows for part in row)
    assert json.loads(tune("plan", run, "--json", cwd=place).stdout)["measured"] == {
        "counter": "resident",
        "peak_bytes": train.peak_bytes,
        "planned_peak_bytes": plan.peak_bytes,
        "seconds": train.seconds,
        "tokens_per_second": train.tokens_per_second,
    }
    metrics = read_jsonl(run / "train/metrics.jsonl")
    assert train.peak_bytes == max(row["peak_bytes"] for row in metrics) > 1 << 27
    manifest = (run / "adapter/disclosure/manifest.json").read_text()
    assert "peak_bytes" not in manifest
    assert '"seconds"' not in manifest


def test_evaluation_sets_base_and_tuned_side_by_side(run: Path) -> None:
    """The documented shape; training on the held-out answer lowers its loss."""
    found = json.loads((run / "evaluate.json").read_text())
    for side in ("base", "tuned"):
        assert {"loss", "checks_passed", "checks", "stop_rate", "samples"} <= set(found[side])
    assert found["tuned"]["loss"] < found["base"]["loss"]


def test_measuring_again_leaves_the_run_finished(run: Path, place: Path) -> None:
    """`tune evaluate` puts a new record in the place of the old one when it has one. Killed before that, the run is as finished
    as it was; at its end the figures are those of now, and the run is complete."""
    before = (run / "evaluate.json").read_bytes()
    again = start("evaluate", run, cwd=place)
    while f"process {again.pid} " not in (run / "lock").read_text():
        assert again.poll() is None, again.communicate()[1]
        time.sleep(0.01)
    time.sleep(0.3)
    again.kill()
    again.communicate()
    assert again.returncode == -signal.SIGKILL
    assert (run / "evaluate.json").read_bytes() == before
    assert "nothing to do" in tune("run", run, cwd=place).stderr
    assert tune("evaluate", run, cwd=place).stdout == f"{run / 'evaluate.json'}\n"
    found, earlier = json.loads((run / "evaluate.json").read_bytes()), json.loads(before)
    assert found.pop("made") != earlier.pop("made")
    assert found == earlier
    assert "nothing to do" in tune("run", run, cwd=place).stderr


def test_export_proves_adapter_and_merge(run: Path) -> None:
    """The adapter loads elsewhere with the same logits, and the merged weights agree with it."""
    found = json.loads((run / "export.json").read_text())
    assert found["adapter"]["largest_logit_difference"] < 1e-3
    assert found["merged"]["top1_agreement"] == 1.0
    assert found["merged"]["golden_token_ids_equal"] is True
    assert found["merged"]["how"] == "tensor by tensor"
    assert found["merged"]["changed_tensors"] == found["merged"]["tensors_compared"] == 14
    assert found["merged"]["largest_tensor_difference"] < 1e-6


def test_the_adapter_names_no_local_path(run: Path, place: Path) -> None:
    """Neither config, card nor manifest carries a path of this machine."""
    for name in ("adapter_config.json", "README.md", "disclosure/manifest.json"):
        text = (run / "adapter" / name).read_text()
        assert str(place) not in text
        assert "/tmp" not in text
    merged = (run / "export/merged/config.json").read_text()
    assert str(place) not in merged


def test_manifest_has_the_documented_values(run: Path) -> None:
    """consumption.* are values with their basis, and the file is canonical JSON."""
    content = (run / "adapter/disclosure/manifest.json").read_bytes()
    manifest = json.loads(content)
    for name in ("examples_root", "order_root", "optimizer_steps", "loss_tokens"):
        assert manifest["consumption"][name]["basis"] == "measured"
    assert canonical_json(manifest) == content
    assert len(content) < 100_000


def test_card_front_matter_is_what_the_hub_takes(run: Path) -> None:
    """huggingface_hub reads the card; license and library stand, no base is invented for a local folder."""
    from huggingface_hub import ModelCard

    card = ModelCard.load(run / "adapter/README.md")
    assert card.data.license == "apache-2.0"
    assert card.data.library_name == "peft"
    assert card.data.base_model is None
    assert "[More Information Needed]" not in card.text


def test_a_later_section_reruns_from_there_only(run: Path, place: Path) -> None:
    """Editing `publish` writes the card again and nothing else; the directory stays the same. The model is called as the
    repository that it goes to."""
    before = {
        name: (run / name).stat().st_mtime_ns
        for name in ("train.json", "evaluate.json", "adapter/adapter_model.safetensors")
    }
    done = tune("run", "recipe.yaml", "--set", "publish.license=mit", cwd=place)
    assert folder_of(done, place) == run
    assert {name: (run / name).stat().st_mtime_ns for name in before} == before
    assert "resident memory" in done.stderr
    assert ", planned " in done.stderr
    assert "license: mit" in (run / "adapter/README.md").read_text()
    done = tune("run", "recipe.yaml", "--set", "publish.repo=user/Good-Shop", cwd=place)
    assert folder_of(done, place) == run
    assert {name: (run / name).stat().st_mtime_ns for name in before} == before
    for folder in ("adapter", "export/merged"):
        assert "\n# Good-Shop\n" in (run / folder / "README.md").read_text()
        assert tune("verify", run / folder, cwd=place).returncode == 0
    tune("run", "recipe.yaml", cwd=place)
    assert "license: apache-2.0" in (run / "adapter/README.md").read_text()


def test_merged_weights_that_are_gone(run: Path, place: Path) -> None:
    """They are exported again, and disclosed again: the folder verifies as before."""
    path = run / "export/merged/model.safetensors"
    written = path.read_bytes()
    path.unlink()
    tune("run", "recipe.yaml", cwd=place)
    assert path.read_bytes() == written
    assert tune("verify", run / "export/merged", cwd=place).returncode == 0


def test_a_refused_license_stops_no_run(run: Path, place: Path) -> None:
    """A license that base and rows do not permit is said and recorded; the run still ends well, the adapter carries no
    license, and everything verifies. Where it is permitted, license texts lie beside adapter and merged model."""
    done = tune("run", "recipe.yaml", "--set", "publish.license=cc0-1.0", cwd=place)
    assert "look at this before you publish: base (tag): apache-2.0 wants its notices kept" in done.stderr
    record = json.loads((run / "disclose.json").read_text())
    assert (record["license_gate"], len(record["refusals"])) == ("refused", 1)
    assert "license: unknown" in (run / "adapter/README.md").read_text()
    assert not (run / "adapter/LICENSE").exists()
    assert not (run / "export/merged/LICENSE").exists()
    assert tune("verify", run / "adapter", cwd=place).returncode == 0
    tune("run", "recipe.yaml", cwd=place)
    assert json.loads((run / "disclose.json").read_text())["license_gate"] == "cleared"
    for folder in ("adapter", "export/merged"):
        assert (run / folder / "LICENSE").read_bytes() == (POCKET / "LICENSE").read_bytes()
        assert "Trained on: train.jsonl, cc0-1.0" in (run / folder / "NOTICE").read_text()


def test_check_and_card_judge_alike(run: Path) -> None:
    """What the gate is told of a recipe before training is what it reads from the manifest afterwards."""
    found, opened = json.loads((run / "adapter/disclosure/manifest.json").read_bytes()), open_run(run)
    assert chain.of_recipe(opened.recipe, opened.read(BaseRecord)) == chain.of_manifest(found, None)


def test_what_a_person_wrote_on_the_card_survives(run: Path, place: Path) -> None:
    """Text below the end marker stays when the generated part is written again."""
    card = run / "adapter/README.md"
    card.write_text(card.read_text() + "\nMy own words.\n")
    tune("run", "recipe.yaml", "--set", "publish.license=mit", cwd=place)
    tune("run", "recipe.yaml", cwd=place)
    assert card.read_text().endswith("My own words.\n")
    assert tune("verify", run / "adapter", cwd=place).returncode == 0


def test_the_merged_model_is_disclosed_too(run: Path, place: Path, tmp_path: Path) -> None:
    """The merged folder, in the run and where `tune export` puts it, carries what the adapter's card says of its training,
    describes its own files, and verifies."""
    done = tune("export", run, "--to", tmp_path / "model", cwd=place)
    assert done.stdout == f"{tmp_path / 'model'}\n"
    adapter = json.loads((run / "adapter/disclosure/manifest.json").read_text())
    for folder in (run / "export/merged", tmp_path / "model"):
        merged = json.loads((folder / "disclosure/manifest.json").read_text())
        assert merged["subject"]["kind"] == "merged"
        assert "model.safetensors" in {file["name"] for file in merged["subject"]["files"]}
        assert merged["adapter"]["files"] == adapter["subject"]["files"]
        assert merged["consumption"] == adapter["consumption"]
        assert "license: apache-2.0" in (folder / "README.md").read_text()
        assert "FAILED" not in tune("verify", folder, cwd=place).stdout
    weights = [(f / "model.safetensors").read_bytes() for f in (run / "export/merged", tmp_path / "model")]
    assert weights[0] == weights[1]


def test_chat_answers_in_a_script(run: Path, place: Path) -> None:
    """Each question on stdin gives one answer on stdout (which may be empty: this base is random); with --base two,
    each named."""
    assert tune("chat", run, cwd=place, stdin="When are you open?\nAnd where?\n").stdout.count("\n") >= 2
    both = tune("chat", run, "--base", cwd=place, stdin="When are you open?\n").stdout
    assert [line.split(":")[0] for line in both.splitlines() if line.startswith(("base:", "tuned:"))] == [
        "base",
        "tuned",
    ]


def test_runs_lists_it(run: Path, place: Path) -> None:
    """`tune runs --json` says where each run stands."""
    rows = json.loads(tune("runs", "--json", cwd=place).stdout)
    assert {"run": str(run.relative_to(place)), "state": "done"}.items() <= rows[0].items()


def test_a_run_is_continued_from_anywhere(run: Path, tmp_path: Path) -> None:
    """The run directory remembers where its paths start."""
    done = tune("run", run, cwd=tmp_path)
    assert "nothing to do" in done.stderr


def test_changed_data_makes_a_new_run(run: Path, place: Path) -> None:
    """A run directory whose files have changed is refused by name; check of the recipe still works."""
    rows = (place / "train.jsonl").read_text()
    try:
        (place / "train.jsonl").write_text(rows + json.dumps(chat_row("One more?", "One more.")) + "\n")
        refused = tune("run", run, cwd=place, check=False)
        assert refused.returncode == 2
        assert "train.jsonl is no longer what this run was made from" in refused.stderr
    finally:
        (place / "train.jsonl").write_text(rows)


def test_check_in_json(place: Path) -> None:
    """The documented shape: ok and problems, absent parts null."""
    good = tune("check", "recipe.yaml", "--json", cwd=place)
    found = json.loads(good.stdout)
    assert (found.pop("ok"), found.pop("problems"), list(found)) == (True, [], ["ledger", "license_gate"])
    assert Ledger.model_validate(found["ledger"]).kept("train") == 40
    assert found["license_gate"]["verdict"] == "cleared"
    bad = tune("check", "recipe.yaml", "--json", "--set", "train.sed=1", cwd=place, check=False)
    assert bad.returncode == 2
    assert json.loads(bad.stdout) == {
        "ok": False,
        "problems": [
            {
                "check": "recipe",
                "what": "unknown key",
                "fix": 'did you mean "seed"?',
                "file": "--set",
                "line": None,
                "row": None,
                "key": "train.sed",
            }
        ],
        "ledger": None,
        "license_gate": None,
    }


def test_data_shows_masks(place: Path) -> None:
    """Outside a terminal, learned stretches stand in brackets: the answer and its stop token."""
    shown = tune("data", "recipe.yaml", "--row", "1", cwd=place).stdout
    assert "[ We are open from nine to five.<|end|>]" in shown
