// Draws what is in sight.

const context = canvas.getContext("2d");
const FONT = '11.5px system-ui, "Segoe UI", "Liberation Sans", sans-serif';
let colours = {};
let patterns = {};
/** Which tasks were painted in the first picture, for those who check. */
const painted = new Uint8Array(nTasks);
let isFirst = true;

/** Reads the colours anew, which depend on whether it is dark. */
function readColours() {
  const style = getComputedStyle(document.documentElement);
  const names = ["paper", "ink", "soft", "line", "field", "awake", "parked", "wait", "washed", "chart", "chart-fill",
    "panicked", "mark", "on-task", "c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7"];
  colours = Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
  patterns = { waits: stripes(colours.wait) };
}

/** Slanting lines. */
function stripes(colour) {
  const size = 6;
  const tile = document.createElement("canvas");
  tile.width = tile.height = size * 2;
  const pen = tile.getContext("2d");
  pen.scale(2, 2);
  pen.strokeStyle = colour;
  pen.lineWidth = 1.3;
  pen.beginPath();
  for (const shift of [-size, 0, size]) {
    pen.moveTo(shift - 1, size + 1);
    pen.lineTo(shift + size + 1, -1);
  }
  pen.stroke();
  const pattern = context.createPattern(tile, "repeat");
  pattern.setTransform(new DOMMatrix().scale(0.5, 0.5));
  return pattern;
}

const kindOf = (task) => data.kinds[tasks.kind[task]];
const colourOf = (task) => (outcome(task) === "panicked" ? colours.panicked : colours[`c${kindOf(task).colour}`]);

/**
 * Paints spans: those of a pixel or more by `box`, and what is less all together, a pixel at a time, by `dust`, which is
 * told how much of the pixel is covered.
 */
function paint(spans, box, dust) {
  let column = -1;
  let covered = 0;
  let longest = -1;
  const flush = () => {
    if (longest >= 0) dust(column, Math.min(1, Math.max(0.18, covered)), longest);
    covered = 0;
    longest = -1;
  };
  visible(spans, view.from, view.to, (i) => {
    const [left, right] = [x(spans.starts[i]), x(spans.ends[i])];
    if (isFirst && spans.of[i] >= 0) painted[spans.of[i]] = 1;
    if (right - left >= 1) {
      box(Math.max(left, view.gutter - 2), Math.min(right, view.width + 2), i);
      return;
    }
    if (Math.floor(left) !== column) {
      flush();
      column = Math.floor(left);
    }
    covered += right - left;
    const length = (j) => spans.ends[j] - spans.starts[j];
    if (longest < 0 || length(i) > length(longest)) longest = i;
  });
  flush();
}

/** Spans in one colour. */
function paintPlain(spans, top, height, colour) {
  context.fillStyle = colour;
  paint(
    spans,
    (left, right) => context.fillRect(left, top, right - left, height),
    (column, share) => {
      context.globalAlpha = share;
      context.fillRect(column, top, 1, height);
      context.globalAlpha = 1;
    },
  );
}

const widths = new Map();

/** Text that is cut short where there is no room for it: at the end, or before so many letters of it. */
function fitted(text, room, kept = 0) {
  const line = text.length > 200 ? text.slice(0, 200) : text;
  let width = widths.get(line);
  if (width === undefined) {
    width = context.measureText(line).width;
    if (widths.size < 20000) widths.set(line, width);
  }
  if (width <= room) return line;
  const letters = Array.from(line);
  const fit = Math.floor((letters.length * (room - 8)) / width) - kept;
  return fit < 2 ? "" : `${letters.slice(0, fit).join("")}…${kept ? letters.slice(-kept).join("") : ""}`;
}

function paintTask(task, left, right, top, height, hasBegun) {
  const dim = isDim(task);
  const how = outcome(task);
  const width = Math.max(1, right - left);
  context.globalAlpha = dim ? 0.15 : 1;
  context.fillStyle = colourOf(task);
  if (!hasBegun) {
    context.globalAlpha *= 0.35;
    context.fillRect(left, top, width, height);
    context.globalAlpha = dim ? 0.15 : 1;
    outline(left, top, width, height, colours.soft, how ? [3, 3] : []);
  } else {
    if (tasks.ended[task] < 0) context.fillStyle = fading(left, width, colourOf(task));
    context.fillRect(left, top, width, height);
    if (width > 3) edge(left + width - 1, top, height);
    if (how && how !== "returned" && how !== "panicked") outline(left, top, width, height, colours.ink, [4, 3]);
  }
  context.globalAlpha = 1;
}

