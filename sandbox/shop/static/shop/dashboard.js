// The Dashboard's part of App Bridge, for the frames of one app, as Dashboard 3.23 plays it: it
// answers the actions that we use and is silent on others.
const settings = JSON.parse(document.getElementById("settings").textContent);
const appOrigin = settings.appUrl ? new URL(settings.appUrl).origin : "";
const state = { theme: "light", locale: "en" };
const frames = new Map(); // what a frame was loaded with, by its element
window.told = []; // the app's notices, for whoever watches

// Where a frame is loaded from: the Dashboard joins the addresses and drops a slash before the "?".
function load(frame, path, params = {}) {
  const query = new URLSearchParams({
    domain: new URL(settings.apiUrl).host,
    saleorApiUrl: settings.apiUrl,
    id: settings.id,
    ...params,
    theme: state.theme,
  });
  const [plain, search] = path.split("?");
  frames.set(frame, params);
  const address = plain.startsWith("/") ? `${settings.appUrl}${plain}` : plain;
  frame.src = `${address.replace(/\/$/, "")}?${search ? `${search}&` : ""}${query}`;
}

async function freshToken() {
  const response = await fetch(settings.tokenUrl);
  return (await response.json()).token;
}

const post = (frame, type, payload) => frame.contentWindow.postMessage({ type, payload }, appOrigin);

const actions = {
  async notifyReady(frame) {
    post(frame, "handshake", { token: await freshToken(), version: 1, dashboardVersion: "3.23.27" });
    // The real one tells a popup no language: it does so before it knows the popup's frame.
    if (!frame.closest("dialog")) post(frame, "localeChanged", { locale: state.locale });
    post(frame, "theme", { theme: state.theme });
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
  popupClose() {
    document.getElementById("popup").close();
  },
  widgetResize(frame, { height }) {
    frame.style.height = `${height}px`;
  },
  redirect(_frame, { to }) {
    const own = `/extensions/app/${encodeURIComponent(settings.id)}`;
    const path = to.startsWith(own) ? `app${to.slice(own.length)}` : to.replace(/^\//, "");
    location.href = `${settings.home}${path}`;
  },
};

window.addEventListener("message", ({ source, origin, data }) => {
  const frame = [...frames.keys()].find((each) => each.contentWindow === source);
  if (!frame || origin !== appOrigin || !actions[data.type]) return;
  const { actionId, ...payload } = data.payload;
  actions[data.type](frame, payload);
  post(frame, "response", { actionId, ok: true });
});

const everyFrame = (type, payload) => frames.forEach((_params, frame) => post(frame, type, payload));

function wear(theme) {
  state.theme = theme;
  document.documentElement.dataset.theme = theme;
  everyFrame("theme", { theme });
}

function speak(locale) {
  state.locale = locale;
  everyFrame("localeChanged", { locale });
}

// Saleor's token lives five minutes; the Dashboard brings the next one in time.
const FOUR_MINUTES = 240_000;
setInterval(async () => everyFrame("tokenRefresh", { token: await freshToken() }), FOUR_MINUTES);

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
  document.querySelectorAll("[data-popup]").forEach((button) => {
    button.addEventListener("click", () => {
      const dialog = document.getElementById("popup");
      load(dialog.querySelector("iframe"), button.dataset.popup, JSON.parse(button.dataset.params));
      dialog.showModal();
    });
  });
}, { once: true });
