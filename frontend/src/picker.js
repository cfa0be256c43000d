// Things chosen from what a search found: each is a line that holds what the form sends of it.
document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-takes], [data-drops]");
  if (!button) return;
  const picker = button.closest(".picker");
  const line = button.closest("li");
  const isTaken = button.matches("[data-takes]");
  line.querySelectorAll("input").forEach((input) => (input.disabled = !isTaken));
  // As typing would: the form is not as it was saved, and comes to something else.
  line.querySelector("input").dispatchEvent(new Event("input", { bubbles: true }));
  if (isTaken) picker.querySelector(".chosen").append(line);
  else line.remove();
  picker.querySelector("[type=search]").focus();
});
