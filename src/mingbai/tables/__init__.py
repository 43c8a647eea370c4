"""The offices' tables (部门表格): xlsx, csv and parquet as typed tables; every row a verdict.

Layouts are data (header profiles of the pack). Nothing is repaired silently: a cell that cannot be
read makes its fact unknown and gives a remark; a row that cannot be used is listed with a reason.
"""

from mingbai.tables.errors import Finding, TablesError, catalogue
from mingbai.tables.intake import FileReport, Intake, Problem
from mingbai.tables.profile_files import load_profile, load_profiles
from mingbai.tables.profiles import Profile
from mingbai.tables.reading import read_files, read_folder
from mingbai.tables.schema import Column, Schema, Table
from mingbai.tables.texts import Text

__all__ = [
    "Column",
    "FileReport",
    "Finding",
    "Intake",
    "Problem",
    "Profile",
    "Schema",
    "Table",
    "TablesError",
    "Text",
    "catalogue",
    "load_profile",
    "load_profiles",
    "read_files",
    "read_folder",
]
