"""Whether a license may be put on derived weights, given the licenses of base and data. Not legal advice.

The gate knows what the table knows. What is unknown is refused, never taken for permissive. It judges from facts alone,
so that anyone who has the manifest comes to the same verdict.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal

from tune.errors import Problem, UserError
from tune.licenses import License, lookup

Verdict = Literal["cleared", "refused", "overridden"]

NAMES_NO_LICENSE = frozenset({"other", "unknown"})
"""Identifiers of the Hub that do not say which license."""
PERMISSIVE = frozenset({"attribution", "license_copy", "state_changes", "notice_file"})
"""Terms that a license without any other restriction may have."""


@dataclass(frozen=True)
class Source:
    """What is declared of one source of rows to train on."""

    name: str
    license: str | None
    generator: str | None = None
    """The model that wrote the rows."""
    generator_terms: str | None = None


@dataclass(frozen=True)
class Elsewhere:
    """What an adapter that somebody else trained says of its own license. On which rows it was trained is not known."""

    tag: str | None
    """License tag on its card."""
    file_says: str | None
    """License that its license file is recognized as."""
    has_file: bool


@dataclass(frozen=True)
class Facts:
    """All that the gate looks at."""

    name: str
    published: str | None
    override: str | None
    has_base: bool
    tag: str | None
    """License tag on the base's card."""
    file_says: str | None
    """License that the base's license file is recognized as."""
    has_file: bool
    family: str | None
    """License that the owner of the base's family gives it, by its name."""
    sources: tuple[Source, ...]
    adapter: Elsewhere | None = None
    """Of an adapter that was trained elsewhere; None when the rows are known."""


@dataclass(frozen=True)
class Finding:
    """One thing that was found. `refuse` stops a publication, `look` wants to be read."""

    level: Literal["refuse", "look"]
    about: str
    what: str
    fix: str
    source: str = ""


def evaluate(facts: Facts) -> dict[str, Any]:
    """`verdict`, `findings` and `obligations` as plain JSON."""
    found = [*_published(facts), *_conflict(facts)]
    obligations: list[dict[str, str]] = []
    for about, parent in [*base_licenses(facts), *adapter_licenses(facts)]:
        found += _over(about, parent, facts)
        obligations += _obligations(about, parent)
    found += _elsewhere(facts)
    for source in facts.sources:
        found += _data(source, facts)
        rows = _known(source.license)
        if rows is not None:
            obligations += [o for o in _obligations(f"data: {source.name}", rows) if o["term"] == "attribution"]
    obligations += _generator_obligations(facts)
    refused = any(f.level == "refuse" for f in found)
    verdict: Verdict = "cleared" if not refused else "overridden" if facts.override else "refused"
    unique = {tuple(sorted(o.items())): o for o in obligations}
    return {"verdict": verdict, "findings": [asdict(f) for f in found], "obligations": list(unique.values())}


def told(finding: dict[str, str]) -> str:
    """A finding on one line: what about which, what to do, and by which clause, with its source."""
    cited = f" ({finding['source']})" if finding["source"] else ""
    return f"{finding['about']}: {finding['what']}. {finding['fix']}{cited}"


def stop(judged: dict[str, Any], fix: str) -> None:
    """Raises UserError with everything that refuses, and with `fix`, when the gate's answer is `refused`: what is given
    away passes here. `judged` is the answer of `evaluate`, or a manifest's `license_gate`."""
    verdict = judged["verdict"]
    if (verdict["value"] if isinstance(verdict, dict) else verdict) != "refused":
        return
    refused = [f for f in judged["findings"] if f["level"] == "refuse"]
    problems = [
        Problem("license", f["what"], f["fix"] + (f" ({f['source']})" if f["source"] else ""), key=f["about"])
        for f in refused
    ]
    raise UserError([*problems, Problem("license", "the license gate refuses this, so nothing was given away", fix)])


