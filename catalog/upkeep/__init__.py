"""What keeps a catalog sound: finding damage, mending it, and removing what nobody names."""

from .damage import Damage
from .fsck import fsck
from .gc import Garbage, collect_garbage
from .repair import repair

__all__ = ["Damage", "Garbage", "collect_garbage", "fsck", "repair"]
