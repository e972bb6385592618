"""The state database: people, sessions and whatever else must outlive a process and is not a reading."""
