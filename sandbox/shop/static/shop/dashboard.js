// The Dashboard's part of App Bridge, for the frames of one app, as the released Dashboard 3.23.27
// plays it: it answers the actions that we use and is silent on others.
const settings = JSON.parse(document.getElementById("settings").textContent);
const appOrigin = settings.appUrl ? new URL(settings.appUrl).origin : "";
const version = settings.version ?? "v3.23.27"; // that is how releases announce themselves
const saleorVersion = version.slice(1);
const isOld = version < "v3.23";
const state = { theme: "light", locale: "en" };
const greeted = new Map(); // the app's frames on this page, and whether they have said or been told hello
window.told = []; // the app's notices, for whoever watches
window.sent = []; // and all else that its frames were told

const WIDGET_HEIGHT = 200;
const MOST_HEIGHT = 5000;
const FLAGS = {
  "featureFlags[new_order_ui][enabled]": "false",
  "featureFlags[new_order_ui][payload]": "default",
};
const isPopup = (frame) => frame.closest("dialog") !== null;
const isWidget = (frame) => frame.closest("section") !== null;

// A frame is loaded twice: the theme is in its address only once the Dashboard knows it itself. An
// address of a widget names the shop twice.
function load(frame, path, params = {}) {
  const shop = {
    domain: new URL(settings.apiUrl).host,
    saleorApiUrl: settings.apiUrl,
    id: settings.id,
  };
  const parts = [location.search.slice(1), path.split("?")[1], isWidget(frame) && query(shop)];
  const address = path.startsWith("/") ? `${settings.appUrl}${path}` : path;
  const search = [...parts, query({ ...shop, ...params, ...FLAGS })].filter(Boolean).join("&");
  const src = `${address.split("?")[0].replace(/\/$/, "")}?${search}`;
  greeted.set(frame, false);
  frame.addEventListener("load", () => shake(frame).then(() => greet(frame)));
  if (isWidget(frame)) frame.style.height = `${WIDGET_HEIGHT}px`;
  frame.src = src;
  setTimeout(() => (frame.src = `${src}&${query({ theme: state.theme })}`));
}

const query = (params) => new URLSearchParams(params).toString();

function post(frame, type, payload) {
  if (type !== "response") window.sent.push({ type, payload, to: new URL(frame.src).pathname });
  frame.contentWindow?.postMessage({ type, payload }, appOrigin);
}

// The token that the Dashboard holds for the app: the same one however often it is asked.
const SECONDS = 1000;
const BEFORE_THE_END = 30 * SECONDS;
let asked = null;

function token() {
  asked ??= freshToken();
  return asked;
}

async function freshToken() {
  const response = await fetch(settings.tokenUrl);
  const { token } = await response.json();
  const { exp } = JSON.parse(atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")));
  const left = exp * SECONDS - Date.now() - BEFORE_THE_END;
  setTimeout(renew, Math.max(left, BEFORE_THE_END));
  return token;
}

async function renew() {
  asked = freshToken();
  const renewed = await asked;
  greeted.forEach((_, frame) => post(frame, "tokenRefresh", { token: renewed }));
}
window.renew = renew; // for whoever does not want to wait

// What core's version is, the Dashboard does not tell a widget.
async function shake(frame) {
  const versions = { saleorVersion: isWidget(frame) ? "" : saleorVersion, dashboardVersion: version };
  post(frame, "handshake", { token: await token(), version: 1, ...versions });
}

// Before 3.23 a popup is told no language: that is done before its frame is known.
function greet(frame) {
  if (greeted.get(frame) !== false) return;
  greeted.set(frame, true);
  if (!isOld || !isPopup(frame)) post(frame, "localeChanged", { locale: state.locale });
  post(frame, "theme", { theme: state.theme });
  post(frame, "redirect", { path: location.pathname });
}

const actions = {
  async notifyReady(frame) {
    await shake(frame);
    setTimeout(() => greet(frame));
  },
  notification(_frame, { status, title, text }) {
    window.told.push({ status, title, text });
    const note = document.getElementById("note");
    note.textContent = [title, text].filter(Boolean).join(": ");
    note.dataset.status = status;
    note.hidden = false;
    setTimeout(() => (note.hidden = true), 4000);
  },
  updateRouting(_frame, { newRoute }) {
    const address = `${settings.home}app${newRoute}`;
    if (location.pathname !== address) history.pushState(null, "", address);
  },
  redirect(_frame, { to }) {
    const own = `/extensions/app/${encodeURIComponent(settings.id)}`;
    const path = to.startsWith(own) ? `app${to.slice(own.length)}` : to.replace(/^\//, "");
    location.href = `${settings.home}${path}`;
  },
};
const newActions = {
  popupClose() {
    document.getElementById("popup").close();
  },
  widgetResize(frame, { height }) {
    if (height > 0) frame.style.height = `${Math.min(Math.ceil(height), MOST_HEIGHT)}px`;
  },
};
if (!isOld) Object.assign(actions, newActions);

// The Dashboard looks where a message comes from by its origin alone: what one frame of the app asks
// for is done, and answered, for each frame of the app that is on the page.
window.addEventListener("message", ({ origin, data }) => {
  if (origin !== appOrigin || !data?.payload?.actionId || !actions[data.type]) return;
  const { actionId, ...payload } = data.payload;
  greeted.forEach(async (_, frame) => {
    await actions[data.type](frame, payload);
    post(frame, "response", { actionId, ok: true });
  });
});

const everyFrame = (type, payload) =>
  greeted.forEach((isGreeted, frame) => isGreeted && post(frame, type, payload));

function wear(theme) {
  state.theme = theme;
  document.documentElement.dataset.theme = theme;
  everyFrame("theme", { theme });
}

function speak(locale) {
  state.locale = locale;
  everyFrame("localeChanged", { locale });
}

// A popup's frame is made when it opens, and is gone when it closes.
function openPopup(path, params) {
  const dialog = document.getElementById("popup");
  load(dialog.querySelector("iframe"), path, params);
  dialog.showModal();
}

function forgetPopup({ target }) {
  const frame = target.querySelector("iframe");
  greeted.delete(frame);
  const blank = frame.cloneNode();
  blank.removeAttribute("src");
  blank.removeAttribute("style");
  frame.replaceWith(blank);
}

window.addEventListener("pageshow", () => {
  const theme = document.getElementById("theme");
  const locale = document.getElementById("locale");
  if (theme) {
    theme.value = sessionStorage.theme ?? "light";
    locale.value = sessionStorage.locale ?? "en";
    wear(theme.value);
    speak(locale.value);
    theme.addEventListener("change", () => wear((sessionStorage.theme = theme.value)));
    locale.addEventListener("change", () => speak((sessionStorage.locale = locale.value)));
  }
  document.querySelectorAll("iframe[data-path]").forEach((frame) => {
    load(frame, frame.dataset.path, JSON.parse(frame.dataset.params ?? "{}"));
  });
  document.getElementById("popup").addEventListener("close", forgetPopup);
  document.querySelectorAll("[data-popup]").forEach((button) => {
    button.addEventListener("click", () =>
      openPopup(button.dataset.popup, JSON.parse(button.dataset.params)),
    );
  });
}, { once: true });
