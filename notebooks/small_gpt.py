r"""A small GPT that learns to make up names, letter by letter: 4,070 parameters, each of them a Value.

Built like GPT-2, as small as Karpathy's microgpt (2026): embeddings, four heads of attention, an MLP, RMSNorm, Adam.

    python notebooks/small_gpt.py                        # records the graph of every step anew: about 150 ms a step
    python notebooks/small_gpt.py --how blocks           # compiles each piece of the model once, to Python: 17 ms
    python notebooks/small_gpt.py --how native           # … to machine code, which needs llvmlite and 5 s: 0.7 ms
    python notebooks/small_gpt.py --page attention.html  # also writes how a letter attends, to be walked step by step

All three give the same losses, to 12 digits or more, and so the same names; try --how native --steps 5000.
"""

import argparse
import math
import random
import sys
from array import array

from microgrid import Input, ParameterBuffer, Relay, Value, compile_block, nn, optim, total, weighted_sum

NAMES = """
aiko akari aoi asahi ayaka ayumi ben chiara daisuke eiji ella emi hana hanako haru haruka haruto hikari hiroshi julia
jun kaito kana keiko ken kenji kenta kota leo lisa luna mana maria marina martin mei mia michiko mina mio miyu nao naoki
natsuki nina nora rei ren riko rin rosa ryo ryu sachiko sakura sara satoshi shiori shota sofia sora taiga takashi tara
taro tatsuya tomoko toru tsubasa yui yuki yukiko yuzuki zoe
""".split()  # noqa: SIM905 (common given names, written down for this script)
LETTERS, N_PLACES = ["", *sorted(set("".join(NAMES)))], 1 + max(map(len, NAMES))  # "" stands around each name
WIDTH, HEAD = 16, 4  # numbers for each letter, and for each head: four heads share them


def normalized(x):
    """RMSNorm: scale numbers so that the mean of their squares is 1."""
    scale = (total(a * a for a in x) / len(x) + 1e-5) ** -0.5
    return [a * scale for a in x]


def head(query, keys, values):
    """Attention: compare what one letter asks for with what each letter offers, and mix their values accordingly."""
    powers = [(weighted_sum(query, key, 0) * HEAD**-0.5).exp() for key in keys]
    everything = total(powers)
    shares = [power / everything for power in powers]  # softmax: they add up to 1
    return [weighted_sum(shares, column, 0) for column in zip(*values)]


class GPT(nn.Module):
    """Three pieces: embed each letter, let it attend to those before it, and guess which letter comes next."""

    def __init__(self, rng):
        self.letters, self.places = (
            [[Value(rng.gauss(0, 0.1)) for _ in range(WIDTH)] for _ in range(n)] for n in (len(LETTERS), N_PLACES)
        )
        self.query, self.key, self.value, self.joined = (
            nn.Dense(WIDTH, WIDTH, "linear", rng, name=name) for name in ("query", "key", "value", "joined")
        )
        self.hidden = nn.Dense(WIDTH, 4 * WIDTH, "relu", rng, name="hidden")
        self.out = nn.Dense(4 * WIDTH, WIDTH, "linear", rng, name="out")
        self.scores = nn.Dense(WIDTH, len(LETTERS), "linear", rng, name="scores")

    def embed(self, rows):
        x = [letter + place for letter, place in zip(rows[:WIDTH], rows[WIDTH:])]
        h = normalized(x)
        return [*x, *self.query(h), *self.key(h), *self.value(h)]

    def attend(self, embedded):
        parts = [embedded[i : i + WIDTH] for i in range(0, len(embedded), WIDTH)]
        xs, queries, keys, values = (parts[i::4] for i in range(4))
        attended = []
        for i, (x, query) in enumerate(zip(xs, queries), start=1):
            attended += x
            for h in range(0, WIDTH, HEAD):
                own = slice(h, h + HEAD)
                attended += head(query[own], [key[own] for key in keys[:i]], [value[own] for value in values[:i]])
        return attended

    def guess(self, attended):
        x = [a + b for a, b in zip(attended[:WIDTH], self.joined(attended[WIDTH:]))]
        x = [a + b for a, b in zip(x, self.out(self.hidden(normalized(x))))]
        scores = self.scores(normalized(x))
        everything = total(score.exp() for score in scores).log()
        return [score - everything for score in scores]  # the logarithms of the probabilities


class Recorded:
    """Record the graph of all names of a step, and let backward() find the gradients."""

    def __init__(self, model):
        self.model, self.adam = model, optim.Adam(model.parameters(), learning_rate=0.01)

    def logs(self, name):
        rows = [[*self.model.letters[token], *place] for token, place in zip(name, self.model.places)]
        attended = self.model.attend([number for row in rows for number in self.model.embed(row)])
        return [self.model.guess(attended[i : i + 2 * WIDTH]) for i in range(0, len(attended), 2 * WIDTH)]

    def learn(self, names):
        logs = [log[target] for name in names for log, target in zip(self.logs(name[:-1]), name[1:])]
        loss = total(logs) / -len(logs)
        self.adam.zero_grad()
        loss.backward()
        self.adam.step()
        return loss.data

    def probabilities(self, name):
        return [math.exp(log.data) for log in self.logs(name)[-1]]


