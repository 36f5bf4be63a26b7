"""The source's image reads Snowflake as it reads DuckDB: the driver and its dependencies are all in it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors import NODE, ROOT, SOURCE_IMAGE, configured, messages, run, write_json
from protocol import line_problems


@pytest.fixture
def snowflake_config(tmp_path: Path) -> Iterator[dict]:
    script = ROOT / "integration_tests" / "airbyte" / "serve-snowflake.ts"
    server = subprocess.Popen([NODE, script], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    yield json.loads(server.stdout.readline())
    server.terminate()
    server.wait(timeout=10)


def test_the_image_reads_snowflake(snowflake_config: dict, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    write_json(tmp_path / "config.json", snowflake_config)
    base = ["docker", "run", "--rm", "--read-only", "-v", f"{tmp_path}:/in:ro", SOURCE_IMAGE]
    found = run(*base, "discover", "--config", "/in/config.json")
    assert found.returncode == 0, found.stderr
    [catalog] = [m["catalog"] for m in messages(found.stdout) if m["type"] == "CATALOG"]
    write_json(tmp_path / "catalog.json", configured(catalog))
    done = run(*base, "read", "--config", "/in/config.json", "--catalog", "/in/catalog.json")
    assert done.returncode == 0, done.stderr
    assert line_problems(done.stdout) == []
    assert len([m for m in messages(done.stdout) if m["type"] == "RECORD"]) == 1520
