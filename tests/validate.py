#!/usr/bin/env python3
"""Validate JSON files with a JSON Schema: validate.py SCHEMA FILE...

Exit 0: all of them are valid. 1: some are not; a line for each says which and why. 77: python3-jsonschema is missing.
"""

import json
import sys

try:
    import jsonschema
except ImportError:
    sys.exit(77)


def load(name):
    with open(name, encoding="utf-8") as file:
        return json.load(file)


def main():
    schema = load(sys.argv[1])
    # The schemas are of draft 2020-12; an older library knows no 'dependentRequired' and would pass over it.
    if not hasattr(jsonschema, "Draft202012Validator"):
        sys.exit(77)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    bad = 0
    for name in sys.argv[2:]:
        errors = sorted(validator.iter_errors(load(name)), key=lambda error: list(map(str, error.path)))
        if errors:
            place = "/".join(map(str, errors[0].path))
            print(f"{name}: at '{place}': {errors[0].message[:300]}")
            bad = 1
    sys.exit(bad)


main()
