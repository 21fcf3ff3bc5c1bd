// Search: events that hold all the words that were typed.

const search = { hits: [], set: new Set(), at: -1 };
let haystack = null;

/** The text of every event, in small letters; made when it is first searched. */
function hay() {
  if (!haystack) {
    haystack = new Array(eventCount);
    for (let at = 0; at < eventCount; at++) {
      const departure = events.departure[at];
      const more = departure >= 0 ? ` departure ${data.departures[departure].words}` : "";
      haystack[at] = `${timeOf(at)}s ${nameOf(events.lane[at])} ${wordOf(at)} ${textOf(at)}${more}`.toLowerCase();
    }
  }
  return haystack;
}

function runSearch(words) {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  search.hits = [];
  if (wanted.length) {
    const texts = hay();
    for (let at = 0; at < eventCount; at++) {
      if (wanted.every((word) => texts[at].includes(word))) search.hits.push(at);
    }
  }
  search.set = new Set(search.hits);
  search.at = -1;
  tellFound(wanted.length > 0);
  drawList();
  schedule();
}

function tellFound(asked) {
  const [box, count] = [document.getElementById("found"), search.hits.length];
  const text = count === 1 ? "1 match" : `${count.toLocaleString("en")} matches`;
  box.textContent = !asked ? "" : search.at >= 0 ? `${(search.at + 1).toLocaleString("en")} of ${count.toLocaleString("en")}` : text;
  box.classList.toggle("none", asked && count === 0);
  document.getElementById("found-on").disabled = document.getElementById("found-back").disabled = count === 0;
}

/** The next match after the chosen event, or the one before it; round at the ends. */
function toHit(by) {
  const { hits } = search;
  if (!hits.length) return;
  const after = firstWhere(0, hits.length, (i) => hits[i] > chosen.at);
  const before = firstWhere(0, hits.length, (i) => hits[i] >= chosen.at) - 1;
  search.at = ((by > 0 ? after : before) + hits.length) % hits.length;
  const at = hits[search.at];
  if (!events.summary[at] && !document.getElementById("full").checked) setFull(true);
  choose(at);
  tellFound(true);
}

const searchBox = document.getElementById("search");
let typing = 0;
searchBox.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(() => runSearch(searchBox.value), eventCount > 20000 ? 180 : 40);
});
searchBox.addEventListener("keydown", (event) => {
  if (event.key === "Enter") {
    clearTimeout(typing);
    if (search.at < 0) runSearch(searchBox.value);
    toHit(event.shiftKey ? -1 : 1);
    event.preventDefault();
  } else if (event.key === "Escape") {
    searchBox.value = "";
    runSearch("");
    stageBox.focus();
  }
  event.stopPropagation();
});
