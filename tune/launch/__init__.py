"""Where a run is carried out: one file a place."""
