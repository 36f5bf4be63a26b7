"""What Airbyte's protocol asks of every line: its published schema, and the rules that no schema can state."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

import yaml
from jsonschema import Draft7Validator

# Published by airbytehq/airbyte-protocol (package 0.18.0, MIT licence).
_published = Path(__file__).resolve().parents[2] / "src" / "protocol" / "fixtures" / "airbyte_protocol.yaml"
_document = yaml.safe_load(_published.read_text())
_validator = Draft7Validator({**_document, "$ref": "#/definitions/AirbyteMessage"})

_payload_of = {
    "RECORD": "record",
    "STATE": "state",
    "LOG": "log",
    "SPEC": "spec",
    "CONNECTION_STATUS": "connectionStatus",
    "CATALOG": "catalog",
    "TRACE": "trace",
    "CONTROL": "control",
    "DESTINATION_CATALOG": "destination_catalog",
}


def line_problems(output: str) -> list[str]:
    """Why a line of stdout is not a message of the protocol; empty where each is one."""
    problems = []
    for number, line in enumerate(output.splitlines(), 1):
        try:
            message = json.loads(line, parse_constant=lambda name: problems.append(f"line {number}: {name}"))
        except ValueError as error:
            problems.append(f"line {number}: {error}: {line[:200]}")
            continue
        problems += [f"line {number}: {error.message}" for error in _validator.iter_errors(message)]
        if _payload_of.get(message.get("type")) not in message:
            problems.append(f"line {number}: {message.get('type')} without its payload")
    if output and not output.endswith("\n"):
        problems.append("the last line has no end")
    return problems


def read_problems(messages: list[dict], catalog: dict) -> list[str]:
    """Why a read is not one that the platform can trust."""
    problems = []
    records: dict[str, int] = defaultdict(int)
    last_state: dict[str, str] = {}
    states: dict[str, int] = defaultdict(int)
    statuses: dict[str, list[str]] = defaultdict(list)
    schemas = {
        entry["stream"]["name"]: Draft7Validator({**entry["stream"]["json_schema"], "additionalProperties": False})
        for entry in catalog["streams"]
    }
    for message in messages:
        if message["type"] == "RECORD":
            record = message["record"]
            stream = record["stream"]
            records[stream] += 1
            problems += [f"{stream}: {error.message}" for error in schemas[stream].iter_errors(record["data"])]
        elif message["type"] == "STATE":
            state = message["state"]
            stream = state["stream"]["stream_descriptor"]["name"]
            text = json.dumps(state["stream"]["stream_state"], sort_keys=True)
            counted = state["sourceStats"]["recordCount"]
            if state.get("type") != "STREAM":
                problems.append(f"{stream}: a state of type {state.get('type')}")
            if counted != records[stream]:
                problems.append(f"{stream}: a state says {counted} records, there were {records[stream]}")
            if records[stream] > 0 and last_state.get(stream) == text:
                problems.append(f"{stream}: two equal states with records between them")
            last_state[stream] = text
            states[stream] += 1
            records[stream] = 0
        elif message["type"] == "TRACE" and message["trace"]["type"] == "STREAM_STATUS":
            status = message["trace"]["stream_status"]
            statuses[status["stream_descriptor"]["name"]].append(status["status"])
        elif message["type"] == "TRACE" and message["trace"]["type"] == "ERROR":
            problems.append(f"an error: {message['trace']['error']['message']}")
    for stream in schemas:
        told = statuses[stream]
        if len(told) < 3 or told[0] != "STARTED" or told[-1] != "COMPLETE" or set(told[1:-1]) != {"RUNNING"}:
            problems.append(f"{stream}: statuses {told}")
        if states[stream] == 0:
            problems.append(f"{stream}: no state")
        if records[stream] > 0:
            problems.append(f"{stream}: {records[stream]} records after the last state")
    return problems