/** Writes a task's name on it. */
function paintLabel(task, left, right, top, height, hasBegun) {
  const from = Math.max(left, view.gutter) + 4;
  const room = Math.min(right, view.width) - from - 3;
  if (room < 14 || height < 11 || isDim(task)) return;
  const how = outcome(task);
  const text = fitted((how === "panicked" ? "✕ " : "") + label(task), room);
  context.fillStyle = !hasBegun ? colours.ink : how === "panicked" ? "#ffffff" : colours["on-task"];
  context.fillText(text, from, top + height / 2 + 0.5);
}

/** What parts a slice from its neighbour of the same colour. */
function edge(left, top, height) {
  context.fillStyle = colours.paper;
  context.fillRect(left, top, 1, height);
}

/** A task that runs has no end yet. */
function fading(left, width, colour) {
  const fade = context.createLinearGradient(left, 0, left + width, 0);
  fade.addColorStop(Math.max(0, 1 - 24 / Math.max(width, 24)), colour);
  fade.addColorStop(1, "transparent");
  return fade;
}

function outline(left, top, width, height, colour, dash) {
  context.strokeStyle = colour;
  context.lineWidth = 1;
  context.setLineDash(dash);
  context.strokeRect(left + 0.5, top + 0.5, Math.max(0, width - 1), height - 1);
  context.setLineDash([]);
}

function paintTasks(spans, waits, top, height, hasBegun) {
  const panics = [];
  const labels = [];
  paint(
    spans,
    (left, right, i) => {
      paintTask(spans.of[i], left, right, top, height, hasBegun);
      if (right - left > 20) labels.push([spans.of[i], left, right]);
      if (right - left < 8 && outcome(spans.of[i]) === "panicked") panics.push((left + right) / 2);
    },
    (column, share, i) => {
      context.globalAlpha = isDim(spans.of[i]) ? 0.1 : share;
      context.fillStyle = colourOf(spans.of[i]);
      context.fillRect(column, top, 1, height);
      context.globalAlpha = 1;
      if (outcome(spans.of[i]) === "panicked") panics.push(column + 0.5);
    },
  );
  if (waits) paintWaits(waits, top, height);
  for (const [task, left, right] of labels) paintLabel(task, left, right, top, height, hasBegun);
  // Nobody is to miss one because it is narrow.
  context.fillStyle = colours.panicked;
  for (const middle of panics) {
    context.fillRect(middle - 1, top, 2, height);
    context.beginPath();
    context.arc(middle, top + 3, 3, 0, 2 * Math.PI);
    context.fill();
  }
}

function paintWaits(spans, top, height) {
  paint(
    spans,
    (left, right) => {
      context.fillStyle = colours.washed;
      context.fillRect(left, top, right - left, height);
      context.fillStyle = patterns.waits;
      context.fillRect(left, top, right - left, height);
    },
    (column, share) => {
      context.globalAlpha = share / 2;
      context.fillStyle = colours.wait;
      context.fillRect(column, top, 1, height);
      context.globalAlpha = 1;
    },
  );
}

function paintSteals(steals, top) {
  context.fillStyle = colours.mark;
  context.strokeStyle = colours.paper;
  context.lineWidth = 1;
  let last = -10;
  for (let i = lowerBound(steals, view.from); i < steals.length && steals[i] <= view.to; i++) {
    const at = x(steals[i]);
    if (at - last < 4) continue;
    last = at;
    context.beginPath();
    context.moveTo(at - 4, top - 3);
    context.lineTo(at + 4, top - 3);
    context.lineTo(at, top + 3.5);
    context.closePath();
    context.fill();
    context.stroke();
  }
}

function paintLane(part, top) {
  const lane = lanes[part.lane];
  paintPlain(lane.alive, top, layout.rowHeight, colours.awake);
  paintPlain(lane.parked, top, layout.rowHeight, colours.parked);
  lane.rows.forEach((spans, i) => {
    const [at, height] = [top + rowTop(part, i), rowHeight(part, i)];
    paintTasks(spans, lane.waits[i], at + (i > 0 ? 1 : 0), height - (i > 0 ? 1 : 0), true);
  });
  paintSteals(lane.steals, top);
}

