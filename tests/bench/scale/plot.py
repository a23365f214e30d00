# SPDX-License-Identifier: MIT
"""Plots of figures: gnuplot draws them, as small SVG files that can be read on a light and on a dark page."""

import re
import subprocess
from typing import NamedTuple

from processes import BenchError
from programs import ROOT

FOLDER = ROOT / "docs/plots"

# Distinct on white and on black, and for the colour-blind.
COLORS = "#2f81f7", "#d9730d", "#8b5cf6"

# gnuplot writes black; the page says what that is.
INK = "<style>svg{color:#1f2328}@media(prefers-color-scheme:dark){svg{color:#e6edf3}}</style>"

COMMANDS = """set terminal svg size 640,360 font "sans-serif,13"
set title "{title}"
set xlabel "{x}"
set ylabel "{y}"
set logscale {logarithmic}
set format x "%.0f"
set grid linecolor "#80808080"
set key {key}
set xtics ({ticks})
set xrange [{first}:{last}]
set yrange [{lowest}:*]
{blocks}
plot {lines}
"""


class Plot(NamedTuple):
    """Lines of points (x, y) by their labels. The axes' labels have units."""

    name: str  # of the file, without its suffix
    title: str
    x: str
    y: str
    lines: dict
    logarithmic: str = "x"


def commands(plot):
    blocks = "\n".join(
        f"$line{number} << END\n" + "\n".join(f"{x} {y:.6g}" for x, y in points) + "\nEND"
        for number, points in enumerate(plot.lines.values()))
    lines = ", ".join(
        f'$line{number} with linespoints linewidth 2 pointtype 7 pointsize 0.6 linecolor "{color}" title "{label}"'
        for number, (label, color) in enumerate(zip(plot.lines, COLORS)))
    ticks = sorted({x for points in plot.lines.values() for x, _ in points})
    return COMMANDS.format(
        title=plot.title, x=plot.x, y=plot.y, logarithmic=plot.logarithmic, blocks=blocks, lines=lines,
        key="top left" if len(plot.lines) > 1 else "off", lowest="*" if "y" in plot.logarithmic else "0",
        first=ticks[0], last=ticks[-1], ticks=", ".join(f'"{tick:,}" {tick}' for tick in ticks))


def draw(plot):
    """Returns the SVG. The same figures give the same bytes."""
    done = subprocess.run(["gnuplot"], input=commands(plot), capture_output=True, text=True, check=False)
    if done.returncode != 0 or "</svg>" not in done.stdout:
        raise BenchError(f"gnuplot does not draw {plot.name}: {done.stderr.strip()}")
    drawn = done.stdout.replace("rgb(  0,   0,   0)", "currentColor").replace("black", "currentColor")
    drawn = re.sub(r"<title>.*?</title>", f"<title>{plot.title}</title>", drawn, count=1, flags=re.DOTALL)
    return re.sub(r"(<svg[^>]*>)", rf"\1\n{INK}", drawn, count=1)


def write(plot):
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{plot.name}.svg").write_text(draw(plot))
