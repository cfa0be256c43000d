// The Dashboard around us, through App Bridge: its token, its theme, its language, its messages.
import { AppBridge, actions } from "@saleor/app-sdk/app-bridge";

// The Dashboard gives no token in place of one that ran out: whoever signed in there is signed out by now.
export class SignedOut extends Error {}

const SECONDS = 1000;
const WAIT_FOR_FIRST = 60 * SECONDS;
const WAIT_FOR_ANOTHER = 10 * SECONDS;
const ASK_AGAIN = 5 * SECONDS;

export const isFramed = window.parent !== window;
// App Bridge knows the Dashboard by the referrer. A frame loaded by Back after a reload has none.
const [parent] = location.ancestorOrigins ?? [];
if (parent && !document.referrer) Object.defineProperty(document, "referrer", { value: parent });
const bridge = isFramed ? new AppBridge({ autoNotifyReady: false }) : null;

// Dashboards before 3.23 tell their language to pages and widgets alone: popups ask the other frames.
const frames = new BroadcastChannel("saleor-loyalty:language");
let told = null;
let heard = null;
let onChange = () => {};

bridge?.subscribe("localeChanged", ({ locale }) => {
  told = locale;
  frames.postMessage(told);
  onChange();
});
frames.addEventListener("message", ({ data }) => {
  if (data && !told) {
    heard = data;
    onChange();
  } else if (!data && told) frames.postMessage(told);
});
frames.postMessage(null);

export const language = () => told ?? heard ?? "en";

// The token in hand, or the first one. Rejects when the Dashboard gives none.
export function token() {
  const known = bridge?.getState().token;
  return known ? Promise.resolve(known) : anotherToken(undefined);
}

// A token other than `refused`: one that came meanwhile, or the one it sends when asked. A Dashboard that
// is still busy with itself may not hear the first time.
export function anotherToken(refused) {
  return new Promise((resolve, reject) => {
    const isNew = (candidate) => candidate && candidate !== refused;
    if (!bridge) return reject(new Error("Not in the Dashboard"));
    if (isNew(bridge.getState().token)) return resolve(bridge.getState().token);
    const stops = ["handshake", "tokenRefresh"].map((event) =>
      bridge.subscribe(event, ({ token }) => isNew(token) && end(() => resolve(token))),
    );
    const none = refused ? new SignedOut("No other") : new Error("No token");
    const timer = setTimeout(() => end(() => reject(none)), refused ? WAIT_FOR_ANOTHER : WAIT_FOR_FIRST);
    const asking = setInterval(() => tell(actions.NotifyReady()), ASK_AGAIN);
    function end(settle) {
      clearTimeout(timer);
      clearInterval(asking);
      stops.forEach((stop) => stop());
      settle();
    }
    tell(actions.NotifyReady());
  });
}

export const onLanguage = (callback) => (onChange = callback);

export function notify({ status, title, text }) {
  tell(actions.Notification({ status, title, text }));
}

// What leads to a page of ours, as the address of the Dashboard: one more entry in its history.
export const noteAddress = (path) => tell(actions.UpdateRouting({ newRoute: path }));

// To a page of the Dashboard itself.
export const visit = (path) => tell(actions.Redirect({ to: path }));

// What a Dashboard does not know it fails over being asked: so its version is asked first. Released
// ones say "v3.23.27".
function isAtLeast(...wanted) {
  const said = bridge?.getState().dashboardVersion?.match(/^v?(\d+)\.(\d+)\.(\d+)/);
  if (!said) return false;
  const version = said.slice(1).map(Number);
  const at = wanted.findIndex((number, place) => version[place] !== number);
  return at < 0 || version[at] > wanted[at];
}

// Older Dashboards keep the height of widgets as it is.
export function fitHeight(height) {
  if (isAtLeast(3, 23, 7)) tell(actions.WidgetResize({ height }));
}

export const closePopup = () => tell(actions.PopupClose());

// Buttons that close a popup show where that can be; elsewhere the popup's own cross does it.
bridge?.subscribe("handshake", () => {
  document.documentElement.toggleAttribute("data-popup-closes", isAtLeast(3, 23, 0));
});

// The Dashboard answers each action; one it does not know it leaves unanswered, which is no matter.
function tell(action) {
  bridge?.dispatch(action).catch(() => {});
}

function wear(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
}

wear(bridge?.getState().theme);
bridge?.subscribe("theme", ({ theme }) => wear(theme));

// A page of ours in full, from a small frame on one of the Dashboard's pages.
export function open(path) {
  const { id } = bridge.getState();
  visit(`/extensions/app/${encodeURIComponent(id)}${path}`);
}
