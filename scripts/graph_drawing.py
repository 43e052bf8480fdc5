"""A graph in Graphviz's language drawn as SVG, from left to right, without Graphviz."""

import re
from collections import defaultdict
from graphlib import TopologicalSorter
from html import escape
from itertools import pairwise

Graph = dict[str, set[str]]
"""The names that each name needs."""

CHARACTER, HEIGHT, ROW, GAP = 7.4, 26, 40, 46  # pixels, for text of 13 pixels


def read_dot(text: str) -> Graph:
    """The graph that `snakemake --rulegraph dot` prints."""
    labels = dict(re.findall(r'^\s*(\d+)\[label = "([^"]+)"', text, re.MULTILINE))
    graph: Graph = {label: set() for label in labels.values()}
    for first, second in re.findall(r"^\s*(\d+) -> (\d+)", text, re.MULTILINE):
        graph[labels[second]].add(labels[first])
    return graph


def in_order(graph: Graph) -> list[str]:
    """Names after all that they need; the same graph gives the same order."""
    return list(TopologicalSorter({name: sorted(graph[name]) for name in sorted(graph)}).static_order())


def without_shortcuts(graph: Graph) -> Graph:
    """The graph without edges that a longer path makes superfluous."""
    above: Graph = {}
    for name in in_order(graph):
        above[name] = set(graph[name]).union(*(above[need] for need in graph[name]))
    return {name: {n for n in needs if not any(n in above[o] for o in needs)} for name, needs in graph.items()}


def svg(graph: Graph, title: str) -> str:
    """The graph as an `svg` element, whose colours are those of the text around it."""
    graph = without_shortcuts(graph)
    columns, chains = _columns(graph)
    _untangle(columns, chains)
    tallest = max(map(len, columns))
    widths = [max(CHARACTER * len(name) + 18 if name in graph else 0 for name in column) for column in columns]
    left = [sum(widths[:index]) + GAP * index + 2 for index in range(len(columns))]
    boxes = {
        name: (x, ROW * (row + (tallest - len(column)) / 2) + 4, width)
        for column, x, width in zip(columns, left, widths, strict=True)
        for row, name in enumerate(column)
    }
    lines = [_curve([boxes[name] for name in chain]) for chain in chains]
    nodes = [_node(name, *boxes[name]) for name in in_order(graph)]
    size = f"{left[-1] + widths[-1] + 2:.0f} {ROW * tallest:.0f}"
    width, height = size.split()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {size}" width="{width}" height="{height}">'
        f"<title>{escape(title)}</title>{''.join(lines)}{''.join(nodes)}</svg>"
    )


def _columns(graph: Graph) -> tuple[list[list[str]], list[list[str]]]:
    """Names by the length of the longest path to them; and each edge with a place in every column that it crosses."""
    depth: dict[str, int] = {}
    for name in in_order(graph):
        depth[name] = 1 + max((depth[need] for need in graph[name]), default=-1)
    columns: list[list[str]] = [[] for _ in range(1 + max(depth.values()))]
    for name in in_order(graph):
        columns[depth[name]].append(name)
    chains = []
    for name in in_order(graph):
        for need in sorted(graph[name]):
            between = {column: f"{need} -> {name} {column}" for column in range(depth[need] + 1, depth[name])}
            for column, place in between.items():
                columns[column].append(place)
            chains.append([need, *between.values(), name])
    return columns, chains


def _untangle(columns: list[list[str]], chains: list[list[str]]) -> None:
    """Sorts each column by the mean place of its neighbours, to and fro, so that fewer edges cross."""
    before, after = defaultdict(list), defaultdict(list)
    for chain in chains:
        for first, second in pairwise(chain):
            after[first].append(second)
            before[second].append(first)
    for neighbours, order in [(before, columns), (after, columns[::-1])] * 6:
        for column in order:
            places = {name: (row + 0.5) / len(c) for c in columns for row, name in enumerate(c)}
            near = {n: [places[m] for m in neighbours[n]] or [places[n]] for n in column}
            column.sort(key=lambda name, near=near: sum(near[name]) / len(near[name]))  # type: ignore[misc]


def _curve(boxes: list[tuple[float, float, float]]) -> str:
    """A line from the right of the first box to the left of the last, level through those between."""
    first, *_ = boxes
    x, y = first[0] + first[2], first[1] + HEIGHT / 2
    path = f"M{x:.0f} {y:.0f}"
    for left, top, width in boxes[1:]:
        half, level = (left - x) / 2, top + HEIGHT / 2
        path += f"C{x + half:.0f} {y:.0f} {left - half:.0f} {level:.0f} {left:.0f} {level:.0f}"
        x, y = left + width, level
        path += f"H{x:.0f}" if (left, top, width) != boxes[-1] else ""
    return f'<path d="{path}" fill="none" stroke="currentColor" opacity="0.45"/>'


def _node(name: str, x: float, y: float, width: float) -> str:
    box = f'<rect x="{x:.0f}" y="{y:.0f}" width="{width:.0f}" height="{HEIGHT}" rx="5" class="node"/>'
    place = f'x="{x + width / 2:.0f}" y="{y + HEIGHT / 2:.0f}"'
    text = f'<text {place} text-anchor="middle" dominant-baseline="central" fill="currentColor">{escape(name)}</text>'
    return box + text
