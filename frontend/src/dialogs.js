import { settle } from "./places.js";

// Dialogs that the page brings along: opened by a button, or at once when a form in them was refused.
// What is wrong, or has to be heeded, comes into view.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens).showModal();
  if (event.target.closest("[data-closes]")) event.target.closest("dialog").close();
});

document.addEventListener("htmx:after:swap", ({ detail }) => {
  document.querySelectorAll("dialog[data-open]").forEach((dialog) => {
    if (!dialog.open) dialog.showModal();
  });
  const wrong = document.querySelector("[aria-invalid=true], [data-heed]");
  if (wrong) wrong.focus();
  else if (detail.ctx.target.id === "page" && document.activeElement === document.body) {
    // A widget comes anew while its reader is in the popup before it: their place stays theirs.
    if (document.hasFocus() || !document.querySelector("#page [data-widget]")) settle();
  }
});
