"""OpenID Connect: asking an issuer who somebody is, and believing it only after checking."""
