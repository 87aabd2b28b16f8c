"""Run files are read in processes of their own."""
