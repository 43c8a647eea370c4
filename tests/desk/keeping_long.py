"""The keeper of a check on the bench with more patience: run as a module, in place of the desk's own."""

from mingbai.desk.bench import keeping
from tests.installation import PATIENCE

if __name__ == "__main__":
    keeping.MOST_SECONDS = keeping.LOOKED_AT = PATIENCE
    keeping.main()
