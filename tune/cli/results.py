"""The verbs on what a run left: measure it again, talk to it, merge it, check it."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tune.cli.opening import open_or_make
from tune.errors import EXIT_DONE, EXIT_FAILED, EXIT_USAGE, Problem, UserError

if TYPE_CHECKING:
    import argparse


def evaluate_again(parsed: argparse.Namespace) -> int:
    """`tune evaluate`."""
    from tune import pipeline
    from tune.records import Evaluation
    from tune.run import lock

    run = open_or_make(parsed)
    with lock(run):
        pipeline.evaluate_stage(run, again=True)
        pipeline.disclose_stage(run)
    print(run.path(Evaluation.file))
    return EXIT_DONE


def chat_with(parsed: argparse.Namespace) -> int:
    """`tune chat`."""
    from tune.chat import chat
    from tune.run import open_run

    chat(open_run(parsed.target), parsed.base, sys.stdin, sys.stdout)
    return EXIT_DONE


def export_merged(parsed: argparse.Namespace) -> int:
    """`tune export`."""
    from tune.deliver import export_to
    from tune.export import agreement_in_words
    from tune.export.gguf import in_words
    from tune.recipe.schema import Export, Publish

    if parsed.in_memory and parsed.into == "nf4":
        what = "--in-memory merges into the unquantized base only"
        raise UserError(Problem("call", what, "leave out one of the two"))
    for option, value in (("--license", parsed.license), ("--override", parsed.override)):
        if value is not None and not value.strip():
            what = f"{option} is empty"
            raise UserError(Problem("call", what, "write an identifier, or a reason for people to read"))
    section = Export(
        merge=True,
        merge_into=parsed.into,
        in_memory=parsed.in_memory,
        gguf=parsed.gguf,
        prove=not parsed.no_proof,
    )
    publish = Publish(license=parsed.license, override=parsed.override)
    record = export_to(parsed.target, parsed.base, parsed.to, section, publish)
    found = record.merged
    assert found is not None
    print(f"export: {found.how}, {agreement_in_words(found)}", file=sys.stderr)
    if record.gguf is not None:
        print(f"export: {in_words(record.gguf)}", file=sys.stderr)
    print(parsed.to)
    return EXIT_DONE


def verify_folder(parsed: argparse.Namespace) -> int:
    """`tune verify`."""
    from tune.replay import segment
    from tune.text import table
    from tune.verify import Means, as_json, on_word, verdict, verify

    folder, beside = _folder(parsed.target)
    means = Means(
        key=parsed.key,
        trusted=tuple(parsed.certificate_chain),
        base=parsed.base,
        adapter=parsed.adapter,
        data=parsed.data is not None,
        rows=Path(parsed.data) if parsed.data else None,
        hub=parsed.hub,
        beside=beside,
        segment=segment(parsed.replay) if parsed.replay is not None else None,
        run_key=parsed.run_key,
    )
    claims, unshown = verify(folder, means), on_word(folder)
    if parsed.json:
        print(json.dumps(as_json(claims, unshown), indent=2, ensure_ascii=False))
    else:
        rows = [[str(c.level), c.claim, c.verdict, c.how] for c in claims]
        print(table(rows, ["level", "claim", "verdict", "how"], left=(1, 2, 3)))
        print("\nNot shown by levels 0 to 4, on the author's word or as measured once:")
        print("\n".join(f"- {text}" for text in unshown))
        print("Only a full level 5 excludes undisclosed data.\n")
        print(verdict(claims))
    return EXIT_DONE if verdict(claims) == "VERIFIED" else EXIT_FAILED


def _folder(target: Path) -> tuple[Path, tuple[str, ...]]:
    """The folder that is named; for user/name[@revision] that of its files, fetched from the Hub, and the names of what
    else lies there."""
    named = re.fullmatch(r"([\w.-]+/[\w.-]+)(?:@(\S+))?", str(target))
    if target.exists() or named is None:
        return target, ()
    from tune.hub.published import fetch

    found = fetch(*named.groups())
    print(f"verify: {named[1]} at commit {found.commit}", file=sys.stderr)
    return found.folder, found.others


def publish_result(parsed: argparse.Namespace) -> int:
    """`tune publish`."""
    from tune.pipeline import say
    from tune.publish import Wanted, look, publish
    from tune.run import lock, open_run

    run = open_run(parsed.target)
    repo = parsed.repo or run.recipe.publish.repo
    if repo is None:
        fix = "add --repo user/name, or set publish.repo in the recipe and run it"
        raise UserError(Problem("publish", "no repository is named", fix, file=str(parsed.target)))
    wanted = Wanted(repo, parsed.public, parsed.merged)
    if parsed.dry_run:
        text, fits = look(run, wanted)
        print(text)
        return EXIT_DONE if fits else EXIT_USAGE
    with lock(run):
        found = publish(run, wanted, say)
    print(f"{found.repo}@{found.commit}")
    return EXIT_DONE


def sign_folder(parsed: argparse.Namespace) -> int:
    """`tune sign`."""
    from tune.verify.signature import With, sign

    if parsed.key is None:
        fix = "add --key FILE: your private key in PEM"
        raise UserError(Problem("sign", "a signature is made with a key, and none is given", fix, key="--key"))
    if parsed.certificate_chain and parsed.certificate is None:
        fix = "add --certificate FILE: the one of your key, to which these belong"
        raise UserError(
            Problem("sign", "a chain stands above a certificate, and none is given", fix, key="--certificate")
        )
    print(sign(parsed.target, With(parsed.key, parsed.certificate, tuple(parsed.certificate_chain))))
    return EXIT_DONE


def report_openness(parsed: argparse.Namespace) -> int:
    """`tune openness`."""
    from tune.disclose import report

    print(report(parsed.target), end="")
    return EXIT_DONE
