// The timeline: a canvas with the rows, and one above it with what follows the pointer and the keys.

const ground = document.getElementById("ground");
const above = document.getElementById("above");
const overview = document.getElementById("overview");
const stageBox = document.getElementById("lanes");
const colours = {};
let hatch = null;

function readColours() {
  const style = getComputedStyle(document.documentElement);
  for (const name of ["bg", "panel", "edge", "ink", "dim", "soft", "accent", "accent-soft", "stripe", "band", "run", "ready", "sleep", "sleep-ink",
    "wait", "wait-ink", "idle", "block", "busy", "wake", "spawn", "cancel", "bad", "bad-soft", "good", "odd", "odd-soft", "fault", "mark", "hit", "focus"]) {
    colours[name] = style.getPropertyValue(`--${name}`).trim();
  }
  colours.mono = style.getPropertyValue("--mono").trim();
  const tile = document.createElement("canvas");
  tile.width = tile.height = 8;
  const c = tile.getContext("2d");
  c.strokeStyle = colours["wait-ink"];
  c.globalAlpha = 0.22;
  c.lineWidth = 2;
  for (const shift of [-8, 0, 8]) {
    c.beginPath();
    c.moveTo(shift - 2, 10);
    c.lineTo(shift + 10, -2);
    c.stroke();
  }
  hatch = c.createPattern(tile, "repeat");
}

/** Fits a canvas to its box, in the pixels of the screen. */
function fit(canvas) {
  const ratio = window.devicePixelRatio || 1;
  const { width, height } = canvas.getBoundingClientRect();
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== h) [canvas.width, canvas.height] = [w, h];
  const c = canvas.getContext("2d");
  c.setTransform(ratio, 0, 0, ratio, 0, 0);
  c.clearRect(0, 0, width, height);
  return [c, width, height];
}

const rowTop = (lane) => RULER + lane * view.row - view.scroll;
const rowMiddle = (lane) => rowTop(lane) + view.row / 2;
const firstRow = () => Math.max(0, Math.floor(view.scroll / view.row));
const lastRow = () => Math.min(lanes.length - 1, Math.floor((view.scroll + view.height - RULER) / view.row));

/** Height of a state's bar, as a share of its row. */
const BAR = { ready: 0.22, run: 0.62, sleep: 0.4, wait: 0.5, idle: 0.06, block: 0.62, busy: 0.3 };

/** The bars of the rows in view, by state, so that the brush changes rarely. What is narrower than a pixel is drawn once for many. */
function collectBars() {
  const bars = STATES.map(() => []);
  const [from, to] = [2 * placeAtPixel(view.labels) - 1, 2 * placeAtPixel(view.width)];
  for (let lane = firstRow(); lane <= lastRow(); lane++) {
    const end = segmentStart[lane + 1];
    const drawn = new Float64Array(STATES.length).fill(-1);
    for (let s = firstWhere(segmentStart[lane], end, (i) => segments.to[i] >= from); s < end && segments.from[s] <= to; s++) {
      const state = segments.state[s];
      const x0 = Math.max(pixelOfEdge(segments.from[s]), view.labels);
      let x1 = Math.min(pixelOfEdge(segments.to[s]), view.width);
      if (state === 1) x1 = Math.max(x1, x0 + 1.5);
      if (x1 - x0 < 0.25 || x1 <= drawn[state] + 0.5) continue;
      bars[state].push(s, Math.max(x0, drawn[state]), x1, lane);
      drawn[state] = x1;
    }
  }
  return bars;
}

