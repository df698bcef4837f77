"""The pocket base model: corpus, tokenizer and pretraining, each a command of its own."""
