"""What a run says in a terminal: how far it is, how it ended, and what to do if it failed."""
