"""fakesnow as a server that Snowflake's Node driver understands.

fakesnow answers in Arrow, which the Node driver cannot read; this stands between them in the same process and
changes how answers are written, not what they say: rows as JSON, the first of them in the answer and the rest in
compressed chunks. It also answers what fakesnow does not know: results by query id, renewal of tokens, telemetry,
ALTER SESSION. SQL, catalogue and types are fakesnow's.

Prints its address, then serves until it is ended. Usage: python server.py
"""

import base64
import datetime
import decimal
import gzip
import json
import re
import socket
import uuid

import corrections
import pyarrow as pa
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

corrections.correct()

import fakesnow.server  # noqa: E402

INLINE_ROWS = 100
CHUNK_ROWS = 1000
EPOCH = datetime.date(1970, 1, 1)

# Results by query id: the answer's data, and the chunks' compressed rows.
results: dict[str, tuple[dict, list[bytes]]] = {}


def seconds(nanoseconds: int) -> str:
    """Seconds with nine digits, as dates and times travel."""
    whole, rest = divmod(nanoseconds, 1_000_000_000)
    return f"{whole}.{rest:09d}"


def cell(value: object, kind: str) -> str | None:
    """One value as Snowflake writes it in JSON: always text."""
    if value is None:
        return None
    if kind.startswith("timestamp"):
        text = seconds(value["epoch"] * 1_000_000_000 + value["fraction"])
        return f"{text} {value['timezone']}" if kind == "timestamp_tz" else text
    if kind == "time":
        return seconds(value)
    if kind == "date":
        return str((value - EPOCH).days)
    if kind == "boolean":
        return "1" if value else "0"
    if kind == "binary":
        return value.hex().upper()
    if kind == "fixed":
        return format(decimal.Decimal(value), "f")
    if kind == "real":
        return repr(float(value))
    return str(value)


def rows_of(data: dict) -> list[list[str | None]]:
    if "rowset" in data:
        return data["rowset"]
    encoded = base64.b64decode(data.pop("rowsetBase64", ""))
    if not encoded:
        return []
    table = pa.ipc.open_stream(encoded).read_all()
    columns = [
        [cell(value, described["type"]) for value in column.to_pylist()]
        for column, described in zip(table.columns, data["rowtype"], strict=True)
    ]
    return [list(row) for row in zip(*columns, strict=True)]


def keep(data: dict, rows: list) -> str:
    """Keeps a result under its query's id."""
    query = data["queryId"] = data.get("queryId") or str(uuid.uuid4())
    starts = range(INLINE_ROWS, len(rows), CHUNK_ROWS)
    chunks = [rows[start : start + CHUNK_ROWS] for start in starts]
    described = {
        **data,
        "queryResultFormat": "json",
        "rowset": rows[:INLINE_ROWS],
        "total": len(rows),
        "returned": len(rows),
        "version": 1,
        "chunkHeaders": {"x-test-key": query},
        "chunks": [{"rowCount": len(chunk), "url": f"/chunks/{query}/{i}"} for i, chunk in enumerate(chunks)],
    }
    results[query] = (described, [gzip.compress(json.dumps(chunk)[1:-1].encode(), 1) for chunk in chunks])
    return query


def success(data: object) -> JSONResponse:
    return JSONResponse({"success": True, "code": None, "message": None, "data": data})


def stored(request: Request, query: str) -> JSONResponse:
    if query not in results:
        return JSONResponse({"success": False, "code": "000709", "message": f"Statement {query} not found", "data": {}})
    data, _ = results[query]
    origin = str(request.base_url).rstrip("/")
    placed = [{**chunk, "url": origin + chunk["url"]} for chunk in data["chunks"]]
    return success({**data, "chunks": placed})


def status(text: str) -> dict:
    rowtype = {"name": "status", "type": "text", "length": 100, "precision": None, "scale": None, "nullable": True}
    return {"rowtype": [rowtype], "rowset": [[text]], "statementTypeId": 4096, "parameters": []}


async def body_of(request: Request) -> bytes:
    body = await request.body()
    return gzip.decompress(body) if request.headers.get("content-encoding") == "gzip" else body


async def asked(endpoint, request: Request, body: bytes) -> dict:
    """What fakesnow answers. What it cannot do is a refusal like any other: after an HTTP 500 the driver would try again."""
    scope = {**request.scope, "headers": [h for h in request.scope["headers"] if h[0] != b"content-encoding"]}

    async def receive() -> dict:
        return {"type": "http.request", "body": body, "more_body": False}

    try:
        return json.loads((await endpoint(Request(scope, receive))).body)
    except Exception as error:
        return {"success": False, "code": "261000", "message": f"fakesnow: {error!r}", "data": None}


def worded(refusal: dict) -> dict:
    """DuckDB's words for a number that is none, in Snowflake's: the source puts its own messages into such a text."""
    text = re.search(r'Could not convert string "(.*)" to DECIMAL', refusal["message"] or "", re.DOTALL)
    if text is None:
        return refusal
    return {**refusal, "code": "100038", "message": f"Numeric value '{text[1]}' is not recognized"}


async def query(request: Request) -> JSONResponse:
    body = json.loads(await body_of(request))
    # fakesnow has neither session parameters nor warehouses and roles.
    if re.match(r"\s*(ALTER\s+SESSION|USE\s+(WAREHOUSE|ROLE|SECONDARY\s+ROLES))\b", body["sqlText"], re.IGNORECASE):
        return stored(request, keep(data := status("Statement executed successfully."), data["rowset"]))
    reply = await asked(fakesnow.server.query_request, request, json.dumps(body).encode())
    if not reply["success"]:
        return JSONResponse(worded({**reply, "data": reply["data"] or {}}))
    return stored(request, keep(reply["data"], rows_of(reply["data"])))


async def login(request: Request) -> Response:
    reply = await asked(fakesnow.server.login_request, request, await body_of(request))
    reply["data"] |= {"masterToken": reply["data"]["token"], "sessionId": 1}
    return JSONResponse(reply)


async def renew(request: Request) -> Response:
    """The token stays the same: fakesnow's never run out."""
    token = re.search(r'Token="([^"]*)"', request.headers.get("authorization", ""))
    return success({"sessionToken": token[1] if token else "", "masterToken": token[1] if token else ""})


async def result(request: Request) -> Response:
    return stored(request, request.path_params["id"])


async def chunk(request: Request) -> Response:
    query = request.path_params["id"]
    if request.headers.get("x-test-key") != query or query not in results:
        return Response(status_code=403)
    body = results[query][1][request.path_params["index"]]
    return Response(body, headers={"content-encoding": "gzip"}, media_type="application/octet-stream")


async def anything(_: Request) -> Response:
    """Telemetry and heartbeats."""
    return success(None)


app = Starlette(
    routes=[
        Route("/session/v1/login-request", login, methods=["POST"]),
        Route("/session/token-request", renew, methods=["POST"]),
        Route("/session", anything, methods=["POST"]),
        Route("/session/heartbeat", anything, methods=["POST"]),
        Route("/queries/v1/query-request", query, methods=["POST"]),
        Route("/queries/{id}/result", result),
        Route("/chunks/{id}/{index:int}", chunk),
        Route("/telemetry/{rest:path}", anything, methods=["POST"]),
    ]
)


def main() -> None:
    # fakesnow makes a database on a login that names it; the driver's USE comes after.
    fakesnow.server.shared_fs.connect("DEMO", "PUBLIC")
    listener = socket.create_server(("127.0.0.1", 0))
    print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    server.run(sockets=[listener])


if __name__ == "__main__":
    main()
