"""The documents that a learner can choose: each a text of a few lines, which Python's examples and the app read alike.

>>> print(text_in("two-paths", "ja"))
a, b = 2, 1
c = a + b
d = b + 1
e = c*d
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from microgrid.language.words import label_in

NAME_WITH_NUMBER = re.compile(r"([^\W\d]+)(\d*)")


@dataclass(frozen=True)
class Text:
    """A document in English, and its learning rate; None is the usual one."""

    text: str
    learning_rate: float | None = None


GALLERY: dict[str, Text] = {
    "blame": Text(
        """\
w, b = 3, 1  # learned
x, target = 2, 5  # given
p = w*x + b
loss = (p - target)**2"""
    ),
    "product": Text(
        """\
a, b = 3, 2
c = a*b"""
    ),
    "two-paths": Text(
        """\
a, b = 2, 1
c = a + b
d = b + 1
e = c*d"""
    ),
    "neuron": Text(
        """\
w1, w2, b = -3, 1, 6.8814  # learned
x1, x2, target = 2, 0, 0.2  # given
n = weighted_sum([w1, w2], [x1, x2], b)
o = tanh(n)
error = o - target
loss = error**2"""
    ),
    "satisfaction": Text(
        """\
made1, made2 = 28, 22  # learned
target = 25  # given
loss = total([(made1 - target)**2, (made2 - target)**2])/2""",
        0.25,
    ),
    "vanishing-gradients": Text(
        """\
w1, w2, w3, w4, w5 = 1, 1, 1, 1, 1  # learned
x, target = 1, 0  # given
h1 = sigmoid(w1*x)
h2 = sigmoid(w2*h1)
h3 = sigmoid(w3*h2)
h4 = sigmoid(w4*h3)
h5 = sigmoid(w5*h4)
loss = (h5 - target)**2"""
    ),
    "dead-relu": Text(
        """\
w, b = 1, -4  # learned
x, target = 2, 1  # given
n = w*x + b
o = relu(n)
error = o - target
loss = error**2"""
    ),
    "learning-rate": Text(
        """\
w = 3  # learned
x, target = 2, 5  # given
error = w*x - target
loss = error**2""",
        0.3,
    ),
}
"""In the order in which they are offered; the first is what the studio opens with."""


def text_in(name: str, language: str) -> str:
    """Return a document in a language: its names and comments, as far as they are words, are those of the language."""
    return NAME_WITH_NUMBER.sub(lambda match: label_in(match[1], language) + match[2], GALLERY[name].text)
