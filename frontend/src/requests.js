// htmx asks for pages with the Dashboard's token: there is no cookie in a frame of another site.
import htmx from "htmx.org";

import * as addresses from "./addresses.js";
import * as dashboard from "./dashboard.js";

const page = document.getElementById("page");
const isWidget = () => page.querySelector("[data-widget]") !== null;
const isPopup = () => page.querySelector(".popup") !== null;
const changes = new BroadcastChannel("saleor-loyalty");
const { timeZone } = new Intl.DateTimeFormat().resolvedOptions(); // what a new program begins with
let shownIn = null;

async function authorized(address, request) {
  shownIn = dashboard.language();
  const ask = (token) => {
    const ours = { Authorization: `Bearer ${token}`, "Accept-Language": shownIn, "Time-Zone": timeZone };
    return fetch(address, { ...request, headers: { ...request.headers, ...ours } });
  };
  const token = await dashboard.token();
  const response = await ask(token);
  // The token lives five minutes. A request that is refused has changed nothing: ask once more.
  const answer = response.status === 401 ? await ask(await dashboard.anotherToken(token)) : response;
  if (answer.status === 401) throw new dashboard.SignedOut("Refused");
  if (answer.status >= 500) throw new Error(`Answered ${answer.status}`);
  return answer;
}

export async function fetchAuthorized(address) {
  return authorized(address, { headers: {} });
}

// The page as a whole: a newer wish for it takes the place of one that is still on its way.
function show(address) {
  return htmx.ajax("GET", address, { source: "#page", target: "#page", swap: "innerHTML" });
}

// Whether a form got through nobody knows; a page that did not come has changed nothing, nor has what was
// asked for without a token that is good.
const unsure = document.getElementById("unreachable");
const unread = document.getElementById("unread");
const signedOut = document.getElementById("signed-out");

function fail({ detail }) {
  const isPost = detail.ctx?.request?.method === "POST";
  const isSignedOut = detail.error instanceof dashboard.SignedOut;
  const note = isSignedOut ? signedOut : isPost ? unsure : unread;
  const dialog = document.querySelector("dialog[open]"); // all else is out of reach then
  if (dialog) dialog.prepend(note);
  else page.before(note);
  note.hidden = false;
}

document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  ctx.fetch = authorized;
  unsure.hidden = unread.hidden = signedOut.hidden = true;
});
document.addEventListener("htmx:error", fail);

// Back and forward ask anew: nothing that was shown is kept.
document.addEventListener("htmx:before:history:restore", (event) => {
  event.preventDefault();
  show(event.detail.path);
});

// The frame's own words came in the browser's language: the Dashboard's was not known yet.
async function speak(language) {
  if (document.documentElement.lang === language) return;
  document.documentElement.lang = language;
  const answer = await fetch(location.href, { headers: { "Accept-Language": language } });
  const frame = new DOMParser().parseFromString(await answer.text(), "text/html");
  document.querySelectorAll("[data-words]").forEach((part) => {
    const words = frame.querySelector(`[data-words="${part.dataset.words}"]`);
    if (words) part.textContent = words.textContent;
  });
}

// What the answer says beside its content: HX-Trigger, see pages.py.
document.addEventListener("staff:told", ({ detail }) => {
  // Every frame of ours on a page of the Dashboard would be taken to say it; a popup says it itself.
  if (!isPopup()) dashboard.notify(detail);
  document.getElementById("told").textContent = detail.text;
});
document.addEventListener("staff:changed", () => changes.postMessage(isPopup() ? "changed by popup" : "changed"));
// A gift in a popup changes what the widget under it shows.
let isCovered = false;
changes.addEventListener("message", ({ data }) => {
  if (!isWidget()) return;
  isCovered = data === "changed by popup";
  if (data === "popup gone") fit();
  else show(location.href);
});

document.addEventListener("htmx:after:swap", ({ detail }) => {
  const language = detail.ctx.response?.headers.get("Content-Language");
  if (language) speak(language);
  // Not where a part of the page came, such as a preview: its reader is further down.
  if (detail.ctx.target !== page) return;
  page.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
});

// Rounded up: of a broken pixel the Dashboard would cut off the rest, and show a bar for it. Type that
// comes late, and another width, make another height. The Dashboard gives it to every frame of ours on
// its page, to a popup's as well: what a popup changed waits until that is gone.
function fit() {
  if (isWidget() && !isCovered) dashboard.fitHeight(Math.ceil(page.getBoundingClientRect().height));
}
new ResizeObserver(fit).observe(page);
window.addEventListener("pagehide", () => isPopup() && changes.postMessage("popup gone"));

document.addEventListener("click", (event) => {
  const { visit, opensApp } = event.target.closest("[data-visit], [data-opens-app]")?.dataset ?? {};
  if (visit) addresses.visit(visit);
  if (opensApp) dashboard.open(opensApp);
  if (event.target.closest("[data-closes-popup]")) dashboard.closePopup();
});

dashboard.onLanguage(() => {
  if (shownIn && shownIn !== dashboard.language()) show(location.href);
});

if (dashboard.isFramed) {
  window.addEventListener("DOMContentLoaded", () => show(location.href), { once: true });
} else {
  document.getElementById("outside").hidden = false;
  page.hidden = true;
}
