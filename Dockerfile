# One image for every process: code server, webserver, daemon, workers, API and the one-shot `prepare`.
# What a container does is its command (docker-compose.yml); what it knows comes from the environment.

FROM python:3.11.15-slim-bookworm AS build
WORKDIR /source
ENV UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never

COPY requirements-uv.lock ./
RUN python -m venv /opt/uv && /opt/uv/bin/pip install --no-cache-dir --require-hashes -r requirements-uv.lock

# Dependencies change rarely: a layer of their own, so that a change of our code does not fetch them again.
COPY requirements.lock ./
RUN python -m venv --without-pip /opt/video-pipeline \
    && /opt/uv/bin/uv pip sync --no-cache --python /opt/video-pipeline/bin/python \
        --no-build --require-hashes --compile-bytecode requirements.lock

# The build backend is checked against the development lock; it stays in this stage.
COPY requirements-dev.lock pyproject.toml README.md dagster.yaml workspace.yaml ./
COPY video_pipeline ./video_pipeline
RUN /opt/uv/bin/uv build --no-cache --wheel --out-dir /wheel --require-hashes --build-constraints requirements-dev.lock \
    && /opt/uv/bin/uv pip install --no-cache --python /opt/video-pipeline/bin/python --no-deps --compile-bytecode /wheel/*.whl


FROM python:3.11.15-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /var/lib/video-pipeline --create-home --shell /usr/sbin/nologin pipeline \
    && install --directory --owner pipeline --group pipeline /var/lib/video-pipeline/work
COPY --from=build /opt/video-pipeline /opt/video-pipeline
COPY dagster.yaml workspace.yaml /etc/dagster/

# DAGSTER_HOME is only read: everything that Dagster keeps lies in PostgreSQL and the bucket.
ENV PATH=/opt/video-pipeline/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DAGSTER_HOME=/etc/dagster \
    DAGSTER_LOCAL_DIR=/tmp/dagster \
    WORK_DIR=/var/lib/video-pipeline/work

USER 10001
WORKDIR /var/lib/video-pipeline
CMD ["video-pipeline", "--help"]
