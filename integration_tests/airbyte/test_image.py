"""What Airbyte, Docker and Kubernetes ask of the images beyond the protocol."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from pathlib import Path

import pytest
import yaml

from conftest import Simulator
from connectors import DESTINATION_IMAGE, NODE, ROOT, SOURCE_IMAGE, configured, messages, run, write_json
from protocol import line_problems

IMAGES = [
    pytest.param(SOURCE_IMAGE, ROOT / "metadata.yaml", id="source"),
    pytest.param(DESTINATION_IMAGE, ROOT / "destination-customer-io" / "metadata.yaml", id="destination"),
]


def inspected(image: str) -> dict:
    return json.loads(run("docker", "inspect", "--type", "image", image).stdout)[0]["Config"]


def inside(image: str, script: str, *options: str) -> str:
    done = run("docker", "run", "--rm", *options, "--entrypoint", "sh", image, "-c", script)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(("image", "metadata"), IMAGES)
def test_says_what_the_metadata_says(image: str, metadata: Path) -> None:
    data = yaml.safe_load(metadata.read_text())["data"]
    config = inspected(image)
    environment = dict(entry.split("=", 1) for entry in config["Env"])
    assert config["Labels"]["io.airbyte.name"] == data["dockerRepository"]
    assert config["Labels"]["io.airbyte.version"] == data["dockerImageTag"]
    assert environment["AIRBYTE_ENTRYPOINT"] == " ".join(config["Entrypoint"])
    assert all(part.startswith("/") for part in config["Entrypoint"][:2])


@pytest.mark.parametrize(("image", "metadata"), IMAGES)
def test_holds_what_it_needs_and_no_more(image: str, metadata: Path) -> None:
    assert inside(image, "id -u").strip() == "1000"
    found = inside(image, "cd /airbyte && ls -A && ls node_modules && find dist models -name '*.test.*' -o -name '*.fixture.*'")
    names = set(found.split())
    assert {"dist", "models", "node_modules", "package.json", "zod", "snowflake-sdk"} <= names
    assert not names & {"src", "vitest", "typescript", "@biomejs", "node", "integration_tests", ".npmrc", ".git"}
    assert not [name for name in names if ".test." in name or ".fixture." in name]


def test_runs_read_only_from_any_folder_with_mounts(warehouse: Path, source_catalog: dict, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    data = tmp_path / "in"
    data.mkdir(mode=0o755)
    (data / "warehouse.duckdb").write_bytes(warehouse.read_bytes())
    (data / "warehouse.duckdb").chmod(0o644)
    write_json(data / "config.json", {"warehouse": {"type": "duckdb", "path": "/in/warehouse.duckdb"}})
    write_json(data / "catalog.json", configured(source_catalog))
    state = "/in/state.json"
    # podman would give a read-only container a /tmp of its own.
    nowhere = ["-e", "TMPDIR=/no/such/folder"]
    base = ["docker", "run", "--rm", "--read-only", *nowhere, "-w", "/", "-v", f"{data}:/in:ro", SOURCE_IMAGE]
    read = [*base, "read", "--config", "/in/config.json", "--catalog", "/in/catalog.json"]
    first = run(*read)
    assert first.returncode == 0, first.stderr
    assert line_problems(first.stdout) == []
    last = {m["state"]["stream"]["stream_descriptor"]["name"]: m["state"] for m in messages(first.stdout) if m["type"] == "STATE"}
    write_json(data / "state.json", list(last.values()))
    second = run(*read, "--state", state)
    assert second.returncode == 0, second.stderr
    assert not [m for m in messages(second.stdout) if m["type"] == "RECORD"]


def test_syncs_read_only_with_a_mounted_state_folder(warehouse: Path, simulator: Simulator, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    folder = tmp_path / "data"
    folder.mkdir()
    folder.chmod(0o777)
    (folder / "warehouse.duckdb").write_bytes(warehouse.read_bytes())
    (folder / "warehouse.duckdb").chmod(0o644)
    config = json.loads((ROOT / "destination-customer-io" / "integration_tests" / "config.json").read_text())
    sync = {
        "source": {"warehouse": {"type": "duckdb", "path": "/data/warehouse.duckdb"}},
        "destination": {**config, "rejects": "/data/rejects"},
        "state": "/data/state.json",
    }
    (folder / "sync.yaml").write_text(yaml.safe_dump(sync))
    command = ["docker", "run", "--rm", "--read-only", "-v", f"{folder}:/data", SOURCE_IMAGE]
    for _ in range(2):
        done = run(*command, "sync", "--config", "/data/sync.yaml")
        assert done.returncode == 0, done.stdout + done.stderr
    assert (folder / "state.json").exists()
    assert simulator.counts()["people"] > 0


def test_sigterm_ends_it_while_its_reader_has_stopped(tmp_path: Path) -> None:
    """The process in the container, not `docker run`, which may wait for its own reader."""
    tmp_path.chmod(0o755)
    warehouse = tmp_path / "warehouse.duckdb"
    script = "import {generateWarehouse as g} from '%s/src/demo/generate-warehouse.ts'; await g('%s', {scale: 1});"
    made = run(NODE, "--input-type=module", "-e", script % (ROOT, warehouse))
    assert made.returncode == 0, made.stderr
    warehouse.chmod(0o644)
    write_json(tmp_path / "config.json", {"warehouse": {"type": "duckdb", "path": "/in/warehouse.duckdb"}})
    events = {"name": "events", "json_schema": {}, "supported_sync_modes": ["incremental"]}
    write_json(tmp_path / "catalog.json", configured({"streams": [events]}))
    name = f"nexus-sigterm-{os.getpid()}"
    command = ["docker", "run", "--name", name, "-v", f"{tmp_path}:/in:ro", SOURCE_IMAGE, "read"]
    reader = subprocess.Popen(
        [*command, "--config", "/in/config.json", "--catalog", "/in/catalog.json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert reader.stdout is not None
        reader.stdout.read(1000)
        time.sleep(3)
        process = int(run("docker", "inspect", "--format", "{{.State.Pid}}", name).stdout)
        assert process > 0, "it ended before its reader stopped"
        asked = time.monotonic()
        run("docker", "kill", "--signal", "TERM", name)
        while Path(f"/proc/{process}").exists() and " Z " not in Path(f"/proc/{process}/stat").read_text():
            assert time.monotonic() - asked < 9, "SIGTERM does not end it"
            time.sleep(0.1)
    finally:
        reader.kill()
        reader.wait()
        run("docker", "rm", "--force", name)


@pytest.mark.parametrize(("image", "metadata"), IMAGES)
def test_spec_loads_no_package(image: str, metadata: Path, tmp_path: Path) -> None:
    """What keeps it instant: with every package hidden it says the same. bench/ measures how long it takes."""
    entry = " ".join(inspected(image)["Entrypoint"])
    hidden = tmp_path / "node_modules"
    hidden.mkdir()
    bare = inside(image, f"{entry} spec", "-v", f"{hidden}:/airbyte/node_modules:ro")
    assert bare == inside(image, f"{entry} spec")
    assert json.loads(bare)["type"] == "SPEC"


def test_no_secret_in_a_command_line_or_environment() -> None:
    for image in (SOURCE_IMAGE, DESTINATION_IMAGE):
        assert not re.search(r"key|token|password|secret", " ".join(inspected(image)["Env"]), re.IGNORECASE)
