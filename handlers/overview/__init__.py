"""/: the figures of one site on one page."""
