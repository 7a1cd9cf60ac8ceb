// Which part is in sight, where things lie, and how times are written.

const canvas = document.getElementById("canvas");
const scroller = document.getElementById("scroller");

const AXIS = 24;
const CHART = 54;
const GAP = 5;
const MARGIN = 8;
/** The part that is in sight: times of its left and right side. */
const view = { from: 0, to: 1, width: 0, height: 0, gutter: 130 };
const whole = (() => {
  const span = Math.max(end, 1000);
  return { from: -span * 0.01, to: span * 1.015 };
})();
/** Nothing is told apart that is closer. */
const CLOSEST = 200;

const x = (time) => view.gutter + ((time - view.from) * (view.width - view.gutter)) / (view.to - view.from);
const timeAt = (left) =>
  view.from + ((left - view.gutter) * (view.to - view.from)) / (view.width - view.gutter);
/** How long a pixel is. */
const pixel = () => (view.to - view.from) / Math.max(1, view.width - view.gutter);

/** Shows that part, or as much of it as there is. */
function show(from, to) {
  const span = Math.min(Math.max(to - from, CLOSEST), whole.to - whole.from);
  const middle = (from + to) / 2;
  view.from = Math.min(Math.max(middle - span / 2, whole.from), whole.to - span);
  view.to = view.from + span;
}

function zoom(factor, about) {
  show(about + (view.from - about) * factor, about + (view.to - about) * factor);
}

function move(time) {
  const span = view.to - view.from;
  const from = Math.min(Math.max(view.from + time, whole.from), whole.to - span);
  show(from, from + span);
}

/** What lies where, from top to bottom: charts, lanes, and rows of what never began. */
const layout = (() => {
  const rowHeight = lanes.length > 60 ? 14 : lanes.length > 24 ? 17 : 21;
  const nested = Math.min(rowHeight, 16);
  const parts = [];
  let top = AXIS + MARGIN;
  const add = (part) => {
    parts.push({ ...part, top });
    top += part.height + part.gap;
  };
  pools.forEach((pool, i) => {
    add({ what: "chart", pool: i, height: CHART, gap: MARGIN });
    lanes.forEach((lane, j) => {
      const height = rowHeight + nested * (lane.rows.length - 1);
      if (lane.pool === i) add({ what: "lane", lane: j, height, gap: GAP });
    });
    if (pool.below.length > 0) {
      top += GAP;
      add({ what: "below", pool: i, height: nested * pool.below.length, gap: GAP });
    }
    top += 2 * MARGIN;
  });
  return { parts, rowHeight, nested, height: top - MARGIN };
})();

/** Where a row of a part begins, from the part's top: the first of a lane is higher than what is nested in it. */
const rowTop = (part, i) => (i === 0 ? 0 : i * layout.nested + (part.what === "lane" ? layout.rowHeight - layout.nested : 0));
const rowHeight = (part, i) => (part.what === "lane" && i === 0 ? layout.rowHeight : layout.nested);
const laneParts = layout.parts.filter((part) => part.what === "lane");
const partOfLane = new Map(laneParts.map((part) => [part.lane, part]));
const partOfPool = (what, pool) => layout.parts.find((part) => part.what === what && part.pool === pool);

/** A length of time to three digits. */
function short(nanos) {
  const [unit, name] = nanos >= 999.5e6 ? [1e9, "s"] : nanos >= 999.5e3 ? [1e6, "ms"] : nanos >= 999.5 ? [1e3, "µs"] : [1, "ns"];
  const value = nanos / unit;
  return `${value.toFixed(unit === 1 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2)} ${name}`;
}

/** A time, with as many digits as tell it from one that is `step` away. */
function moment(time, step) {
  const largest = Math.max(Math.abs(view.from), Math.abs(view.to));
  const [unit, name] = largest >= 1e9 ? [1e9, "s"] : largest >= 1e6 ? [1e6, "ms"] : largest >= 1e3 ? [1e3, "µs"] : [1, "ns"];
  const digits = Math.max(0, Math.ceil(-Math.log10(step / unit) - 1e-9));
  return `${(time / unit).toFixed(digits)} ${name}`;
}

/** How far apart the marks of the axis are: 1, 2 or 5, and zeros. */
function tickStep() {
  const least = pixel() * 90;
  const power = 10 ** Math.floor(Math.log10(least));
  return power * [1, 2, 5, 10].find((factor) => factor * power >= least);
}