def base_licenses(facts: Facts) -> list[tuple[str, License]]:
    """Every license that the base may stand under, by where it was found; all of them have to be kept. A family counts
    where it is stricter than what the files say, or where they say nothing."""
    found: dict[str, tuple[str, License]] = {}
    for place, identifier in (("tag", facts.tag), ("license file", facts.file_says), ("family", facts.family)):
        parent = _known(identifier)
        if parent is None or (place == "family" and (set(parent.terms) <= PERMISSIVE)):
            continue
        found.setdefault(parent.identifier, (f"base ({place})", parent))
    return list(found.values())


def adapter_licenses(facts: Facts) -> list[tuple[str, License]]:
    """The same of an adapter that was trained elsewhere, by its card and its license file."""
    if facts.adapter is None:
        return []
    said = (("tag", facts.adapter.tag), ("license file", facts.adapter.file_says))
    found = {entry.identifier: (f"adapter ({place})", entry) for place, i in said if (entry := _known(i)) is not None}
    return list(found.values())


def _known(identifier: str | None) -> License | None:
    """The entry of an identifier that names a license, else None."""
    if identifier is None or identifier.strip().lower() in NAMES_NO_LICENSE:
        return None
    return lookup(identifier)


def _published(facts: Facts) -> Iterator[Finding]:
    """The license that the user wants, by itself."""
    key = "publish.license"
    if facts.published is None:
        yield Finding("refuse", key, "no license is named, so nobody may use the weights", f"give {key}")
        return
    own = _known(facts.published)
    if own is None:
        yield Finding("refuse", key, f"{facts.published} does not say which license", "name the license itself")
    elif own.unknown is not None:
        what = f"{own.identifier}: {own.unknown}, so it cannot be compared with others"
        yield Finding("refuse", key, what, "name a license whose terms the table knows", own.source)
    if facts.tag and lookup(facts.tag) is None:
        what = f"its card says license {facts.tag}, which is not in the table of licenses"
        yield Finding("refuse", "base", what, "read that license; publish.override states why it permits this")
    if facts.tag and facts.has_file and facts.file_says is None and base_licenses(facts):
        what = "its license file is none that is recognized, so it may say anything"
        yield Finding("refuse", "base", what, "read it; publish.override states why it permits this")
    if facts.has_base and not base_licenses(facts):
        hint = f"; the owner of bases of this name gives them {facts.family}" if facts.family else ""
        tag = f"the tag says {facts.tag}" if facts.tag else "there is no license tag"
        file = "its license file is not recognized" if facts.has_file else "there is no license file"
        yield Finding(
            "refuse", "base", f"license unknown: {tag}, {file}{hint}", "use a base whose files say under which license"
        )


def _elsewhere(facts: Facts) -> Iterator[Finding]:
    """What is not known of an adapter that was trained elsewhere."""
    adapter = facts.adapter
    if adapter is None:
        return
    if not adapter_licenses(facts) or (adapter.tag and lookup(adapter.tag) is None):
        tag = f"its card says {adapter.tag}" if adapter.tag else "its card names none"
        file = "its license file is not recognized" if adapter.has_file else "there is no license file"
        fix = "ask who trained it; a license in the front matter of its README.md says so"
        yield Finding("refuse", "adapter", f"license unknown: {tag}, {file}", fix)
    what = "it was trained elsewhere, so the licenses of its rows could not be judged"
    yield Finding("look", "adapter", what, "ask who trained it")


def _conflict(facts: Facts) -> Iterator[Finding]:
    """Tag, file and family that say different things."""
    said = {"its card": facts.tag, "its license file": facts.file_says, "the owner of bases of this name": facts.family}
    clear = {place: entry.identifier for place, text in said.items() if (entry := _known(text)) is not None}
    if len(set(clear.values())) > 1:
        told = ", ".join(f"{place} says {identifier}" for place, identifier in clear.items())
        yield Finding("look", "base", f"conflict: {told}", "ask the base's owner; until then all of them are kept")


