// Marks on the rows, what is drawn above the ground, and the strip that shows the whole run.

/** Draws a mark around (x, y). */
function drawShape(c, shape, colour, x, y, size) {
  c.strokeStyle = c.fillStyle = colour;
  c.lineWidth = 1.8;
  c.beginPath();
  if (shape === "cross" || shape === "x") {
    const r = shape === "cross" ? size : size * 0.62;
    c.lineWidth = shape === "cross" ? 2.6 : 1.8;
    c.moveTo(x - r, y - r);
    c.lineTo(x + r, y + r);
    c.moveTo(x + r, y - r);
    c.lineTo(x - r, y + r);
    c.stroke();
  } else if (shape === "diamond") {
    c.moveTo(x, y - size * 1.25);
    c.lineTo(x + size * 1.25, y);
    c.lineTo(x, y + size * 1.25);
    c.lineTo(x - size * 1.25, y);
    c.fill();
  } else if (shape === "bolt") {
    c.moveTo(x + size * 0.35, y - size * 1.3);
    c.lineTo(x - size * 0.85, y + size * 0.2);
    c.lineTo(x - size * 0.05, y + size * 0.2);
    c.lineTo(x - size * 0.35, y + size * 1.3);
    c.lineTo(x + size * 0.85, y - size * 0.25);
    c.lineTo(x + size * 0.05, y - size * 0.25);
    c.fill();
  } else if (shape === "stop") {
    c.fillRect(x - 1.5, y - size * 1.3, 3, size * 2.6);
  } else if (shape === "ring") {
    c.arc(x, y, size * 0.7, 0, 7);
    c.stroke();
  } else if (shape === "dot") {
    c.arc(x, y, size * 0.75, 0, 7);
    c.fill();
  } else if (shape === "up") {
    c.moveTo(x, y - size);
    c.lineTo(x + size, y + size * 0.8);
    c.lineTo(x - size, y + size * 0.8);
    c.fill();
  } else if (shape === "flag") {
    c.moveTo(x - 0.7, y + size * 1.2);
    c.lineTo(x - 0.7, y - size * 1.2);
    c.lineTo(x + size * 1.4, y - size * 0.55);
    c.lineTo(x - 0.7, y);
    c.fill();
  }
}

/** The row on which an event's mark stands: a cancellation marks whom it is for. */
const markRow = (at) => (wordOf(at) === "cancel" && events.other[at] >= 0 ? events.other[at] : events.lane[at]);
const marked = [];
for (let at = 0; at < eventCount; at++) if (markOf(at)) marked.push(at);

function drawMark(c, at, x, y, size) {
  const mark = markOf(at);
  // A rim of the ground's colour keeps a mark apart from the bar under it.
  c.save();
  c.lineJoin = "round";
  c.shadowColor = colours.bg;
  c.shadowBlur = 3;
  drawShape(c, mark.shape, colours[mark.colour], x, y, size);
  c.shadowBlur = 0;
  drawShape(c, mark.shape, colours[mark.colour], x, y, size);
  c.restore();
  const departure = events.departure[at];
  // A number of three digits has no room in a mark; the list has it.
  if (departure >= 0 && departure < 99) {
    c.fillStyle = colours.bg;
    c.font = "700 9px system-ui, sans-serif";
    c.textAlign = "center";
    c.fillText(String(departure + 1), x, y + 0.5);
    c.textAlign = "left";
  }
}

function drawMarks(c) {
  const [from, to] = [placeAtPixel(view.labels), placeAtPixel(view.width)];
  const perEvent = (view.width - view.labels) / Math.max(to - from, 1);
  const least = perEvent > 7 ? 0 : perEvent > 1.2 ? 1 : 2;
  const first = firstWhere(0, marked.length, (i) => marked[i] >= from);
  const lastX = new Map();
  for (let i = first; i < marked.length && marked[i] <= to; i++) {
    const at = marked[i];
    const mark = markOf(at);
    if (mark.rank < least) continue;
    const row = markRow(at);
    // An end stands behind the step that it ends.
    const [x, y] = [mark.shape === "stop" ? pixelOfEdge(2 * at + 1) : pixelOf(at), rowMiddle(row)];
    if (y < RULER || y > view.height) continue;
    // In true time many marks of one instant fall together: the first of a kind stands for them.
    const key = `${row} ${mark.shape}`;
    if (x - (lastX.get(key) ?? -99) < 3) continue;
    lastX.set(key, x);
    const numbered = events.departure[at] >= 0;
    drawMark(c, at, x, numbered ? y - view.row * 0.08 : y, numbered ? 6.2 : 4.6);
  }
}

