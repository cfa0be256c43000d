"""The web process under gunicorn: `--worker-class saleor_loyalty.server.gunicorn.Worker`."""

from uvicorn_worker import UvicornWorker  # type: ignore[import-untyped]

from saleor_loyalty.server.http import Punctual


class Worker(UvicornWorker):  # type: ignore[misc]
    """As uvicorn is to be started by itself: docs/operations.md."""

    CONFIG_KWARGS = {
        "loop": "auto",
        "http": Punctual,
        "lifespan": "off",
        "limit_concurrency": 400,
    }
