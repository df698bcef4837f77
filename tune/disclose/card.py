"""The card, rendered from the manifest and from nothing else, so that anyone can render it again.

The generated part stands between two markers; the first carries the manifest's digest. What people write after the end
marker survives. Front matter follows https://huggingface.co/docs/hub/model-cards (read 2026-11-22).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from tune.digest import canonical_json, sha256
from tune.disclose import documents, looked, proved, salt
from tune.disclose.notices import allowed
from tune.licenses import FAMILY_LICENSES, lookup
from tune.text import count, markdown_table, share, short

Json = dict[str, Any]

BEGIN = "<!-- tune: generated from disclosure/manifest.json, sha256 {sha}; write below the end marker -->"
END = "<!-- tune: end of the generated part -->"
OWN_WORDS = "\n\n## Intended use and limits\n\nNot provided by the author.\n"
"""What stands below the end marker until the author writes something."""

OBLIGATIONS = {
    "attribution": "keep its copyright, attribution and license notices",
    "license_copy": "pass on its text",
    "state_changes": "say that it was changed",
    "notice_file": "pass on its NOTICE file, if there is one",
    "notice": "keep its sentence in NOTICE",
    "built_with": "show the line above",
    "outputs_built_with": "show the line above",
    "use_restrictions": "pass on its use restrictions as binding",
}

A_LANGUAGE_OF_THE_DATA = 0.05
"""Share of the examples from which on the front matter names their language."""


def render(manifest: Json) -> str:
    """Front matter and generated part, both markers included, ending after the end marker."""
    sha = sha256(canonical_json(manifest))
    sections = [
        _what(manifest),
        _data(manifest),
        _removed(manifest),
        looked.section(manifest),
        _procedure(manifest),
        _evaluation(manifest),
        _samples(manifest),
        _license(manifest),
        _openness(manifest),
        proved.section(manifest),
        _gaps(manifest),
        _verify(manifest),
    ]
    body = "\n\n".join(section for section in sections if section)
    return f"---\n{front_matter(manifest)}---\n\n{BEGIN.format(sha=sha)}\n\n{body}\n\n{END}"


def with_own_words(generated: str, previous: str | None, own_words: str = OWN_WORDS) -> str:
    """The whole card: the generated part, then what a person wrote below the end marker of the previous card."""
    if previous is None or END not in previous:
        return generated + own_words
    return generated + previous.split(END, 1)[1]


def front_matter(manifest: Json) -> str:
    """YAML that the Hub reads. `unknown` is the Hub's own word for a license that nobody stated."""
    subject, base = manifest["subject"], manifest["base"]
    fields: Json = _license_fields(allowed(manifest))
    if base is not None and base["repo"]["value"]:
        fields["base_model"] = base["repo"]["value"]
        fields["base_model_relation"] = "adapter" if subject["kind"] == "adapter" else "finetune"
    hubs = [s["hub"] for s in manifest["sources"] if "hub" in s and not s.get("salted")]
    public = {hub["repo"]["value"] for hub in hubs if not hub["private"]["value"]}
    if public:
        fields["datasets"] = sorted(public)
    languages = [name for name, part in _languages(manifest) if part >= A_LANGUAGE_OF_THE_DATA and name != "und"]
    if languages:
        fields["language"] = languages
    fields["library_name"] = "peft" if subject["kind"] == "adapter" else "transformers"
    fields["pipeline_tag"] = "text-generation"
    fields["tags"] = ["tune", "lora", "sft"] if subject["kind"] == "adapter" else ["tune"]
    text: str = yaml.safe_dump(fields, sort_keys=False, allow_unicode=True, width=1000)
    return text


def _license_fields(identifier: str | None) -> Json:
    """The Hub's own identifier, or `other` with name and link for a license that it has none for."""
    entry = lookup(identifier) if identifier else None
    if entry is not None and entry.identifier in FAMILY_LICENSES:
        return {"license": "other", "license_name": entry.identifier, "license_link": entry.source}
    return {"license": identifier or "unknown"}


