"""How much is drawn: the same examples each time, ten times as many with MINGBAI_DRAWS=10.

With more draws the examples differ from run to run and a failing one is made smaller; without, a
failure names its rules and its household at once, because making it smaller takes minutes.
"""

import os

from hypothesis import HealthCheck, Phase, settings

MORE = int(os.environ.get("MINGBAI_DRAWS", "1"))
PROGRAMS = 100 * MORE
PROFILE = settings(
    deadline=None,
    derandomize=MORE == 1,
    database=None,
    print_blob=True,
    phases=[Phase.generate] if MORE == 1 else [Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