/** What follows the pointer and the keys: cheap, and alone redrawn when they move. */
function drawAbove() {
  const [c, width, height] = fit(above);
  const bottom = Math.min(height, rowTop(lanes.length));
  c.save();
  c.beginPath();
  c.rect(view.labels, RULER, width, height);
  c.clip();
  drawHits(c, bottom);
  if (chosen.at >= 0) {
    const x = Math.round(pixelOf(chosen.at)) + 0.5;
    c.strokeStyle = colours.accent;
    c.lineWidth = 1;
    c.beginPath();
    c.moveTo(x, RULER);
    c.lineTo(x, bottom);
    c.stroke();
    c.lineWidth = 2;
    c.beginPath();
    c.arc(x, rowMiddle(chosen.lane), view.row * 0.36, 0, 7);
    c.stroke();
    const s = events.segment[chosen.at];
    if (s >= 0 && segments.lane[s] === chosen.lane) outline(c, s, colours.accent);
  }
  if (hovered.segment >= 0) outline(c, hovered.segment, colours.ink);
  c.restore();
}

function outline(c, s, colour) {
  const x0 = Math.max(pixelOfEdge(segments.from[s]), view.labels - 4);
  const x1 = Math.min(pixelOfEdge(segments.to[s]), view.width + 4);
  c.strokeStyle = colour;
  c.lineWidth = 1.5;
  c.beginPath();
  c.roundRect(x0 - 1.5, rowTop(segments.lane[s]) + 2.5, Math.max(x1 - x0, 2) + 2, view.row - 5, 4);
  c.stroke();
}

/** A ring around each event that the search found, or a line where there are too many for rings. */
function drawHits(c, bottom) {
  if (!search.hits.length) return;
  const [from, to] = [placeAtPixel(view.labels), placeAtPixel(view.width)];
  const first = firstWhere(0, search.hits.length, (i) => search.hits[i] >= from);
  const end = firstWhere(first, search.hits.length, (i) => search.hits[i] > to);
  c.strokeStyle = colours.hit;
  c.lineWidth = 2.4;
  c.beginPath();
  let last = -9;
  for (let i = first; i < end; i++) {
    const at = search.hits[i];
    const x = pixelOf(at);
    if (end - first > 600) {
      if (x - last < 1) continue;
      c.moveTo(x, RULER);
      c.lineTo(x, RULER + 5);
      last = x;
    } else {
      const y = rowMiddle(events.lane[at]);
      if (y < RULER || y > bottom) continue;
      c.moveTo(x + view.row * 0.36, y);
      c.arc(x, y, view.row * 0.36, 0, 7);
    }
  }
  c.stroke();
}

let strip = null;
/** How many events stand where, over the whole run; made anew when the axis or the width changes. */
function stripCounts(width) {
  const key = `${width} ${view.weights.time} ${view.weights.order}`;
  if (strip && strip.key === key) return strip;
  const counts = { all: new Float64Array(width), run: new Float64Array(width) };
  const x = (place) => Math.min(Math.floor((across(place) / total()) * (width - 1)), width - 1);
  for (let at = 0; at < eventCount; at++) counts.all[x(at)]++;
  let most = 1;
  for (const count of counts.all) most = Math.max(most, count);
  strip = { key, counts, most, x };
  return strip;
}