def _what(m: Json) -> str:
    subject, base = m["subject"], m["base"]
    lines = [f"# {subject['name']}", ""]
    if base is None:
        lines.append("A language model, trained from scratch.")
    else:
        name = base["repo"]["value"] or "a base model from a local folder, identified by the digests of its files"
        commit = base["commit"]["value"]
        what = "A LoRA adapter for" if subject["kind"] == "adapter" else "A LoRA adapter merged into"
        lines.append(
            f"{what} {name}{f' at commit `{commit}`' if commit else ''} ({base['architecture']['value']}, {short(base['parameters']['value'])} parameters)."
        )
    c = m["consumption"]
    if c is None:
        lines.append(
            "\nHow the adapter was trained is not known: it was trained elsewhere, and only its files were here."
        )
        return "\n".join(lines)
    steps, distinct = count(c["optimizer_steps"]["value"]), count(c["distinct_examples"]["value"])
    fed, learned = count(c["input_tokens"]["value"]), count(c["loss_tokens"]["value"])
    lines.append(
        f"\nTrained for {steps} optimizer steps on {distinct} distinct examples: {fed} tokens fed, {learned} of them with loss. "
        "Every number in this part is computed by tune from the bytes that the optimizer consumed, unless it says declared."
    )
    return "\n".join(lines)


def _said(value: Json) -> str:
    """A value with its basis where that is weaker than measured."""
    if value["value"] is None:
        return "unknown"
    return f"{value['value']} (declared)" if value["basis"] == "declared" else str(value["value"])


def _data(m: Json) -> str:
    if m["consumption"] is None:
        return "## Training data\n\nNot known."
    rows = []
    for s in m["sources"]:
        trained = count(s["rows"]["trained"]["value"]) if s["split"] == "train" else "held out"
        share_of_loss = f"{100 * s['share_of_loss_tokens']['value']:.1f} %"
        rows.append(
            [
                s["name"],
                _said(s["license"]),
                count(s["rows"]["loaded"]["value"]),
                count(s["rows"]["kept"]["value"]),
                trained,
                count(s["tokens"]["input"]["value"]),
                share_of_loss,
            ]
        )
    text = "## Training data\n\n" + markdown_table(
        rows, ["source", "license", "rows", "kept", "trained on", "tokens", "with loss"]
    )
    notes = []
    for s in m["sources"]:
        said = [
            f"{name.replace('_', ' ')}: {s[name]['value']}"
            for name in ("about", "collected", "personal_data")
            if s.get(name) and s[name]["value"]
        ]
        if s.get("generator") and s["generator"]["value"]:
            said.append(
                f"written by the model {s['generator']['value']['model']} under {s['generator']['value'].get('terms') or 'unknown terms'}"
            )
        if said:
            notes.append(f"- {s['name']}: {'; '.join(said)} (declared)")
        notes.append(f"- {s['name']}: {salt.identity(s)}")
    if "languages" in m:
        spoken = ", ".join(f"{name} {share(part, 1)}" for name, part in _languages(m))
        notes.append(f"- languages of what is learned, by examples (a sample of 1,000 at most): {spoken}")
    return text + "\n\n" + "\n".join(notes)


def _languages(m: Json) -> list[tuple[str, float]]:
    """Languages and their shares, the most frequent first; none in a manifest that did not look for them."""
    return sorted(m["languages"]["value"].items(), key=lambda item: (-item[1], item[0])) if "languages" in m else []


def _removed(m: Json) -> str:
    if m["consumption"] is None:
        return ""
    if not m["filters"] and not any(s["rows"]["cut"]["value"] for s in m["sources"]):
        return "## What was removed\n\nNothing: every row that was loaded was kept, whole."
    rows = [[f["source"], f["reason"], count(f["rows"]["value"])] for f in m["filters"]]
    rows += [
        [s["name"], f"cut, {count(s['tokens']['cut']['value'])} tokens", count(s["rows"]["cut"]["value"])]
        for s in m["sources"]
        if s["rows"]["cut"]["value"]
    ]
    return "## What was removed\n\n" + markdown_table(rows, ["source", "reason", "rows"])


