"""One cycle of learning as a record of single steps, with its routes, its sentences, its table and its JSON."""

from microgrid.relay.records import PHASES, Change, Know, Record, Seed, Share, Step
from microgrid.relay.relay import Relay

__all__ = ["PHASES", "Change", "Know", "Record", "Relay", "Seed", "Share", "Step"]
