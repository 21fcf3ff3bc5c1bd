// What is chosen and what is pointed at, and what is told of it.

const chosen = { at: -1, lane: -1 };
const hovered = { segment: -1, at: -1 };
const tip = document.getElementById("tip");

/** Chooses an event, on the row where it happened or on another one that it happened to. */
function choose(at, lane = -1) {
  if (at < 0 || at >= eventCount) return;
  chosen.at = at;
  chosen.lane = lane >= 0 ? lane : markRow(at);
  bringIn(at);
  bringRowIn(chosen.lane);
  if (document.getElementById("only").checked) listEvents();
  listTo(at);
  tellDetails();
  document.getElementById("live").textContent = eventSentence(at);
  schedule();
}

function bringRowIn(lane) {
  const [top, room] = [lane * view.row, view.height - RULER];
  if (top < view.scroll) scrollRows(top - view.row);
  else if (top + view.row > view.scroll + room) scrollRows(top + 2 * view.row - room);
}

function scrollRows(to) {
  document.getElementById("up-down").scrollTop = to;
  readScroll();
}

function readScroll() {
  view.scroll = document.getElementById("up-down").scrollTop;
  schedule();
}

/** The event before or after the chosen one in its row, or in any. */
function step(by, anywhere) {
  if (chosen.at < 0) return choose(by > 0 ? 0 : eventCount - 1);
  if (anywhere) return choose(Math.min(Math.max(chosen.at + by, 0), eventCount - 1));
  const list = laneEvents[chosen.lane];
  const i = firstWhere(0, list.length, (k) => list[k] >= chosen.at);
  const next = list[i] === chosen.at ? i + by : by > 0 ? i : i - 1;
  if (next >= 0 && next < list.length) choose(list[next], chosen.lane);
}

/** The row above or below, at its event nearest to the chosen one. */
function stepRow(by) {
  for (let lane = chosen.lane + by; lane >= 0 && lane < lanes.length; lane += by) {
    const list = laneEvents[lane];
    if (!list.length) continue;
    const i = firstWhere(0, list.length, (k) => list[k] >= chosen.at);
    const near = [list[i - 1], list[i]].filter((at) => at !== undefined);
    return choose(near.reduce((best, at) => (Math.abs(at - chosen.at) < Math.abs(best - chosen.at) ? at : best)), lane);
  }
}

/** The event that made this one possible: the wake before a step, what the waker did before a wake, the spawn. */
function causeOf(at, lane) {
  const word = wordOf(at);
  if (word === "wake" || word === "spawn" || word === "cancel") {
    const by = events.by[at] >= 0 ? events.by[at] : events.lane[at];
    const list = laneEvents[by];
    const i = firstWhere(0, list.length, (k) => list[k] >= at) - 1;
    return i >= 0 ? [list[i], by] : null;
  }
  const list = laneEvents[lane];
  for (let i = firstWhere(0, list.length, (k) => list[k] >= at) - 1; i >= 0; i--) {
    const before = wordOf(list[i]);
    if (before === "wake" || (before === "spawn" && events.other[list[i]] === lane)) return [list[i], lane];
  }
  return null;
}

function toCause() {
  const cause = chosen.at >= 0 ? causeOf(chosen.at, chosen.lane) : null;
  if (cause) choose(...cause);
  else document.getElementById("live").textContent = "Nothing before it brought this about.";
}

function toDeparture(by) {
  const places = data.departures.map((d) => d.at).filter((at) => at >= 0).sort((a, b) => a - b);
  const next = by > 0 ? places.find((at) => at > chosen.at) : places.filter((at) => at < chosen.at).pop();
  if (next !== undefined) choose(next);
}

const toFailure = () => data.failure && data.failure.at_event >= 0 && choose(data.failure.at_event);

