"""One cycle of learning as a record of single steps: the relay, its routes, its sentences and its formats."""
