"""tune: open-weight fine-tuning whose every claim about a model was computed from what the optimizer consumed."""

__version__ = "0.1.0"
