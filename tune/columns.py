"""Names of the columns that formats read; what other columns hold is kept for the digest of the row alone."""

from __future__ import annotations

LISTS = {"messages", "conversations", "conversation", "tools", "functions", "history"}
"""Columns of a CSV file whose cells may be JSON: tables have no lists, so people write the JSON text into the cell."""
SIDES = {"prompt", "completion", "chosen", "rejected"}
"""Columns of texts or of messages. Answers in JSON are texts, so only what is messages is read as JSON."""
JUDGED = {"label", "kto_tag"}
_TEXTS = {"system", "instruction", "input", "context", "output", "response", "question", "answer", "query", "text"}
READ_COLUMNS = LISTS | SIDES | JUDGED | _TEXTS | {"system_prompt"}
"""Columns that some format reads. A value that JSON has no form for is a fault in them, and text in any other."""
