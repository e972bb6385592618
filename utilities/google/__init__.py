"""Google's APIs: the blocking client in a thread pool, with deadlines, quotas and one access token."""
