"""One's own account (我的账号): posts, language, password, second factor, sessions, leave to read outside."""