function drawBars(c) {
  const bars = collectBars();
  for (const state of [4, 6, 0, 2, 3, 5, 1]) {
    const key = STATES[state].key;
    const high = Math.max(BAR[key] * view.row, 2);
    const list = bars[state];
    const round = list.length < 6000 && high > 6;
    c.fillStyle = colours[key];
    for (let i = 0; i < list.length; i += 4) {
      const [x0, x1, y] = [list[i + 1], list[i + 2], rowMiddle(list[i + 3]) - high / 2];
      const gap = x1 - x0 > 5 ? 1 : 0;
      if (round && x1 - x0 > 8) {
        c.beginPath();
        c.roundRect(x0, y, x1 - x0 - gap, high, 3);
        c.fill();
      } else c.fillRect(x0, y, x1 - x0 - gap, high);
    }
    if (state === 3) {
      c.fillStyle = hatch;
      for (let i = 0; i < list.length; i += 4) {
        if (list[i + 2] - list[i + 1] > 6) c.fillRect(list[i + 1], rowMiddle(list[i + 3]) - high / 2, list[i + 2] - list[i + 1] - 1, high);
      }
    }
    if (state === 2 || state === 3 || state >= 5) drawBarTexts(c, list, key);
  }
}

function drawBarTexts(c, list, key) {
  c.font = `11px ${colours.mono}`;
  c.textBaseline = "middle";
  for (let i = 0; i < list.length; i += 4) {
    const s = list[i];
    const room = Math.floor((list[i + 2] - list[i + 1] - 10) / 6.7);
    if (room < 4 || segments.about[s] < 0) continue;
    let text = data.texts[segments.about[s]];
    if (text.length > room) text = `${text.slice(0, room - 1)}…`;
    c.fillStyle = key === "block" ? "#ffffff" : colours["sleep-ink"];
    if (key === "wait") {
      // The hatching must not run through the letters.
      const high = BAR.wait * view.row - 2;
      c.fillStyle = colours.wait;
      c.fillRect(list[i + 1] + 3, rowMiddle(list[i + 3]) - high / 2, text.length * 6.7 + 5, high);
      c.fillStyle = colours["wait-ink"];
    }
    c.fillText(text, list[i + 1] + 5, rowMiddle(list[i + 3]) + 0.5);
  }
}

function drawGround(c, width, height) {
  for (let lane = firstRow(); lane <= lastRow(); lane++) {
    if (lane % 2) continue;
    c.fillStyle = colours.stripe;
    c.fillRect(view.labels, rowTop(lane), width, view.row);
  }
  const bottom = Math.min(height, rowTop(lanes.length));
  if (view.weights.order > 0) drawInstants(c, bottom);
  c.strokeStyle = colours.edge;
  c.lineWidth = 1;
  c.beginPath();
  for (const tick of ticks()) {
    if (tick.x < view.labels - 1) continue;
    c.moveTo(Math.round(tick.x) + 0.5, RULER - 6);
    c.lineTo(Math.round(tick.x) + 0.5, bottom);
  }
  c.stroke();
}

/** Every second instant on a band of its own, where they are wide enough to be told apart. */
function drawInstants(c, bottom) {
  const first = firstWhere(0, instantStart.length, (i) => pixelOf(instantStart[i]) >= view.labels) - 1;
  c.fillStyle = colours.band;
  let last = -1;
  for (let i = Math.max(first, 0); i < instantStart.length && i < first + 700; i++) {
    const end = i + 1 < instantStart.length ? instantStart[i + 1] : eventCount;
    const x0 = Math.max(pixelOf(instantStart[i]), view.labels);
    // An instant is as wide as its events; the time that passes after the last of them is not part of it.
    const x1 = toPixel(across(instantStart[i]) + (end - instantStart[i]) * view.weights.order);
    if (x0 > view.width) break;
    if (x1 - x0 > 5 && x0 >= last) c.fillRect(x0, RULER, x1 - x0, bottom - RULER);
    last = x0;
  }
}

