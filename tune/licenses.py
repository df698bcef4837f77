"""License identifiers of the Hub, and what a license file says. Evidence only: what is not recognized stays unknown.

Identifiers: https://huggingface.co/docs/hub/repositories-licenses, read 2026-11-22 (hub-docs 008d54d and later additions).
"""

from __future__ import annotations

import re

HUB_LICENSES = frozenset(
    """
    apache-2.0 mit openrail bigscience-openrail-m creativeml-openrail-m bigscience-bloom-rail-1.0
    bigcode-openrail-m afl-3.0 artistic-2.0 bsl-1.0 bsd bsd-2-clause bsd-3-clause bsd-3-clause-clear c-uda cc
    cc0-1.0 cc-by-2.0 cc-by-2.5 cc-by-3.0 cc-by-4.0 cc-by-sa-3.0 cc-by-sa-4.0 cc-by-nc-2.0 cc-by-nc-3.0
    cc-by-nc-4.0 cc-by-nd-4.0 cc-by-nc-nd-3.0 cc-by-nc-nd-4.0 cc-by-nc-sa-2.0 cc-by-nc-sa-3.0 cc-by-nc-sa-4.0
    cdla-sharing-1.0 cdla-permissive-1.0 cdla-permissive-2.0 wtfpl ecl-2.0 epl-1.0 epl-2.0 etalab-2.0 eupl-1.1
    eupl-1.2 agpl-3.0 gfdl gpl gpl-2.0 gpl-3.0 lgpl lgpl-2.1 lgpl-3.0 isc h-research intel-research lppl-1.3c
    ms-pl apple-ascl apple-amlr mpl-2.0 odc-by odbl open-mdw openrail++ osl-3.0 postgresql ofl-1.1 ncsa
    unlicense zlib pddl lgpl-lr deepfloyd-if-license fair-noncommercial-research-license llama2 llama3
    llama3.1 llama3.2 llama3.3 llama4 grok2-community gemma unknown other
    """.split()  # noqa: SIM905  # eighty quoted lines would not be easier to compare with the page
)

# A sentence that stands in the license's own text and in no other. Order matters: the longer name first.
_SIGNS = (
    ("llama4", "llama 4 community license agreement"),
    ("llama3.3", "llama 3.3 community license agreement"),
    ("llama3.2", "llama 3.2 community license agreement"),
    ("llama3.1", "llama 3.1 community license agreement"),
    ("llama3", "meta llama 3 community license agreement"),
    ("llama2", "llama 2 community license agreement"),
    ("gemma", "gemma terms of use"),
    ("apache-2.0", "apache license version 2.0"),
    ("mit", "permission is hereby granted, free of charge, to any person obtaining a copy"),
    ("cc0-1.0", "cc0 1.0 universal"),
    ("cc-by-nc-4.0", "attribution-noncommercial 4.0 international"),
    ("cc-by-sa-4.0", "attribution-sharealike 4.0 international"),
    ("cc-by-4.0", "attribution 4.0 international"),
)


def recognize(text: str) -> str | None:
    """The Hub identifier of a license text, or None when it is none that we know by its own words."""
    plain = re.sub(r"[\s,]+", " ", text.lower())
    for identifier, sign in _SIGNS:
        if sign.replace(",", "") in plain:
            return identifier
    return None
