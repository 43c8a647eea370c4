"""The audit chain and acts of recording (审计与登记批次): append-only, hash-chained."""
