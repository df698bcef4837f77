"""The service-language half of the pretraining corpus: how customers ask, what they mean, and how to answer.

``write(rng)`` returns one document. All businesses, facts and sentences are invented; see service_intents for the
notation of the intents, service_meaning and service_dialogue for the kinds of document.
"""

from __future__ import annotations

import random
from typing import Any

from . import service_dialogue as dialogue
from . import service_meaning as meaning

# Weights in per cent of documents.
_KINDS = (
    (meaning.naming, 12),
    (meaning.labelling, 8),
    (meaning.check_topic, 6),
    (meaning.comparing, 9),
    (meaning.paraphrasing, 12),
    (meaning.which_one, 5),
    (meaning.grouping, 4),
    (meaning.topic_list, 4),
    (dialogue.from_facts, 16),
    (dialogue.support, 18),
    (dialogue.faq, 4),
    (dialogue.email, 2),
)
_FLAT = [kind for kind, weight in _KINDS for _ in range(weight)]


def write(rng: random.Random) -> dict[str, Any]:
    """Return one document, ``{"messages": [...]}`` or ``{"text": ...}``, drawn from ``rng`` alone."""
    made = _FLAT[int(rng.random() * len(_FLAT))](rng)
    return {"messages": made} if isinstance(made, list) else made
