// A menu closes when its reader goes elsewhere, or presses Escape. It says how many of its fields narrow
// the list, which comes without the menu.
const menus = () => document.querySelectorAll("details.menu[open]");

document.addEventListener("click", ({ target }) => {
  menus().forEach((menu) => (menu.open = menu.contains(target) && !target.closest("[data-closes-menu]")));
});
document.addEventListener("keydown", ({ key }) => {
  if (key !== "Escape") return;
  menus().forEach((menu) => {
    menu.open = false;
    menu.querySelector("summary").focus();
  });
});
document.addEventListener("input", ({ target }) => {
  const menu = target.closest("details.menu");
  if (!menu) return;
  const count = [...menu.querySelectorAll("input, select")].filter(({ value }) => value).length;
  const shown = menu.querySelector("[data-count]");
  shown.textContent = count;
  shown.hidden = !count;
});
