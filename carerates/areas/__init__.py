"""Who is who: codes, names, recodes and mergers, neighbours."""
