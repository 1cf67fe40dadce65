"""The import doctor: files of any usual kind in, rows with their numbers out, faults with file, row and reason."""
