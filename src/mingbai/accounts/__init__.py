"""Accounts (账号): users, posts, roles as code, scope = role × division or household list × period."""
