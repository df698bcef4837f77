"""Write the pages and parts of pages that are made from code, data and records.

    python -m scripts.docs            docs/recipe.md, docs/recipes.md and the headers of the recipes, the datasheet of the rows,
                                      the figures in README.md
    python -m scripts.docs --check    say what of these, but for the figures, is out of date, and write nothing

The figures come from the newest finished runs of the shipped recipes under runs/ (or TUNE_RUNS) and from
data/pocket/pretrain.json. What is not there leaves the old figures as they are, which is why `--check` does not compare
them: they belong to the machine that made them.

Exit codes: 0 written or up to date, 1 `--check` found a difference.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from scripts import recipes
from scripts.support_bot import Source, assemble, read_source
from tune.errors import UserError
from tune.files import write_text
from tune.recipe import load
from tune.recipe.reference import reference
from tune.records import STAGES, Evaluation, ExportRecord, Ledger, Measured, Plan, TrainRecord
from tune.run import Run, changed_files, open_run
from tune.text import count, duration, markdown_table, short, size

ROOT = Path(__file__).resolve().parents[1]
RECIPES = ("support-bot", "support-bot-qlora")
PRETRAINING = ROOT / "data" / "pocket" / "pretrain.json"


def main(arguments: list[str] | None = None) -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 when a generated page is out of date"
    )
    options = parser.parse_args(arguments)
    pages = generated()
    if options.check:
        late = stale(pages)
        for path in late:
            print(f"{path.relative_to(ROOT)} is out of date: make docs", file=sys.stderr)
        return 1 if late else 0
    readme = ROOT / "README.md"
    pages[readme] = with_figures(readme.read_text(encoding="utf-8"), Path(os.environ.get("TUNE_RUNS", ROOT / "runs")))
    for path, content in pages.items():
        write_text(path, content)
        print(path.relative_to(ROOT))
    return 0


def generated() -> dict[Path, str]:
    """The pages that depend on nothing but the repository, with what should stand in them."""
    sheet = ROOT / "data" / "support-bot" / "README.md"
    source = read_source(sheet.parent / "source")
    text = between(sheet.read_text(encoding="utf-8"), "counts", datasheet_counts(source))
    own = {ROOT / "docs" / "recipe.md": reference(), sheet: between(text, "facts", datasheet_facts(source))}
    return own | recipes.pages()


def stale(pages: dict[Path, str]) -> list[Path]:
    """The pages that are not there, or do not hold what they should."""
    return [path for path, text in pages.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]


def between(text: str, name: str, content: str) -> str:
    """`text` with `content` between the markers `<!-- NAME:begin -->` and `<!-- NAME:end -->`."""
    begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    before, rest = text.split(begin, 1)
    return f"{before}{begin}\n{content.strip()}\n{end}{rest.split(end, 1)[1]}"


# --- the datasheet of the rows ----------------------------------------------------------------------------------------


def datasheet_counts(source: Source) -> str:
    """Rows, turns and words of every file, and intents and questions of every topic."""
    rows = []
    for name, lines in assemble(source).items():
        chats = [json.loads(line)["messages"] for line in lines]
        turns = Counter(sum(m["role"] == "user" for m in chat) for chat in chats)
        words = sum(len(m["content"].split()) for chat in chats for m in chat)
        rows.append(
            [f"`{name}`", count(len(lines)), count(sum(n for turn, n in turns.items() if turn > 1)), count(words)]
        )
    topics = []
    for topic in sorted({intent.topic for intent in source.intents.values()}):
        intents = [i for i in source.intents.values() if i.topic == topic]
        follow = [f for f in source.followups if f.file == intents[0].file]
        topics.append([topic, count(len(intents)), *_questions(intents, follow)])
    totals = [sum(int(row[i].replace(",", "")) for row in topics) for i in range(1, 6)]
    topics.append(["**all**", *(f"**{count(total)}**" for total in totals)])
    files = markdown_table(rows, ["file", "rows", "with two questions", "words"])
    return (
        files
        + "\n\n"
        + markdown_table(
            topics, ["topic", "intents", "training questions", "held-out questions", "dev prompts", "prompts"]
        )
    )


def _questions(intents: list[Any], follow: list[Any]) -> list[str]:
    """Training questions, held-out questions and prompts of a topic, follow-ups included."""
    train = sum(len(one.train) for one in (*intents, *follow))
    held_out = sum(len(one.held_out) for one in (*intents, *follow))
    prompts = [sum(len(getattr(i, key)) for i in intents) for key in ("dev_prompts", "prompts")]
    return [count(number) for number in (train, held_out, *prompts)]


def datasheet_facts(source: Source) -> str:
    """Every fact of the invented shop, by topic."""
    rows = [[i.topic, f"`{i.id}`", i.fact] for i in source.intents.values()]
    return markdown_table(rows, ["topic", "intent", "fact"]).replace("---:", "---")


# --- the figures of the README ----------------------------------------------------------------------------------------


def with_figures(text: str, runs: Path) -> str:
    """README.md with the figures of the runs and of the pocket base that are here; what is not here stays as it was.

    The table is one piece: it is written when every recipe has its run, and stays as it was otherwise.
    """
    found = {name: newest(name, runs) for name in RECIPES}
    missing = [name for name, run in found.items() if run is None]
    if missing:
        print(
            f"the figures stay as they are: no finished run of {' and '.join(missing)} under {runs}/", file=sys.stderr
        )
    else:
        text = between(text, "figures", run_figures({name: run for name, run in found.items() if run is not None}))
    if PRETRAINING.is_file():
        text = between(text, "pocket", pocket_figures(json.loads(PRETRAINING.read_text(encoding="utf-8"))))
    return text


def newest(name: str, runs: Path) -> Run | None:
    """The newest finished run of a shipped recipe as it stands: same recipe, same files."""
    recipe = load(ROOT / "recipes" / f"{name}.yaml", root=ROOT).recipe
    finished = [run for folder in runs.glob(f"{name}-*") if (run := _finished(folder)) is not None]
    same = [run for run in finished if run.recipe == recipe and not changed_files(run)]
    return max(same, key=lambda run: run.read(TrainRecord).made.at, default=None)


def _finished(folder: Path) -> Run | None:
    """A run with all its records; None for one that is not done, or was made by another version."""
    try:
        run = open_run(folder)
    except UserError:
        return None
    return run if all(run.find(kind) is not None for kind in STAGES) else None


def run_figures(found: dict[str, Run]) -> str:
    """The table: one column a recipe."""
    columns = [_column(run) for run in found.values()]
    rows = [[name, *(column[name] for column in columns)] for name in columns[0]]
    return markdown_table(rows, ["", *(f"`recipes/{name}.yaml`" for name in found)])


def _column(run: Run) -> dict[str, str]:
    """The figures of one run by the name of their row."""
    plan, train, ledger = run.read(Plan), run.read(TrainRecord), run.read(Ledger)
    measured, export = run.read(Evaluation), run.read(ExportRecord)
    weights = next(f.bytes for f in train.adapter if f.name == "adapter_model.safetensors")
    merged = export.merged
    return {
        "held-out loss, nats a token": _arrow(measured, "loss", lambda value: f"{value:.3f}"),
        f"{count(len(measured.tuned.checks))} prompts, all checks hold": _arrow(measured, "checks_passed", _percent),
        "answers that stop by themselves": _arrow(measured, "stop_rate", _percent),
        "rows, epochs, steps": f"{count(ledger.kept('train'))}, {plan.epochs:g}, {count(train.receipt.optimizer_steps)}",
        "training time": duration(train.seconds),
        "tokens a second": count(train.tokens_per_second),
        "device": f"{train.device.name}, {train.device.threads} threads, {train.compute_dtype}",
        "adapter": f"{short(train.trainable_parameters)} parameters, {size(weights)}",
        "merged against adapter": f"mean KL {merged.mean_kl:.1e} nats, top-1 {_percent(merged.top1_agreement)}"
        if merged
        else "not merged",
    }


def _arrow(measured: Evaluation, name: str, shown: Any) -> str:
    """A figure of base and tuned model."""
    values = [getattr(_side(measured, side), name) for side in ("base", "tuned")]
    return " → ".join("not measured" if value is None else shown(value) for value in values)


def _side(measured: Evaluation, name: str) -> Measured:
    return measured.base if name == "base" else measured.tuned


def _percent(value: float) -> str:
    return f"{100 * value:.1f} %"


def pocket_figures(record: dict[str, Any]) -> str:
    """What is known of the pocket base, from the record that its pretraining left."""
    lines = [
        (
            f"Pretrained on {record['tokens'] / 1e6:.1f} M tokens in {record['train_seconds'] / 60:.0f} minutes on "
            f"{record['threads']} threads ({record['device']}), {count(record['tokens_per_second'])} tokens a second."
        ),
        (
            f"Held-out loss {record['heldout_loss_before']:.2f} → {record['heldout_loss']:.3f} nats a token "
            f"({record['heldout_bits_per_byte']:.2f} bits a byte); {record['parameters'] / 1e6:.1f} M parameters, "
            f"{size(record['weights_bytes'])} in bf16."
        ),
    ]
    if "stop_rate" in record:
        prompts = f"{record['prompts']} prompts that are not in the corpus"
        lines.append(f"{_percent(record['stop_rate'])} of its answers to {prompts} stop by themselves.")
    return "\n".join(lines)


if __name__ == "__main__":
    raise SystemExit(main())
