"""Records which connections wait for a request and which have one under way, to stop cleanly and to make room."""

from typing import Any, cast

from tornado.httputil import HTTPConnection, HTTPHeaders, ResponseStartLine

STOPPING_ANSWER = ResponseStartLine("HTTP/1.1", 503, "Service Unavailable")


class OpenRequests:
    """The connections of one server, without the streams of walls. Belongs to the event loop's thread."""

    def __init__(self) -> None:
        self.waiting: dict[object, None] = {}  # in the order in which they began to wait
        self.active: dict[object, HTTPConnection] = {}
        self.is_stopping = False

    def wait_for_request(self, server_conn: object) -> None:
        """Records that a connection is new, or that its last request has been answered."""
        self.active.pop(server_conn, None)
        self.waiting[server_conn] = None

    def begin_request(self, server_conn: object, request_conn: HTTPConnection) -> None:
        """Records that the headers of a request have arrived."""
        self.waiting.pop(server_conn, None)
        self.active[server_conn] = request_conn

    def remove_connection(self, server_conn: object) -> None:
        """Records that a connection has closed or become the stream of a wall."""
        self.waiting.pop(server_conn, None)
        self.active.pop(server_conn, None)

    def announce_stop(self) -> None:
        """Ends each connection with its current answer, which says `Connection: close`."""
        self.is_stopping = True
        for request_conn in self.active.values():
            cast(Any, request_conn)._disconnect_on_finish = True  # Tornado decides it when the headers arrive

    def close_longest_waiting(self) -> bool:
        """Closes the connection that has waited longest for a request; returns False when none waits."""
        server_conn = next(iter(self.waiting), None)
        if server_conn is None:
            return False
        self.remove_connection(server_conn)
        cast(Any, server_conn).stream.close()
        return True

    def refuse_active(self) -> int:
        """Answers 503 to each request that has no answer yet; returns how many there were."""
        unanswered = [each for each in self.active.values() if cast(Any, each)._response_start_line is None]
        for request_conn in unanswered:
            headers = HTTPHeaders({"Content-Length": "0", "Retry-After": "5", "Cache-Control": "no-store"})
            request_conn.write_headers(STOPPING_ANSWER, headers)
        return len(unanswered)