def _over(about: str, parent: License, facts: Facts) -> Iterator[Finding]:
    """The wanted license over one license of the base."""
    own = _known(facts.published)
    yield from _stricter(about, parent, own)
    prefix = parent.terms.get("name_prefix")
    if prefix and not _begins(facts.name, prefix["text"]):
        what = f"{parent.identifier} wants names of derived models to begin with {prefix['text']!r}; this is {facts.name!r}"
        yield Finding(
            "refuse", "name", what, f"name it {_prefixed(prefix['text'], facts.name)}", parent.cite("name_prefix")
        )
    whose = about.split(" ", maxsplit=1)[0]
    has_file = facts.adapter is not None and facts.adapter.has_file if whose == "adapter" else facts.has_file
    if "license_copy" in parent.terms and not has_file and parent.identifier != "apache-2.0":
        what = f"{parent.identifier} wants its text passed on, and there is no license file beside the {whose}"
        yield Finding("look", about, what, f"put the file into the {whose}'s folder", parent.cite("license_copy"))
    cap = parent.terms.get("user_cap")
    if cap:
        what = f"{parent.identifier} ends for products of more than {cap['text']}"
        yield Finding("look", about, what, "nothing, below that number", parent.cite("user_cap"))


def _stricter(about: str, parent: License, own: License | None) -> Iterator[Finding]:
    """Refusals of a wanted license that would free what the parent does not free."""
    if own is None:
        return
    if parent.unknown is not None:
        yield Finding(
            "refuse", about, f"{parent.identifier}: {parent.unknown}", "name the exact license", parent.source
        )
        return
    terms, same = parent.terms, own.identifier in (parent.identifier, *parent.also_under)
    keep = f"publish under {parent.identifier}"
    if "no_derivatives" in terms:
        what = f"{parent.identifier} does not permit derivatives to be shared"
        yield Finding("refuse", about, what, "use another, or keep it private", parent.cite("no_derivatives"))
    elif "non_commercial" in terms and "non_commercial" not in own.terms:
        what = f"{parent.identifier} forbids commercial use, and {own.identifier} permits it"
        yield Finding("refuse", about, what, keep, parent.cite("non_commercial"))
    for term, why in (
        ("share_alike", "wants derivatives under the same license"),
        ("use_restrictions", "has use restrictions that must be passed on, and only itself does that here"),
    ):
        if term in terms and not same:
            yield Finding("refuse", about, f"{parent.identifier} {why}; not {own.identifier}", keep, parent.cite(term))
    attributed = set(own.terms) - {"license_copy"} and not own.weak_attribution
    wants = next((term for term in ("attribution", "license_copy") if term in terms), None)
    if wants and not attributed and not same:
        what = f"{parent.identifier} wants its notices kept, and {own.identifier} lets everyone drop them"
        yield Finding(
            "refuse", about, what, "publish under a license that keeps notices, or the same", parent.cite(wants)
        )
    if own.identifier in parent.not_under:
        what = f"{parent.identifier} is not compatible with {own.identifier}"
        yield Finding("refuse", about, what, "publish under another license", parent.source)


def _data(source: Source, facts: Facts) -> Iterator[Finding]:
    """The wanted license over one source of rows."""
    about, own = f"data: {source.name}", _known(facts.published)
    parent = _known(source.license)
    if parent is None:
        if source.license is None:
            what, fix = "no license is declared", "give the license of the rows in data.train"
        else:
            what, fix = f"{source.license} is not in the table of licenses", "give an identifier of the Hub"
        yield Finding("refuse", about, what, fix)
    else:
        for finding in _stricter(about, parent, own):
            yield _softer(finding, parent)
        prefix = parent.terms.get("outputs_name_prefix")
        if prefix and not _begins(facts.name, prefix["text"]):
            yield _wants_prefix(about, parent, prefix["text"], facts.name)
    if source.generator is not None:
        yield from _generator(about, source, facts)


