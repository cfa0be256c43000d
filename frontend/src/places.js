// Where the reader is: a page that comes again, after something was done on it or its list turned over,
// stays where it was and is read on from there; another page begins at its top.
const page = document.getElementById("page");
let shown = location.pathname;
let scrolled = 0;
let pressed = null;

// What opened a dialog, or else what was pressed: by its id or its dialog's, and its section's heading.
document.addEventListener("click", ({ target }) => {
  const button = target.closest("#page button, #page a");
  if (!button || button.closest("dialog")) return;
  const { opens } = button.dataset;
  const heading = button.closest("section[aria-labelledby]")?.getAttribute("aria-labelledby");
  pressed = { opens, heading, label: button.getAttribute("aria-label") ?? button.textContent };
});

document.addEventListener("htmx:before:swap", ({ detail }) => {
  if (detail.ctx.target === page) scrolled = window.scrollY;
});

export function settle() {
  const isSame = shown === location.pathname;
  shown = location.pathname;
  window.scrollTo(0, isSame ? scrolled : 0);
  const place = isSame && pressed ? found(pressed) : null;
  pressed = null;
  (place ?? page.querySelector("h1"))?.focus({ preventScroll: true });
}

function found({ opens, heading, label }) {
  const section = heading ? document.getElementById(heading)?.closest("section") : page;
  const opener = opens && page.querySelector(`[data-opens="${opens}"]`);
  const likely = [...(section?.querySelectorAll("a, button") ?? [])];
  return (
    opener ||
    likely.find((each) => (each.getAttribute("aria-label") ?? each.textContent) === label) ||
    (heading && document.getElementById(heading)) ||
    null
  );
}
