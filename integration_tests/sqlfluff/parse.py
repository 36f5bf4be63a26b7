"""Parses each file with sqlfluff's Snowflake grammar. The last line is "N passed, N failed"."""

import pathlib
import sys

from sqlfluff.core import FluffConfig, Linter

linter = Linter(config=FluffConfig(overrides={"dialect": "snowflake", "templater": "raw", "large_file_skip_byte_limit": "0"}))
passed = failed = 0
for path in sorted(file for name in sys.argv[1:] for file in pathlib.Path(name).glob("*.sql")):
    violations = linter.parse_string(path.read_text(encoding="utf-8"), fname=str(path)).violations
    if violations:
        failed += 1
        print(f"{path}: {violations[0].desc()}")
    else:
        passed += 1
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed or not passed else 0)
