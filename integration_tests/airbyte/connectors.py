"""Where the connectors are, and how a test runs one: as an executable, or in its image."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "bin" / "source-nexus"
DESTINATION = ROOT / "bin" / "destination-customer-io"
COMMAND = ROOT / "bin" / "nexus-customer-io"
NODE = ROOT / "node_modules" / "node" / "bin" / "node"

SOURCE_IMAGE = os.environ.get("SOURCE_IMAGE", "nexus-customer-io/source-nexus:0.1.0")
DESTINATION_IMAGE = os.environ.get("DESTINATION_IMAGE", "nexus-customer-io/destination-customer-io:0.1.0")
# The source's image with the test warehouse in it: airbyte-cdk mounts nothing but the config.
FILLED_SOURCE_IMAGE = "nexus-customer-io/source-nexus:with-warehouse"

SIMULATOR_CONFIG = ROOT / "destination-customer-io" / "integration_tests" / "config.json"


def run(*command: object, stdin: str | None = None, timeout: float = 120) -> subprocess.CompletedProcess[str]:
    """From the project's root, since the configs name the warehouse from there."""
    return subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def messages(output: str) -> list[dict]:
    return [json.loads(line) for line in output.splitlines()]


def write_json(path: Path, value: object) -> Path:
    path.write_text(json.dumps(value))
    path.chmod(0o644)
    return path


def configured(catalog: dict, sync_mode: str = "incremental", destination_sync_mode: str = "append") -> dict:
    return {
        "streams": [
            {"stream": stream, "sync_mode": sync_mode, "destination_sync_mode": destination_sync_mode}
            for stream in catalog["streams"]
        ]
    }


def discovered(config: Path) -> dict:
    done = run(SOURCE, "discover", "--config", config)
    assert done.returncode == 0, done.stderr
    return next(m["catalog"] for m in messages(done.stdout) if m["type"] == "CATALOG")
