"""A small GPT, like Karpathy's microgpt (2026), that learns to make up names: 4,070 parameters, each of them a Value.

Unlike there, a step learns from 8 names, and names go through at once, without a cache of keys and values; layers have
biases; RMSNorm comes before the logits, not after the embedding; Adam's rate stays 0.01, its betas 0.9 and 0.999 (there
0.85, 0.99); names are drawn at temperature 1 (there 0.5). Losses jump: each is of 8 names. Three ways, one result:

    python notebooks/small_gpt.py               # records the graph of every step anew: about 150 ms a step
    python notebooks/small_gpt.py --how blocks  # compiles each piece of the model to Python: 0.5 s in all, then 17 ms
    python notebooks/small_gpt.py --how native  # … to machine code, which needs llvmlite: 4 s in all, then 0.5 ms
    python notebooks/small_gpt.py --names class.txt --attend mia  # names of your own; also a page: what the last a sees
"""

import argparse
import math
import random
from array import array
from contextlib import suppress
from functools import cache
from pathlib import Path
from time import perf_counter

from microgrid import Input, ParameterBuffer, Relay, Value, compile_block, nn, optim, total, weighted_sum
from microgrid.documents import name_attention

WIDTH, HEADS, HIDDEN, LONGEST = 16, 4, 64, 24  # numbers of a letter, heads that share them, MLP neurons, longest name
HEAD, EMBEDDED, ATTENDED = WIDTH // HEADS, 4 * WIDTH, 2 * WIDTH  # of a head; x, query, key and value; x and mixture
OF_HEADS = [slice(start, start + HEAD) for start in range(0, WIDTH, HEAD)]  # where each head's numbers stand


def split(numbers, size):  # into parts of this size
    return [numbers[i : i + size] for i in range(0, len(numbers), size)]


def rmsnorm(x):  # scale numbers so that the mean of their squares is 1
    scale = (total(a * a for a in x) / len(x) + 1e-5) ** -0.5
    return [a * scale for a in x]


def attention(query, keys, values):  # score each letter's key by one letter's query, and mix their values accordingly
    scores = [weighted_sum(query, key, bias=0) * len(query) ** -0.5 for key in keys]  # q·k, scaled
    powers = [score.exp() for score in scores]
    sum_of_powers = total(powers)
    weights = [power / sum_of_powers for power in powers]  # softmax: they add up to 1
    return [weighted_sum(column, weights, bias=0) for column in zip(*values)]


class GPT(nn.Module):  # embeds each letter, lets it attend to itself and those before it, predicts which comes next
    def __init__(self, names, rng):
        self.alphabet = ["", *sorted(set("".join(names)))]  # a token is a position here; "" is before and after a name
        self.letters = [[Value(rng.gauss(0, 0.1)) for _ in range(WIDTH)] for _ in self.alphabet]
        self.places = [[Value(rng.gauss(0, 0.1)) for _ in range(WIDTH)] for _ in range(1 + max(map(len, names)))]
        self.query, self.key, self.value, self.join = (nn.Dense(WIDTH, WIDTH, "linear", rng) for _ in range(4))
        self.hidden, self.out = nn.Dense(WIDTH, HIDDEN, "relu", rng), nn.Dense(HIDDEN, WIDTH, "linear", rng)
        self.logits = nn.Dense(WIDTH, len(self.alphabet), "linear", rng)

    def __call__(self, tokens):  # for each letter, the logarithms of the probabilities of what comes next
        if len(tokens) > len(self.places):
            raise ValueError(f"expected at most {len(self.places)} tokens, one for each place; got {len(tokens)}")
        embedded = [a for token, place in zip(tokens, self.places) for a in self.embed([*self.letters[token], *place])]
        return [self.predict(attended) for attended in split(self.attend(embedded), ATTENDED)]

    def embed(self, vectors):  # of a letter and its place, added: x. A piece takes one flat list, and returns one
        x = [a + b for a, b in zip(*split(vectors, WIDTH))]
        return [*x, *self.query(h := rmsnorm(x)), *self.key(h), *self.value(h)]

    def attend(self, embedded):
        xs, queries, keys, values = zip(*(split(letter, WIDTH) for letter in split(embedded, EMBEDDED)))
        attended = []
        for i, (x, query) in enumerate(zip(xs, queries), start=1):  # [:i] is the causal mask: no letter sees later ones
            attended += x
            for own in OF_HEADS:
                attended += attention(query[own], [key[own] for key in keys[:i]], [value[own] for value in values[:i]])
        return attended

    def predict(self, attended):  # residuals: what attention and the MLP find is added to x
        x, mixed = split(attended, WIDTH)
        x = [a + b for a, b in zip(x, self.join(mixed))]
        x = [a + b for a, b in zip(x, self.out(self.hidden(rmsnorm(x))))]
        logits = self.logits(rmsnorm(x))
        log_of_sum = total(logit.exp() for logit in logits).log()
        return [logit - log_of_sum for logit in logits]  # the logarithm of softmax