/** Draws the panel of the chosen event. */
function tellDetails() {
  const box = document.getElementById("details");
  box.replaceChildren();
  const add = (parent, tag, text, name) => {
    const element = document.createElement(tag);
    element.textContent = text;
    if (name) element.className = name;
    parent.append(element);
    return element;
  };
  const { at, lane } = chosen;
  if (at < 0) {
    add(box, "h2", "Nothing is chosen yet");
    add(box, "p", "Click an event in the list or in a row, or press → . What it was, what it waited for and who had that is told here.", "dim");
    return;
  }
  const word = wordOf(at);
  const departure = events.departure[at];
  add(box, "h2", `${nameOf(events.lane[at])}: ${word} ${textOf(at)}`);
  if (departure >= 0) add(box, "p", `Departure ${departure + 1}: ${data.departures[departure].words}`);
  else if (data.glossary[word]) add(box, "p", data.glossary[word], "dim");
  const list = add(box, "dl", "");
  const pair = (name, text) => {
    if (text === "" || text === undefined) return;
    add(list, "dt", name);
    add(list, "dd", text, "mono");
  };
  pair("time", `${timeOf(at)}s`);
  pair("event", `${(numberOf(at) + 1).toLocaleString("en")} of ${data.counts.total.toLocaleString("en")}, step ${events.step[at].toLocaleString("en")}`);
  if (events.by[at] >= 0 && events.by[at] !== events.lane[at]) pair("by", nameOf(events.by[at]));
  if (events.other[at] >= 0 && nameOf(events.other[at]) !== textOf(at)) pair("to", nameOf(events.other[at]));
  if (departure >= 0) pair("address", `${data.departures[departure].address} = ${data.departures[departure].value}`);
  const about = lanes[lane];
  if (about.spawned_at) pair("spawned at", about.spawned_at);
  const s = events.segment[at] >= 0 && segments.lane[events.segment[at]] === lane ? events.segment[at] : segmentAt(lane, 2 * at);
  if (s >= 0) {
    const [title, ...more] = segmentLines(s);
    pair("then", title.slice(nameOf(lane).length + 1));
    for (const line of more) {
      add(list, "dt", "");
      add(list, "dd", line);
    }
  }
  if (word === "deadlock") for (const wait of data.blocked) add(box, "p", wait);
  const actions = add(box, "div", "", "actions");
  const button = (text, act) => add(actions, "button", text).addEventListener("click", act);
  if (causeOf(at, lane)) button("Back to the cause (b)", toCause);
  button("Zoom to it (z)", zoomToChosen);
  if (word === "deadlock" && data.graph) button("Who waits for whom", () => document.getElementById("graph").showModal());
}

function zoomToChosen() {
  if (chosen.at < 0) return;
  const s = events.segment[chosen.at] >= 0 ? events.segment[chosen.at] : segmentAt(chosen.lane, 2 * chosen.at);
  const [before, after] = [2 * chosen.at, 2 * chosen.at + 1];
  if (s >= 0) showEdges(Math.min(segments.from[s], before), Math.max(segments.to[s], after));
  else showEdges(before, after);
}

/** The mark under the pointer, if there is one close by. */
function markUnder(x, lane) {
  const list = laneEvents[lane];
  const place = placeAtPixel(x - 7);
  let best = -1;
  for (let i = firstWhere(0, list.length, (k) => list[k] >= place); i < list.length && pixelOf(list[i]) < x + 7; i++) {
    const at = list[i];
    if (!markOf(at) || markRow(at) !== lane) continue;
    const nearer = best < 0 || Math.abs(pixelOf(at) - x) < Math.abs(pixelOf(best) - x);
    if (nearer || markOf(at).rank > markOf(best).rank) best = at;
  }
  return best;
}

/** The bar under the pointer: the one at the place itself, or the next to it that can be seen. */
function barUnder(x, lane) {
  const place = placeAtPixel(x);
  const seen = (s) => s >= 0 && x >= pixelOfEdge(segments.from[s]) - 2 && x <= pixelOfEdge(segments.to[s]) + 2;
  const found = [2 * place - 2, 2 * place - 1, 2 * place].map((edge) => segmentAt(lane, edge)).filter(seen);
  return found.length ? found[0] : -1;
}

function pointAt(x, y) {
  const lane = Math.floor((y - RULER + view.scroll) / view.row);
  const inside = x >= view.labels && y >= RULER && lane >= 0 && lane < lanes.length;
  hovered.at = inside ? markUnder(x, lane) : -1;
  hovered.segment = inside ? barUnder(x, lane) : -1;
  let lines = [];
  if (hovered.at >= 0) {
    const departure = events.departure[hovered.at];
    lines = [`${nameOf(events.lane[hovered.at])} ${wordOf(hovered.at)} ${textOf(hovered.at)}`, `at ${timeOf(hovered.at)}s: ${markOf(hovered.at).tells}`];
    if (departure >= 0) lines.push(`${departure + 1}. ${data.departures[departure].words}`);
    if (hovered.segment >= 0) lines.push(segmentLines(hovered.segment)[0]);
  } else if (hovered.segment >= 0) lines = segmentLines(hovered.segment);
  else if (x < view.labels && lane >= 0 && lane < lanes.length && y >= RULER) {
    lines = [lanes[lane].path];
    if (lanes[lane].spawned_at) lines.push(`spawned at ${lanes[lane].spawned_at}`);
    lines.push(`${laneEvents[lane].length.toLocaleString("en")} events`);
  }
  showTip(lines, x, y);
  drawAbove();
}

function showTip(lines, x, y) {
  tip.hidden = !lines.length;
  if (!lines.length) return;
  tip.replaceChildren();
  lines.forEach((line, i) => {
    const part = document.createElement(i ? "span" : "b");
    part.textContent = line;
    tip.append(part);
  });
  const box = stageBox.getBoundingClientRect();
  const [left, top] = [box.left + x + 14, box.top + y + 16];
  tip.style.left = `${Math.min(left, innerWidth - tip.offsetWidth - 8)}px`;
  tip.style.top = `${top + tip.offsetHeight > innerHeight - 8 ? top - tip.offsetHeight - 30 : top}px`;
}
