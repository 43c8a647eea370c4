"""YAML to model: every error with file, line, column and the nearest name, all at once."""

from mingbai.engine.loading.packs import find_pack, hash_of_files, load_pack, policy_folders
from mingbai.engine.loading.parameters import apply_local, apply_values, with_values
from mingbai.engine.loading.registering import append_clauses

__all__ = [
    "append_clauses",
    "apply_local",
    "apply_values",
    "find_pack",
    "hash_of_files",
    "load_pack",
    "policy_folders",
    "with_values",
]
