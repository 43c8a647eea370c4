"""Household events as guided forms (家庭变动): choose, fill in, see what it will do, confirm."""
