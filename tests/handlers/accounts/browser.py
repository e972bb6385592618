"""A browser for sign-in tests: it stores cookies, follows redirects and checks every cookie flag."""

from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import parse_qs, urlsplit

from tornado.httpclient import AsyncHTTPClient, HTTPResponse
from tornado.httputil import HTTPHeaders


def check_cookie(header: str, *, secure: bool) -> None:
    """Checks the flags that every cookie must have; called for each cookie that a test receives."""
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
    """Sends requests for `site` to Foyer at `home`, and other requests to their own address."""

    home: str  # http://127.0.0.1:port
    site: str  # what PUBLIC_URL says
    cookies: dict[str, str] = field(default_factory=dict)
    visited: list[str] = field(default_factory=list)

    def resolve_url(self, url: str) -> str:
        """Returns the URL to connect to; a path belongs to Foyer."""
        if url.startswith(self.site):
            url = url.removeprefix(self.site) or "/"
        return self.home + url if url.startswith("/") else url

    async def open(self, url: str, method: str = "GET", form: str = "", **headers: str) -> HTTPResponse:
        """Sends one request with cookies; does not follow redirects."""
        place = self.resolve_url(url)
        is_foyer = place.startswith(self.home + "/")
        sent = HTTPHeaders({"Accept": "text/html,*/*"})
        if is_foyer:
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
        if is_foyer:
            self.store_cookies(answer)
        return answer

    def store_cookies(self, answer: HTTPResponse) -> None:
        for header in answer.headers.get_list("Set-Cookie"):
            check_cookie(header, secure=self.site.startswith("https"))
            for name, morsel in SimpleCookie(header).items():
                if morsel.value and morsel["max-age"] != "0":
                    self.cookies[name] = morsel.value
                else:
                    self.cookies.pop(name, None)

    async def follow(self, url: str, max_redirects: int = 8) -> HTTPResponse:
        """Follows redirects and returns the last response."""
        answer = await self.open(url)
        while answer.code in (301, 302, 303, 307) and max_redirects:
            answer = await self.open(answer.headers["Location"])
            max_redirects -= 1
        return answer

    async def start_sign_in(self, then: str = "/") -> dict[str, str]:
        """Starts to sign in; returns the parameters of the authorization request."""
        answer = await self.open(f"/login?next={then}")
        assert answer.code == 302, answer.body
        self.authorization_url = answer.headers["Location"]
        return {name: values[0] for name, values in parse_qs(urlsplit(self.authorization_url).query).items()}

    async def approve_at_issuer(self) -> str:
        """Returns the callback URL from the issuer, without opening it."""
        answer = await self.open(self.authorization_url)
        assert answer.code == 302, answer.body
        return answer.headers["Location"]

    async def sign_in(self, then: str = "/") -> HTTPResponse:
        """Signs in completely; returns the response to the callback."""
        await self.start_sign_in(then)
        return await self.open(await self.approve_at_issuer())
