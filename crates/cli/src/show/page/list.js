// The events as text: a list of which only the rows in view exist.

const grid = document.getElementById("grid");
const gridTall = document.getElementById("grid-tall");
const ROW = 22;
/** Browsers limit the height of an element; beyond this, positions are scaled. */
const TALL_MAX = 12000000;
let listed = [];
const wide = { time: 0, who: 0 };
for (const text of data.times.text) wide.time = Math.max(wide.time, text.length);
for (const { path } of lanes) wide.who = Math.min(Math.max(wide.who, path.length), 34);

function listEvents() {
  const [full, only] = [document.getElementById("full").checked, document.getElementById("only").checked];
  const mine = only && chosen.lane >= 0 ? new Set(laneEvents[chosen.lane]) : null;
  listed = [];
  for (let at = 0; at < eventCount; at++) {
    // A departure is why this run is shown: it is never left out.
    if ((full || events.summary[at] || events.departure[at] >= 0) && (!mine || mine.has(at))) listed.push(at);
  }
  const format = (n) => n.toLocaleString("en");
  document.getElementById("count").textContent = listed.length === eventCount ? `${format(eventCount)} events` : `${format(listed.length)} of ${format(eventCount)} events`;
  grid.setAttribute("aria-rowcount", String(listed.length));
  gridTall.style.height = `${Math.min(listed.length * ROW, TALL_MAX)}px`;
  drawList();
}

/** How far the true list is ahead of the scroll bar, where it is too tall for one. */
function listScroll() {
  const [tall, shown] = [listed.length * ROW, Math.min(listed.length * ROW, TALL_MAX)];
  const room = Math.max(shown - grid.clientHeight, 1);
  return tall > shown ? (grid.scrollTop / room) * (tall - grid.clientHeight) : grid.scrollTop;
}

function cell(row, name, text, role = "gridcell") {
  const span = document.createElement("span");
  span.className = name;
  span.setAttribute("role", role);
  if (name === "who") {
    const bdi = document.createElement("bdi");
    bdi.textContent = text;
    span.append(bdi);
    span.style.width = `${wide.who + 2}ch`;
  } else span.textContent = text;
  if (name === "time") span.style.width = `${wide.time + 3}ch`;
  row.append(span);
}

const rowKind = (at) => {
  const word = wordOf(at);
  if (BAD_WORDS.has(word)) return " bad";
  if (events.departure[at] >= 0 || word === "choose") return " odd";
  if (FAULT_WORDS.has(word)) return " fault";
  return events.summary[at] ? "" : " quiet";
};

function listRow(i, top) {
  const at = listed[i];
  const row = document.createElement("div");
  row.className = `row${rowKind(at)}${at === chosen.at ? " chosen" : ""}${search.set.has(at) ? " hit" : ""}`;
  row.id = `event-${at}`;
  row.setAttribute("role", "row");
  row.setAttribute("aria-rowindex", String(i + 1));
  row.setAttribute("aria-selected", String(at === chosen.at));
  row.style.top = `${top}px`;
  row.dataset.at = at;
  const departure = events.departure[at];
  const by = events.by[at] >= 0 && events.by[at] !== events.lane[at] && wordOf(at) === "wake" ? `by ${nameOf(events.by[at])}` : "";
  cell(row, "time", `${timeOf(at)}s`);
  cell(row, "who", nameOf(events.lane[at]));
  cell(row, "word", wordOf(at));
  cell(row, "text", departure >= 0 ? `◆ ${departure + 1}  ${data.departures[departure].words}` : textOf(at) || by);
  return row;
}

function drawList() {
  const scroll = listScroll();
  const first = Math.max(Math.floor(scroll / ROW) - 4, 0);
  const last = Math.min(first + Math.ceil(grid.clientHeight / ROW) + 8, listed.length);
  const rows = [];
  for (let i = first; i < last; i++) rows.push(listRow(i, i * ROW - scroll + grid.scrollTop));
  gridTall.replaceChildren(...rows);
  const shown = listed[firstWhere(0, listed.length, (i) => listed[i] >= chosen.at)] === chosen.at && chosen.at >= 0;
  if (shown) grid.setAttribute("aria-activedescendant", `event-${chosen.at}`);
  else grid.removeAttribute("aria-activedescendant");
}

/** Scrolls so that an event, or the next one that is listed, stands in the middle if it was not in view. */
function listTo(at) {
  if (!listed.length) return;
  const i = Math.min(firstWhere(0, listed.length, (k) => listed[k] >= at), listed.length - 1);
  const [scroll, high] = [listScroll(), grid.clientHeight];
  const top = i * ROW;
  if (top < scroll + ROW || top > scroll + high - 2 * ROW) {
    const [tall, shown] = [listed.length * ROW, Math.min(listed.length * ROW, TALL_MAX)];
    const want = Math.max(top - high / 2, 0);
    grid.scrollTop = tall > shown ? (want / Math.max(tall - high, 1)) * (shown - high) : want;
  }
  drawList();
}

/** The listed event `by` rows after the chosen one. */
function listStep(by) {
  if (!listed.length) return;
  const i = firstWhere(0, listed.length, (k) => listed[k] >= chosen.at);
  choose(listed[Math.min(Math.max(i + by, 0), listed.length - 1)]);
}

grid.addEventListener("scroll", () => requestAnimationFrame(drawList));
grid.addEventListener("click", (event) => {
  const row = event.target.closest(".row");
  if (row) choose(Number(row.dataset.at));
});
