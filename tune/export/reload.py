"""Loading what was written as anybody would, in a fresh process: `python -m tune.export.reload MODEL ROWS OUT [ADAPTER]`.

Only transformers and PEFT are used, none of our loaders: this is the proof that the files alone are enough. Prints
`{"tensors", "parameters"}` of the adapter and writes the logits of the rows to OUT.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


def main() -> int:
    """Loads MODEL (and ADAPTER on it) in fp32 and writes the logits."""
    import torch
    from safetensors.torch import load_file, save_file
    from transformers import AutoModelForCausalLM, Mxfp4Config

    place, rows_file, out, *adapter = sys.argv[1:]
    stored = json.loads((Path(place) / "config.json").read_text()).get("quantization_config", {})
    options: dict[str, Any] = {}
    if stored.get("quant_method") == "mxfp4":  # in four bits it computes on some GPUs only
        options["quantization_config"] = Mxfp4Config(dequantize=True)
    model: Any = AutoModelForCausalLM.from_pretrained(
        place, dtype=torch.float32, use_safetensors=True, trust_remote_code=False, **options
    )
    counts = {"tensors": 0, "parameters": 0}
    if adapter:
        from peft import PeftModel

        model = PeftModel.from_pretrained(model, adapter[0])
        tensors = load_file(str(Path(adapter[0]) / "adapter_model.safetensors"))
        counts = {"tensors": len(tensors), "parameters": sum(t.numel() for t in tensors.values())}
    model.eval()
    rows = json.loads(Path(rows_file).read_text())
    with torch.no_grad():
        logits = {str(i): model(input_ids=torch.tensor([row])).logits[0].contiguous() for i, row in enumerate(rows)}
    save_file(logits, out)
    print(json.dumps(counts))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
