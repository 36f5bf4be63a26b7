"""The warehouse that the tests read, and the local Customer.io that they write to."""

from __future__ import annotations

import json
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors import (
    COMMAND,
    DESTINATION_IMAGE,
    FILLED_SOURCE_IMAGE,
    NODE,
    ROOT,
    SIMULATOR_CONFIG,
    SOURCE_IMAGE,
    discovered,
    run,
)


class Simulator:
    """A local Customer.io as a process of its own."""

    def __init__(self) -> None:
        config = json.loads(SIMULATOR_CONFIG.read_text())
        self.url = config["endpoint"]
        port = self.url.rsplit(":", 1)[1]
        command = [COMMAND, "simulate", "--port", port, "--site-id", config["site_id"]]
        self.process = subprocess.Popen(
            [*command, "--api-key", config["api_key"]], stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        assert "listens" in self.process.stdout.readline(), "the simulator did not start: is its port taken?"

    def store(self) -> dict:
        with urllib.request.urlopen(f"{self.url}/simulator/store") as answer:
            return json.load(answer)

    def counts(self) -> dict:
        with urllib.request.urlopen(f"{self.url}/simulator/store?counts=1") as answer:
            return json.load(answer)

    def reset(self) -> None:
        urllib.request.urlopen(urllib.request.Request(f"{self.url}/simulator/reset", method="POST")).close()


@pytest.fixture(scope="session")
def running_simulator() -> Iterator[Simulator]:
    simulator = Simulator()
    yield simulator
    simulator.process.terminate()
    simulator.process.wait(timeout=10)


@pytest.fixture
def simulator(running_simulator: Simulator) -> Simulator:
    """Empty at the start of each test."""
    running_simulator.reset()
    return running_simulator


@pytest.fixture(scope="session")
def warehouse() -> Path:
    path = ROOT / "integration_tests" / "warehouse.duckdb"
    made = run(NODE, "integration_tests/airbyte/make-warehouse.ts", path)
    assert made.returncode == 0, made.stderr
    return path


@pytest.fixture(scope="session")
def source_config(warehouse: Path) -> dict:
    return {"warehouse": {"type": "duckdb", "path": str(warehouse)}}


@pytest.fixture(scope="session")
def source_catalog(warehouse: Path) -> dict:
    return discovered(ROOT / "integration_tests" / "config.json")


@pytest.fixture(scope="session")
def destination_config(tmp_path_factory: pytest.TempPathFactory) -> dict:
    config = json.loads(SIMULATOR_CONFIG.read_text())
    return {**config, "rejects": str(tmp_path_factory.mktemp("rejects"))}


@pytest.fixture(scope="session")
def filled_source_image(warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("image")
    (folder / "warehouse.duckdb").write_bytes(warehouse.read_bytes())
    (folder / "warehouse.duckdb").chmod(0o644)
    (folder / "Dockerfile").write_text(
        f"FROM {SOURCE_IMAGE}\nCOPY warehouse.duckdb /data/integration_tests/warehouse.duckdb\n"
    )
    built = run("docker", "build", "-t", FILLED_SOURCE_IMAGE, folder, timeout=300)
    assert built.returncode == 0, built.stderr
    return FILLED_SOURCE_IMAGE


@pytest.fixture(scope="session")
def destination_image() -> str:
    return DESTINATION_IMAGE
