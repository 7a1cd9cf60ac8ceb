// What was recorded, in arrays that can be searched.

const data = JSON.parse(document.getElementById("data").textContent);
const tasks = data.tasks;
const nTasks = tasks.id.length;
const end = data.end;

/** The number of the first element that is `least` or more, of an array in order. */
function lowerBound(array, least) {
  let [low, high] = [0, array.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (array[middle] < least) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Spans in one row: `of` is what each belongs to. `reach` is how far those up to there go. */
function row(spans) {
  spans.sort((a, b) => a[0] - b[0]);
  const made = {
    starts: Float64Array.from(spans, (span) => span[0]),
    ends: Float64Array.from(spans, (span) => span[1]),
    of: Int32Array.from(spans, (span) => span[2] ?? -1),
    reach: new Float64Array(spans.length),
  };
  let reach = -Infinity;
  made.ends.forEach((spanEnd, i) => { made.reach[i] = reach = Math.max(reach, spanEnd); });
  return made;
}

/** The spans of a flat list of `width` numbers each. */
function flat(list, width) {
  const spans = [];
  for (let i = 0; i < list.length; i += width) spans.push(list.slice(i, i + width));
  return spans;
}

/** Calls `f` for each span of the row that is in sight. */
function visible(spans, from, to, f) {
  for (let i = lowerBound(spans.reach, from); i < spans.starts.length && spans.starts[i] <= to; i++) {
    if (spans.ends[i] >= from) f(i);
  }
}

const label = (task) => (tasks.name[task] < 0 ? data.places[tasks.place[task]] : data.names[tasks.name[task]]);
const outcome = (task) => (tasks.end[task] < 0 ? "" : data.ends[tasks.end[task]]);
const began = (task) => tasks.lane[task] >= 0;
/** When it was over, or now. */
const endOf = (task) => (tasks.ended[task] < 0 ? end : tasks.ended[task]);
/** When it was queued no more, or now. */
const leftQueue = (task) => (began(task) ? tasks.began[task] : endOf(task));

const lanes = data.lanes.map((lane) => ({
  name: lane.name,
  pool: lane.pool,
  isWorker: lane.worker,
  alive: row(flat(lane.alive, 2)),
  parked: row(flat(lane.parked, 2)),
  steals: Float64Array.from(lane.steals),
  rows: Array.from({ length: lane.rows }, () => []),
  waits: Array.from({ length: lane.rows }, () => []),
}));
const pools = data.pools.map((pool) => ({
  name: pool.name,
  below: Array.from({ length: pool.rowsBelow }, () => []),
  steps: [],
  nBelow: 0,
}));

for (let task = 0; task < nTasks; task++) {
  const pool = pools[tasks.pool[task]];
  if (began(task)) {
    lanes[tasks.lane[task]].rows[tasks.row[task]].push([tasks.began[task], endOf(task), task]);
  } else {
    pool.below[tasks.row[task]].push([tasks.queued[task], endOf(task), task]);
    pool.nBelow += 1;
  }
  pool.steps.push([tasks.queued[task], 1]);
  if (began(task) || tasks.end[task] >= 0) pool.steps.push([leftQueue(task), -1]);
}
data.lanes.forEach((lane, i) => {
  for (const [from, to, inRow] of flat(lane.waits, 3)) lanes[i].waits[inRow]?.push([from, to]);
  lanes[i].rows = lanes[i].rows.map(row);
  lanes[i].waits = lanes[i].waits.map(row);
});
for (const pool of pools) {
  pool.below = pool.below.map(row);
  // In first where both are at once.
  pool.steps.sort((a, b) => a[0] - b[0] || b[1] - a[1]);
  pool.times = Float64Array.from(pool.steps, (step) => step[0]);
  let queued = 0;
  pool.counts = Int32Array.from(pool.steps, (step) => (queued += step[1]));
  pool.most = pool.counts.reduce((most, count) => Math.max(most, count), 0);
  delete pool.steps;
}

/** How many tasks of the pool were queued then. */
function queuedAt(pool, time) {
  const i = lowerBound(pool.times, time + 0.5) - 1;
  return i < 0 ? 0 : pool.counts[i];
}

