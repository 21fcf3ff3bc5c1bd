// Where events stand across, and what part of the run is in view.
//
// A place p is an event's index. Across stands x(p) = time(p) * scale * weights.time + p * weights.order: true time, the order of
// events, or the sum of both. The sum grows with both, so that all three are one formula, and going from one to another can be seen.

const startNanos = eventCount ? instants[0] : 0;
const endNanos = eventCount ? instants[instants.length - 1] : 0;
const timePasses = endNanos > startNanos;
const timeScale = timePasses ? Math.max(eventCount, 1) / (endNanos - startNanos) : 0;
const AXES = { time: { time: 1, order: 0 }, both: { time: 1, order: 1 }, order: { time: 0, order: 1 } };

const view = {
  axis: "both",
  weights: { ...AXES.both },
  left: 0,
  right: 1,
  width: 800,
  labels: 190,
  height: 300,
  row: 28,
  scroll: 0,
};
const RULER = 26;

const across = (place) => (nanosAt(place) - startNanos) * timeScale * view.weights.time + place * view.weights.order;
/** Where an edge of a segment stands: just after an event, its instant still holds. */
const acrossEdge = (edge) =>
  edge % 2 ? (nanosAt(edge >> 1) - startNanos) * timeScale * view.weights.time + ((edge >> 1) + 1) * view.weights.order : across(edge >> 1);
const total = () => Math.max(across(eventCount), 1e-9);
const toPixel = (x) => view.labels + ((x - view.left) * (view.width - view.labels)) / (view.right - view.left);
const fromPixel = (pixel) => view.left + ((pixel - view.labels) * (view.right - view.left)) / (view.width - view.labels);
const pixelOf = (place) => toPixel(across(place));
const pixelOfEdge = (edge) => toPixel(acrossEdge(edge));
/** The first event at or after a pixel. */
const placeAtPixel = (pixel) => {
  const x = fromPixel(pixel);
  return firstWhere(0, eventCount, (at) => across(at) >= x);
};
/** A little air at both ends, so that the first and last events do not stick to the edges. */
const margin = () => total() * 0.015;

function setView(left, right) {
  const [low, high] = [-margin(), total() + margin()];
  const least = Math.min(high - low, view.weights.order > 0 ? 4 : total() * 1e-9);
  let size = Math.min(Math.max(right - left, least), high - low);
  let start = (left + right) / 2 - size / 2;
  start = Math.min(Math.max(start, low), high - size);
  view.left = start;
  view.right = start + size;
  schedule();
}

const showAll = () => setView(-margin(), total() + margin());

/** Zooms so that what stands at a pixel stays there. */
function zoomAt(pixel, factor) {
  const x = fromPixel(pixel);
  setView(x - (x - view.left) * factor, x + (view.right - x) * factor);
}

function moveBy(share) {
  const by = (view.right - view.left) * share;
  setView(view.left + by, view.right + by);
}

/** Brings what lies between two edges into view, with air around it. */
function showEdges(from, to) {
  const [x0, x1] = [acrossEdge(from), acrossEdge(to)];
  const air = Math.max((x1 - x0) * 0.25, view.weights.order > 0 ? 3 : total() * 0.01);
  setView(x0 - air, x1 + air);
}

/** Moves the view, without zooming, so far that an event can be seen. */
function bringIn(at) {
  const x = across(at);
  const air = (view.right - view.left) * 0.08;
  if (x < view.left + air || x > view.right - air) {
    const half = (view.right - view.left) / 2;
    setView(x - half, x + half);
  }
}

let turning = 0;
/** Changes what stands across; what is chosen, or else the middle, stays in view. */
function setAxis(axis) {
  if (!timePasses) axis = "order";
  const keep = chosen.at >= 0 ? chosen.at : placeAtPixel((view.labels + view.width) / 2);
  const share = (view.right - view.left) / (total() + 2 * margin());
  const spot = Math.min(Math.max((across(keep) - view.left) / (view.right - view.left), 0), 1);
  const [from, to] = [{ ...view.weights }, AXES[axis]];
  view.axis = axis;
  for (const input of document.querySelectorAll("#axis input")) input.checked = input.value === axis;
  cancelAnimationFrame(turning);
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches || eventCount > 20000;
  const begun = performance.now();
  const step = () => {
    const done = still ? 1 : Math.min((performance.now() - begun) / 260, 1);
    const eased = 1 - (1 - done) ** 3;
    view.weights.time = from.time + (to.time - from.time) * eased;
    view.weights.order = from.order + (to.order - from.order) * eased;
    const size = share * (total() + 2 * margin());
    const left = across(keep) - spot * size;
    setView(left, left + size);
    if (done < 1) turning = requestAnimationFrame(step);
  };
  step();
}

/** Seconds with just the digits that a step of the ruler needs. */
function seconds(nanos, step) {
  const digits = Math.max(0, Math.min(9, Math.ceil(-Math.log10(step / 1e9))));
  return `${(nanos / 1e9).toFixed(Math.max(digits, 1))}s`;
}

/** The ruler: places across with their texts, far enough apart to be read. */
function ticks() {
  const found = [];
  const apart = 92;
  if (view.weights.order === 0) {
    const perPixel = (view.right - view.left) / (view.width - view.labels) / timeScale;
    const rough = Math.max(perPixel * apart, 1);
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough);
    const first = Math.max(startNanos + view.left / timeScale, 0);
    const last = Math.min(startNanos + view.right / timeScale, endNanos);
    for (let nanos = Math.ceil(first / step) * step; nanos <= last; nanos += step) {
      found.push({ x: toPixel((nanos - startNanos) * timeScale), text: seconds(nanos, step) });
    }
    return found;
  }
  let next = view.labels - apart / 2;
  for (let i = 0; i < instantStart.length; ) {
    i = firstWhere(i, instantStart.length, (k) => pixelOf(instantStart[k]) >= next);
    if (i >= instantStart.length) break;
    const x = pixelOf(instantStart[i]);
    if (x > view.width) break;
    found.push({ x, text: `${timeOf(instantStart[i])}s` });
    next = x + apart;
    i++;
  }
  return found;
}
