# The service for production: no build tools, no embedded Athena, not root. It runs with a read-only
# file system and a writable /tmp.
FROM python:3.13-slim-bookworm AS build
WORKDIR /src
COPY constraints.txt pyproject.toml README.md LICENSE ./
COPY openapi openapi
COPY data_hist data_hist
COPY local_athena/src local_athena/src
COPY local_athena/pyproject.toml local_athena/README.md local_athena/LICENSE local_athena/
# Never a package of this name from an index: the constraint names the file.
RUN python -m pip wheel --no-cache-dir --no-deps --wheel-dir /dist . ./local_athena
RUN echo "local-athena @ file://$(echo /dist/local_athena-*.whl)" >> constraints.txt
# "[otel]" sends traces if OTEL_* asks for them; "[local]" adds the embedded Athena, for
# demonstrations; "[otel,local]" does both.
ARG EXTRAS="[otel]"
RUN python -m venv --without-pip /opt/data-hist
RUN python -m pip --python /opt/data-hist/bin/python install --no-cache-dir \
      --constraint constraints.txt "$(echo /dist/data_hist-*.whl)$EXTRAS"

FROM python:3.13-slim-bookworm
RUN useradd --system --uid 10001 --no-create-home data-hist
COPY --from=build /opt/data-hist /opt/data-hist
ENV PATH=/opt/data-hist/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001
EXPOSE 8080
CMD ["data-hist", "serve", "--host", "0.0.0.0", "--port", "8080"]
