# syntax=docker/dockerfile:1

# One version for both stages: compiled wheels are bound to it.
ARG PYTHON=3.13

FROM python:${PYTHON}-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
# Two environments: the one that is shipped never sees a build tool.
RUN python -m venv --without-pip /opt/holdback && python -m venv /opt/build
COPY requirements.lock requirements-build.lock ./
RUN /opt/build/bin/pip install --require-hashes -r requirements-build.lock \
 && /opt/build/bin/pip --python /opt/holdback/bin/python install --require-hashes --only-binary=:all: -r requirements.lock
COPY . .
RUN /opt/build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
 && /opt/build/bin/pip --python /opt/holdback/bin/python install --no-deps --no-index /wheels/*.whl \
 && /opt/holdback/bin/python -m compileall -q /opt/holdback/lib

FROM python:${PYTHON}-slim
LABEL org.opencontainers.image.title="Holdback" \
      org.opencontainers.image.description="A streaming AI gateway that redacts personal data" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin holdback \
 && python -m pip uninstall --quiet --yes --root-user-action=ignore pip
COPY --from=build /opt/holdback /opt/holdback
# The file system may be read-only: everything is compiled, and nothing is written outside of mounted volumes.
ENV PATH=/opt/holdback/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
# By number, so that a cluster can see that it is not root.
USER 10001:10001
WORKDIR /
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
  CMD ["python", "-c", "import sys, urllib.request as r; sys.exit(r.build_opener(r.ProxyHandler({})).open('http://127.0.0.1:8080/healthz', timeout=2).status != 200)"]
ENTRYPOINT ["holdback"]
CMD ["serve", "--config", "/etc/holdback/holdback.yaml"]