function drawOverview() {
  const [c, width, height] = fit(overview);
  const wide = Math.max(Math.floor(width), 1);
  const { counts, most, x } = stripCounts(wide);
  c.fillStyle = colours.panel;
  c.fillRect(0, 0, width, height);
  c.fillStyle = colours.run;
  c.globalAlpha = 0.55;
  for (let i = 0; i < wide; i++) {
    if (!counts.all[i]) continue;
    // The logarithm keeps what is rare visible beside what is frequent.
    const high = (Math.log1p(counts.all[i]) / Math.log1p(most)) * (height - 14);
    c.fillRect(i, height - 3 - high, 1.5, high);
  }
  c.globalAlpha = 1;
  for (const hit of search.hits.length <= 5000 ? search.hits : []) {
    c.fillStyle = colours.hit;
    c.fillRect(x(hit) - 0.5, height - 6, 2, 6);
  }
  for (const at of marked) {
    const mark = markOf(at);
    if (mark.rank === 2) drawShape(c, mark.shape, colours[mark.colour], Math.max(6, Math.min(x(at), width - 6)), 8, 3.6);
  }
  const [x0, x1] = [view.left, view.right].map((edge) => Math.max(0, Math.min((edge / total()) * (wide - 1), wide)));
  c.fillStyle = colours.bg;
  c.globalAlpha = 0.62;
  c.fillRect(0, 0, x0, height);
  c.fillRect(x1, 0, width - x1, height);
  c.globalAlpha = 1;
  c.strokeStyle = colours.accent;
  c.lineWidth = 1.5;
  c.strokeRect(x0 + 0.75, 0.75, Math.max(x1 - x0 - 1.5, 3), height - 2);
}

/** A small picture of a state, an arrow or a mark, for the legend. */
function sign(paint, width = 22) {
  const canvas = document.createElement("canvas");
  canvas.className = "sign";
  canvas.setAttribute("aria-hidden", "true");
  const ratio = window.devicePixelRatio || 1;
  [canvas.width, canvas.height] = [width * ratio, 16 * ratio];
  canvas.style.width = `${width}px`;
  canvas.style.height = "16px";
  const c = canvas.getContext("2d");
  c.scale(ratio, ratio);
  paint(c);
  return canvas;
}

function stateSign(state) {
  return sign((c) => {
    const high = Math.max(BAR[state.key] * 20, 2);
    c.fillStyle = colours[state.key];
    c.fillRect(1, 8 - high / 2, 20, high);
    if (state.key === "wait") {
      c.fillStyle = hatch;
      c.fillRect(1, 8 - high / 2, 20, high);
    }
  });
}

function arrowSign(arrow) {
  return sign((c) => {
    c.strokeStyle = c.fillStyle = colours[arrow.key];
    c.setLineDash(arrow.key === "spawn" ? [3, 3] : []);
    c.beginPath();
    c.moveTo(7, 1);
    c.lineTo(7, 12);
    c.stroke();
    c.beginPath();
    c.moveTo(7, 16);
    c.lineTo(3.6, 10);
    c.lineTo(10.4, 10);
    c.fill();
  }, 14);
}

const markSign = (mark) => sign((c) => drawShape(c, mark.shape, colours[mark.colour], 8, 8, 4.6), 16);

/** The legend holds only what this run has. */
function drawLegend() {
  const legend = document.getElementById("legend");
  legend.replaceChildren();
  const add = (picture, text, tells) => {
    const item = document.createElement("li");
    item.title = tells || "";
    item.append(picture, text);
    legend.append(item);
  };
  STATES.forEach((state, i) => segments.state.includes(i) && add(stateSign(state), state.name, state.tells));
  ARROWS.forEach((arrow, i) => arrows.kind.includes(i) && add(arrowSign(arrow), arrow.name));
  const used = new Set(data.words);
  if (data.departures.length) used.add("choose");
  for (const [word, mark] of Object.entries(MARKS)) {
    if (mark.rank === 2 && used.has(word)) add(markSign(mark), word === "choose" ? "departure" : word, mark.tells);
  }
  const fill = (id, rows) => {
    const list = document.getElementById(id);
    list.replaceChildren();
    for (const [picture, name, tells] of rows) {
      const [dt, dd] = [document.createElement("dt"), document.createElement("dd")];
      dt.append(picture);
      const b = document.createElement("b");
      b.textContent = name;
      dd.append(b, ` ${tells}`);
      list.append(dt, dd);
    }
  };
  fill("help-states", [...STATES.map((s) => [stateSign(s), s.name, s.tells]), ...ARROWS.map((a) => [arrowSign(a), a.name, "the row that the arrow points at"])]);
  fill("help-marks", Object.entries(MARKS).filter(([word]) => used.has(word) || MARKS[word].rank === 2).map(([word, m]) => [markSign(m), word === "choose" ? "departure" : word, m.tells]));
}
