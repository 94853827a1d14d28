"""Where the catalog becomes a table: what happened on a day, as figures."""
