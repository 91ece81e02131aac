# The service for production: no build tools, no embedded endpoint, not root.
FROM python:3.13-slim-bookworm AS build
WORKDIR /src
RUN python -m venv /opt/data-hist
COPY pyproject.toml constraints.txt README.md ./
COPY openapi openapi
COPY data_hist data_hist
RUN /opt/data-hist/bin/pip install --no-cache-dir --constraint constraints.txt .

FROM python:3.13-slim-bookworm
RUN useradd --system --uid 10001 --no-create-home data-hist
COPY --from=build /opt/data-hist /opt/data-hist
ENV PATH=/opt/data-hist/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001
EXPOSE 8080
CMD ["data-hist", "serve", "--host", "0.0.0.0", "--port", "8080"]
