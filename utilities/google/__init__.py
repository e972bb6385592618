"""How Google is asked: the blocking client in a few threads of its own, with deadlines, quotas and one sign-in."""
