"""Signing in and out (登录): password, second factor, forced change of password, language."""
