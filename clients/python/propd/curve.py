# SPDX-License-Identifier: Apache-2.0
"""Loss curves as SVG: readable on light and dark ground, without scripts or other files."""
from __future__ import annotations

from html import escape
from typing import Any, Iterable, Mapping, Sequence

WIDTH, HEIGHT = 640, 240
LEFT, RIGHT, TOP, BOTTOM = 64, 12, 26, 24
COLORS = ("#4c8dd6", "#e5812b", "#3fa45b", "#c15bb2")


def draw(series: Sequence[Mapping[str, Any]], title: str = "") -> str:
    """An SVG of series as Job.series() gives them: a line of means, and a band from the least to the greatest value.

    >>> svg = draw([{"metric": "loss", "step": [1, 2], "mean": [1.0, 0.5], "min": [0.9, 0.4], "max": [1.1, 0.6]}], "<iris>")
    >>> svg.startswith("<svg") and "&lt;iris&gt;" in svg and "loss" in svg
    True
    """
    series = [one for one in series if any(value is not None for value in one["mean"])]
    parts = [f'<text x="{LEFT}" y="16" font-weight="bold">{escape(title)}</text>']
    if series:
        plane = Plane(series)
        parts += plane.frame()
        for color, one in zip(COLORS, series):
            parts += _curve(plane, one, color)
        parts += _legend([one["metric"] for one in series])
    else:
        parts.append(f'<text x="{LEFT}" y="{HEIGHT // 2}">nothing yet</text>')
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
            f'role="img" font-family="sans-serif" font-size="12" fill="currentColor">{"".join(parts)}</svg>')


class Plane:
    """Where steps and values lie on the picture."""

    def __init__(self, series: Sequence[Mapping[str, Any]]) -> None:
        values = [value for one in series for edge in ("min", "max", "mean") for value in one[edge] if value is not None]
        steps = [step for one in series for step in one["step"]]
        self.low, self.high = min(values), max(values)
        self.first, self.last = min(steps), max(steps)

    def x(self, step: float) -> float:
        return LEFT + (step - self.first) / max(self.last - self.first, 1) * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low) if self.high > self.low else 0.5
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)

    def frame(self) -> list[str]:
        bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
        return [f'<path d="M{LEFT} {TOP}V{bottom}H{right}" fill="none" stroke="currentColor" stroke-opacity=".4"/>',
                f'<text x="{LEFT - 6}" y="{TOP + 10}" text-anchor="end">{self.high:.4g}</text>',
                f'<text x="{LEFT - 6}" y="{bottom}" text-anchor="end">{self.low:.4g}</text>',
                f'<text x="{LEFT}" y="{HEIGHT - 6}">step {self.first}</text>',
                f'<text x="{right}" y="{HEIGHT - 6}" text-anchor="end">{self.last}</text>']


def _curve(plane: Plane, one: Mapping[str, Any], color: str) -> list[str]:
    """Runs of finite values; a gap where one is not."""
    drawn = []
    for run in _runs(one):
        up = [f"{plane.x(step):.1f},{plane.y(high):.1f}" for step, _, _, high in run]
        down = [f"{plane.x(step):.1f},{plane.y(low):.1f}" for step, _, low, _ in reversed(run)]
        line = " ".join(f"{plane.x(step):.1f},{plane.y(mean):.1f}" for step, mean, _, _ in run)
        drawn.append(f'<polygon points="{" ".join(up + down)}" fill="{color}" fill-opacity=".2"/>')
        drawn.append(f'<polyline points="{line}" fill="none" stroke="{color}" stroke-width="1.5"/>')
    return drawn


def _runs(one: Mapping[str, Any]) -> Iterable[list[tuple[float, float, float, float]]]:
    run: list[tuple[float, float, float, float]] = []
    for point in zip(one["step"], one["mean"], one["min"], one["max"]):
        if None in point:
            if run:
                yield run
            run = []
        else:
            run.append(point)
    if run:
        yield run


def _legend(names: Sequence[str]) -> list[str]:
    drawn = []
    for at, (color, name) in enumerate(zip(COLORS, names)):
        x = WIDTH - RIGHT - 110 * (len(names) - at)
        drawn.append(f'<rect x="{x}" y="8" width="10" height="10" fill="{color}"/>'
                     f'<text x="{x + 15}" y="17">{escape(name)}</text>')
    return drawn
