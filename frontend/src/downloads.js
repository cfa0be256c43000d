// Files need the token too, so they are fetched and then handed to the browser.
import { fetchAuthorized } from "./requests.js";

document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-file]");
  if (!link) return;
  event.preventDefault();
  const response = await fetchAuthorized(link.href);
  if (!response.ok) return;
  const address = URL.createObjectURL(await response.blob());
  Object.assign(document.createElement("a"), { href: address, download: link.dataset.file }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
});
