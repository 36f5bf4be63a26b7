"""A peer: dlt with a destination of one's own that posts batches of 800 operations, as its documentation shows it."""

import json
import sys
import tempfile
from datetime import datetime, timezone

import dlt
import requests

session = requests.Session()
url = f"http://127.0.0.1:{sys.argv[1]}/api/v2/batch"


def operation(row: dict) -> dict:
    attributes = dict(row)
    user_id = attributes.pop("userId")
    moment = attributes.pop("timestamp")
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    return {
        "type": "person",
        "identifiers": {"id": user_id},
        "action": "identify",
        "timestamp": int(moment.replace(tzinfo=timezone.utc).timestamp()),
        "attributes": attributes,
    }


@dlt.destination(batch_size=800, skip_dlt_columns_and_tables=True, naming_convention="direct", max_table_nesting=0)
def customer_io(items, table):
    body = json.dumps({"batch": [operation(item) for item in items]}, default=str)
    answer = session.post(url, data=body, auth=("s", "k"), headers={"content-type": "application/json"})
    answer.raise_for_status()


@dlt.resource(name="persons", max_table_nesting=0)
def persons():
    rows = []
    for line in sys.stdin:
        message = json.loads(line)
        if message["type"] == "RECORD":
            rows.append(message["record"]["data"])
        if len(rows) == 5000:
            yield rows
            rows = []
    if rows:
        yield rows


with tempfile.TemporaryDirectory() as folder:
    pipeline = dlt.pipeline("bench", destination=customer_io, pipelines_dir=folder)
    pipeline.run(persons())
