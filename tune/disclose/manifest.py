"""The manifest: every claim about the model with its basis, computed from the records.

Each shown value is `{"value", "basis"}`; the basis is `measured` (computed from the bytes), `derived` (computed from
measured values), `declared` (the user's words) or `not measured` (value null). Format: docs/disclosure.md.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tune import __version__, operations, receipt, sequences
from tune.digest import digest, file_sha256
from tune.disclose import chain, looked, salt
from tune.disclose.asked import procedure, resolved, said_of_training, without_paths
from tune.disclose.basis import declared, derived, measured, unknown
from tune.disclose.openness import openness
from tune.files import read_jsonl
from tune.modelfiles import ADAPTER_WEIGHTS, MANIFEST, TOKENIZER, read_header
from tune.recipe.schema import Publish, Recipe, Source
from tune.records import (
    BaseRecord,
    Evaluation,
    ExportRecord,
    FileDigest,
    HubRows,
    Ledger,
    LicenseFound,
    Measured,
    Receipt,
    SourceLedger,
    TrainRecord,
)
from tune.run import DECLARED, Run

Json = dict[str, Any]

FORM = 4
"""The number of what a manifest says and how, which it carries as `manifest`: raised with every part that is added, goes or changes
its meaning. What an earlier form wrote is disclosed anew, and checked by the version that wrote it."""
LANGUAGE = "language of the rows"
LICENSES = "license compatibility"
NOT_LOOKED_FOR = {
    "personal data in the rows": "no scan for personal data was made",
    "secrets in the rows": "no scan for keys and passwords was made",
    "hidden text in the rows": "no scan for invisible characters was made",
    "near duplicates": "only exact repeats of rows were counted",
    "contamination of public benchmarks": "the rows were not compared with any benchmark",
    LANGUAGE: "no language was identified",
    LICENSES: "the chain of licenses was not evaluated",
    "sources at public addresses": "the rows were read from local files; no public address was checked",
}
SOME_FROM_THE_HUB = {
    "sources at public addresses": "Hub sources were read at their commits; of others no public address was checked"
}
"""What is said instead when a source is a data set of the Hub."""
COMPARED = ("largest_logit_difference", "mean_kl", "top1_agreement")
"""What is said of a merged model even when it was not measured."""
NOT_TRAINED_HERE = {name: "the rows are not known" for name in NOT_LOOKED_FOR if name != "license compatibility"} | {
    "training data": "the adapter was trained elsewhere, and its files do not say on what"
}


def of_run(run: Run, key: salt.RunKey | None, trained: dict[int, int] | None = None) -> Json:
    """The manifest of a finished run's adapter. `key` is what the digests of private sources are salted with; without it
    null stands in their place. `trained` are its rows trained on by source, where they are known."""
    base, train = run.read(BaseRecord), run.read(TrainRecord)
    found: Json = {
        "manifest": FORM,
        "tune": __version__,
        "subject": subject(
            "adapter",
            run.recipe.title(),
            [f.model_dump() for f in adapter_files(run, train)],
            run.recipe.publish.license,
        ),
        "base": of_base(base),
        "recipe": {
            "sha256": measured(digest(resolved(run.recipe))),
            "resolved": declared(without_paths(run.recipe, base.repo)),
        },
        "procedure": procedure(said_of_training(run.recipe) | _seen_in_training(run, base, train)),
        "environment": {
            "packages": measured(train.attempts[-1].versions),
            "device": measured(train.device.name),
            "compute_dtype": measured(train.compute_dtype),
            "breaks": measured([{"step": a.from_step, "differs": list(a.differs)} for a in train.breaks()]),
        },
        **of_ledger(run.read(Ledger), run.recipe, rows_trained(run) if trained is None else trained),
        "consumption": {
            **consumption(train.receipt),
            "devices": measured(train.attempts[-1].processes),
            "interruptions": measured(len(train.attempts) - 1),
            "flop": derived(train.flop),
        },
        "checkpoints": checkpoints(train),
        "evaluation": _evaluation(run.find(Evaluation), run.recipe.publish.prompts_at),
        "export": _export(run.find(ExportRecord)),
        **({"salt": salt.described(key)} if key else {}),
    }
    return completed(salt.salted(found, key), run.recipe.publish.override)


def adapter_files(run: Run, train: TrainRecord) -> list[FileDigest]:
    """What a reader of the adapter loads: config and weights as training left them, and the tokenizer with its template."""
    paths = [run.path("adapter") / name for name in TOKENIZER]
    others = [FileDigest(name=p.name, bytes=p.stat().st_size, sha256=file_sha256(p)) for p in paths if p.is_file()]
    return [*train.adapter, *others]


def of_ledger(ledger: Ledger, recipe: Recipe, trained: dict[int, int]) -> Json:
    """The parts that follow from the rows: `trained` are the rows of each source (by index) that were trained on."""
    names, sections = recipe.data.names, (*recipe.data.train, *recipe.data.eval)
    parts = enumerate(zip(ledger.sources, sections, strict=True))
    return {
        "sources": [
            {**source_part(names[i], found, section, trained.get(i)), "findings": looked.by_source(ledger, i)}
            for i, (found, section) in parts
        ],
        "languages": measured(ledger.languages),
        "filters": filters(names, ledger.sources),
        "checks": [{"name": c.name, "ok": c.ok, "what": measured(c.what)} for c in ledger.checks],
        "findings": looked.findings(ledger),
    }


def completed(found: Json, override: str | None) -> Json:
    """The manifest with all that follows from it: the gate's verdict, gaps and, where the training is known, openness."""
    found["license_gate"] = chain.gate(found, override)
    if found["consumption"] is not None:
        found["openness"] = openness(found)
    found["gaps"] = gaps(found)
    return found