def _procedure(m: Json) -> str:
    rows = [[fact["name"].replace("_", " "), _plain(fact["is"]["value"])] for fact in m["procedure"]]
    if m["consumption"] is None:
        said = "What the adapter's config says of it (declared):"
        return f"## Procedure\n\n{said}\n\n" + markdown_table(rows, ["", ""])
    rows += [
        ["device", m["environment"]["device"]["value"]],
        ["compute type", m["environment"]["compute_dtype"]["value"]],
    ]
    if "flop" in m["consumption"]:
        rows.append(["floating-point operations (4 N a token and more)", f"{m['consumption']['flop']['value']:.3g}"])
    packages = ", ".join(f"{name} {version}" for name, version in m["environment"]["packages"]["value"].items())
    return "## Procedure\n\n" + markdown_table(rows, ["", ""]) + f"\n\nPackages: {packages}." + _breaks(m)


def _breaks(m: Json) -> str:
    """Where the run went on under other conditions than before."""
    breaks = m["environment"]["breaks"]["value"] if "breaks" in m["environment"] else []
    lines = [f"- after step {count(b['step'])}: {'; '.join(b['differs'])}" for b in breaks]
    head = "\n\nNot to the bit what an uninterrupted run gives, because it went on under other conditions:\n\n"
    return head + "\n".join(lines) if lines else ""


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}"
    return count(value) if isinstance(value, int) and value > 9999 else str(value)


def _evaluation(m: Json) -> str:
    e = m["evaluation"]
    if e is None:
        return "## Evaluation\n\nNot measured."
    rows = []
    if e["tuned"]["loss"]["value"] is not None:
        rows.append(
            [
                f"held-out loss (nats a token, {count(e['loss_tokens']['value'])} tokens)",
                *(f"{e[k]['loss']['value']:.4f}" for k in ("base", "tuned") if k in e),
            ]
        )
    if e["tuned"]["checks_passed"]["value"] is not None:
        rows.append(
            [
                f"prompts whose checks all hold (of {e['prompts']['value']})",
                *(f"{100 * e[k]['checks_passed']['value']:.1f} %" for k in ("base", "tuned") if k in e),
            ]
        )
    if e["tuned"]["stop_rate"]["value"] is not None:
        rows.append(
            [
                f"answers that stop by themselves within {e['max_new_tokens']['value']} tokens",
                *(f"{100 * e[k]['stop_rate']['value']:.1f} %" for k in ("base", "tuned") if k in e),
            ]
        )
    if not rows:
        return "## Evaluation\n\nNot measured: the recipe names no held-out rows and no prompts."
    header = ["", "base", "this"] if "base" in e else ["", "this"]
    return "## Evaluation\n\n" + markdown_table(rows, header)


def _samples(m: Json) -> str:
    if not m["evaluation"] or not m["evaluation"]["samples"]:
        return ""
    rows = [[s["question"], s["answer"]] for s in m["evaluation"]["samples"]]
    return "### The first answers, unselected\n\n" + markdown_table(rows, ["question", "answer"]).replace("---:", "---")


def _license(m: Json) -> str:
    rows = [["this", _said(m["subject"]["license"])]]
    if m["base"] is not None:
        rows.insert(0, ["base", _found(m["base"]["license"])])
    if "license" in m.get("adapter", {}):
        rows[-1:-1] = [["adapter", _found(m["adapter"]["license"])]]
    rows[-1:-1] = [[f"data: {s['name']}", _said(s["license"])] for s in m["sources"]]
    text = "## Licenses\n\n" + markdown_table(rows, ["", "license"]).replace("---:", "---")
    if "license_gate" not in m:
        return text + "\n\nShown as found or declared; whether they fit together was not evaluated."
    return text + "\n\n" + "\n\n".join(_gate(m["license_gate"]))


def _found(license_: Json) -> str:
    """What lies beside weights that came from elsewhere."""
    said = license_["file_says"]["value"] or license_["file"]["value"] or "none"
    return f"tag: {license_['tag']['value'] or 'none'}; license file: {said}"


