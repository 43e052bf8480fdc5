"""The replication of Eilers, Memmesheimer and Goedeke (2024): what the workflow runs, over the library `sgntk`."""
