"""What the card says of the proof that adapter, merged weights and GGUF file are the same model."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def section(m: Json) -> str:
    """Loading and merging: what was compared, and what was not. Empty before the export."""
    if not m["export"]:
        return ""
    off = m["export"]["adapter"]["largest_logit_difference"]["value"]
    lines = [
        "The adapter was not loaded and compared: its author left that out."
        if off is None
        else f"The adapter was loaded in a fresh process with plain PEFT: largest difference of logits {off:.2g}."
    ]
    merged = m["export"]["merged"]
    if merged and merged["mean_kl"]["value"] is None:
        lines.append(
            f"The merged weights ({merged['base_dtype']['value']}) were not compared with the adapter; token ids of golden chats are equal. "
            "Anyone can merge again: `tune verify . --base BASE --adapter ADAPTER`."
        )
    elif merged:
        lines.append(
            f"Merged weights ({merged['base_dtype']['value']}) against the adapter, on {merged['rows']['value']} rows: mean KL divergence {merged['mean_kl']['value']:.2g} nats, "
            f"top-1 agreement {100 * merged['top1_agreement']['value']:.2f} %, token ids of golden chats equal."
        )
        if "largest_tensor_difference" in merged:
            lines.append(
                f"Of {merged['changed_tensors']['value']} changed tensors {merged['tensors_compared']['value']} were compared with PEFT's merge in fp32: "
                f"largest difference {merged['largest_tensor_difference']['value']:.2g} of the tensor's largest weight."
            )
    if "gguf" in m["export"]:
        lines.append(_gguf(m["export"]["gguf"]))
    return "## Loading and merging\n\n" + " ".join(lines)


def _gguf(part: Json) -> str:
    """The GGUF file, and how near it is to the merged model."""
    types = ", ".join(f"{number} in {name}" for name, number in part["tensor_types"]["value"].items())
    what = (
        f"`{part['files'][0]['name']}` holds the merged weights as llama.cpp's converter writes them (tensors: {types})"
    )
    if part["mean_kl"]["value"] is None:
        return f"{what}; how near they are was not measured."
    return (
        f"{what}; by {part['checked_with']['value']}, against the merged weights: mean KL divergence {part['mean_kl']['value']:.2g} nats, "
        f"top-1 agreement {100 * part['top1_agreement']['value']:.2f} %, token ids of golden chats equal."
    )