class Recorded:  # records the graph of all names of a step, and lets backward() find the gradients
    def __init__(self, model):
        self.model, self.adam = model, optim.Adam(model.parameters(), learning_rate=0.01)

    def learn(self, batch):  # of words: names as lists of tokens
        logs = [log[token] for word in batch for log, token in zip(self.model(word[:-1]), word[1:])]
        loss = total(logs) / -len(logs)
        self.adam.zero_grad()
        loss.backward()
        self.adam.step()
        return loss.data


class Blocks:  # compiles each piece once; numbers pass from piece to piece, and the shares of the gradient come back
    def __init__(self, model, backend):
        def block(piece, n):
            return compile_block(inputs := [Input(1.0) for _ in range(n)], piece(inputs), self.buffer, backend=backend)

        self.buffer = ParameterBuffer(model.parameters())  # their numbers in one array, and below, where vectors stand
        self.letters, self.places = ([self.buffer.place(row) for row in rows] for rows in (model.letters, model.places))
        self.embed, self.predict = block(model.embed, 2 * WIDTH), block(model.predict, ATTENDED)
        self.attend = cache(lambda n_letters: block(model.attend, n_letters * EMBEDDED))  # each length is compiled once
        self.n_steps, self.rate, self.correction = 0, Input(0.0), Input(1.0)  # of Adam; not of a row: set at each step
        self.adam = block(lambda row: self.changed(*row), 4)
        self.means, self.squares, self.rows = (array("d", bytes(8 * n * len(self.buffer.data))) for n in (1, 1, 4))

    def changed(self, gradient, mean, square, parameter):  # by Adam, as in microgrid.optim
        mean = 0.9 * mean + (1 - 0.9) * gradient
        square = 0.999 * square + (1 - 0.999) * gradient * gradient
        return [mean, square, parameter - self.rate * mean / (square.sqrt() / self.correction + 1e-8)]

    def learn(self, batch):  # of words of one length: the rows of a call run through the same program
        pieces = [self.embed, self.attend(len(batch[0]) - 1), self.predict]
        vectors = [v for word in batch for t, place in zip(word[:-1], self.places) for v in (self.letters[t], place)]
        numbers = self.buffer.take(vectors)
        for piece in pieces:
            numbers = piece.forward_rows(numbers)
        nexts = [token for word in batch for token in word[1:]]  # the n tokens that come next
        at = [i * len(self.letters) + token for i, token in enumerate(nexts)]  # where their logarithms stand
        shares = array("d", bytes(8 * len(numbers)))  # ∂loss/∂logarithm: the loss is −(sum of those at nexts) / n,
        for i in at:  # so theirs are −1/n, and all others are 0
            shares[i] = -1 / len(at)
        self.buffer.zero_grad()
        for piece in reversed(pieces):
            shares = piece.backward_rows(shares)
        self.buffer.add(vectors, shares)
        self.n_steps += 1
        self.rate.data, self.correction.data = 0.01 / (1 - 0.9**self.n_steps), math.sqrt(1 - 0.999**self.n_steps)
        for i, column in enumerate((self.buffer.grad, self.means, self.squares, self.buffer.data)):
            self.rows[i::4] = column  # a row for each parameter
        changed = self.adam.forward_rows(self.rows, learn=False)
        self.means, self.squares, self.buffer.data = (changed[i::3] for i in range(3))
        return sum(numbers[i] for i in at) / -len(at)


