"""The outlines of States and counties, made smaller: `python seed_data/make_outlines.py us-atlas/counties-10m.json`.

The file is that of the npm package us-atlas 3 (ISC license), drawn from the cartographic boundary files of the U.S. Census
Bureau, which are in the public domain. Borders are simplified one by one, so that neighbors still share them.
"""

import json
import sys
from pathlib import Path
from typing import Any, Final

GRID: Final = 100
"""Steps of a hundredth of a degree: about two thirds of a mile."""
TOLERANCE: Final = 1.0
STATE_OF: Final = {
    "01": "AL", "02": "AK", "04": "AZ", "05": "AR", "06": "CA", "08": "CO", "09": "CT", "10": "DE", "11": "DC", "12": "FL",
    "13": "GA", "15": "HI", "16": "ID", "17": "IL", "18": "IN", "19": "IA", "20": "KS", "21": "KY", "22": "LA", "23": "ME",
    "24": "MD", "25": "MA", "26": "MI", "27": "MN", "28": "MS", "29": "MO", "30": "MT", "31": "NE", "32": "NV", "33": "NH",
    "34": "NJ", "35": "NM", "36": "NY", "37": "NC", "38": "ND", "39": "OH", "40": "OK", "41": "OR", "42": "PA", "44": "RI",
    "45": "SC", "46": "SD", "47": "TN", "48": "TX", "49": "UT", "50": "VT", "51": "VA", "53": "WA", "54": "WV", "55": "WI",
    "56": "WY", "60": "AS", "66": "GU", "69": "MP", "72": "PR", "78": "VI",
}  # fmt: skip
"""Census numbers of States and territories (FIPS) to the letters of the Postal Service."""
OUT: Final = Path(__file__).parent.parent / "directory" / "outlines.json"

Point = tuple[int, int]


def main(atlas: Path) -> None:
    """Write `directory/outlines.json`."""
    told = json.loads(atlas.read_text(encoding="utf-8"))
    arcs = [simplified(arc) for arc in _arcs(told)]
    states = {STATE_OF[one["id"]]: _rings(one) for one in told["objects"]["states"]["geometries"]}
    outer = {abs_of(at) for rings in states.values() for ring in rings for at in ring}
    counties: dict[str, set[int]] = {state: set() for state in states}
    for county in told["objects"]["counties"]["geometries"]:
        counties[STATE_OF[county["id"][:2]]] |= {abs_of(at) for ring in _rings(county) for at in ring} - outer
    wanted = {"states": states, "counties": {state: sorted(inner) for state, inner in counties.items()}}
    written = {"grid": GRID, "arcs": [_deltas(arc) for arc in arcs], **wanted}
    OUT.write_text(json.dumps(written, separators=(",", ":")) + "\n", encoding="utf-8")


def abs_of(at: int) -> int:
    """An arc's number, whichever way it is walked: TopoJSON writes one that is walked backwards as its complement."""
    return at if at >= 0 else ~at


def _arcs(told: dict[str, Any]) -> list[list[Point]]:
    (scale_x, scale_y), (from_x, from_y) = told["transform"]["scale"], told["transform"]["translate"]
    arcs: list[list[Point]] = []
    for arc in told["arcs"]:
        x = y = 0
        points: list[Point] = []
        for east, north in arc:
            x, y = x + east, y + north
            points.append((round((x * scale_x + from_x) * GRID), round((y * scale_y + from_y) * GRID)))
        arcs.append(points)
    return arcs


def _rings(geometry: dict[str, Any]) -> list[list[int]]:
    if geometry["type"] == "Polygon":
        return list(geometry["arcs"])
    return [ring for polygon in geometry.get("arcs", ()) for ring in polygon]


def simplified(points: list[Point]) -> list[Point]:
    """The line without the points that lie less than a step beside it (Douglas and Peucker); both ends stay."""
    kept = {0, len(points) - 1}
    pending = [(0, len(points) - 1)]
    while pending:
        first, last = pending.pop()
        far, at = max(((_beside(points[i], points[first], points[last]), i) for i in range(first + 1, last)), default=(0.0, 0))
        if far > TOLERANCE:
            kept.add(at)
            pending += [(first, at), (at, last)]
    return [points[i] for i in sorted(kept)]


def _beside(point: Point, start: Point, end: Point) -> float:
    east, north = end[0] - start[0], end[1] - start[1]
    x, y = point[0] - start[0], point[1] - start[1]
    length: float = (east * east + north * north) ** 0.5
    return float(abs(x * north - y * east) / length if length else (x * x + y * y) ** 0.5)


def _deltas(points: list[Point]) -> list[int]:
    told = [*points[0]]
    for before, after in zip(points, points[1:], strict=False):
        told += [after[0] - before[0], after[1] - before[1]]
    return told


if __name__ == "__main__":
    main(Path(sys.argv[1]))
