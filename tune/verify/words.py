"""What no level below 5 shows to be true: claims that rest on the author's word, and what was measured once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

DECLARED = (
    (r"sources\[\]\.(license|about|collected|personal_data|generator|published_at)", "what is declared of the rows"),
    (r"sources\[\]\.hub\.private", "whether a data set was private when it was read"),
    (r"subject\.(name|license)|license_gate\.override", "name and license of the model, and the reason of an override"),
    (
        r"base\.(repo|license\.family)|adapter\.license",
        "the public name of the base, and what an adapter from elsewhere says of its license",
    ),
    (r"evaluation\.prompts_at", "where the prompts of the evaluation are published"),
    (r"recipe\.sha256", "that the recipe is the one that was run, with the places on the author's machine"),
    (r"recipe\.resolved|procedure\[\]", "that training followed the settings: only level 5 shows it"),
)
"""Paths of the manifest that the author alone answers for, as regular expressions, and what they say."""

MEASURED_ONCE = (
    (r"evaluation\.(?!prompts_at)", "the evaluation: `tune evaluate` measures again"),
    (r"export\.", "how well adapter and merged model agree: `tune export` measures again"),
    (r"checkpoints\[\]\.(adapter|seal)_sha256", "the checkpoints: only level 5 shows them"),
    (r"environment\.", "device, packages and compute type"),
    (r"consumption\.(devices|interruptions)", "devices and interruptions of the training"),
    (r"tune$", "the version of tune"),
)
"""Paths of what the author's machine measured and nobody measures again here, and what they say."""

TRAINED = "that the weights are those that training on these rows gives: only level 5 shows it"
GGUF = "that the GGUF file holds the merged weights: `tune export --gguf` makes it again"
SALTED = "digests, roots and commits of private rows: levels 0 to 4 check them for who has their key, of a data set in the run directory"


def unproven(manifest: Json) -> list[str]:
    """What this manifest says that is not shown by levels 0 to 4, in words."""
    there = [path for path, _ in leaves(manifest)]
    whole = [SALTED] * ("salt" in manifest) + [TRAINED] * (manifest["consumption"] is not None)
    whole += [GGUF] * ("gguf" in (manifest["export"] or {}))
    return whole + [
        text
        for pattern, text in (*DECLARED, *MEASURED_ONCE)
        if any(re.match(pattern, re.sub(r"\[\d+\]", "[]", path)) for path in there)
    ]


def leaves(part: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value in the manifest with its path."""
    if isinstance(part, dict) and part:
        for name, inner in part.items():
            yield from leaves(inner, f"{path}.{name}" if path else name)
    elif isinstance(part, list) and part:
        for i, inner in enumerate(part):
            yield from leaves(inner, f"{path}[{i}]")
    else:
        yield path, part