def given(found: Json, name: str, publish: Publish) -> Json:
    """The manifest of the same files when they are given away under that name and those terms, judged anew."""
    said = {"name": name, "license": declared(publish.license)}
    return completed(_without_conclusions({**found, "subject": {**found["subject"], **said}}), publish.override)


def of_another_form(found: Json) -> str | None:
    """In words, that a manifest is of a form which this version does not check; None of one in ours. Raises KeyError or TypeError
    where it names no form."""
    form = found["manifest"]
    if type(form) is not int:
        raise TypeError(f"its form is {form!r:.40}, and no whole number")
    if form == FORM:
        return None
    return f"it is of form {form}, written by tune {found['tune']!s:.40}, and tune {__version__} knows form {FORM}"


def _without_conclusions(found: Json) -> Json:
    followed = ("gaps", "documents", "license_gate", "openness")
    return {name: part for name, part in found.items() if name not in followed}


def of_merged(parent: Json, name: str, record: ExportRecord) -> Json:
    """The manifest of a merged model: what its adapter's says, of other files and with the proof of the merge."""
    assert record.merged is not None
    files = [file.model_dump() for file in (*record.merged.files, *(record.gguf.files if record.gguf else ()))]
    said = {**parent["subject"]["license"]}
    found: Json = {**parent, "tune": __version__, "export": _export(record)}
    found["subject"] = {"kind": "merged", "name": name, "files": files, "license": said}
    found["adapter"] = {**parent.get("adapter", {}), "files": parent["subject"]["files"]}
    return completed(_without_conclusions(found), parent["license_gate"]["override"]["value"])


def of_foreign(base: BaseRecord, config: Json, files: tuple[FileDigest, ...], license_: LicenseFound) -> Json:
    """The manifest of an adapter that somebody else trained: its files, its base, what it says of its license, and that
    its training is not known."""
    stated = ("r", "lora_alpha", "use_rslora", "use_dora", "target_modules", "target_parameters", "modules_to_save")
    facts = {name: declared(config[name]) for name in stated if config.get(name) not in (None, False, [])}
    found: Json = {
        "manifest": FORM,
        "tune": __version__,
        "subject": subject("adapter", "adapter", [file.model_dump() for file in files], None),
        "base": of_base(base),
        "adapter": {"license": _license(license_)},
        "recipe": {"sha256": unknown()},
        "procedure": procedure(facts),
        "environment": None,
        "sources": [],
        "filters": [],
        "checks": [],
        "consumption": None,
        "evaluation": None,
        "export": None,
    }
    return completed(found, None)


def subject(kind: str, name: str, files: list[Json], license_identifier: str | None) -> Json:
    """What the manifest speaks of: its files with size and digest, and the license that it is given."""
    return {"kind": kind, "name": name, "files": files, "license": declared(license_identifier)}


