"""Nobody waits for somebody else's slow line.

granian hands on a few pieces of an answer and keeps the thread until the client has taken the others. A file in many
small pieces would so keep a thread for minutes beside one phone on a slow network, and as many such phones as there are
threads would keep everybody out. What fits into memory therefore leaves in one piece. Of longer answers only half as many
are under way as there are threads; who asks for one more hears 503 and when to come again, or asks for ranges, as the app
does.
"""

from threading import BoundedSemaphore

from flask import Flask, Response, request

from handbook.kernel.problems import Problem, problem_response

#: An answer of up to this many bytes leaves in one piece.
ONE_PIECE_BYTES = 1024 * 1024
RETRY_SECONDS = "5"


def keep_threads_free(app: Flask, threads: int) -> None:
    """See the module. To be called after all other wishes about answers, so that a refusal gets its headers from them."""
    long_answers = BoundedSemaphore(max(1, threads // 2))

    @app.after_request
    def in_one_piece(response: Response) -> Response:
        if request.method == "HEAD" or response.status_code == 304 or not response.is_streamed:
            return response
        # What a server is handed directly is closed without the response.
        response.direct_passthrough = False
        length = response.headers.get("Content-Length", type=int)
        if length is not None and length <= ONE_PIECE_BYTES:
            response.set_data(response.get_data())
            return response
        if not long_answers.acquire(blocking=False):
            response.close()
            return problem_response(Problem(503, headers={"Retry-After": RETRY_SECONDS}))
        response.call_on_close(long_answers.release)
        return response
