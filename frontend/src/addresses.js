// Which page of ours the frame shows: the frame's own entries in the browser's history say it, so
// that one click on Back or Forward is one page.
//
// The Dashboard's address stays where the frame was opened. Each address it is told is one more entry
// in the same history, which is one more click on Back; and where Back leads from one to another, it
// loads the frame anew and Forward is gone. It is told the page in sight only before it leaves ours.
import * as dashboard from "./dashboard.js";

const KEY = "saleor-loyalty:left";
const A_RELOAD = 20_000; // milliseconds, and plenty
const ADDED = /^(domain|saleorApiUrl|id|theme|featureFlags\[.*)$/;
const base = document.documentElement.dataset.base;
const opened = address();

// An address without what the Dashboard adds to it, its theme only in the second of two loads.
function address(href = location.href) {
  const { pathname, searchParams } = new URL(href, location.href);
  [...searchParams.keys()].filter((name) => ADDED.test(name)).forEach((name) => searchParams.delete(name));
  return `${pathname}?${searchParams}`;
}

const isPage = () => !document.querySelector("[data-widget], .popup");

// To a page of the Dashboard; Back from there comes back to this one.
export function visit(path) {
  if (isPage()) dashboard.noteAddress(location.pathname.slice(base.length));
  dashboard.visit(path);
}

// A page that comes again after something was done on it is no other page.
document.addEventListener("htmx:before:history:update", ({ detail: { history: action } }) => {
  if (address(action.path) === address()) action.type = "replace";
});

// A reload of the Dashboard opens the frame where it was opened first. In browsers that keep nothing
// for frames of other sites, that is what comes.
function left() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}

const { from, to, at } = left();
if (from === opened && Date.now() - at < A_RELOAD) history.replaceState(null, "", to);

// This comes before a reload, but not when the Dashboard takes the frame away to show its own page.
window.addEventListener("beforeunload", () => {
  if (!isPage()) return;
  const to = location.pathname + location.search;
  try {
    sessionStorage.setItem(KEY, JSON.stringify({ from: opened, to, at: Date.now() }));
  } catch {
    // As above.
  }
});
