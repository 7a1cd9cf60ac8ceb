// What is under the pointer, and what is said of it.

let hovered = null;
let pointer = null;
/** Where a range is being chosen: two times. */
let chosen = null;
const tip = document.getElementById("tip");

/** The span at a time, or the nearest within two pixels, the shortest of several. */
function spanAt(spans, time) {
  const slack = 2 * pixel();
  let best = null;
  visible(spans, time - slack, time + slack, (i) => {
    const apart = Math.max(0, spans.starts[i] - time, time - spans.ends[i]);
    const long = spans.ends[i] - spans.starts[i];
    if (best === null || apart < best.apart || (apart === best.apart && long < best.long)) best = { i, apart, long };
  });
  return best === null ? -1 : best.i;
}

function pick(left, topInView) {
  if (left < view.gutter || topInView < AXIS) return null;
  const time = timeAt(left);
  const top = topInView + scroller.scrollTop;
  const part = layout.parts.find((other) => top >= other.top - 1 && top < other.top + other.height + 1);
  if (!part) return null;
  if (part.what === "chart") return { what: "chart", pool: part.pool, time };
  const rows = part.what === "lane" ? lanes[part.lane].rows : pools[part.pool].below;
  const inRow = Math.max(0, rows.findLastIndex((_, i) => top - part.top >= rowTop(part, i)));
  const i = spanAt(rows[inRow], time);
  if (i >= 0) {
    const waits = part.what === "lane" ? lanes[part.lane].waits[inRow] : null;
    const wait = waits ? spanAt(waits, time) : -1;
    const waited = wait < 0 ? null : waits.ends[wait] - waits.starts[wait];
    return { what: "task", task: rows[inRow].of[i], waited };
  }
  if (part.what !== "lane" || inRow > 0) return null;
  const lane = lanes[part.lane];
  for (const [what, spans] of [["waits", lane.waits[0]], ["parked", lane.parked], ["awake", lane.alive]]) {
    const j = spanAt(spans, time);
    if (j >= 0) return { what, lane: part.lane, long: spans.ends[j] - spans.starts[j], time };
  }
  return null;
}

/** What became of a task, in words. */
function fate(task) {
  const end = outcome(task).replaceAll("_", " ");
  if (end === "") return began(task) ? "running" : "queued";
  return began(task) ? end : `never began: ${end}`;
}

function facts(what) {
  if (what.what === "chart") {
    return [pools[what.pool].name, [["queued", queuedAt(pools[what.pool], what.time)], ["at", moment(what.time, pixel())]]];
  }
  if (what.what !== "task") {
    const words = {
      parked: ["parked for", short(what.long)],
      waits: ["waits for", short(what.long)],
      awake: ["awake", "without a task"],
    };
    return [lanes[what.lane].name, [words[what.what], ["at", moment(what.time, pixel())]]];
  }
  const { task } = what;
  const lines = [];
  if (tasks.name[task] >= 0) lines.push(["submitted at", data.places[tasks.place[task]]]);
  const from = tasks.from[task];
  if (from >= 0) lines.push(["submitted on", lanes[from].name]);
  lines.push(["queued", `${short(leftQueue(task) - tasks.queued[task])}, from ${moment(tasks.queued[task], pixel())}`]);
  if (began(task)) {
    const so = tasks.ended[task] < 0 ? " so far" : "";
    lines.push(["ran", `${short(endOf(task) - tasks.began[task])}${so}, from ${moment(tasks.began[task], pixel())}`]);
    if (what.waited != null) lines.push(["waits here", short(what.waited)]);
    lines.push(["on", lanes[tasks.lane[task]].name]);
  }
  lines.push(["outcome", fate(task)], ["future", tasks.id[task]]);
  return [label(task), lines];
}

/** Text only: names are whatever programs make of them. */
function fillTip(what) {
  const [title, lines] = facts(what);
  const bold = document.createElement("b");
  bold.textContent = title;
  const list = document.createElement("dl");
  for (const [key, value] of lines) {
    const [term, text] = [document.createElement("dt"), document.createElement("dd")];
    term.textContent = key;
    text.textContent = value;
    list.append(term, text);
  }
  tip.replaceChildren(bold, list);
}

function placeTip(clientX, clientY) {
  tip.hidden = hovered === null || chosen !== null;
  if (tip.hidden) return;
  fillTip(hovered);
  const { width, height } = tip.getBoundingClientRect();
  const left = clientX + 16 + width > innerWidth ? clientX - 12 - width : clientX + 16;
  const top = clientY + 18 + height > innerHeight ? clientY - 12 - height : clientY + 18;
  tip.style.left = `${Math.max(4, left)}px`;
  tip.style.top = `${Math.max(4, top)}px`;
}

/** Where a task was queued: on the lane that submitted it, or on its pool's chart. */
function origin(task) {
  const [time, from] = [tasks.queued[task], tasks.from[task]];
  const lane = from < 0 ? undefined : partOfLane.get(from);
  if (lane) return [x(time), lane.top - scroller.scrollTop + layout.rowHeight / 2];
  const chart = partOfPool("chart", tasks.pool[task]);
  const pool = pools[tasks.pool[task]];
  const height = (chart.height * queuedAt(pool, time)) / Math.max(1, pool.most);
  return [x(time), chart.top - scroller.scrollTop + chart.height - height];
}

function paintHover() {
  if (chosen !== null) {
    const [left, right] = [x(Math.min(...chosen)), x(Math.max(...chosen))];
    context.fillStyle = colours.chart;
    context.globalAlpha = 0.25;
    context.fillRect(left, AXIS, right - left, view.height);
    context.globalAlpha = 1;
  } else if (pointer !== null) {
    context.fillStyle = colours.soft;
    context.globalAlpha = 0.5;
    context.fillRect(Math.round(pointer), AXIS, 1, view.height);
    context.globalAlpha = 1;
  }
  if (hovered === null || hovered.what !== "task") return;
  const { task } = hovered;
  const hasBegun = began(task);
  const part = hasBegun ? partOfLane.get(tasks.lane[task]) : partOfPool("below", tasks.pool[task]);
  const height = rowHeight(part, tasks.row[task]);
  const top = part.top - scroller.scrollTop + rowTop(part, tasks.row[task]);
  const left = x(hasBegun ? tasks.began[task] : tasks.queued[task]);
  const width = Math.max(2, x(endOf(task)) - left);
  context.strokeStyle = colours.ink;
  context.lineWidth = 2;
  context.strokeRect(left, top, width, height);
  if (!hasBegun) return;
  const [fromX, fromY] = origin(task);
  const toY = top + height / 2;
  const bend = Math.max(8, Math.min(60, (left - fromX) / 2));
  const line = new Path2D();
  line.moveTo(fromX, fromY);
  line.bezierCurveTo(fromX + bend, fromY, left - bend, toY, left, toY);
  // With an edge of the background, so that it is seen on slices of any colour.
  for (const [colour, thick] of [[colours.paper, 4], [colours.ink, 1.7]]) {
    context.strokeStyle = colour;
    context.lineWidth = thick;
    context.stroke(line);
  }
  context.fillStyle = colours.ink;
  for (const [atX, atY] of [[fromX, fromY], [left, toY]]) {
    context.beginPath();
    context.arc(atX, atY, 3.5, 0, 2 * Math.PI);
    context.fill();
  }
}

