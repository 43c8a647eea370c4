"""The API (接口): persons, households, divisions, states with reasons and runs, for other programs."""
