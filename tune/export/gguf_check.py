"""A GGUF file as llama.cpp reads it, in a fresh process: `python -m tune.export.gguf_check FILE JOB OUT`.

JOB is `{"texts", "rows", "stops"}`. Prints `{"version", "ids", "ends"}`: the token ids of the texts, and those of the stop
tokens at which llama.cpp ends an answer. Writes the logits of the rows to OUT. Needs llama-cpp-python.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


def main() -> int:
    """Loads FILE on the processor and answers JOB."""
    import llama_cpp
    import numpy as np
    from safetensors.numpy import save_file

    file, job_file, out = sys.argv[1:]
    job: dict[str, Any] = json.loads(Path(job_file).read_text())
    longest = max(map(len, job["rows"]), default=32)
    model: Any = llama_cpp.Llama(
        file, n_ctx=longest, n_batch=longest, n_ubatch=longest, n_gpu_layers=0, logits_all=True, verbose=False
    )
    vocabulary = llama_cpp.llama_model_get_vocab(model.model)
    ends = [token for token in job["stops"] if llama_cpp.llama_vocab_is_eog(vocabulary, token)]
    ids = [model.tokenize(text.encode(), add_bos=False, special=True) for text in job["texts"]]
    logits = {}
    for number, row in enumerate(job["rows"]):
        model.reset()
        model.eval(row)
        logits[str(number)] = np.array(model.scores[: len(row)], dtype=np.float32)
    save_file(logits, out)
    print(json.dumps({"version": llama_cpp.__version__, "ids": ids, "ends": ends}))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