function drawArrows(c) {
  const [from, to] = [placeAtPixel(view.labels) - 1, placeAtPixel(view.width)];
  const first = firstWhere(0, arrows.at.length, (i) => arrows.at[i] >= from);
  const end = firstWhere(first, arrows.at.length, (i) => arrows.at[i] > to);
  // When more than a person can follow are in view, only those of the chosen row are drawn.
  const many = end - first > 1500;
  const [low, high] = [firstRow() - 1, lastRow() + 1];
  c.lineWidth = 1.3;
  for (let i = first; i < end; i++) {
    const [a, b] = [arrows.from[i], arrows.to[i]];
    if (a === b || (many && a !== chosen.lane && b !== chosen.lane)) continue;
    if (Math.max(a, b) < low || Math.min(a, b) > high) continue;
    const kind = ARROWS[arrows.kind[i]].key;
    const x = Math.round(pixelOf(arrows.at[i])) + 0.5;
    if (x < view.labels) continue;
    const [y0, y1] = [rowMiddle(a), rowMiddle(b)];
    const tip = y1 - Math.sign(y1 - y0) * view.row * 0.16;
    c.strokeStyle = c.fillStyle = colours[kind];
    c.setLineDash(kind === "spawn" ? [3, 3] : []);
    c.beginPath();
    c.moveTo(x, y0);
    c.lineTo(x, tip);
    c.stroke();
    c.beginPath();
    const back = tip - Math.sign(y1 - y0) * 6;
    c.moveTo(x, tip);
    c.lineTo(x - 3.4, back);
    c.lineTo(x + 3.4, back);
    c.fill();
  }
  c.setLineDash([]);
}

/** Draws the labels over what ran under them, and the ruler over both. */
function drawFrame(c, width, height) {
  c.fillStyle = colours.bg;
  c.fillRect(0, RULER, view.labels, height);
  c.textBaseline = "middle";
  for (let lane = firstRow(); lane <= lastRow(); lane++) {
    const { path, depth, short, kind } = lanes[lane];
    const y = rowMiddle(lane);
    if (lane === chosen.lane) {
      c.fillStyle = colours["accent-soft"];
      c.fillRect(0, rowTop(lane), view.labels, view.row);
    }
    c.font = `${lane === chosen.lane ? "600 " : ""}12.5px ${colours.mono}`;
    c.fillStyle = kind === "task" ? colours.ink : colours.dim;
    const indent = 14 + Math.min(depth, 6) * 12;
    const room = Math.max(Math.floor((view.labels - indent - 10) / 7.6), 3);
    // Plain code around the loop has no name in a trace but a dash.
    const text = depth > 0 ? short : path === "-" ? "(around it)" : path;
    c.fillText(text.length > room ? `…${text.slice(1 - room)}` : text, indent, y + 0.5);
    if (depth > 0) {
      c.strokeStyle = colours.edge;
      c.lineWidth = 1.2;
      c.beginPath();
      c.moveTo(indent - 9.5, y - view.row / 2 + 3);
      c.lineTo(indent - 9.5, y);
      c.lineTo(indent - 3, y);
      c.stroke();
    }
  }
  c.fillStyle = colours.panel;
  c.fillRect(0, 0, width, RULER);
  c.fillStyle = colours.dim;
  c.font = `11.5px ${colours.mono}`;
  for (const tick of ticks()) if (tick.x >= view.labels - 2) c.fillText(tick.text, tick.x + 4, RULER / 2);
  c.fillText(view.axis === "order" ? "events" : "virtual time", 14, RULER / 2);
  c.strokeStyle = colours.edge;
  c.lineWidth = 1;
  c.beginPath();
  c.moveTo(0, RULER - 0.5);
  c.lineTo(width, RULER - 0.5);
  c.moveTo(view.labels - 0.5, 0);
  c.lineTo(view.labels - 0.5, height);
  c.stroke();
}

function draw() {
  const [c, width, height] = fit(ground);
  [view.width, view.height] = [width, height];
  c.fillStyle = colours.bg;
  c.fillRect(0, 0, width, height);
  drawGround(c, width, height);
  c.save();
  c.beginPath();
  c.rect(view.labels, RULER, width, height);
  c.clip();
  drawBars(c);
  drawArrows(c);
  drawMarks(c);
  c.restore();
  drawFrame(c, width, height);
  drawAbove();
  drawOverview();
}

let scheduled = 0;
/** Draws before the next frame, once, however often it was asked for. */
function schedule() {
  if (!scheduled) {
    scheduled = requestAnimationFrame(() => {
      scheduled = 0;
      draw();
    });
  }
}
