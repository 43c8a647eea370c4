"""The register (户籍登记): households, persons, memberships, statuses and dated records."""
