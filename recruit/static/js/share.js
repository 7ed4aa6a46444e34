// A page's address: shared by the phone's own sheet where there is one, else copied. Without script the address stands there to read.
for (const button of document.querySelectorAll("[data-share]")) {
  const field = document.getElementById(button.dataset.share);
  const words = document.getElementById(button.getAttribute("aria-describedby"));
  button.hidden = false;
  button.addEventListener("click", async () => {
    if (navigator.share) {
      try { await navigator.share({ title: document.title, url: field.value }); } catch { /* closed without sharing */ }
      return;
    }
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      words.textContent = button.dataset.done;
    } catch { words.textContent = button.dataset.failed; }
  });
}
