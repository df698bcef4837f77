"""`python -m tune` is the console command."""

from tune.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
