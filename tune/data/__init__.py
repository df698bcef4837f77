"""Rows to tokens. The stage is in `stage.py`; nothing is imported here, because worker processes load only what turns
rows into tokens, and so are ready in a moment."""
