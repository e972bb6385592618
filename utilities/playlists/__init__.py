"""Playlists: which board hangs on a screen and when, read from boards/playlists.yaml."""
