"""The people who read the demo company's pages, and the machines that do: they drive the real beacon over HTTP.

They are the visits that the simulated GA4 counts, and as many again of people who block Google Analytics, whom only a
beacon of one's own can see. Bots, referrer spam, prefetches and people who ask not to be counted come as well.
"""