def _gate(gate: Json) -> Iterator[str]:
    """Verdict, what was found, and what has to stand beside the weights. Not legal advice is said once, here."""
    verdict = {
        "cleared": "Cleared: base and rows permit this license, as far as the table of licenses goes.",
        "refused": "**Not cleared for publication.** No license is given in the front matter.",
        "overridden": f"Refused by the gate, published in spite of it. The author's reason: {gate['override']['value']}",
    }
    yield verdict[gate["verdict"]["value"]] + " Not legal advice."
    findings = [f"- {f['about']}: {f['what']}. {f['fix']}{_cited(f['source'])}" for f in gate["findings"]]
    if findings:
        yield "What the gate found:\n\n" + "\n".join(findings)
    shown = dict.fromkeys(o["text"] for o in gate["obligations"] if o["term"] in ("built_with", "outputs_built_with"))
    yield from (f"**{line}**" for line in shown)
    kept = dict.fromkeys(f"- {OBLIGATIONS[o['term']]} ({o['about']}; {o['source']})" for o in gate["obligations"])
    by = sorted(
        {o["license"] for o in gate["obligations"] if o["about"].startswith("data") and o["term"] == "attribution"}
    )
    if by:
        yield (
            f"Rows under {', '.join(by)} want attribution. Whether weights are adapted from their rows in the sense of such a "
            "license is not settled; `NOTICE` gives the attribution either way, and whoever passes the weights on keeps it."
        )
    if kept:
        yield "To be kept by everyone who passes this on; `NOTICE` holds the words:\n\n" + "\n".join(kept)


def _cited(source: str) -> str:
    return f" ({source})" if source else ""


def _openness(m: Json) -> str:
    if "openness" not in m:
        return ""
    part = m["openness"]
    missing, indicators = part["next_missing"], part["data_indicators"]
    reached = f"class {part['class']['value']}" if part["class"]["value"] else "no class"
    lines = [
        f"- Model Openness Framework: {reached} {documents.CLASSES_IN_WORDS}"
        + (f"; next missing: {missing['component']} ({missing['how']})" if missing else ""),
        f"- data indicators: {documents.held(indicators)} of {len(indicators)}",
        *(
            f"- Open Source AI Definition, {whose}: {_elements(part['definition'][whose])}"
            for whose in ("own", "inherited")
        ),
        f"- more in `{documents.OPENNESS}`, `{documents.SUMMARY}` and `{documents.BOM}`",
    ]
    return "## Openness\n\n" + "\n".join(lines) + "\n\nEvidence, not a declaration of conformity."


def _elements(parts: list[Json]) -> str:
    return ", ".join(f"{p['name']} {'yes' if p['there']['value'] else 'no'}" for p in parts) or "no base"


def _gaps(m: Json) -> str:
    unknowns = [g for g in m["gaps"] if g["basis"] == "not measured"]
    said = [g["what"] for g in m["gaps"] if g["basis"] == "declared"]
    lines = [f"- {g['what']}: {g.get('why', 'unknown')}" for g in unknowns]
    return (
        "## What we could not measure\n\n"
        + "\n".join(lines)
        + f"\n\nDeclared, not measured: {len(said)} values, listed in `disclosure/manifest.json` under `gaps`."
    )


def _verify(m: Json) -> str:
    c = m["consumption"]
    if c is None:
        return "## How to verify\n\n`tune verify .` in this folder checks the digests of the files and that this part is what the manifest renders to."
    rows = [
        ["distinct examples", f"`{c['examples_root']['value']}`"],
        ["order of consumption", f"`{c['order_root']['value']}`"],
    ]
    share_fed = share(c["loss_tokens"]["value"], c["input_tokens"]["value"])
    return (
        "## How to verify\n\n`tune verify .` in this folder checks the digests of the files, the arithmetic of the manifest, and that this part is what the manifest renders to. "
        f"Loss was on {share_fed} of the tokens fed. Merkle roots of what the optimizer consumed:\n\n"
        + markdown_table(rows, ["", "root"]).replace("---:", "---")
        + salt.of_roots(m)
    )
