// The page comes to life: its head, pointer and keys.

const byId = (id) => document.getElementById(id);

function setFull(full) {
  byId("full").checked = full;
  listEvents();
  listTo(Math.max(chosen.at, 0));
}

const THEMES = { system: "Colours: system", light: "Colours: light", dark: "Colours: dark" };
let theme = "system";
const darkSystem = matchMedia("(prefers-color-scheme: dark)");
function setTheme(next) {
  theme = next;
  const dark = theme === "dark" || (theme === "system" && darkSystem.matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  byId("theme").textContent = THEMES[theme];
  readColours();
  drawLegend();
  schedule();
}
const nextTheme = () => setTheme({ system: darkSystem.matches ? "light" : "dark", light: darkSystem.matches ? "dark" : "system", dark: darkSystem.matches ? "system" : "light" }[theme]);
darkSystem.addEventListener("change", () => setTheme(theme));

function fillHead() {
  document.body.classList.toggle("failed", !data.ok);
  byId("verdict").textContent = data.ok ? "passed" : "failed";
  byId("failure").textContent = data.failure ? data.failure.words : "This run passed.";
  const place = data.failure && data.failure.place ? ` · ${data.failure.place}` : "";
  const who = data.failure && data.failure.task ? ` · in ${data.failure.task}` : "";
  const when = data.failure ? ` · at ${data.failure.at}s` : "";
  byId("where").textContent = `${data.test}${who}${place}${when}`;
  const { counts } = data;
  const left = counts.total > counts.events ? ` of ${counts.total.toLocaleString("en")}` : "";
  const plural = (n, noun) => `${n.toLocaleString("en")} ${noun}${n === 1 ? "" : "s"}`;
  byId("facts").textContent = `${counts.events.toLocaleString("en")}${left} events · ${plural(counts.tasks, "task")} · ended at ${data.end}s`;
  byId("replay").hidden = !data.replay;
  byId("line").textContent = data.replay;
  byId("to-failure").disabled = !(data.failure && data.failure.at_event >= 0);
  data.departures.forEach((departure, k) => {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    const number = document.createElement("b");
    number.textContent = `◆ ${k + 1}`;
    button.append(number, departure.words);
    button.disabled = departure.at < 0;
    button.addEventListener("click", () => choose(departure.at));
    item.append(button);
    byId("departures").append(item);
  });
  byId("why-button").hidden = !data.explanation;
  byId("why-here").textContent = data.explanation;
  byId("graph-button").hidden = !data.graph;
  if (data.graph) byId("graph-here").innerHTML = data.graph;
}

async function copyLine() {
  if (!data.replay) return;
  let done = true;
  try {
    await navigator.clipboard.writeText(data.replay);
  } catch {
    // A page opened from a disk may not be allowed the clipboard; the old way asks nobody.
    const range = document.createRange();
    range.selectNodeContents(byId("line"));
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    done = document.execCommand("copy");
  }
  byId("copy").textContent = done ? "Copied" : "Press Ctrl+C";
  byId("live").textContent = done ? "The replay line was copied." : "The replay line is selected: press Control and C.";
  setTimeout(() => (byId("copy").textContent = "Copy"), 1600);
}

const openHelp = () => byId("help").showModal();
const zoomMiddle = (factor) => {
  const x = chosen.at >= 0 ? pixelOf(chosen.at) : NaN;
  zoomAt(x >= view.labels && x <= view.width ? x : (view.labels + view.width) / 2, factor);
};
const nextAxis = () => timePasses && setAxis({ time: "both", both: "order", order: "time" }[view.axis]);
const toggle = (id) => byId(id).click();

const KEYS = {
  "+": () => zoomMiddle(0.6), "=": () => zoomMiddle(0.6), w: () => zoomMiddle(0.6), "-": () => zoomMiddle(1 / 0.6), s: () => zoomMiddle(1 / 0.6),
  a: () => moveBy(-0.2), d: () => moveBy(0.2), 0: showAll, z: zoomToChosen, b: toCause, f: toFailure,
  "[": () => toDeparture(-1), "]": () => toDeparture(1), "/": () => searchBox.select(), n: () => toHit(1), N: () => toHit(-1),
  t: nextAxis, v: () => toggle("full"), o: () => toggle("only"), c: copyLine, k: nextTheme, "?": openHelp,
  Home: () => choose(0), End: () => choose(eventCount - 1),
};
const LANE_KEYS = {
  ArrowLeft: (event) => step(-1, event.shiftKey), ArrowRight: (event) => step(1, event.shiftKey),
  ArrowUp: () => stepRow(-1), ArrowDown: () => stepRow(1),
};
const GRID_KEYS = {
  ArrowUp: () => listStep(-1), ArrowDown: () => listStep(1),
  PageUp: () => listStep(-Math.floor(grid.clientHeight / ROW)), PageDown: () => listStep(Math.floor(grid.clientHeight / ROW)),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const spot = document.activeElement;
  if (spot && spot.matches("input[type=search], input[type=radio], [role=separator]")) return;
  const act = (spot === grid && GRID_KEYS[event.key]) || KEYS[event.key] || LANE_KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act(event);
});

