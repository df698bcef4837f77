"""Where a run is carried out: on this machine, or on a cluster. One file a place."""
