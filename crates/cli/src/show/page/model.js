// The data of the page, as typed columns with what must be looked up quickly.

const data = JSON.parse(document.getElementById("trace").textContent);
const lanes = data.lanes;
const events = {};
for (const column of ["time", "step", "lane", "word", "text", "other", "by", "segment", "departure"]) {
  events[column] = Int32Array.from(data.events[column]);
}
events.summary = Uint8Array.from(data.events.summary);
const eventCount = events.lane.length;
const instants = Float64Array.from(data.times.nanos);
const segments = {};
for (const column of ["lane", "from", "to", "state", "about", "held"]) {
  segments[column] = Int32Array.from(data.segments[column]);
}
const arrows = {};
for (const column of ["kind", "at", "from", "to"]) arrows[column] = Int32Array.from(data.arrows[column]);

// A segment lasts from edge to edge: edge 2n lies just before event n, edge 2n + 1 just after it. They differ where time passes
// between two events. Segments stand by lane, and in a lane by edge: a lane's own lie between two bounds.
const segmentStart = new Int32Array(lanes.length + 1);
for (let s = 0; s < segments.lane.length; s++) segmentStart[segments.lane[s] + 1]++;
for (let lane = 0; lane < lanes.length; lane++) segmentStart[lane + 1] += segmentStart[lane];

// Where each instant begins among the events.
const instantStart = [];
for (let at = 0; at < eventCount; at++) {
  if (at === 0 || events.time[at] !== events.time[at - 1]) instantStart.push(at);
}

// Events of a lane in order: what it did, and what was done to it.
const laneEvents = lanes.map(() => []);
for (let at = 0; at < eventCount; at++) {
  laneEvents[events.lane[at]].push(at);
  const other = events.other[at];
  if (other >= 0 && other !== events.lane[at]) laneEvents[other].push(at);
}

// The states of a row. The order is that of `State` in segments.rs.
const STATES = [
  { key: "ready", name: "ready", tells: "may run, and waits for its turn" },
  { key: "run", name: "runs", tells: "takes a step; nothing else runs meanwhile" },
  { key: "sleep", name: "sleeps", tells: "until an instant" },
  { key: "wait", name: "waits", tells: "for a lock, a queue, a task …; point at it to see who has it" },
  { key: "idle", name: "suspended", tells: "awaits something that has no name" },
  { key: "block", name: "blocks the loop", tells: "time passes, and nothing else can run" },
  { key: "busy", name: "has a job", tells: "a worker of a pool, while one of its jobs is not done" },
];
// Arrows, in the order of `Arrow` in arrows.rs.
const ARROWS = [
  { key: "wake", name: "wakes" },
  { key: "spawn", name: "spawns" },
  { key: "cancel", name: "cancels" },
];

// What a mark looks like, how far out it is still shown (2: always), and what it means. Words not named here have no mark.
const MARKS = {
  panic: { shape: "cross", colour: "bad", rank: 2, tells: "a panic: a failed assertion, mostly" },
  fail: { shape: "cross", colour: "bad", rank: 2, tells: "returned an error" },
  deadlock: { shape: "cross", colour: "bad", rank: 2, tells: "nothing could ever happen again" },
  limit: { shape: "cross", colour: "bad", rank: 2, tells: "the run reached one of its limits" },
  "foreign wake": { shape: "cross", colour: "bad", rank: 2, tells: "a thread outside the run woke a task" },
  choose: { shape: "diamond", colour: "odd", rank: 2, tells: "a departure from the plain order" },
  fault: { shape: "bolt", colour: "fault", rank: 2, tells: "a fault was injected" },
  strike: { shape: "bolt", colour: "fault", rank: 2, tells: "a task was cancelled or dropped at an await" },
  crash: { shape: "bolt", colour: "fault", rank: 2, tells: "a worker crashed" },
  wall: { shape: "bolt", colour: "fault", rank: 1, tells: "the wall clock was changed" },
  cancel: { shape: "x", colour: "cancel", rank: 1, tells: "a cancellation was asked for" },
  cancelled: { shape: "stop", colour: "cancel", rank: 1, tells: "ended cancelled" },
  catch: { shape: "x", colour: "cancel", rank: 1, tells: "a cancellation was caught" },
  leak: { shape: "stop", colour: "bad", rank: 1, tells: "had not ended when the run did" },
  expire: { shape: "ring", colour: "fault", rank: 1, tells: "a timeout passed its deadline" },
  late: { shape: "ring", colour: "fault", rank: 1, tells: "a timer came late" },
  finish: { shape: "stop", colour: "good", rank: 0, tells: "returned" },
  acquire: { shape: "dot", colour: "wait", rank: 0, tells: "got a lock, a value …" },
  release: { shape: "ring", colour: "wait", rank: 0, tells: "gave it back" },
  signal: { shape: "up", colour: "wake", rank: 0, tells: "let others go on" },
  note: { shape: "flag", colour: "mark", rank: 0, tells: "a note of the program" },
  log: { shape: "flag", colour: "mark", rank: 0, tells: "a line of its log" },
};
const BAD_WORDS = new Set(["panic", "fail", "deadlock", "limit", "foreign wake", "leak"]);
const FAULT_WORDS = new Set(["fault", "strike", "crash", "wall", "cancel", "cancelled", "expire", "late"]);

