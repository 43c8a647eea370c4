"""The header wizard (表头向导): proposes what the columns of an unknown sheet mean, never decides.

Headers are compared with every label the pack knows, the content is held against each fact, and the
pairing that fits best as a whole is proposed, each column with a reason in words and how sure it is.
"""

from mingbai.tables.proposing.proposal import Guess, Proposal, propose
from mingbai.tables.proposing.saving import as_yaml

__all__ = ["Guess", "Proposal", "as_yaml", "propose"]
