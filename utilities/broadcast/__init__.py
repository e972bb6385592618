"""What each screen shows now: its board, its playlist or a takeover, sent to it the moment it changes."""
