// What needs a script: copying a code, and telling the storefront how high its frame should be.
(() => {
  "use strict";

  const copy = async (code) => {
    try {
      await navigator.clipboard.writeText(code.textContent);
    } catch {  // not allowed in this frame, or not over http: what is selected can be copied still
      getSelection().selectAllChildren(code);
      document.execCommand("copy");
    }
  };

  for (const button of document.querySelectorAll("[data-copy]")) {
    const label = button.textContent;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await copy(document.getElementById(button.dataset.copy));
      button.textContent = button.dataset.copied;
      document.getElementById("said").textContent = button.dataset.copied;
      setTimeout(() => { button.textContent = label; }, 2000);
    });
  }

  const storefront = document.body.dataset.framedBy;
  if (storefront && parent !== window) {
    const tell = () => parent.postMessage(
      // The body's, which is no higher than what is in it: the frame's own would never shrink.
      { type: "saleor-loyalty:height", height: Math.ceil(document.body.getBoundingClientRect().height) },
      new URL(storefront).origin,
    );
    new ResizeObserver(tell).observe(document.body);
  }
})();
