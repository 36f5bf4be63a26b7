"""A peer: meltanolabs-tap-snowflake, on the tables of a catalog.

Usage: snowflake-tap.py ADDRESS FOLDER, where FOLDER holds config.json and catalog.json. Singer's messages go to
stdout. What it took from the first record to the last goes to FOLDER/measured.json, in seconds and MB.
"""

import json
import resource
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import snowflake.connector
from tap_snowflake.client import SnowflakeStream
from tap_snowflake.tap import TapSnowflake

address, folder = urlsplit(sys.argv[1]), Path(sys.argv[2])
connect, get_records = snowflake.connector.connect, SnowflakeStream.get_records


def connect_here(**settings):
    """The tap has no setting for the host: it makes one of the account."""
    place = {"host": address.hostname, "port": address.port, "protocol": address.scheme}
    return connect(**{**settings, **place})


def usage():
    return resource.getrusage(resource.RUSAGE_SELF)


def processor_seconds():
    return usage().ru_utime + usage().ru_stime


def measured_records(stream, context):
    """The records as they are. Each is written before the next is asked for."""
    rows = 0
    for record in get_records(stream, context):
        if rows == 0:
            start, cpu = time.monotonic(), processor_seconds()
        rows += 1
        yield record
    seconds = time.monotonic() - start
    figures = {"rows": rows, "seconds": seconds, "cpu": processor_seconds() - cpu, "memory": usage().ru_maxrss / 1024}
    (folder / "measured.json").write_text(json.dumps(figures))


snowflake.connector.connect = connect_here
SnowflakeStream.get_records = measured_records
TapSnowflake.cli(["--config", str(folder / "config.json"), "--catalog", str(folder / "catalog.json")])
