"""The design that Foyer's beacon is compared with: Flask, peewee, SQLite with default settings, gevent.

After "Saturday morning hacks: building an analytics app with Flask" (2014), for current versions. It stores a row for
each hit with what the article stores (address, title, referrer, all headers, all parameters). It has no sites, visits,
bots or countries. Runs in its own venv: `gunicorn -k gevent -w 1 article:app`.
"""

import base64
import os
from datetime import datetime
from json import dumps
from urllib.parse import urlparse

from flask import Flask, abort, request
from peewee import CharField, DateTimeField, Model, SqliteDatabase, TextField

GIF = base64.b64decode("R0lGODlhAQABAIAAANvf7wAAACH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==")
database = SqliteDatabase(os.environ["ARTICLE_DATABASE"])
app = Flask(__name__)


class PageView(Model):
    domain = CharField()
    url = TextField()
    timestamp = DateTimeField(default=datetime.now, index=True)
    title = TextField(default="")
    ip = CharField(default="")
    referrer = TextField(default="")
    headers = TextField()
    params = TextField()

    class Meta:
        database = database

    @classmethod
    def create_from_request(cls) -> None:
        parsed = urlparse(request.args["url"])
        cls.create(
            domain=parsed.netloc,
            url=parsed.path,
            title=request.args.get("t") or "",
            ip=request.headers.get("X-Forwarded-For") or request.remote_addr,
            referrer=request.args.get("ref") or "",
            headers=dumps(dict(request.headers)),
            params=dumps(request.args.to_dict()),
        )


@app.route("/a.gif")
def analyze():
    if not request.args.get("url"):
        abort(404)
    with database.atomic():
        PageView.create_from_request()
    response = app.response_class(GIF, mimetype="image/gif")
    response.headers["Cache-Control"] = "private, no-cache"
    return response


database.create_tables([PageView], safe=True)
