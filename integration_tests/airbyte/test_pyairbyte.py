"""PyAirbyte reads from the source into its cache, and writes to the destination from three places."""

from __future__ import annotations

import json
import os
from pathlib import Path

import airbyte
import pytest
from airbyte.caches import DuckDBCache

from conftest import Simulator
from connectors import DESTINATION, SOURCE

STREAMS = ["persons", "objects", "relationships", "events"]


@pytest.fixture
def source(source_config: dict) -> airbyte.Source:
    return airbyte.get_source("source-nexus", config=source_config, local_executable=SOURCE, streams="*")


@pytest.fixture
def destination(destination_config: dict) -> airbyte.Destination:
    return destination_with(destination_config)


def destination_with(config: dict) -> airbyte.Destination:
    return airbyte.get_destination("destination-customer-io", config=config, local_executable=DESTINATION)


@pytest.fixture
def cache(tmp_path: Path) -> DuckDBCache:
    return DuckDBCache(db_path=tmp_path / "cache.duckdb", cache_dir=tmp_path / "files")


def without_own_ids(value: object) -> object:
    """Customer.io's own ids follow the order of arrival, which a cache changes."""
    if isinstance(value, dict):
        return {name: without_own_ids(inner) for name, inner in value.items() if not name.startswith("cio_")}
    return [without_own_ids(inner) for inner in value] if isinstance(value, list) else value


def held(simulator: Simulator) -> dict[str, list[str]]:
    """What Customer.io holds, in an order of its own."""
    store = simulator.store()
    return {
        kind: sorted(json.dumps(without_own_ids(entry), sort_keys=True) for entry in store[kind])
        for kind in ("people", "objects", "relationships")
    }


def test_check(source: airbyte.Source, destination: airbyte.Destination, simulator: Simulator) -> None:
    source.check()
    destination.check()
    assert sorted(source.get_available_streams()) == sorted(STREAMS)


def test_the_second_read_into_its_cache_brings_nothing(source: airbyte.Source, cache: DuckDBCache) -> None:
    first = source.read(cache=cache)
    assert sorted(first.streams) == sorted(STREAMS)
    rows = {name: len(list(dataset)) for name, dataset in first.streams.items()}
    assert all(rows.values())
    assert first.processed_records == sum(rows.values())
    second = source.read(cache=cache)
    assert second.processed_records == 0
    assert {name: len(list(dataset)) for name, dataset in second.streams.items()} == rows


def test_writes_from_our_source_directly_and_through_its_cache_alike(
    source: airbyte.Source, destination: airbyte.Destination, cache: DuckDBCache, simulator: Simulator
) -> None:
    direct = destination.write(source, cache=False, state_cache=False)
    after_direct, counts = held(simulator), simulator.counts()
    assert direct.processed_records > 0
    assert all(counts[kind] for kind in ("people", "objects", "relationships", "events"))
    simulator.reset()
    destination.write(source, cache=cache)
    assert simulator.counts() == counts
    assert held(simulator) == after_direct


def test_a_second_write_from_our_source_delivers_nothing(
    source: airbyte.Source, destination: airbyte.Destination, cache: DuckDBCache, simulator: Simulator
) -> None:
    destination.write(source, cache=False, state_cache=cache)
    simulator.reset()
    destination.write(source, cache=False, state_cache=cache)
    assert not any(simulator.counts().values())


def test_writes_another_sources_users_as_persons_directly_and_through_its_cache_alike(
    destination_config: dict, cache: DuckDBCache, simulator: Simulator
) -> None:
    users = airbyte.get_source(
        "source-faker",
        config={"count": 50, "seed": 1, "parallelism": 1},
        local_executable=os.environ["FAKER"],
        streams=["users"],
    )
    mapping = {"stream": "users", "as": "persons", "user_id": "email", "timestamp": "updated_at"}
    destination = destination_with({**destination_config, "streams": [mapping]})
    destination.write(users, cache=False, state_cache=False)
    direct = {person["attributes"]["email"]: person["attributes"] for person in simulator.store()["people"]}
    simulator.reset()
    destination.write(users, cache=cache)
    cached = {person["attributes"]["email"]: person["attributes"] for person in simulator.store()["people"]}
    assert len(direct) == 50
    assert cached.keys() == direct.keys()
    for email, attributes in direct.items():
        assert attributes["name"]
        assert isinstance(attributes["age"], int)
        # Unix seconds: what segments compare, whichever way the timestamp came.
        assert 946_684_800 < attributes["created_at"] < 4_102_444_800
        assert cached[email] == attributes
        assert not [name for name in attributes if name.startswith("_airbyte")]
