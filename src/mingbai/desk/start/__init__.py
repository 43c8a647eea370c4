"""From nothing to the first import (开办): place, two accounts, sign-in, first table; then it is gone."""
