"""What can be written behind a verb: options and targets, as argparse wants them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tune.launch.options import SUBMIT

OPTIONS: dict[str, dict[str, Any]] = {
    "--set": {
        "dest": "sets",
        "action": "append",
        "default": [],
        "metavar": "KEY=VALUE",
        "help": "override a recipe key, e.g. train.seed=3",
    },
    "--root": {
        "dest": "roots",
        "action": "append",
        "default": [],
        "type": Path,
        "metavar": "DIR",
        "help": "another folder that data may lie in",
    },
    "--runs": {"type": Path, "metavar": "DIR", "help": "where run directories are (default: runs/, or TUNE_RUNS)"},
    "--fresh": {"action": "store_true", "help": "ignore caches and start a new attempt; nothing is deleted"},
    "--list": {"action": "store_true", "help": "list the checks over all rows, by name"},
    "--device": {"metavar": "NAME", "help": "plan for a device that is not here: rtx4090, h200x8, 24GB, cpu"},
    "--all": {"action": "store_true", "help": "plan for every device that is known, in one table"},
    "--trace": {
        "action": "store_true",
        "help": "also follow a step of the real model, without weights; under a minute",
    },
    "--price-per-hour": {"type": float, "metavar": "PRICE", "help": "price of the device, or of all of them, an hour"},
    "--json": {"action": "store_true", "help": "print JSON"},
    "--source": {
        "metavar": "NAME",
        "help": "a source of the recipe, by path, file name or data set (default: the first)",
    },
    "--row": {"type": int, "metavar": "LINE", "help": "one row of the source, by its line"},
    "--find": {"metavar": "TEXT", "help": "rows of the source that hold a text"},
    "--data": {
        "nargs": "?",
        "const": "",
        "metavar": "FOLDER",
        "help": "prepare the rows again and recompute every count and root; FOLDER holds them (default: where they were)",
    },
    "--key": {"type": Path, "metavar": "FILE", "help": "the public key (PEM) of who is said to have signed"},
    "--certificate": {"type": Path, "metavar": "FILE", "help": "the certificate (PEM) of that key"},
    "--certificate-chain": {
        "type": Path,
        "action": "append",
        "default": [],
        "metavar": "FILE",
        "help": "certificates (PEM) that you trust: whoever signed has one that leads to them; repeatable",
    },
    "--run-key": {
        "type": Path,
        "metavar": "FILE",
        "help": "the private.key of the run, with which the digests of its private rows are salted",
    },
    "--adapter": {"type": Path, "metavar": "FOLDER", "help": "the adapter that was merged (for a run: its own)"},
    "--hub": {"action": "store_true", "help": "ask the Hub whether base and sources exist at their commits"},
    "--replay": {
        "metavar": "A:B",
        "help": "train the steps after A up to B again, between two committed checkpoints of a run",
    },
    "--base": {"action": "store_true", "help": "let the base answer too"},
    "--to": {"type": Path, "metavar": "DIR", "required": True, "help": "a new folder for the merged model"},
    "--into": {"choices": ("base", "nf4"), "default": "base", "help": "the weights that are merged into"},
    "--in-memory": {"action": "store_true", "help": "merge with PEFT, which holds the whole model"},
    "--gguf": {
        "choices": ("f32", "f16", "bf16", "q8_0", "q6_k", "q5_k_m", "q4_k_m", "q3_k_m"),
        "help": "also write a GGUF file of this type, with llama.cpp's own tools",
    },
    "--no-proof": {
        "action": "store_true",
        "help": "do not load and compare what was written: for a base that does not fit into memory; the card says so",
    },
    "--license": {"metavar": "ID", "help": "the license that it is given (default: the recipe's publish.license)"},
    "--override": {"metavar": "REASON", "help": "why it may be given away although the license gate refuses it"},
    "--repo": {
        "metavar": "USER/NAME",
        "help": "the repository on the Hub (default: the recipe's publish.repo); made when it is not there",
    },
    "--public": {"action": "store_true", "help": "for everyone to see; private without it"},
    "--merged": {"action": "store_true", "help": "the merged model instead of the adapter"},
    **SUBMIT,
}
BASE_FOLDER: dict[str, Any] = {
    "action": "store",
    "type": Path,
    "metavar": "FOLDER",
    "help": "the base's files (for a run: where they lie now)",
}
DRY_PIN: dict[str, Any] = {"help": "print the commits and where they would stand; nothing is written"}
OPTIONS_OF = {
    ("pin", "--dry-run"): DRY_PIN,
    ("export", "--base"): BASE_FOLDER,
    ("publish", "--dry-run"): {"help": "print files, front matter and verdicts; nothing is sent, nobody is asked"},
    ("verify", "--base"): BASE_FOLDER,
    ("sign", "--key"): {"help": "your private key (PEM, elliptic curve)"},
    ("sign", "--certificate-chain"): {
        "help": "the certificates (PEM) between yours and the root, which travel with the signature; repeatable"
    },
}
"""Where one verb means something else by an option."""
TARGETS = {
    "RECIPE": "a recipe (YAML)",
    "RECIPE|RUN": "a recipe (YAML) or a run directory",
    "RUN": "a run directory",
    "FOLDER": "the folder of a disclosed adapter or model",
    "PATH|REPO": "the folder of an adapter or model, a run directory, or user/name[@revision] on the Hub",
    "RUN|ADAPTER": "a run directory, or the folder of an adapter in PEFT's layout",
}
