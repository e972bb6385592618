"""The simulated internet: local servers in place of Google, the share networks and an OpenID provider."""
