"""The small kernel (公共内核): keys and encrypted fields, bulk writes, days, errors; no models."""
