"""What the findings in the rows cost, beside tokenizing the same rows: CPU time of one process.

    python -m scripts.bench_findings                                        20,000 chat rows, a vocabulary made of them
    python -m scripts.bench_findings --tokenizer DIR --rows FILE            another tokenizer (with its chat template), other rows

Tokenizing is `encode_batch_fast` of the rendered rows and nothing else. Findings are all that `tune.data.scan` and
`tune.data.findings` do with them, comparison with held-out rows (every twentieth) and with earlier rows included. The last
line is JSON: {"rows", "tokens", "ratio", "scan_seconds", "judge_seconds", "tokenize_seconds", "found"}.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path

from tune import hub

hub.quiet_libraries()
os.environ["TOKENIZERS_PARALLELISM"] = "false"

from tokenizers import Tokenizer  # noqa: E402  # after the environment is set

from scripts.bench_data import make_base, write_rows  # noqa: E402
from tune.data.findings import Watch, evaluated  # noqa: E402
from tune.data.formats import Sample  # noqa: E402
from tune.data.near import Repeats  # noqa: E402
from tune.data.prepare import make_setup  # noqa: E402
from tune.data.scan import scan  # noqa: E402
from tune.data.work import Job, Maker  # noqa: E402
from tune.models import load_tokenizer  # noqa: E402
from tune.recipe import Recipe  # noqa: E402
from tune.recipe.schema import Findings  # noqa: E402
from tune.sources import chunks, expand  # noqa: E402


def measure(maker: Maker, folder: Path, rows: str) -> dict[str, object]:
    """CPU seconds of each part, over all chunks of a file."""
    tokenizer = Tokenizer.from_str(maker.setup.tokenizer)
    tokenizer.encode_batch_fast(["warm"], add_special_tokens=False)
    jobs = [Job(chunk, "", None) for file in expand(rows, folder) for chunk in chunks(file)]
    samples = [[s for _, s in maker.samples(job)[0] if isinstance(s, Sample)] for job in jobs]
    evaluation = evaluated([one for chunk in samples for one in chunk][::20], None)
    spent = {"scan": 0.0, "judge": 0.0, "tokenize": 0.0}
    tokens = number = 0
    with Repeats(folder) as repeats:
        watch = Watch(Findings(), repeats, evaluation, 1)
        for job in jobs:
            made = maker.make(job)
            said = [sample for _, sample in maker.samples(job)[0]]
            kept = [one for one, n in zip(said, made.counts, strict=True) if n and isinstance(one, Sample)]
            texts = [text.rendering.text for one in kept for text in maker.renderer._texts(one)]  # noqa: SLF001
            tokenizing = time.process_time()
            tokenizer.encode_batch_fast(texts, add_special_tokens=False)
            scanning = time.process_time()
            made.scanned = scan(kept, evaluation.known, train=True)
            judging = time.process_time()
            watch.judge(0, train=True, made=made)
            spent["judge"] += time.process_time() - judging
            spent["scan"] += judging - scanning
            spent["tokenize"] += scanning - tokenizing
            tokens += int(made.lengths.sum())
            number += len(kept)
        found = {finding.name: sum(finding.rows) for finding in watch.findings()}
    seconds = {f"{name}_seconds": round(value, 3) for name, value in spent.items()}
    ratio = round((spent["scan"] + spent["judge"]) / spent["tokenize"], 3)
    return {"rows": number, "tokens": tokens, "ratio": ratio, **seconds, "found": found}


def main() -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--tokenizer", type=Path, help="folder with tokenizer.json and chat_template.jinja")
    parser.add_argument("--rows", type=Path, help="a file of rows in any known format")
    parser.add_argument("--number", type=int, default=20_000, help="rows that are made without --rows")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = folder / (asked.rows.name if asked.rows else "rows.jsonl")
        if asked.rows:
            rows.write_bytes(asked.rows.read_bytes())
        else:
            write_rows(rows, asked.number)
        base = make_base(folder / "base", asked.tokenizer, rows)
        data = {"train": [{"path": rows.name}], "max_tokens": 32_768, "long": "drop"}
        content = {"recipe": 1, "name": "bench", "base": {"model": "base"}, "data": data}
        recipe = Recipe.model_validate_json(json.dumps(content))
        maker = Maker(make_setup(load_tokenizer(base), base, recipe.data, folder))
        result = measure(maker, folder, rows.name)
        print(f"findings take {result['ratio']} of the time of tokenizing", file=sys.stderr)
        print(json.dumps(result))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
