"""The pretend Google: tokens, the GA4 Data API and Search Console, as strict and as odd as the real ones."""
