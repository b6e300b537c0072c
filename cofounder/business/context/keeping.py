"""What one worker does for all, in the background: keep the index of earlier work up to date."""

from cofounder.business.context import index
from cofounder.kit.chores import Chore

chore = Chore("context index", index.refresh, every=60)
