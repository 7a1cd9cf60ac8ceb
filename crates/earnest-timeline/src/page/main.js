// What the pointer and the keys do; and the first picture.

/** Where the part in sight is kept, so that a link or a reload shows it again: milliseconds. */
function readHash() {
  const parts = /^#(-?[\d.]+)-([\d.]+)$/.exec(location.hash);
  if (parts) show(parts[1] * 1e6, parts[2] * 1e6);
  else show(whole.from, whole.to);
}

let hashTimer = 0;

function changed() {
  redraw();
  clearTimeout(hashTimer);
  hashTimer = setTimeout(() => {
    const isAll = view.to - view.from >= (whole.to - whole.from) * 0.999;
    const part = `#${(view.from / 1e6).toFixed(6)}-${(view.to / 1e6).toFixed(6)}`;
    try {
      history.replaceState(null, "", isAll ? location.pathname + location.search : part);
    } catch {
      // Some browsers refuse it for files. It is a convenience.
    }
  }, 300);
}

function hover(event) {
  const box = canvas.getBoundingClientRect();
  pointer = event.clientX - box.left;
  hovered = pick(pointer, event.clientY - box.top);
  placeTip(event.clientX, event.clientY);
  redraw();
}

let drag = null;

canvas.addEventListener("pointerdown", (event) => {
  if (event.button !== 0) return;
  const at = timeAt(event.clientX - canvas.getBoundingClientRect().left);
  drag = { x: event.clientX, y: event.clientY, from: view.from, scrolled: scroller.scrollTop };
  if (event.shiftKey) chosen = [at, at];
  canvas.setPointerCapture(event.pointerId);
  canvas.classList.toggle("moves", chosen === null);
});
canvas.addEventListener("pointermove", (event) => {
  if (drag === null) {
    hover(event);
  } else if (chosen !== null) {
    chosen[1] = timeAt(event.clientX - canvas.getBoundingClientRect().left);
    redraw();
  } else {
    move(drag.from - (event.clientX - drag.x) * pixel() - view.from);
    if (event.pointerType === "mouse") scroller.scrollTop = drag.scrolled - (event.clientY - drag.y);
    tip.hidden = true;
    changed();
  }
});
for (const over of ["pointerup", "pointercancel"]) {
  canvas.addEventListener(over, () => {
    if (chosen !== null && Math.abs(chosen[1] - chosen[0]) > 3 * pixel()) show(Math.min(...chosen), Math.max(...chosen));
    drag = chosen = null;
    canvas.classList.remove("moves");
    changed();
  });
}
canvas.addEventListener("pointerleave", () => {
  pointer = hovered = null;
  tip.hidden = true;
  redraw();
});
canvas.addEventListener("wheel", (event) => {
  event.preventDefault();
  const box = canvas.getBoundingClientRect();
  if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
    move((event.deltaX || event.deltaY) * pixel());
  } else {
    // A line is about 16 pixels.
    const turned = event.deltaMode === 1 ? event.deltaY * 16 : event.deltaY;
    zoom(Math.exp(Math.min(Math.max(turned, -240), 240) * 0.002), timeAt(Math.max(view.gutter, event.clientX - box.left)));
  }
  hover(event);
  changed();
}, { passive: false });
canvas.addEventListener("dblclick", (event) => {
  const box = canvas.getBoundingClientRect();
  const under = pick(event.clientX - box.left, event.clientY - box.top);
  if (under?.what === "task") showTask(under.task);
  else show(whole.from, whole.to);
  changed();
});

const middle = () => (pointer === null ? (view.from + view.to) / 2 : timeAt(Math.max(view.gutter, pointer)));
const span = () => view.to - view.from;
const keys = {
  "+": () => zoom(0.7, middle()), "=": () => zoom(0.7, middle()), w: () => zoom(0.7, middle()),
  "-": () => zoom(1 / 0.7, middle()), s: () => zoom(1 / 0.7, middle()),
  ArrowLeft: () => move(-0.15 * span()), a: () => move(-0.15 * span()),
  ArrowRight: () => move(0.15 * span()), d: () => move(0.15 * span()),
  0: () => show(whole.from, whole.to), Home: () => show(whole.from, whole.to),
  "/": () => findBox.focus(),
};
addEventListener("keydown", (event) => {
  const act = keys[event.key] ?? keys[event.key.toLowerCase()];
  if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  act();
  changed();
});
const buttons = { closer: keys["+"], farther: keys["-"], all: keys[0] };
for (const [id, act] of Object.entries(buttons)) {
  document.getElementById(id).addEventListener("click", () => {
    act();
    changed();
  });
}

/** As high as what is in it, if that leaves room for the rest of the page. */
function size() {
  scroller.style.height = `${Math.min(layout.height, Math.max(260, innerHeight * 0.72)) + 2}px`;
  redraw();
}

document.getElementById("picture").hidden = false;
document.getElementById("tall").style.height = `${layout.height}px`;
readColours();
readHash();
size();
scroller.addEventListener("scroll", redraw);
new ResizeObserver(size).observe(document.body);
addEventListener("hashchange", () => {
  readHash();
  redraw();
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  readColours();
  redraw();
});
draw();
// For those who check that all of it was drawn.
document.body.dataset.lanes = String(laneParts.length);
document.body.dataset.tasks = String(painted.reduce((sum, one) => sum + one, 0));
