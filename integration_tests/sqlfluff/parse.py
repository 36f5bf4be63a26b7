"""Parses each file with sqlfluff's Snowflake grammar, on all cores. The last line is "N passed, N failed"."""

import multiprocessing
import pathlib
import sys

from sqlfluff.core import FluffConfig, Linter

# What a snapshot compares of a row is nested deeper than its grammar goes by default.
OVERRIDES = {"dialect": "snowflake", "templater": "raw", "large_file_skip_byte_limit": "0", "max_parse_depth": 5000}


def fault(path):
    """The first fault of a file, None where it parses."""
    linter = Linter(config=FluffConfig(overrides=OVERRIDES))
    violations = linter.parse_string(path.read_text(encoding="utf-8"), fname=str(path)).violations
    return f"{path}: {violations[0].desc()}" if violations else None


def main():
    paths = [file for name in sys.argv[1:] for file in pathlib.Path(name).glob("*.sql")]
    # The longest first: none of them is begun when the others are done.
    paths.sort(key=lambda path: -path.stat().st_size)
    with multiprocessing.Pool() as pool:
        faults = pool.map(fault, paths, chunksize=1)
    for text in filter(None, faults):
        print(text)
    failed = sum(text is not None for text in faults)
    print(f"{len(faults) - failed} passed, {failed} failed")
    return 1 if failed or not faults else 0


if __name__ == "__main__":
    sys.exit(main())
