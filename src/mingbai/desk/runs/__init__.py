"""Runs and their comparison (评估与比较): what was evaluated when, and who stands otherwise since."""
