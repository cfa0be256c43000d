# The server beside Saleor. Web, worker, beat and `migrate` are commands of this one image.
FROM python:3.13-slim AS build
WORKDIR /build
COPY requirements/all.txt requirements/
RUN python -m venv /venv
COPY pyproject.toml setup.cfg README.md LICENSE ./
COPY saleor_loyalty saleor_loyalty
# The versions that were tested, of what the server needs.
RUN /venv/bin/pip install --no-cache-dir --constraint requirements/all.txt '.[server]'

FROM python:3.13-slim
RUN useradd --system --uid 10001 --no-create-home loyalty
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 DJANGO_SETTINGS_MODULE=saleor_loyalty.server.settings
USER loyalty
EXPOSE 8000
# SIGTERM, which uvicorn and Celery take as: finish what you have begun.
STOPSIGNAL SIGTERM
# WEB_CONCURRENCY says in how many processes.
CMD ["uvicorn", "--host", "0.0.0.0", "--port", "8000", "--lifespan", "off", "--limit-concurrency", "400", \
     "--http", "saleor_loyalty.server.http:Punctual", "saleor_loyalty.server.asgi:application"]
