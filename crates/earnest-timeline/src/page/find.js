// Which tasks are looked for: all others are dimmed.

let wanted = null;
let wantedKind = -1;

/** Whether something else is looked for. */
function isDim(task) {
  return (wanted !== null && !wanted[task]) || (wantedKind >= 0 && tasks.kind[task] !== wantedKind);
}

const findBox = document.getElementById("find");
const foundNote = document.getElementById("found");
let matches = [];
let shown = -1;

function find() {
  const text = findBox.value.trim().toLowerCase();
  shown = -1;
  matches = [];
  wanted = null;
  if (text !== "") {
    wanted = new Uint8Array(nTasks);
    const has = (list) => list.map((item) => item.toLowerCase().includes(text));
    const [inNames, inPlaces] = [has(data.names), has(data.places)];
    for (let task = 0; task < nTasks; task++) {
      if (inNames[tasks.name[task]] || inPlaces[tasks.place[task]] || outcome(task) === text) {
        wanted[task] = 1;
        matches.push(task);
      }
    }
  }
  foundNote.textContent = text === "" ? "" : `${matches.length} of ${nTasks}${matches.length ? ": Enter for each" : ""}`;
  redraw();
}

/** Goes to the next task that was found. */
function next(step) {
  if (matches.length === 0) return;
  shown = (shown + step + matches.length) % matches.length;
  foundNote.textContent = `${shown + 1} of ${matches.length}`;
  showTask(matches[shown]);
}

/** Has a task fill a good part of the picture. */
function showTask(task) {
  const from = began(task) ? tasks.began[task] : tasks.queued[task];
  const long = Math.max(endOf(task) - from, CLOSEST / 4);
  show(from - long, from + 2 * long);
  const part = began(task) ? partOfLane.get(tasks.lane[task]) : partOfPool("below", tasks.pool[task]);
  const top = part.top - scroller.scrollTop;
  if (top < AXIS || top + part.height > view.height) scroller.scrollTop = part.top - view.height / 2;
  hovered = { what: "task", task };
  redraw();
}

findBox.addEventListener("input", find);
findBox.addEventListener("keydown", (event) => {
  if (event.key === "Enter") next(event.shiftKey ? -1 : 1);
  if (event.key === "Escape") {
    findBox.value = "";
    find();
    canvas.focus({ preventScroll: true });
  }
  event.stopPropagation();
});
for (const tableRow of document.querySelectorAll("#kinds tr[data-kind]")) {
  tableRow.addEventListener("mouseenter", () => {
    wantedKind = Number(tableRow.dataset.kind);
    redraw();
  });
  tableRow.addEventListener("mouseleave", () => {
    wantedKind = -1;
    redraw();
  });
}

