"""A browser, as far as the door is concerned: a jar of cookies, redirects, and an eye on every flag."""

from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import parse_qs, urlsplit

from tornado.httpclient import AsyncHTTPClient, HTTPResponse
from tornado.httputil import HTTPHeaders


def check_cookie(header: str, *, secure: bool) -> None:
    """What every cookie must be; called for each one that any test is given."""
    name, *flags = [part.strip() for part in header.split(";")]
    lowered = {flag.partition("=")[0].lower(): flag.partition("=")[2] for flag in flags}
    assert "httponly" in lowered, header
    assert lowered.get("samesite") == "Lax", header
    assert lowered.get("path") == "/", header
    assert "domain" not in lowered, header
    assert len(header) <= 4096, header
    assert name.startswith("__Host-") == secure, header
    assert ("secure" in lowered) == secure, header


@dataclass
class Browser:
    """Speaks to Foyer at `home` as if it stood at `site`, and to everybody else where they are."""

    home: str  # http://127.0.0.1:port
    site: str  # what PUBLIC_URL says
    cookies: dict[str, str] = field(default_factory=dict)
    visited: list[str] = field(default_factory=list)

    def place(self, url: str) -> str:
        """Where to connect for a URL; a path is one of Foyer's."""
        if url.startswith(self.site):
            url = url.removeprefix(self.site) or "/"
        return self.home + url if url.startswith("/") else url

    async def open(self, url: str, method: str = "GET", form: str = "", **headers: str) -> HTTPResponse:
        """One request, with cookies, without following."""
        place = self.place(url)
        ours = place.startswith(self.home + "/")
        sent = HTTPHeaders({"Accept": "text/html,*/*"})
        if ours:
            sent["Host"] = urlsplit(self.site).netloc
            if self.cookies:
                sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        for name, value in headers.items():
            sent[name.replace("_", "-")] = value
        client = AsyncHTTPClient(force_instance=True)
        try:
            body = {"body": form} if method in ("POST", "PUT", "PATCH") else {}
            answer = await client.fetch(
                place, method=method, headers=sent, raise_error=False, follow_redirects=False, **body
            )
        finally:
            client.close()
        self.visited.append(url)
        if ours:
            self.keep(answer)
        return answer

    def keep(self, answer: HTTPResponse) -> None:
        for header in answer.headers.get_list("Set-Cookie"):
            check_cookie(header, secure=self.site.startswith("https"))
            for name, morsel in SimpleCookie(header).items():
                if morsel.value and morsel["max-age"] != "0":
                    self.cookies[name] = morsel.value
                else:
                    self.cookies.pop(name, None)

    async def follow(self, url: str, most: int = 8) -> HTTPResponse:
        """Goes where it is sent, as far as it is sent."""
        answer = await self.open(url)
        while answer.code in (301, 302, 303, 307) and most:
            answer = await self.open(answer.headers["Location"])
            most -= 1
        return answer

    async def go_out(self, then: str = "/") -> dict[str, str]:
        """Begins to sign in; what the issuer was asked."""
        answer = await self.open(f"/login?next={then}")
        assert answer.code == 302, answer.body
        self.way = answer.headers["Location"]
        return {name: values[0] for name, values in parse_qs(urlsplit(self.way).query).items()}

    async def go_back(self) -> str:
        """Is let in by the issuer; the address it sends us back to, not opened yet."""
        answer = await self.open(self.way)
        assert answer.code == 302, answer.body
        return answer.headers["Location"]

    async def sign_in(self, then: str = "/") -> HTTPResponse:
        """All of it; Foyer's answer to the callback."""
        await self.go_out(then)
        return await self.open(await self.go_back())
