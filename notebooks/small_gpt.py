"""A small GPT that learns to make up names, letter by letter: 4,070 parameters, each of them a Value.

It is built like Karpathy's microgpt (2026): embeddings, four heads of attention, an MLP, RMSNorm, Adam. It learns
in one of three ways, with the same losses to 12 digits or more, and so the same names. Try --how native --steps 5000.

    python notebooks/small_gpt.py                        # records the graph of every step anew: about 150 ms a step
    python notebooks/small_gpt.py --how blocks           # compiles each piece of the model once, to Python: 17 ms
    python notebooks/small_gpt.py --how native           # … to machine code, which needs llvmlite: 0.7 ms
    python notebooks/small_gpt.py --names class.txt      # learns from names of your own, one a line
    python notebooks/small_gpt.py --page attention.html  # also writes how a letter attends, to be walked step by step
"""

import argparse
import math
import random
from array import array
from contextlib import suppress
from functools import cache
from pathlib import Path

from microgrid import Input, ParameterBuffer, Relay, Value, compile_block, nn, optim, total, weighted_sum

WIDTH, HEAD, LONGEST = 16, 4, 24  # numbers for each letter, numbers for each of its four heads, letters of a name


def rmsnorm(x):  # scale numbers so that the mean of their squares is 1
    scale = (total(a * a for a in x) / len(x) + 1e-5) ** -0.5
    return [a * scale for a in x]


def attention(query, keys, values):
    """Score the key of each letter by one letter's query, and mix the letters' values accordingly."""
    scores = [weighted_sum(key, query, 0) * HEAD**-0.5 for key in keys]
    powers = [score.exp() for score in scores]
    everything = total(powers)
    weights = [power / everything for power in powers]  # softmax: they add up to 1
    return [weighted_sum(column, weights, 0) for column in zip(*values)]


class GPT(nn.Module):
    """Three pieces: embed each letter, let it attend to itself and those before it, and predict which comes next."""

    def __init__(self, names, rng):
        self.alphabet = ["", *sorted(set("".join(names)))]  # "" stands before and after each name
        rows = len(self.alphabet), 1 + max(map(len, names))
        self.letters, self.places = ([[Value(rng.gauss(0, 0.1)) for _ in range(WIDTH)] for _ in range(n)] for n in rows)
        self.query, self.key, self.value, self.join = (nn.Dense(WIDTH, WIDTH, "linear", rng) for _ in range(4))
        self.hidden, self.out = nn.Dense(WIDTH, 4 * WIDTH, "relu", rng), nn.Dense(4 * WIDTH, WIDTH, "linear", rng)
        self.logits = nn.Dense(WIDTH, len(self.alphabet), "linear", rng)

    def __call__(self, tokens):  # for each letter, the logarithms of the probabilities of what comes next
        rows = [[*self.letters[token], *place] for token, place in zip(tokens, self.places)]
        attended = self.attend([number for row in rows for number in self.embed(row)])
        return [self.predict(attended[i : i + 2 * WIDTH]) for i in range(0, len(attended), 2 * WIDTH)]

    def embed(self, rows):
        x = [letter + place for letter, place in zip(rows[:WIDTH], rows[WIDTH:])]
        return [*x, *self.query(h := rmsnorm(x)), *self.key(h), *self.value(h)]

    def attend(self, embedded):
        parts = [embedded[i : i + WIDTH] for i in range(0, len(embedded), WIDTH)]
        xs, queries, keys, values = (parts[i::4] for i in range(4))
        attended = []
        for i, (x, query) in enumerate(zip(xs, queries), start=1):
            attended += x
            for own in [slice(start, start + HEAD) for start in range(0, WIDTH, HEAD)]:
                attended += attention(query[own], [key[own] for key in keys[:i]], [value[own] for value in values[:i]])
        return attended

    def predict(self, attended):
        x = [a + b for a, b in zip(attended[:WIDTH], self.join(attended[WIDTH:]))]
        x = [a + b for a, b in zip(x, self.out(self.hidden(rmsnorm(x))))]
        logits = self.logits(rmsnorm(x))
        everything = total(logit.exp() for logit in logits).log()
        return [logit - everything for logit in logits]


class Recorded:
    """Record the graph of all names of a step, and let backward() find the gradients."""

    def __init__(self, model):
        self.model, self.adam = model, optim.Adam(model.parameters(), learning_rate=0.01)

    def learn(self, names):
        logs = [log[target] for tokens in names for log, target in zip(self.model(tokens[:-1]), tokens[1:])]
        loss = total(logs) / -len(logs)
        self.adam.zero_grad()
        loss.backward()
        self.adam.step()
        return loss.data


