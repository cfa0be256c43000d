// What was typed into a form and not saved is not lost by a click on a link without a question.
const page = document.getElementById("page");
const question = document.getElementById("unsaved");
const guarded = "form[data-guarded]";
let isTyped = false;
let link = null;

page.addEventListener("input", ({ target }) => {
  if (target.form?.matches(guarded)) isTyped = true;
});
// A form that was refused comes back with what was typed in it.
document.addEventListener("htmx:after:swap", ({ detail }) => {
  if (detail.ctx.target === page) isTyped = page.querySelector('[data-guarded="typed"]') !== null;
});

document.addEventListener(
  "click",
  (event) => {
    const clicked = event.target.closest("#page a[href]");
    if (!isTyped || !clicked || clicked.dataset.file) return;
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
  isTyped = false;
  link.click();
});
