"""The relay, a record of one cycle step by step: its paths, sentences, table and JSON."""

from microgrid.relay.layer_relay import LayerRelay
from microgrid.relay.records import PHASES, Change, Know, Record, Seed, Share, Step
from microgrid.relay.relay import Relay

__all__ = ["PHASES", "Change", "Know", "LayerRelay", "Record", "Relay", "Seed", "Share", "Step"]