class Blocks:
    """Compile each piece once; numbers pass from piece to piece, and the shares of the gradient come back."""

    def __init__(self, model, backend):
        def block(piece, n_inputs):
            inputs = [Input(1.0) for _ in range(n_inputs)]
            return compile_block(inputs, piece(inputs), self.buffer, backend=backend)

        self.buffer = ParameterBuffer(model.parameters())
        self.letters, self.places = ([self.buffer.place(row) for row in rows] for rows in (model.letters, model.places))
        self.embed, self.predict = block(model.embed, 2 * WIDTH), block(model.predict, 2 * WIDTH)
        self.attend = cache(lambda n_letters: block(model.attend, 4 * WIDTH * n_letters))
        self.state = array("d", [number for parameter in self.buffer.data for number in (0, 0, 0, parameter)])
        self.adam, self.n_steps = block(self.updated, 4), 0

    def updated(self, state):  # Adam for one parameter, as in microgrid.optim: from its state before to that after
        gradient, mean, square, parameter = state
        self.rate, self.correction = Input(0.0), Input(1.0)  # neither inputs nor parameters: read at each call
        mean = 0.9 * mean + (1 - 0.9) * gradient
        square = 0.999 * square + (1 - 0.999) * gradient * gradient
        return [gradient, mean, square, parameter - self.rate * mean / (square.sqrt() / self.correction + 1e-8)]

    def learn(self, names):  # of one length
        rows = [row for name in names for i, place in zip(name[:-1], self.places) for row in (self.letters[i], place)]
        pieces, numbers = [self.embed, self.attend(len(names[0]) - 1), self.predict], self.buffer.take(rows)
        for piece in pieces:
            numbers = piece.forward_rows(numbers)
        targets = [i * len(self.letters) + token for i, token in enumerate(t for name in names for t in name[1:])]
        shares = array("d", bytes(8 * len(numbers)))
        for i in targets:
            shares[i] = -1 / len(targets)
        self.buffer.zero_grad()
        for piece in reversed(pieces):
            shares = piece.backward_rows(shares)
        self.buffer.add(rows, shares)
        self.n_steps += 1
        self.rate.data, self.correction.data = 0.01 / (1 - 0.9**self.n_steps), math.sqrt(1 - 0.999**self.n_steps)
        self.state[0::4] = self.buffer.grad
        self.state = self.adam.forward_rows(self.state, learn=False)
        self.buffer.data = self.state[3::4]
        return sum(numbers[i] for i in targets) / -len(targets)


def attention_of(model, letter):
    """Record how the first letter of a name attends to the start and to itself, in the first head."""
    tokens = zip(["start", letter], [0, model.alphabet.index(letter)], model.places)
    xs = {name: model.embed([*model.letters[token], *place]) for name, token, place in tokens}

    def part(name, at):
        return [[Value(a.data, f"{name}{i} {of}") for i, a in enumerate(x[at : at + HEAD], 1)] for of, x in xs.items()]

    mixture = attention(part("q", WIDTH)[1], part("k", 2 * WIDTH), part("v", 3 * WIDTH))
    for i, number in enumerate(mixture, 1):  # named as neurons, mixtures and scores hold their weights: values and keys
        number.label = nn.NeuronName(f"mixture {i}", nn.LayerName("mixture"))
    for name, weight in zip(xs, mixture[0].operands[1::2]):
        power, everything = weight.operands
        weight.label, power.label, everything.label = f"weight {name}", f"exp {name}", "sum"
        power.operands[0].label = nn.NeuronName(f"score {name}", nn.LayerName("score"))
    end = total(mixture)
    end.label = "total"
    return Relay(end, learning_rate=0.01)


def names_in(path):
    names = [name for line in Path(path).read_text("utf-8-sig", "replace").splitlines() if (name := line.strip())]
    if wrong := [name for name in names or [""] if not 0 < len(name) <= LONGEST or "\ufffd" in name]:
        raise ValueError(f"{path}: expected names of 1 to {LONGEST} letters, one a line, UTF-8; got {wrong[0][:30]!r}")
    return names


def main():
    parser = argparse.ArgumentParser(description="Train a small GPT on names, and let it make up ten.")
    parser.add_argument("--how", choices=["recorded", "blocks", "native"], default="recorded", help="one of three ways")
    parser.add_argument("--steps", type=int, default=100, help="0 or more, each with 8 names; by default 100")
    parser.add_argument("--names", default=Path(__file__).with_name("names.txt"), help="a file with one name a line")
    parser.add_argument("--page", help="the file for how a letter attends, such as attention.html")
    options = parser.parse_args()
    try:
        if options.steps < 0:
            raise ValueError(f"--steps must be 0 or more, got {options.steps}")
        names = names_in(options.names)
        model, rng = GPT(names, random.Random(0)), random.Random(0)
        way = Recorded(model) if options.how == "recorded" else Blocks(model, options.how.replace("blocks", "python"))
        if options.page:  # before training, so that a page that cannot be written is refused now
            attention_of(model, names[0][0]).save(options.page)
    except (ImportError, OSError, ValueError) as error:
        raise SystemExit(f"error: {str(error).partition('] ')[2] or error}") from None  # without [Errno 2]
    with suppress(KeyboardInterrupt):  # Ctrl-C ends the training
        for step in range(1, options.steps + 1):
            length = len(rng.choice(names))
            alike = [name for name in names if len(name) == length]
            loss = way.learn([[0, *map(model.alphabet.index, n), 0] for n in rng.sample(alike, min(8, len(alike)))])
            if step == 1 or step % (options.steps // 10 or 1) == 0:
                print(f"step {step}: loss {loss:.12f}")
    if options.how != "recorded":
        way.buffer.write()
    if options.page:
        attention_of(model, names[0][0]).save(options.page)
    for _ in range(10):  # make up names: draw letter after letter with the probabilities that the model gives
        tokens = [0]
        while len(tokens) <= len(model.places) and (len(tokens) == 1 or tokens[-1]):
            tokens += rng.choices(range(len(model.alphabet)), [math.exp(log.data) for log in model(tokens)[-1]])
        name = "".join(model.alphabet[token] for token in tokens)
        print(name + " (in the list)" * (name in names))


if __name__ == "__main__":
    main()
