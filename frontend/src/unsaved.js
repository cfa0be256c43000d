// What was typed into a form and not saved is not lost by a click on a link without a question, and Save
// can be pressed once there is something to save.
const page = document.getElementById("page");
const question = document.getElementById("unsaved");
const guarded = "form[data-guarded]";
let link = null;

const form = () => page.querySelector(guarded);
const said = (form) => JSON.stringify([...new FormData(form)].map(([name, value]) => [name, value.name ?? value]));

// A form that was refused comes back with what was typed in it; one that sets something up is new.
function isTyped() {
  const now = form();
  if (!now) return false;
  return now.dataset.guarded === "typed" || (now.dataset.saved !== undefined && said(now) !== now.dataset.saved);
}

function arrange() {
  const now = form();
  if (!now) return;
  const save = now.querySelector("[data-saves]");
  if (save) save.disabled = now.dataset.guarded !== "new" && !isTyped();
}

page.addEventListener("input", arrange);
page.addEventListener("change", arrange);
document.addEventListener("htmx:after:swap", ({ detail }) => {
  if (detail.ctx.target !== page) return;
  const now = form();
  if (now) now.dataset.saved = said(now);
  arrange();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "s" || !(event.ctrlKey || event.metaKey) || !form()) return;
  event.preventDefault();
  const save = form().querySelector("[data-saves]");
  if (save && !save.disabled && !document.querySelector("dialog[open]")) save.click();
});

document.addEventListener(
  "click",
  (event) => {
    const clicked = event.target.closest("#page a[href]");
    if (!clicked || clicked.dataset.file || !isTyped()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    link = clicked;
    question.showModal();
  },
  { capture: true },
);
question.addEventListener("close", () => {
  if (question.returnValue !== "leave") return;
  question.returnValue = "";
  form()?.removeAttribute("data-guarded");
  link.click();
});