def save_attention(model, name, path):  # what its last letter looks at: the start, those before it and itself
    if len(name) >= len(model.places) or not set(name) <= set(model.alphabet):
        raise ValueError(f"--attend must be at most {len(model.places) - 1} letters that are in the list, got {name!r}")
    vectors = [[*model.letters[model.alphabet.index(each)], *place] for each, place in zip(["", *name], model.places)]
    given = [[Input(a.data) for a in model.embed(each)] for each in vectors]  # computed before: on the page it is given
    _, queries, keys, values = zip(*([part[OF_HEADS[0]] for part in split(each, WIDTH)] for each in given))
    heading = name_attention(first := attention(queries[-1], keys, values)[0], ["", *name], head=(1, HEADS))
    Relay(first).save(path, heading=heading)  # of the mixture's numbers: the others are mixed alike


def names_in(path):
    names = [line.strip() for line in Path(path).read_text("utf-8-sig", "replace").splitlines()] or [""]
    for i, name in enumerate(names, start=1):  # \ufffd: it is not in UTF-8; characters below 32: a tab and its like
        if not any(names) or len(name) > LONGEST or set(name) & {*",;、，#\ufffd", *map(chr, range(32))}:
            raise ValueError(f"{path}, line {i}: expected one name of 1 to {LONGEST} letters, UTF-8; got {name[:30]!r}")
    return [name for name in names if name]


def main():
    parser = argparse.ArgumentParser(description="Train a small GPT on names, and let it make up ten.")
    parser.add_argument("--how", choices=["recorded", "blocks", "native"], default="recorded", help="one of three ways")
    parser.add_argument("--steps", type=int, default=100, help="0 or more; by default 100; 5,000 learn names by heart")
    parser.add_argument("--names", default=Path(__file__).with_name("names.txt"), help="a file with one name a line")
    parser.add_argument("--page", help="write what a letter looks at to this file, such as attention.html")
    parser.add_argument("--attend", help="a name: that letter is its last; by default that of the first name")
    options = parser.parse_args()
    page = options.page or (options.attend and "attention.html")
    try:
        if options.steps < 0:
            raise ValueError(f"--steps must be 0 or more, got {options.steps}")
        model, rng = GPT(names := names_in(options.names), random.Random(0)), random.Random(0)
        way = Recorded(model) if options.how == "recorded" else Blocks(model, options.how.replace("blocks", "python"))
        if page:  # before training, so that a page that cannot be written is refused now
            save_attention(model, options.attend or names[0], page)
    except (ImportError, OSError, ValueError) as error:
        raise SystemExit(f"error: {str(error).partition('] ')[2] or error}") from None  # without [Errno 2]
    print(f"{len(names)} names, from {names[0]!r} to {names[-1]!r}")
    losses, seconds = [], []
    with suppress(KeyboardInterrupt):  # Ctrl-C ends the training
        for step in range(1, options.steps + 1):
            start, length = perf_counter(), len(rng.choice(names))
            alike = [[0, *map(model.alphabet.index, name), 0] for name in names if len(name) == length]
            losses.append(way.learn(rng.sample(alike, min(8, len(alike)))))
            seconds.append(perf_counter() - start)
            if step == 1 or step % (options.steps // 10 or 1) == 0:
                print(f"step {step}: loss {losses[-1]:.12f}")
    times = f"{len(losses)} steps in {sum(seconds):.1f} s, the fastest in {1000 * min(seconds, default=0):.1f} ms"
    print(times, *(f"last loss {loss:.12f}" for loss in losses[-1:]), sep="; ")
    if options.how != "recorded":
        way.buffer.write()  # to the model's Values, with which names are made up
    if page:
        save_attention(model, options.attend or names[0], page)
        print(f"wrote {page}")
    for _ in range(10):  # make up names: draw letter after letter with the probabilities that the model gives
        tokens = [0]
        while len(tokens) <= len(model.places) and (len(tokens) == 1 or tokens[-1]):
            tokens += rng.choices(range(len(model.alphabet)), [math.exp(log.data) for log in model(tokens)[-1]])
        print((name := "".join(model.alphabet[token] for token in tokens)) + " (in the list)" * (name in names))


if __name__ == "__main__":
    main()