class Blocks:
    """Compile each piece once; numbers pass from piece to piece, and the shares of the gradient come back."""

    def __init__(self, model, backend):
        def block(piece, n_inputs):
            inputs = [Input(1.0) for _ in range(n_inputs)]
            return compile_block(inputs, piece(inputs), self.buffer, backend)

        self.buffer = ParameterBuffer(model.parameters())
        self.letters, self.places = ([self.buffer.place(row) for row in rows] for rows in (model.letters, model.places))
        self.embed, self.guess = block(model.embed, 2 * WIDTH), block(model.guess, 2 * WIDTH)
        self.attend = [block(model.attend, 4 * WIDTH * n) for n in range(1, N_PLACES + 1)]
        self.state = array("d", [number for parameter in self.buffer.data for number in (0, 0, 0, parameter)])
        self.adam, self.n_steps = block(self.updated, 4), 0

    def updated(self, state):
        """Adam for one parameter, as in microgrid.optim; from its state before, return that after."""
        gradient, mean, square, parameter = state
        self.rate, self.correction = Input(0.0), Input(1.0)  # neither inputs nor parameters: read at each call
        mean = 0.9 * mean + (1 - 0.9) * gradient
        square = 0.999 * square + (1 - 0.999) * gradient * gradient
        return [gradient, mean, square, parameter - self.rate * mean / (square.sqrt() / self.correction + 1e-8)]

    def forward(self, names, learn):
        """Return the logarithms for all letters of names of one length; by which pieces, and from which rows."""
        pairs = [pair for name in names for pair in zip(name, self.places)]
        rows = [row for token, place in pairs for row in (self.letters[token], place)]
        pieces = [self.embed, self.attend[len(names[0]) - 1], self.guess]
        numbers = self.buffer.take(rows)
        for piece in pieces:
            numbers = piece.forward_rows(numbers, learn)
        return numbers, pieces, rows

    def learn(self, names):
        logs, pieces, rows = self.forward([name[:-1] for name in names], learn=True)
        wanted = [i * len(LETTERS) + token for i, token in enumerate(token for name in names for token in name[1:])]
        shares = array("d", bytes(8 * len(logs)))
        for i in wanted:
            shares[i] = -1 / len(wanted)
        self.buffer.zero_grad()
        for piece in reversed(pieces):
            shares = piece.backward_rows(shares)
        self.buffer.add(rows, shares)
        self.n_steps += 1
        self.rate.data, self.correction.data = 0.01 / (1 - 0.9**self.n_steps), math.sqrt(1 - 0.999**self.n_steps)
        self.state[0::4] = self.buffer.grad
        self.state = self.adam.forward_rows(self.state, learn=False)
        self.buffer.data = self.state[3::4]
        return sum(logs[i] for i in wanted) / -len(wanted)

    def probabilities(self, name):
        return [math.exp(log) for log in self.forward([name], learn=False)[0][-len(LETTERS) :]]


def attention_of(model, letter):
    """Record the first head of a name's first letter, which attends to the start and to itself."""
    inputs = []
    for token, place, name in zip([0, LETTERS.index(letter)], model.places, ["start", letter]):
        h = normalized([x + y for x, y in zip(model.letters[token], place)])
        inputs.append([Input(number.data, f"{name} {i}") for i, number in enumerate(h, start=1)])
    queries, keys, values = ([layer(h)[:HEAD] for h in inputs] for layer in (model.query, model.key, model.value))
    end = total(head(queries[1], keys, values))
    for share, name in zip(end.operands[0].operands[::2], ["start", letter]):
        share.label = f"attention to {name}"
    return Relay(end, learning_rate=0.01)


def main():
    parser = argparse.ArgumentParser(description="Train a small GPT on names, and let it make up ten.")
    parser.add_argument("--how", choices=["recorded", "blocks", "native"], default="recorded", help="see the script")
    parser.add_argument("--steps", type=int, default=100, help="each learns from 8 names; by default 100")
    parser.add_argument("--page", metavar="FILE", help="write how a letter attends as a page, such as attention.html")
    options = parser.parse_args()
    model, rng = GPT(random.Random(0)), random.Random(0)
    try:
        if options.page:
            attention_of(model, "a").save(options.page)
        way = Recorded(model) if options.how == "recorded" else Blocks(model, options.how.replace("blocks", "python"))
    except (ImportError, OSError, ValueError) as error:
        sys.exit(f"error: {error}")
    for step in range(1, options.steps + 1):
        length = len(rng.choice(NAMES))
        names = rng.sample([name for name in NAMES if len(name) == length], 8)
        loss = way.learn([[0, *map(LETTERS.index, name), 0] for name in names])
        if step == 1 or step % (options.steps // 10 or 1) == 0:
            print(f"step {step}: loss {loss:.12f}")
    for _ in range(10):  # make up names: draw letter after letter with the probabilities that the model gives
        name = [0]
        while len(name) <= N_PLACES and (len(name) == 1 or name[-1]):
            name += rng.choices(range(len(LETTERS)), way.probabilities(name))
        print("".join(LETTERS[token] for token in name))


if __name__ == "__main__":
    main()
