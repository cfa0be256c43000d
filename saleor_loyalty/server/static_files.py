"""The pages' own files, in a form that ASGI can send."""

from django.http import HttpRequest, HttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile


class StaticFiles(WhiteNoiseMiddleware):  # type: ignore[misc]  # the library has no types
    """WhiteNoise, with each file read whole: they are small.

    Its own answers read the file as they go, in a way that under ASGI blocks all other requests,
    and that Django warns of.
    """

    @staticmethod
    def serve(static_file: StaticFile, request: HttpRequest) -> HttpResponse:
        streamed = WhiteNoiseMiddleware.serve(static_file, request)
        response = HttpResponse(
            b"".join(streamed), status=streamed.status_code, headers=dict(streamed.items())
        )
        if "Content-Type" not in streamed:
            del response["Content-Type"]  # of an answer that has no content
        streamed.close()
        return response
