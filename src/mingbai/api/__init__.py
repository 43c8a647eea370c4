"""The API (接口): OpenAPI for other systems."""
