"""Every line that either connector prints is a message of Airbyte's protocol, and says what the protocol asks."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest
from airbyte_protocol.models import AirbyteMessage

from conftest import Simulator
from connectors import DESTINATION, ROOT, SOURCE, configured, messages, run, write_json
from protocol import line_problems, read_problems

CONFIG = ROOT / "integration_tests" / "config.json"
TABLES = ROOT / "integration_tests"
pytestmark = pytest.mark.usefixtures("warehouse")


def asked(*command: object, stdin: str | None = None, code: int = 0) -> list[dict]:
    """Runs a connector and holds each of its lines to the protocol."""
    done = run(*command, stdin=stdin)
    assert line_problems(done.stdout) == []
    assert done.returncode == code, done.stdout[-2000:] + done.stderr
    answered = messages(done.stdout)
    for message in answered:
        AirbyteMessage.model_validate(message)
    return answered


def read(catalog: dict, folder: Path, state: list | None = None, code: int = 0) -> list[dict]:
    command = [SOURCE, "read", "--config", CONFIG, "--catalog", write_json(folder / "catalog.json", catalog)]
    if state is not None:
        command += ["--state", write_json(folder / "state.json", state)]
    return asked(*command, code=code)


def of(answered: list[dict], kind: str, payload: str) -> list[dict]:
    return [message[payload] for message in answered if message["type"] == kind]


def last_states(answered: list[dict]) -> list[dict]:
    """As Airbyte gives them back: the last of each stream, without statistics."""
    last = {state["stream"]["stream_descriptor"]["name"]: state for state in of(answered, "STATE", "state")}
    return [{"type": "STREAM", "stream": state["stream"]} for state in last.values()]


def without_keys(data: dict, key: str) -> dict:
    return {name: value for name, value in data.items() if name != key}


@pytest.mark.parametrize("executable", [SOURCE, DESTINATION], ids=lambda path: path.name)
def test_spec(executable: Path) -> None:
    assert len(of(asked(executable, "spec"), "SPEC", "spec")) == 1


@pytest.mark.parametrize(("config", "status"), [("config", "SUCCEEDED"), ("invalid_config", "FAILED")])
def test_check_of_the_source(config: str, status: str) -> None:
    answered = asked(SOURCE, "check", "--config", TABLES / f"{config}.json")
    assert [s["status"] for s in of(answered, "CONNECTION_STATUS", "connectionStatus")] == [status]


@pytest.mark.parametrize(("config", "status"), [("config", "SUCCEEDED"), ("invalid_config", "FAILED")])
def test_check_of_the_destination(config: str, status: str, simulator: Simulator) -> None:
    path = ROOT / "destination-customer-io" / "integration_tests" / f"{config}.json"
    answered = asked(DESTINATION, "check", "--config", path)
    assert [s["status"] for s in of(answered, "CONNECTION_STATUS", "connectionStatus")] == [status]


def test_discover_of_the_destination_tells_its_operations() -> None:
    path = ROOT / "destination-customer-io" / "integration_tests" / "config.json"
    (catalog,) = of(asked(DESTINATION, "discover", "--config", path), "DESTINATION_CATALOG", "destination_catalog")
    modes: dict[str, set[str]] = {}
    for operation in catalog["operations"]:
        modes.setdefault(operation["object_name"], set()).add(operation["sync_mode"])
        assert bool(operation.get("matching_keys")) == (operation["sync_mode"] != "append")
        assert set(operation["json_schema"]["required"]) <= set(operation["json_schema"]["properties"])
    assert {"identify", "track", "object", "relationship"} <= set(modes)
    assert {"append", "append_dedup", "update", "soft_delete"} == set.union(*modes.values())


@pytest.mark.parametrize("sync_mode", ["full_refresh", "incremental"])
def test_read(sync_mode: str, source_catalog: dict, tmp_path: Path) -> None:
    catalog = configured(source_catalog, sync_mode)
    answered = read(catalog, tmp_path)
    assert read_problems(answered, catalog) == []
    assert {r["stream"] for r in of(answered, "RECORD", "record")} == {s["name"] for s in source_catalog["streams"]}


def test_each_data_point_appears(source_catalog: dict, tmp_path: Path) -> None:
    """What the strictest acceptance tests ask of the warehouse that they read."""
    seen: dict[str, set[str]] = {}
    for record in of(read(configured(source_catalog), tmp_path), "RECORD", "record"):
        filled = {name for name, value in record["data"].items() if value is not None}
        seen.setdefault(record["stream"], set()).update(filled)
    for stream in source_catalog["streams"]:
        assert set(stream["json_schema"]["properties"]) - seen[stream["name"]] == set()


def test_the_second_read_brings_nothing(source_catalog: dict, tmp_path: Path) -> None:
    catalog = configured(source_catalog)
    second = read(catalog, tmp_path, last_states(read(catalog, tmp_path)))
    assert read_problems(second, catalog) == []
    assert of(second, "RECORD", "record") == []


def test_two_full_reads_agree(source_catalog: dict, tmp_path: Path) -> None:
    catalog = configured(source_catalog, "full_refresh")
    first, second = (of(read(catalog, tmp_path), "RECORD", "record") for _ in range(2))
    rows_of_first, rows_of_second = (
        sorted(r["stream"] + json.dumps(r["data"], sort_keys=True) for r in records) for records in (first, second)
    )
    assert rows_of_first == rows_of_second
    assert min(r["emitted_at"] for r in second) > max(r["emitted_at"] for r in first)


def test_a_state_of_the_far_future_brings_nothing_and_a_state(tmp_path: Path) -> None:
    catalog = json.loads((TABLES / "configured_catalog_incremental.json").read_text())
    answered = read(catalog, tmp_path, json.loads((TABLES / "future_state.json").read_text()))
    assert of(answered, "RECORD", "record") == []
    assert len(of(answered, "STATE", "state")) == len(catalog["streams"])


def test_expected_records_are_read(source_catalog: dict, tmp_path: Path) -> None:
    read_now = [
        (record["stream"], json.dumps(record["data"], sort_keys=True))
        for record in of(read(configured(source_catalog), tmp_path), "RECORD", "record")
    ]
    expected = [json.loads(line) for line in (TABLES / "expected_records.jsonl").read_text().splitlines()]
    assert {record["stream"] for record in expected} == {stream["name"] for stream in source_catalog["streams"]}
    for record in expected:
        assert (record["stream"], json.dumps(record["data"], sort_keys=True)) in read_now


def test_explicit_nulls_mean_unset(source_catalog: dict, tmp_path: Path) -> None:
    catalog = configured(source_catalog)
    for entry in catalog["streams"]:
        entry |= dict.fromkeys(["cursor_field", "primary_key", "generation_id", "minimum_generation_id", "sync_id"])
        entry["stream"]["namespace"] = None
    states = [{**state, "global": None, "data": None, "sourceStats": None} for state in last_states(read(catalog, tmp_path))]
    assert of(read(catalog, tmp_path, states), "RECORD", "record") == []


def test_a_catalog_that_cannot_be_read_is_an_error_of_that_stream(source_catalog: dict, tmp_path: Path) -> None:
    catalog = configured(source_catalog)
    wrong = copy.deepcopy(catalog["streams"][0])
    wrong["stream"]["name"] = "__AIRBYTE__stream_that_does_not_exist"
    answered = read({"streams": [wrong]}, tmp_path, code=1)
    assert [t for t in of(answered, "TRACE", "trace") if t["type"] == "ERROR"]
    wrong["sync_mode"] = "INVALID"
    answered = read({"streams": [wrong]}, tmp_path, code=1)
    assert [t for t in of(answered, "TRACE", "trace") if t["type"] == "ERROR"]


def test_write_echoes_every_state_unchanged(
    source_catalog: dict, destination_config: dict, simulator: Simulator, tmp_path: Path
) -> None:
    catalog = configured(source_catalog)
    given = read(catalog, tmp_path)
    lines = "".join(json.dumps(message) + "\n" for message in given)
    config = write_json(tmp_path / "config.json", destination_config)
    written = asked(DESTINATION, "write", "--config", config, "--catalog", tmp_path / "catalog.json", stdin=lines)
    sent, echoed = of(given, "STATE", "state"), of(written, "STATE", "state")
    for stream in source_catalog["streams"]:
        mine = [s for s in sent if s["stream"]["stream_descriptor"]["name"] == stream["name"]]
        theirs = [s for s in echoed if s["stream"]["stream_descriptor"]["name"] == stream["name"]]
        assert [without_keys(state, "destinationStats") for state in theirs] == mine
        assert [s["destinationStats"]["recordCount"] for s in theirs] == [s["sourceStats"]["recordCount"] for s in mine]
    records = of(given, "RECORD", "record")
    counts = simulator.counts()
    for held, name in [("objects", "objects"), ("relationships", "relationships"), ("events", "events")]:
        live = [r for r in records if r["stream"] == name and r["data"].get("_ab_cdc_deleted_at") is None]
        assert counts[held] == len(live)
