// What moves on the pages: the balance follows the loyalty app, codes are copied, menus close, and
// the form that leads to the loyalty app's page posts itself.
(() => {
  const link = document.querySelector("[data-balance-url]");
  const shown = document.querySelector("[data-balance]");
  const onPage = document.querySelector("[data-page-balance]");
  const write = (points) => points.toLocaleString("en-US");

  const refresh = async () => {
    const answer = await fetch(link.dataset.balanceUrl).then((response) => response.json()).catch(() => ({}));
    if (typeof answer.balance !== "number") return;
    const text = write(answer.balance);
    if (shown.textContent.trim() !== text) {
      shown.textContent = text;
      link.classList.add("changed");
      setTimeout(() => link.classList.remove("changed"), 1500);
    }
    if (onPage && onPage.textContent.trim() !== text) location.reload();
  };
  if (link) setInterval(() => { if (!document.hidden) refresh(); }, 2500);

  document.querySelectorAll("[data-copy]").forEach((button) => {
    if (!navigator.clipboard) return;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = "Copied";
    });
  });

  document.querySelector("form[data-submit]")?.submit();

  const menu = document.querySelector("details.person");
  document.addEventListener("click", (event) => { if (!menu.contains(event.target)) menu.open = false; });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") menu.open = false; });

  // A part of the page that waits for something: it is read anew each second until it has come.
  const reading = setInterval(async () => {
    const part = document.querySelector("[data-awaits]");
    if (!part) return clearInterval(reading);
    const html = await (await fetch(location.href)).text();
    const now = new DOMParser().parseFromString(html, "text/html").getElementById(part.id);
    if (now) part.replaceWith(now);
    else part.remove();
  }, 1000);
})();