const DEPARTURE = MARKS.choose;
const wordOf = (at) => data.words[events.word[at]];
const textOf = (at) => data.texts[events.text[at]];
const timeOf = (at) => data.times.text[events.time[at]];
const numberOf = (at) => (data.events.number ? data.events.number[at] : at);
const nameOf = (lane) => (lane >= 0 ? lanes[lane].path : "");

/** The mark of an event, if it has one. Where departures are told in words, the choices that they are made of need no mark of their own. */
function markOf(at) {
  if (events.departure[at] >= 0) return DEPARTURE;
  if (wordOf(at) === "choose" && data.departures.length) return undefined;
  return MARKS[wordOf(at)];
}

/** The first index in `from..to` for which `holds`; it must hold for all after it. */
function firstWhere(from, to, holds) {
  while (from < to) {
    const middle = (from + to) >> 1;
    if (holds(middle)) to = middle;
    else from = middle + 1;
  }
  return from;
}

/** The segment of a lane that holds an edge, or -1. */
function segmentAt(lane, edge) {
  const end = segmentStart[lane + 1];
  const s = firstWhere(segmentStart[lane], end, (i) => segments.to[i] > edge);
  return s < end && segments.from[s] <= edge ? s : -1;
}

/** Nanoseconds at an event, also at the end of the run. */
const nanosAt = (at) => (at < eventCount ? instants[events.time[at]] : instants[instants.length - 1]);
/** The event whose instant an edge has. */
const eventOfEdge = (edge) => Math.min(edge >> 1, eventCount - 1);

/** A duration in words; exact enough to compare, the exact instants stand beside it. */
function duration(nanos) {
  const units = [["s", 1e9], ["ms", 1e6], ["µs", 1e3], ["ns", 1]];
  for (const [unit, size] of units) {
    if (nanos >= size) return `${parseFloat((nanos / size).toPrecision(6))} ${unit}`;
  }
  return "no time";
}

/** What a segment is, in lines: the first is its title. */
function segmentLines(s) {
  const state = STATES[segments.state[s]];
  const lane = lanes[segments.lane[s]];
  const about = segments.about[s] >= 0 ? data.texts[segments.about[s]] : "";
  const title = { sleep: `sleeps ${about}`, wait: `waits for ${about}`, block: `blocks the loop ${about}`, busy: `has ${about}` }[state.key] || state.name;
  const [from, to] = [segments.from[s], segments.to[s]];
  const [first, last] = [eventOfEdge(from), eventOfEdge(to)];
  const lasts = nanosAt(last) - nanosAt(first);
  const lines = [`${lane.path} ${title}`];
  if (segments.held[s] >= 0) lines.push(`held by ${data.texts[segments.held[s]]}`);
  if (lasts > 0) lines.push(`${timeOf(first)}s to ${timeOf(last)}s: ${duration(lasts)}`);
  else lines.push(`at ${timeOf(first)}s, for ${Math.max(Math.ceil((to - from) / 2), 1)} ${to - from <= 2 ? "event" : "events"}`);
  const ends = to % 2 === 0 && to >> 1 < eventCount ? to >> 1 : -1;
  const by = ends >= 0 && wordOf(ends) === "wake" ? events.by[ends] : -1;
  if (by >= 0 && by !== segments.lane[s]) lines.push(`woken by ${nameOf(by)}`);
  else if (to >= 2 * eventCount - 1 && state.key !== "run") lines.push("until the end of the run");
  return lines;
}

/** One event as a sentence, for the reader of a screen. */
function eventSentence(at) {
  const departure = events.departure[at];
  const text = departure >= 0 ? `departure ${departure + 1}: ${data.departures[departure].words}` : textOf(at);
  const by = events.by[at] >= 0 && events.by[at] !== events.lane[at] ? `, by ${nameOf(events.by[at])}` : "";
  return `${timeOf(at)}s, ${nameOf(events.lane[at])}, ${wordOf(at)} ${text}${by}`;
}
