# A local Personalizer:
#
#     docker build --tag personalizer-lab .
#     docker run --rm --publish 127.0.0.1:5000:5000 personalizer-lab
#
# What comes after the image's name are options of `personalizer-lab serve`. The key is
# PERSONALIZER_KEY; other containers call it by a name that PERSONALIZER_ALLOW_HOST gives;
# everything is kept in the volume /data; nothing else is written but /tmp.
# What draws charts is left out: a server draws none, and it is a third of the size.

FROM python:3.12-slim AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE constraints.txt ./
COPY mock_service mock_service
COPY simulator simulator
COPY scenarios scenarios
COPY personalizer_lab personalizer_lab
RUN python -m venv --without-pip /opt/lab
RUN python -m pip --disable-pip-version-check --python /opt/lab/bin/python install --no-cache-dir --constraint constraints.txt .
RUN python -m pip --disable-pip-version-check --python /opt/lab/bin/python uninstall --yes altair vl-convert-python
RUN find /opt/lab -type d -name tests -prune -exec rm -rf {} +

FROM python:3.12-slim
COPY --from=build /opt/lab /opt/lab
RUN useradd --system --uid 10001 --home-dir /data lab && mkdir /data && chown lab /data
USER 10001
WORKDIR /data
ENV PATH=/opt/lab/bin:$PATH
ENV PYTHONDONTWRITEBYTECODE=1
ENV PERSONALIZER_KEY=personalizer-lab-development-key
VOLUME /data
EXPOSE 5000
HEALTHCHECK --interval=5s --timeout=3s --start-period=20s CMD ["/opt/lab/bin/python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:5000/status', timeout=2)"]
ENTRYPOINT ["sh", "-c", "[ \"$PERSONALIZER_KEY\" != personalizer-lab-development-key ] || set -- --key \"$PERSONALIZER_KEY\" \"$@\"; exec personalizer-lab serve --host 0.0.0.0 --port 5000 --data-dir /data \"$@\"", "serve"]
