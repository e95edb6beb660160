"""A small GPT that learns to make up names, letter by letter: 4,070 parameters, each of them a Value.

It is built like Karpathy's microgpt (2026). Unlike there, a step learns from 8 names, layers have biases, RMSNorm comes
before the logits and not after the embedding, and Adam's rate stays 0.01. Its three ways to learn give the same losses
to 12 digits or more. Each is of the 8 names of one step, so they jump; 5,000 steps learn most of the list by heart.

    python notebooks/small_gpt.py                        # records the graph of every step anew: about 150 ms a step
    python notebooks/small_gpt.py --how blocks           # compiles each piece of the model once, to Python: 17 ms
    python notebooks/small_gpt.py --how native           # … to machine code, which needs llvmlite: 0.7 ms once compiled
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
from microgrid.documents import name_attention

WIDTH, HEADS, HIDDEN, LONGEST = 16, 4, 64, 24  # numbers of a letter, heads that share them, MLP neurons, longest name
HEAD, EMBEDDED, ATTENDED = WIDTH // HEADS, 4 * WIDTH, 2 * WIDTH  # of a head; x, query, key and value; x and mixture


def split(numbers, size):  # into parts of this size
    return [numbers[i : i + size] for i in range(0, len(numbers), size)]


def rmsnorm(x):  # scale numbers so that the mean of their squares is 1
    scale = (total(a * a for a in x) / len(x) + 1e-5) ** -0.5
    return [a * scale for a in x]


def attention(query, keys, values):
    """Score the key of each letter by one letter's query, and mix the letters' values accordingly."""
    scores = [weighted_sum(query, key, 0) * len(query) ** -0.5 for key in keys]  # q·k, scaled
    powers = [score.exp() for score in scores]
    sum_of_powers = total(powers)
    weights = [power / sum_of_powers for power in powers]  # softmax: they add up to 1
    return [weighted_sum(column, weights, 0) for column in zip(*values)]


class GPT(nn.Module):
    """Three pieces: embed each letter, let it attend to itself and those before it, and predict which comes next."""

    def __init__(self, names, rng):
        self.alphabet = ["", *sorted(set("".join(names)))]  # "" stands before and after each name
        ns = len(self.alphabet), 1 + max(map(len, names))  # a vector for each letter, and one for each place in a name
        self.letters, self.places = ([[Value(rng.gauss(0, 0.1)) for _ in range(WIDTH)] for _ in range(n)] for n in ns)
        self.query, self.key, self.value, self.join = (nn.Dense(WIDTH, WIDTH, "linear", rng) for _ in range(4))
        self.hidden, self.out = nn.Dense(WIDTH, HIDDEN, "relu", rng), nn.Dense(HIDDEN, WIDTH, "linear", rng)
        self.logits = nn.Dense(WIDTH, len(self.alphabet), "linear", rng)

    def __call__(self, tokens):  # for each letter, the logarithms of the probabilities of what comes next
        embedded = [a for token, place in zip(tokens, self.places) for a in self.embed(self.letters[token] + place)]
        return [self.predict(attended) for attended in split(self.attend(embedded), ATTENDED)]

    def embed(self, vectors):  # of a letter and its place, which are added: x
        x = [a + b for a, b in zip(*split(vectors, WIDTH))]
        return [*x, *self.query(h := rmsnorm(x)), *self.key(h), *self.value(h)]

    def attend(self, embedded):
        xs, queries, keys, values = zip(*(split(letter, WIDTH) for letter in split(embedded, EMBEDDED)))
        attended = []
        for i, (x, query) in enumerate(zip(xs, queries), start=1):  # [:i] is the causal mask: no letter sees later ones
            attended += x
            for own in (slice(start, start + HEAD) for start in range(0, WIDTH, HEAD)):  # the numbers of one head
                attended += attention(query[own], [key[own] for key in keys[:i]], [value[own] for value in values[:i]])
        return attended

    def predict(self, attended):  # residuals: what attention and the MLP find is added to x
        x, mixed = split(attended, WIDTH)
        x = [a + b for a, b in zip(x, self.join(mixed))]
        x = [a + b for a, b in zip(x, self.out(self.hidden(rmsnorm(x))))]
        logits = self.logits(rmsnorm(x))
        log_of_sum = total(logit.exp() for logit in logits).log()
        return [logit - log_of_sum for logit in logits]  # the logarithm of softmax


class Recorded:
    """Record the graph of all names of a step, and let backward() find the gradients."""

    def __init__(self, model):
        self.model, self.adam = model, optim.Adam(model.parameters(), learning_rate=0.01)

    def learn(self, names):
        logs = [log[token] for name in names for log, token in zip(self.model(name[:-1]), name[1:])]
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

        self.buffer = ParameterBuffer(model.parameters())  # their numbers in one array, and below, where vectors stand
        self.letters, self.places = ([self.buffer.place(row) for row in rows] for rows in (model.letters, model.places))
        self.embed, self.predict = block(model.embed, 2 * WIDTH), block(model.predict, ATTENDED)
        self.attend = cache(lambda n_letters: block(model.attend, n_letters * EMBEDDED))  # each length is compiled once
        self.adam, self.n_steps = block(self.updated, 4), 0
        self.states = array("d", [number for parameter in self.buffer.data for number in (0, 0, 0, parameter)])

    def updated(self, state):  # Adam for one parameter, as in microgrid.optim: from its state before to that after
        gradient, mean, square, parameter = state
        self.rate, self.correction = Input(0.0), Input(1.0)  # neither inputs nor parameters: read at each call
        mean = 0.9 * mean + (1 - 0.9) * gradient
        square = 0.999 * square + (1 - 0.999) * gradient * gradient
        return [gradient, mean, square, parameter - self.rate * mean / (square.sqrt() / self.correction + 1e-8)]

    def learn(self, names):  # of one length: the rows of a call run through the same program
        pieces = [self.embed, self.attend(len(names[0]) - 1), self.predict]
        vectors = [v for name in names for i, place in zip(name[:-1], self.places) for v in (self.letters[i], place)]
        numbers = self.buffer.take(vectors)
        for piece in pieces:
            numbers = piece.forward_rows(numbers)
        tokens = [token for name in names for token in name[1:]]  # the n letters that come next
        nexts = [i * len(self.letters) + token for i, token in enumerate(tokens)]  # where their logarithms stand
        shares = array("d", bytes(8 * len(numbers)))  # ∂loss/∂logarithm: the loss is −(sum of those at nexts) / n,
        for i in nexts:  # so theirs are −1/n, and all others are 0
            shares[i] = -1 / len(nexts)
        self.buffer.zero_grad()
        for piece in reversed(pieces):
            shares = piece.backward_rows(shares)
        self.buffer.add(vectors, shares)
        self.n_steps += 1
        self.rate.data, self.correction.data = 0.01 / (1 - 0.9**self.n_steps), math.sqrt(1 - 0.999**self.n_steps)
        self.states[0::4] = self.buffer.grad  # the first of the 4 numbers of each state
        self.states = self.adam.forward_rows(self.states, learn=False)
        self.buffer.data = self.states[3::4]  # the last
        return sum(numbers[i] for i in nexts) / -len(nexts)


def save_attention(model, name, path):
    """Write how the first letter of a name attends to the start and to itself: the first number of the first head."""
    letters = ["", name[0]]
    vectors = (model.letters[model.alphabet.index(letter)] + place for letter, place in zip(letters, model.places))
    embedded = [[Input(a.data) for a in model.embed(each)] for each in vectors]  # computed before: here they are given
    _, queries, keys, values = zip(*([part[:HEAD] for part in split(each, WIDTH)] for each in embedded))
    heading = name_attention(mixture := attention(queries[-1], keys, values)[0], letters)
    Relay(mixture).save(path, heading=heading)


def names_in(path):
    names = [line.strip() for line in Path(path).read_text("utf-8-sig", "replace").splitlines()] or [""]
    for i, name in enumerate(names, start=1):
        if not any(names) or len(name) > LONGEST or set(name) & set(",;、，#\ufffd"):  # \ufffd: it is not in UTF-8
            raise ValueError(f"{path}, line {i}: expected one name of 1 to {LONGEST} letters, UTF-8; got {name[:30]!r}")
    return [name for name in names if name]


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
            save_attention(model, names[0], options.page)
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
        save_attention(model, names[0], options.page)
        print(f"wrote {options.page}")
    for _ in range(10):  # make up names: draw letter after letter with the probabilities that the model gives
        tokens = [0]
        while len(tokens) <= len(model.places) and (len(tokens) == 1 or tokens[-1]):
            tokens += rng.choices(range(len(model.alphabet)), [math.exp(log.data) for log in model(tokens)[-1]])
        name = "".join(model.alphabet[token] for token in tokens)
        print(name + " (in the list)" * (name in names))


if __name__ == "__main__":
    main()