def of_base(base: BaseRecord) -> Json:
    """The base by commit and bytes. The path of a local folder is nobody's business; its digests identify it."""
    return {
        "repo": declared(base.repo),
        "commit": measured(base.commit) if base.commit else unknown(),
        "files": [f.model_dump() for f in base.files],
        "architecture": measured(base.architecture),
        "parameters": measured(base.parameters),
        "active_parameters": derived(base.active_parameters),
        "experts_per_token": measured(base.experts_per_token),
        "tokenizer_sha256": measured(base.tokenizer_sha256),
        "template_sha256": measured(base.template_sha256),
        "quantize": declared(base.quantize),
        "license": {
            **_license(base.license),
            "family": derived(family) if (family := chain.family_of(base)) else unknown(),
        },
        **_disclosed(Path(base.folder)),
    }


def _license(found: LicenseFound) -> Json:
    """Tag, file and what the file says, as found."""
    says = measured(found.file_says) if found.file_says else unknown()
    return {"tag": declared(found.tag), "file": measured(found.file), "file_says": says}


def _disclosed(folder: Path) -> Json:
    """What a base says of itself in a manifest of its own: its digest, and on how many tokens it was pretrained."""
    path, tokens = folder / MANIFEST, None
    if not path.is_file():
        return {"disclosure": unknown(), "pretraining_tokens": unknown()}
    try:
        own = json.loads(path.read_bytes())
        tokens = int(own["consumption"]["input_tokens"]["value"]) if own["base"] is None else None
    except (ValueError, KeyError, TypeError):
        tokens = None  # of another make, or damaged: its digest is all that is known
    return {"disclosure": measured(file_sha256(path)), "pretraining_tokens": declared(tokens)}


def _seen_in_training(run: Run, base: BaseRecord, train: TrainRecord) -> Json:
    """The size of what was trained, of it what adapts experts, and the losses."""
    experts = operations.of_experts(read_header(run.path("adapter") / ADAPTER_WEIGHTS), base.experts_per_token)
    return {
        "trainable_parameters": measured(train.trainable_parameters),
        **{name: measured(size) for name, size in experts.items()},
        "first_loss": measured(train.first_loss),
        "last_loss": measured(train.last_loss),
    }


def source_part(name: str, source: SourceLedger, section: Source, trained: int | None) -> Json:
    """One source, under its name among `Data.names`: identity by bytes, what is declared of it, and where its rows and tokens went. A private one is marked;
    its digests stand here as they are, for `salt.salted`."""
    said = {name: declared(value) for name, value in section.model_dump(mode="json", include=set(DECLARED)).items()}
    return {
        "name": name,
        "split": source.split,
        **({"salted": True} if salt.is_private(source, section) else {}),
        "sha256": measured(source.sha256),
        "bytes": measured(source.bytes),
        **({"hub": _hub(source.hub), "files": [f.model_dump() for f in source.files]} if source.hub else {}),
        "format": measured(source.format),
        **({"map": declared(section.map)} if section.map else {}),
        **dict(sorted(said.items())),
        "rows": {
            "loaded": measured(source.rows.loaded),
            "dropped": measured(source.rows.dropped),
            "cut": measured(source.cut_rows),
            "kept": measured(source.rows.kept),
            "examples": measured(source.examples),
            "trained": measured(trained or 0),
        },
        "tokens": {
            "input": measured(source.tokens.input),
            "loss": measured(source.tokens.loss),
            "cut": measured(source.tokens.cut),
        },
        "share_of_loss_tokens": derived(round(source.tokens.loss / source.tokens.input, 6)),
        "rows_root": measured(source.rows_root),
        "examples_root": measured(source.examples_root),
    }


def _hub(rows: HubRows) -> Json:
    """A data set as its user names it, and what the Hub said of it."""
    said = {name: declared(value) for name, value in rows.model_dump(include={"repo", "config", "split"}).items()}
    return {**said, "commit": measured(rows.commit), "private": measured(rows.private)}


def filters(names: tuple[str, ...], sources: tuple[SourceLedger, ...]) -> list[Json]:
    """What was removed and why: one entry a source and reason."""
    return [
        {"source": name, "reason": reason, "rows": measured(rows)}
        for name, source in zip(names, sources, strict=True)
        for reason, rows in source.rows.dropped.items()
    ]


