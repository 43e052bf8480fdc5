"""Where results are kept: tables that say what they are made from, files that are whole or absent, one writer a run."""