/** Dragging: `moved` is told how far the pointer is from where it began. */
function draggable(element, begin) {
  element.addEventListener("pointerdown", (down) => {
    if (down.button !== 0) return;
    const moved = begin(down);
    if (!moved) return;
    element.setPointerCapture(down.pointerId);
    const move = (event) => moved(event.clientX - down.clientX, event.clientY - down.clientY);
    element.addEventListener("pointermove", move);
    element.addEventListener("lostpointercapture", () => element.removeEventListener("pointermove", move), { once: true });
  });
}

let dragged = false;
draggable(stageBox, (down) => {
  dragged = false;
  if (down.target.id === "up-down" || down.target.id === "rule") return null;
  const { left, right, scroll } = view;
  return (dx, dy) => {
    dragged ||= Math.abs(dx) + Math.abs(dy) > 4;
    if (!dragged) return;
    const by = (dx * (right - left)) / (view.width - view.labels);
    setView(left - by, right - by);
    scrollRows(scroll - dy);
  };
});
draggable(byId("rule"), () => {
  const { labels } = view;
  return (dx) => {
    view.labels = Math.max(60, Math.min(labels + dx, view.width / 2));
    byId("rule").style.left = `${view.labels}px`;
    schedule();
  };
});
draggable(overview, (down) => {
  const place = (x) => ((x - overview.getBoundingClientRect().left) / overview.clientWidth) * total();
  const size = view.right - view.left;
  const middle = place(down.clientX);
  const grip = middle > view.left && middle < view.right ? (view.left + view.right) / 2 - middle : 0;
  const go = (dx) => setView(place(down.clientX + dx) + grip - size / 2, place(down.clientX + dx) + grip + size / 2);
  go(0);
  return go;
});

const spotOf = (event) => {
  const box = stageBox.getBoundingClientRect();
  return [event.clientX - box.left, event.clientY - box.top];
};
stageBox.addEventListener("pointermove", (event) => event.buttons === 0 && pointAt(...spotOf(event)));
stageBox.addEventListener("pointerleave", () => pointAt(-1, -1));
stageBox.addEventListener("click", (event) => {
  if (dragged) return;
  const [x, y] = spotOf(event);
  const lane = Math.floor((y - RULER + view.scroll) / view.row);
  if (lane < 0 || lane >= lanes.length || y < RULER) return;
  pointAt(x, y);
  if (x < view.labels) choose(laneEvents[lane][0] ?? -1, lane);
  else if (hovered.at >= 0) choose(hovered.at, lane);
  else if (hovered.segment >= 0) choose(Math.min((segments.from[hovered.segment] + 1) >> 1, eventCount - 1), lane);
});
stageBox.addEventListener("dblclick", (event) => zoomAt(Math.max(spotOf(event)[0], view.labels), 0.4));
stageBox.addEventListener("wheel", (event) => {
  event.preventDefault();
  const [dx, dy] = event.shiftKey ? [event.deltaX + event.deltaY, 0] : [event.deltaX, event.deltaY];
  if (event.ctrlKey || event.metaKey) zoomAt(Math.max(spotOf(event)[0], view.labels), Math.exp(dy * 0.0025));
  else {
    if (dx) moveBy(dx / view.width);
    if (dy) scrollRows(view.scroll + dy);
  }
}, { passive: false });

