"""`recruit audit` on any table: what is asked, what the columns hold, the figures, and how they are told."""
