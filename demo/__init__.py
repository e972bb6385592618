"""The pretend internet: real servers on loopback that answer as badly as the real one does."""