def _softer(finding: Finding, parent: License) -> Finding:
    """Whether weights are a derivative of their rows is not settled: for share-alike alone the gate warns. It still
    refuses what the rows' owner excluded altogether."""
    if "share_alike" not in parent.terms or finding.source != parent.cite("share_alike"):
        return finding
    what = f"{finding.what}. Whether weights are a derivative of the rows is not settled"
    return Finding("look", finding.about, what, finding.fix, finding.source)


def _generator(about: str, source: Source, facts: Facts) -> Iterator[Finding]:
    """Rows that a model wrote: what its terms say of models trained on them."""
    terms = _known(source.generator_terms)
    if terms is None:
        said = source.generator_terms or "terms that were not declared"
        what = f"written by {source.generator} under {said}; terms of a service may restrict training on its output"
        yield Finding("look", about, what, "read them, and declare generator.terms")
        return
    own, base = _known(facts.published), {entry.identifier for _, entry in base_licenses(facts)}
    if "outputs_not_for_other_models" in terms.terms and terms.identifier not in base:
        what = f"output under {terms.identifier} may not improve another model"
        cite = terms.cite("outputs_not_for_other_models")
        yield Finding("refuse", about, what, "leave the rows out, or train the model that wrote them", cite)
    if "outputs_are_derivatives" in terms.terms and (own is None or own.identifier != terms.identifier):
        what = f"a model that learns from output under {terms.identifier} may be a derivative of it"
        fix = f"publish under {terms.identifier}, or leave the rows out"
        yield Finding("refuse", about, what, fix, terms.cite("outputs_are_derivatives"))
    if "non_commercial" in terms.terms and own is not None and "non_commercial" not in own.terms:
        what = f"written under {terms.identifier}, which forbids commercial use"
        yield Finding("refuse", about, what, f"publish under {terms.identifier}", terms.cite("non_commercial"))
    prefix = terms.terms.get("outputs_name_prefix")
    if prefix and not _begins(facts.name, prefix["text"]):
        yield _wants_prefix(about, terms, prefix["text"], facts.name)


def _wants_prefix(about: str, terms: License, prefix: str, name: str) -> Finding:
    what = f"{terms.identifier} wants models trained on its output to be named {prefix!r} first; this is {name!r}"
    return Finding("refuse", about, what, f"name it {_prefixed(prefix, name)}", terms.cite("outputs_name_prefix"))


def _begins(name: str, prefix: str) -> bool:
    """Whether a name begins with a prefix; case, blanks and hyphens aside, because names of runs are small letters."""
    return name.lower().replace("-", "").replace(" ", "").startswith(prefix.lower().replace(" ", ""))


def _prefixed(prefix: str, name: str) -> str:
    return f"{prefix.lower().replace(' ', '-')}-{name}"


def _obligations(about: str, parent: License) -> Iterator[dict[str, str]]:
    """What has to stand beside the weights because of one parent."""
    for term, said in parent.terms.items():
        if term in ("attribution", "license_copy", "state_changes", "notice_file", "notice", "built_with"):
            yield _obligation(about, term, said.get("text", ""), parent)
        elif term == "use_restrictions":
            yield _obligation(about, term, said.get("url", ""), parent)


def _obligation(about: str, term: str, text: str, parent: License) -> dict[str, str]:
    return {"about": about, "term": term, "text": text, "license": parent.identifier, "source": parent.cite(term)}


def _generator_obligations(facts: Facts) -> Iterator[dict[str, str]]:
    """Lines that a model must show because of who wrote its rows."""
    for source in facts.sources:
        terms = _known(source.generator_terms) if source.generator else None
        if terms is not None and "outputs_built_with" in terms.terms:
            text = terms.terms["outputs_built_with"]["text"]
            yield _obligation(f"data: {source.name}", "outputs_built_with", text, terms)