/** Whether somebody moved the line between timeline and list: then it stays where it is. */
let moved = false;
/** The height of the timeline, in pixels; the list has the rest. */
function setStage(height) {
  const room = innerHeight - byId("stage").offsetTop;
  const pixels = Math.max(110, Math.min(height, room - 130));
  byId("stage").style.height = `${pixels}px`;
  byId("split").setAttribute("aria-valuenow", String(Math.round((pixels / room) * 100)));
  layOut();
}
/** As high as its rows ask for, and a good half of the page at most. */
function fitStage() {
  const room = innerHeight - byId("stage").offsetTop;
  if (!moved) setStage(Math.min(overview.offsetHeight + RULER + lanes.length * 36 + 10, room * 0.58));
}
draggable(byId("split"), () => {
  const { offsetHeight } = byId("stage");
  moved = true;
  return (_, dy) => setStage(offsetHeight + dy);
});
byId("split").addEventListener("keydown", (event) => {
  const by = { ArrowUp: -24, ArrowDown: 24 }[event.key];
  moved ||= Boolean(by);
  if (by) setStage(byId("stage").offsetHeight + by);
});

function layOut() {
  const room = stageBox.clientHeight - RULER;
  // Few rows may be tall; many keep a height at which they can be read.
  view.row = Math.round(Math.max(24, Math.min(36, room / Math.max(lanes.length, 1))));
  byId("tall").style.height = `${lanes.length * view.row}px`;
  byId("rule").style.left = `${view.labels}px`;
  readScroll();
  drawList();
}

function begin() {
  fillHead();
  setTheme("system");
  let longest = 0;
  for (const { path, short, depth } of lanes) longest = Math.max(longest, depth > 0 ? short.length * 7.6 + Math.min(depth, 6) * 12 : path.length * 7.6);
  view.labels = Math.max(130, Math.min(Math.ceil(longest) + 34, 320));
  fitStage();
  addEventListener("resize", fitStage);
  for (const input of document.querySelectorAll("#axis input")) {
    input.addEventListener("change", () => setAxis(input.value));
    if (!timePasses && input.value !== "order") input.disabled = true;
  }
  byId("up-down").addEventListener("scroll", readScroll);
  byId("theme").addEventListener("click", nextTheme);
  byId("help-button").addEventListener("click", openHelp);
  byId("graph-button").addEventListener("click", () => byId("graph").showModal());
  byId("why-button").addEventListener("click", () => byId("why").showModal());
  byId("copy").addEventListener("click", copyLine);
  byId("zoom-in").addEventListener("click", () => zoomMiddle(0.6));
  byId("zoom-out").addEventListener("click", () => zoomMiddle(1 / 0.6));
  byId("zoom-all").addEventListener("click", showAll);
  byId("to-failure").addEventListener("click", toFailure);
  byId("found-on").addEventListener("click", () => toHit(1));
  byId("found-back").addEventListener("click", () => toHit(-1));
  byId("full").addEventListener("change", () => setFull(byId("full").checked));
  byId("only").addEventListener("change", () => (listEvents(), listTo(Math.max(chosen.at, 0))));
  new ResizeObserver(layOut).observe(stageBox);
  new ResizeObserver(drawList).observe(grid);
  view.axis = timePasses ? "both" : "order";
  view.weights = { ...AXES[view.axis] };
  for (const input of document.querySelectorAll("#axis input")) input.checked = input.value === view.axis;
  byId("full").checked = data.full;
  listEvents();
  tellDetails();
  showAll();
  stageBox.focus({ preventScroll: true });
  toFailure();
}

begin();

// For the console of a browser, and for tests: where things stand.
window.seedbed = {
  view: () => ({ axis: view.axis, left: view.left, right: view.right, scroll: view.scroll }),
  chosen: () => ({ ...chosen }),
  spot: (at, lane = markRow(at)) => [pixelOf(at) + stageBox.getBoundingClientRect().left, rowMiddle(lane) + stageBox.getBoundingClientRect().top],
};