/** How many are queued: steps, of which the highest in a pixel is drawn. */
function paintChart(part, top) {
  const pool = pools[part.pool];
  const base = top + part.height;
  const height = (count) => (part.height * count) / Math.max(1, pool.most);
  const shape = new Path2D();
  let [before, left] = [queuedAt(pool, view.from), view.gutter];
  shape.moveTo(left, base);
  shape.lineTo(left, base - height(before));
  for (let i = lowerBound(pool.times, view.from); i < pool.times.length && pool.times[i] <= view.to;) {
    const column = x(pool.times[i]);
    let most = before;
    // All that happens within half a pixel is one step up, and one down.
    for (; i < pool.times.length && x(pool.times[i]) <= column + 0.5; i++) {
      most = Math.max(most, pool.counts[i]);
    }
    shape.lineTo(column, base - height(before));
    shape.lineTo(column, base - height(most));
    before = pool.counts[i - 1];
    left = column + 0.25;
    shape.lineTo(left, base - height(before));
  }
  const right = Math.min(Math.max(left, x(end)), view.width);
  shape.lineTo(right, base - height(before));
  shape.lineTo(right, base);
  context.fillStyle = colours["chart-fill"];
  context.fill(shape);
  context.strokeStyle = colours.chart;
  context.lineWidth = 1.2;
  context.stroke(shape);
}

function paintGutter(part, top) {
  const pen = (text, y, colour, { font = FONT, kept = 0 } = {}) => {
    context.font = font;
    context.fillStyle = colour;
    context.fillText(fitted(text, view.gutter - 16, kept), 8, y);
    context.font = FONT;
  };
  if (part.what === "lane") {
    const { name, isWorker } = lanes[part.lane];
    // What tells workers apart is at the end.
    pen(name, top + layout.rowHeight / 2 + 0.5, isWorker ? colours.ink : colours.soft, { kept: 5 });
  } else if (part.what === "chart") {
    pen(pools[part.pool].name, top + 7, colours.ink, { font: `600 ${FONT}` });
    pen(`queued: up to ${pools[part.pool].most}`, top + 24, colours.soft);
  } else {
    pen(`never began: ${pools[part.pool].nBelow}`, top + 7, colours.soft);
  }
}

function paintAxis() {
  context.fillStyle = colours.paper;
  context.fillRect(0, 0, view.width, AXIS);
  context.fillStyle = colours.soft;
  const step = tickStep();
  for (let i = Math.ceil(view.from / step); i * step <= view.to; i++) {
    const left = Math.round(x(i * step)) + 0.5;
    if (left < view.gutter) continue;
    context.fillRect(left - 0.5, AXIS - 6, 1, 6);
    const text = moment(i * step, step);
    if (left + 70 < view.width) context.fillText(text, left + 4, AXIS / 2);
  }
  context.fillStyle = colours.line;
  context.fillRect(0, AXIS - 1, view.width, 1);
}

function draw() {
  const ratio = window.devicePixelRatio || 1;
  view.width = scroller.clientWidth;
  view.height = scroller.clientHeight;
  view.gutter = Math.min(150, Math.max(70, view.width * 0.2));
  const [width, height] = [Math.round(view.width * ratio), Math.round(view.height * ratio)];
  if (canvas.width !== width || canvas.height !== height) {
    [canvas.width, canvas.height] = [width, height];
    canvas.style.height = `${view.height}px`;
  }
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.font = FONT;
  context.textBaseline = "middle";
  context.fillStyle = colours.paper;
  context.fillRect(0, 0, view.width, view.height);

  const step = tickStep();
  context.fillStyle = colours.field;
  for (let i = Math.ceil(view.from / step); i * step <= view.to; i++) {
    context.fillRect(Math.round(x(i * step)), AXIS, 1, view.height);
  }
  const inSight = layout.parts.filter((part) => {
    const top = part.top - scroller.scrollTop;
    return isFirst || (top + part.height > AXIS && top < view.height);
  });
  for (const part of inSight) {
    const top = part.top - scroller.scrollTop;
    if (part.what === "lane") paintLane(part, top);
    else if (part.what === "chart") paintChart(part, top);
    else pools[part.pool].below.forEach((spans, i) =>
      paintTasks(spans, null, top + rowTop(part, i), rowHeight(part, i) - 1, false));
  }
  context.fillStyle = colours.paper;
  context.fillRect(0, 0, view.gutter, view.height);
  context.fillStyle = colours.line;
  context.fillRect(view.gutter - 1, AXIS, 1, view.height);
  for (const part of inSight) paintGutter(part, part.top - scroller.scrollTop);
  context.save();
  context.beginPath();
  context.rect(view.gutter, AXIS, view.width - view.gutter, view.height - AXIS);
  context.clip();
  paintHover();
  context.restore();
  paintAxis();
  document.getElementById("range").textContent =
    `${moment(Math.max(0, view.from), pixel() * 10)} to ${moment(Math.min(view.to, end), pixel() * 10)}`;
  isFirst = false;
}

let isAsked = false;

/** Draws soon, and once however often it is asked. */
function redraw() {
  if (isAsked) return;
  isAsked = true;
  requestAnimationFrame(() => {
    isAsked = false;
    draw();
  });
}

