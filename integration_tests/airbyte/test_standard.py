"""airbyte-cdk's standard tests, for both images and for both executables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.test import entrypoint_wrapper
from airbyte_cdk.test.entrypoint_wrapper import EntrypointOutput
from airbyte_cdk.test.standard_tests.destination_base import DestinationTestSuiteBase
from airbyte_cdk.test.standard_tests.docker_base import DockerConnectorTestSuite
from airbyte_cdk.test.standard_tests.source_base import SourceTestSuiteBase

from connectors import DESTINATION, ROOT, SOURCE, run


class Executable:
    """What airbyte-cdk takes for a connector's class; it is run as a process instead."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def spec(self, logger: Any) -> Any:
        raise NotImplementedError


def run_executable(source: Executable, args: list[str], *_: object, **__: object) -> EntrypointOutput:
    done = run(source.path, *args)
    failure = None if done.returncode == 0 else RuntimeError(f"exit code {done.returncode}: {done.stderr}")
    return EntrypointOutput(messages=done.stdout.splitlines(), uncaught_exception=failure)


@pytest.fixture(autouse=True)
def connectors_are_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entrypoint_wrapper, "_run_command", run_executable)


def without_image_tests(suite: type) -> type:
    """A suite for executables inherits the image tests too, which have a class of their own here."""
    for name in dir(suite):
        if name.startswith("test_docker_image"):
            setattr(suite, name, None)
    return suite


class InSource:
    @classmethod
    def get_connector_root_dir(cls) -> Path:
        return ROOT

    @classmethod
    def is_destination_connector(cls) -> bool:
        return False


class InDestination:
    @classmethod
    def get_connector_root_dir(cls) -> Path:
        return ROOT / "destination-customer-io"


class TestSourceImage(InSource, DockerConnectorTestSuite):
    @pytest.fixture
    def connector_image_override(self, filled_source_image: str) -> str:
        return filled_source_image


@pytest.mark.usefixtures("running_simulator")
class TestDestinationImage(InDestination, DockerConnectorTestSuite):
    @pytest.fixture
    def connector_image_override(self, destination_image: str) -> str:
        return destination_image


@without_image_tests
@pytest.mark.usefixtures("warehouse")
class TestSourceExecutable(InSource, SourceTestSuiteBase):
    @classmethod
    def create_connector(cls, scenario: object) -> Executable:
        return Executable(SOURCE)


@without_image_tests
@pytest.mark.usefixtures("running_simulator")
class TestDestinationExecutable(InDestination, DestinationTestSuiteBase):
    @classmethod
    def create_connector(cls, scenario: object) -> Executable:
        return Executable(DESTINATION)


# Imported for their classes only: pytest would collect them as tests of their own.
del DockerConnectorTestSuite, SourceTestSuiteBase, DestinationTestSuiteBase
