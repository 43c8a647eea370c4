"""Keys for programs (接口令牌)."""
