"""Changes of the tables (表结构变更), in order."""
