"""Runs PowerShell in the evaluator and gathers what came out of it, by layer."""

from __future__ import annotations

from emoscan.budget import Budget, Limits
from emoscan.evaluate.powershell.run import evaluate
from emoscan.model import Child, Fact, Problem


class Outcome:
    def __init__(self):
        self.items = []
        self.layers = []

    def take(self, item):
        self.items.append(item)

    def inside(self, child):
        self.layers.append(child.data.decode())
        return self.take, self.inside

    def facts(self, kind):
        return [item for item in self.items if isinstance(item, Fact) and item.kind == kind]

    def values(self, kind):
        return list(dict.fromkeys(fact.value for fact in self.facts(kind)))

    @property
    def urls(self):
        return self.values("effect.download")

    @property
    def problems(self):
        return [item for item in self.items if isinstance(item, Problem)]

    @property
    def children(self):
        return [item for item in self.items if isinstance(item, Child)]


def run(text, budget=None):
    outcome = Outcome()
    evaluate(text, budget or Budget(Limits()), outcome.take, outcome.inside)
    return outcome


def value(expression):
    """What an expression comes to, as text: it is what is thrown."""
    return run(f"throw ({expression})").values("eval.error")[-1]
