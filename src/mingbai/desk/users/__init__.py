"""Accounts and posts (账号与任职), for the administrator of accounts."""
