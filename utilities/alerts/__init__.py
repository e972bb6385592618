"""Notices for people who do not look at Foyer, and the channels that carry them."""
