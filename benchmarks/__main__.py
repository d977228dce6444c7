"""Print the contest's table: ``python -m benchmarks``, the same as ``python -m benchmarks.contest``."""

import typer

from benchmarks.contest.__main__ import main

if __name__ == "__main__":
    typer.run(main)
