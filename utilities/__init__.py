"""Everything below the handlers: nothing in here knows HTTP's server side."""
