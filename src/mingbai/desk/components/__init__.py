"""Shared parts of the screens (共用部件): frame, marks, paging, errors, headers."""
