# docs/deploying.md says how to run it. In short: with sign-in configured, mount a volume at /data and set TZ (otherwise
# the walls are in UTC); a key file must belong to user 10001. A demo that other machines can open:
#   docker run --rm -p 8888:8888 foyer python run.py demo --public
FROM python:3.13-slim

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 DATA_DIR=/data
WORKDIR /app

COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt \
    && useradd --system --uid 10001 --home-dir /app --no-create-home foyer \
    && install --directory --owner foyer --mode 700 /data

COPY run.py ./
COPY utilities utilities
COPY handlers handlers
COPY templates templates
COPY static static
COPY demo demo
COPY boards boards

USER foyer
VOLUME /data
EXPOSE 8888
STOPSIGNAL SIGTERM

HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["python", "-c", "\
import http.client, os, sys\n\
connection = http.client.HTTPConnection('127.0.0.1', int(os.environ.get('PORT') or 8888), timeout=4)\n\
connection.request('GET', '/healthz')\n\
sys.exit(connection.getresponse().status != 200)"]

CMD ["python", "run.py"]
