"""The simulated Google: tokens, the GA4 Data API and Search Console, as strict and irregular as the real ones."""