def consumption(found: Receipt) -> Json:
    """What the optimizer was fed."""
    return {name: measured(value) for name, value in found.model_dump().items()}


def checkpoints(train: TrainRecord) -> list[Json]:
    """What was committed at each checkpoint."""
    names = ("adapter_sha256", "order_root", "seal_sha256")
    return [{"step": c.step, **{name: measured(getattr(c, name)) for name in names}} for c in train.checkpoints]


def rows_trained(run: Run) -> dict[int, int]:
    """Rows of each source (by index) of which an example stands in the receipt of consumption."""
    fed = {leaf for row in read_jsonl(run.path(receipt.LOG)) for leaf in row["examples"]}
    rows: set[tuple[int, int, int]] = set()
    for sequence in sequences.load(run.path("data"), "train"):
        start = 0
        places = zip(sequence["sources"], sequence["files"], sequence["lines"], strict=True)
        for length, place in zip(sequence["seq_lengths"], places, strict=True):
            end = start + length
            leaf = receipt.example_leaf(sequence["input_ids"][start:end], sequence["labels"][start:end])
            if leaf.hex() in fed:
                rows.add(place)
            start = end
    return dict(Counter(source for source, _, _ in rows))


def _evaluation(found: Evaluation | None, prompts_at: str | None) -> Json | None:
    if found is None:
        return None

    def figures(of: Measured) -> Json:
        values = {"loss": of.loss, "checks_passed": of.checks_passed, "stop_rate": of.stop_rate}
        return {name: measured(round(value, 6)) if value is not None else unknown() for name, value in values.items()}

    return {
        "base": figures(found.base),
        "tuned": figures(found.tuned),
        "prompts": measured(len(found.tuned.checks)),
        "prompts_sha256": measured(found.prompts_sha256),
        **({"prompts_at": declared(prompts_at)} if found.tuned.checks else {}),
        "max_new_tokens": declared(found.max_new_tokens),
        "loss_tokens": measured(found.loss_tokens),
        "samples": [{"question": s.question, "answer": s.answer} for s in found.tuned.samples],
    }


def _export(found: ExportRecord | None) -> Json | None:
    if found is None:
        return None

    def figures(of: Json) -> Json:
        return {name: measured(value) if value is not None else unknown() for name, value in of.items()}

    part: Json = {"adapter": figures(found.adapter.model_dump()), "merged": None}
    if found.merged is not None:
        proof = found.merged.model_dump(exclude={"files"})
        said = {name: value for name, value in proof.items() if value is not None or name in COMPARED}
        part["merged"] = {**figures(said), "files": [f.model_dump() for f in found.merged.files]}
    if found.gguf is not None:
        files = [f.model_dump() for f in found.gguf.files]
        part["gguf"] = {**figures(found.gguf.model_dump(exclude={"files"})), "files": files}
    return part


def gaps(found: Json) -> list[Json]:
    """Everything that is only declared or not known: nothing of that may hide among the measured values."""
    reasons = NOT_LOOKED_FOR | (SOME_FROM_THE_HUB if any("hub" in s for s in found["sources"]) else {})
    reasons = reasons | (NOT_TRAINED_HERE if found["consumption"] is None else {})
    listed = [{"what": path, "basis": basis} for path, basis in _weak(found, "")]
    looked_for = {what for what, part in ((LANGUAGE, "languages"), (LICENSES, "license_gate")) if part in found}
    if "findings" in found:
        looked_for |= {looked.CLOSED[f["name"]] for f in found["findings"] if f["name"] in looked.CLOSED}
        reasons = reasons | looked.BENCHMARKS
    unseen = {what: why for what, why in reasons.items() if what not in looked_for}
    return [*listed, *({"what": what, "basis": "not measured", "why": why} for what, why in unseen.items())]


def _weak(part: Any, path: str) -> Iterator[tuple[str, str]]:
    """(path, basis) of every value that is not measured or derived."""
    if isinstance(part, dict) and set(part) == {"value", "basis"}:
        if part["basis"] in ("declared", "not measured"):
            yield path, part["basis"]
    elif isinstance(part, dict):
        for name, inner in sorted(part.items()):  # the order that canonical JSON gives them
            if name != "gaps":
                yield from _weak(inner, f"{path}.{name}" if path else name)
    elif isinstance(part, list):
        for i, inner in enumerate(part):
            yield from _weak(inner, f"{path}[{i}]")
