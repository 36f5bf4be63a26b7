"""The images as Airbyte's platform starts them on Kubernetes: by a shell script, over named pipes, in a bare pod."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Iterable
from pathlib import Path

import pytest

from conftest import Simulator
from connectors import DESTINATION_IMAGE, ROOT, SOURCE_IMAGE, configured, messages, run, write_json

# What a hardened cluster allows a connector: a user that the image does not know, nothing to write to, no privileges.
BARE = ["--read-only", "--user", "23456:23456", "--cap-drop", "ALL", "--memory", "512m", "-e", "TMPDIR=/no/such/folder"]
PIPES = ("stdin", "stdout", "stderr")


def script(arguments: str, *, reads: bool) -> str:
    """The platform takes the command from the image, starts it behind a watcher, and leaves its exit code in a file."""
    pipes = "2> /config/stderr > /config/stdout" + (" < /config/stdin" if reads else "")
    return f"""
      [ -n "$AIRBYTE_ENTRYPOINT" ] || exit 127
      (eval "$AIRBYTE_ENTRYPOINT {arguments}" {pipes}) &
      child=$!
      (while true; do [ -f /config/terminate ] && kill $child && exit; sleep 1; done) &
      wait $child
      echo $? > /config/exit-code
      exit 0
    """


class Pod:
    """One connector in a container, with the files and pipes that the platform mounts beside it."""

    def __init__(self, folder: Path, image: str, arguments: str, *, reads: bool = False) -> None:
        self.folder = folder
        folder.chmod(0o777)
        for name in PIPES:
            (folder / name).unlink(missing_ok=True)
            os.mkfifo(folder / name)
            (folder / name).chmod(0o666)
        (folder / "exit-code").unlink(missing_ok=True)
        self.name = f"nexus-pod-{os.getpid()}-{folder.name}"
        command = ["docker", "run", "--rm", "--name", self.name, *BARE, "-w", "/config", "-v", f"{folder}:/config"]
        self.process = subprocess.Popen(
            [*command, "--entrypoint", "sh", image, "-c", script(arguments, reads=reads)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.stdout: list[str] = []
        self.stderr: list[str] = []
        self.readers = [self._reader("stdout", self.stdout), self._reader("stderr", self.stderr)]

    def _reader(self, name: str, into: list[str]) -> threading.Thread:
        def read() -> None:
            with (self.folder / name).open() as pipe:
                into.extend(pipe)

        thread = threading.Thread(target=read, daemon=True)
        thread.start()
        return thread

    def feed(self, lines: Iterable[str]) -> None:
        with (self.folder / "stdin").open("w") as pipe:
            pipe.writelines(lines)

    def ended(self) -> tuple[int, list[dict]]:
        """The exit code in the file, and what was said."""
        self.process.wait(timeout=300)
        for reader in self.readers:
            reader.join(timeout=10)
        code = (self.folder / "exit-code").read_text().strip()
        return int(code), messages("".join(self.stdout))

    def kill(self) -> None:
        run("docker", "kill", "--signal", "KILL", self.name)
        self.process.wait(timeout=60)


def record(n: int) -> str:
    data = {"userId": f"u{n % 50_000}", "event": "seen", "n": n} if n >= 0 else {"event": "seen", "n": n}
    return json.dumps({"type": "RECORD", "record": {"stream": "events", "data": data, "emitted_at": 1}}) + "\n"


def state(n: int) -> str:
    of = {"stream_descriptor": {"name": "events"}, "stream_state": {"n": n}}
    return json.dumps({"type": "STATE", "state": {"type": "STREAM", "stream": of}}) + "\n"


def states(said: list[dict]) -> list[int]:
    return [m["state"]["stream"]["stream_state"]["n"] for m in said if m["type"] == "STATE"]


@pytest.fixture
def destination(simulator: Simulator, tmp_path: Path) -> Path:
    config = json.loads((ROOT / "destination-customer-io" / "integration_tests" / "config.json").read_text())
    config.pop("rejects", None)
    write_json(tmp_path / "config.json", config)
    events = {"name": "events", "json_schema": {}, "supported_sync_modes": ["incremental"]}
    write_json(tmp_path / "catalog.json", configured({"streams": [events]}))
    return tmp_path


WRITE = "write --config /config/config.json --catalog /config/catalog.json"


def test_one_bad_row_in_a_pod_without_a_folder(destination: Path, simulator: Simulator) -> None:
    pod = Pod(destination, DESTINATION_IMAGE, WRITE, reads=True)
    pod.feed([*(record(n) for n in range(100)), record(-1), state(1)])
    code, said = pod.ended()
    assert code == 0, pod.stderr
    assert states(said) == [1]
    told = [m["log"]["message"] for m in said if m["type"] == "LOG" and m["log"]["message"].startswith("Rejected record: ")]
    (reject,) = [json.loads(line.removeprefix("Rejected record: ")) for line in told]
    assert reject["record"]["record"]["data"]["n"] == -1
    assert simulator.counts()["events"] == 100
    assert not (destination / "rejects").exists()


def test_many_rows_fit_into_512_megabytes(destination: Path, simulator: Simulator) -> None:
    count = 400_000
    pod = Pod(destination, DESTINATION_IMAGE, WRITE, reads=True)

    def lines() -> Iterable[str]:
        for n in range(count):
            yield record(n)
            if n % 50_000 == 49_999:
                yield state(n)

    pod.feed(lines())
    code, said = pod.ended()
    assert code == 0, pod.stderr
    assert states(said)[-1] == count - 1
    assert simulator.counts()["events"] == count


def test_killed_and_started_again(destination: Path, simulator: Simulator) -> None:
    pod = Pod(destination, DESTINATION_IMAGE, WRITE, reads=True)

    def endless() -> Iterable[str]:
        n = 0
        while pod.process.poll() is None:
            yield record(n)
            n += 1
            if n % 1000 == 0:
                yield state(n)
            if n == 20_000:
                threading.Thread(target=pod.kill, daemon=True).start()

    with pytest.raises(BrokenPipeError):
        pod.feed(endless())
    pod.process.wait(timeout=60)
    for reader in pod.readers:
        reader.join(timeout=10)
    # A kill may cut the last line short.
    whole = [line for line in pod.stdout if line.endswith("\n")]
    passed = max(states(messages("".join(whole))), default=0)
    rest = Pod(destination, DESTINATION_IMAGE, WRITE, reads=True)
    rest.feed([*(record(n) for n in range(passed, passed + 5000)), state(passed + 5000)])
    code, said = rest.ended()
    assert code == 0, rest.stderr
    assert states(said) == [passed + 5000]


def test_a_source_without_a_folder_to_write_to(warehouse: Path, source_catalog: dict, tmp_path: Path) -> None:
    (tmp_path / "warehouse.duckdb").write_bytes(warehouse.read_bytes())
    (tmp_path / "warehouse.duckdb").chmod(0o644)
    write_json(tmp_path / "config.json", {"warehouse": {"type": "duckdb", "path": "/config/warehouse.duckdb"}})
    write_json(tmp_path / "catalog.json", configured(source_catalog))
    pod = Pod(tmp_path, SOURCE_IMAGE, "read --config /config/config.json --catalog /config/catalog.json")
    code, said = pod.ended()
    assert code == 0, pod.stderr
    assert {m["record"]["stream"] for m in said if m["type"] == "RECORD"} == {s["name"] for s in source_catalog["streams"]}
