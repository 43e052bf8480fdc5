"""`python -m replication.settings` prints the JSON schema of a configuration."""

import json

from replication.settings import schema

print(json.dumps(schema(), indent=2))
