// Fields that matter only beside another's value: `data-shown-with="field=value other-value"`.
function arrange(form) {
  form.querySelectorAll("[data-shown-with]").forEach((part) => {
    const [name, values] = part.dataset.shownWith.split("=");
    const chosen = new FormData(form).get(name) ?? "";
    part.hidden = !values.split(" ").includes(chosen);
  });
}

const arrangeAll = () => document.querySelectorAll("form").forEach(arrange);
document.addEventListener("change", ({ target }) => target.form && arrange(target.form));
document.addEventListener("htmx:after:swap", arrangeAll);

// What was wrong with a value says nothing of the one that takes its place.
function forgive({ target }) {
  const wrong = target.closest("[aria-invalid=true]");
  if (!wrong) return;
  wrong.removeAttribute("aria-invalid");
  wrong.closest(".field")?.querySelector(".error")?.remove();
}
document.addEventListener("input", forgive);
document.addEventListener("change", forgive);

// A variable's name goes where the cursor was.
let lastField = null;
document.addEventListener("focusout", ({ target }) => {
  if (target.matches?.("[data-takes-variables]")) lastField = target;
});
document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-variable]");
  const field = lastField?.isConnected
    ? lastField
    : document.querySelector("[data-words-of] textarea, textarea.code");
  if (!button || !field) return;
  field.focus();
  field.setRangeText(button.dataset.variable, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
});
