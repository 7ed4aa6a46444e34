/* Documents beside the scores: a document's pages are put into the page, turned and enlarged there. */
(() => {
  "use strict";
  const papers = document.querySelector("[data-papers]");
  if (!papers) return;
  const pane = papers.querySelector("[data-paper-pane]");
  const tools = papers.querySelector("[data-paper-tools]");
  const at = papers.querySelector("[data-paper-at]");
  const told = papers.querySelector("[data-paper-state]");
  const links = [...papers.querySelectorAll("[data-document]")];
  const WIDTHS = [50, 75, 100, 140, 180, 240]; // percent of the pane
  let width = 2;
  let open = null;
  let last = links[0];
  const pages = () => [...pane.querySelectorAll("[data-page]")];
  const here = () => {
    const top = pane.getBoundingClientRect().top;
    const shown = pages();
    const found = shown.findIndex((page) => page.getBoundingClientRect().bottom > top + 40);
    return found < 0 ? shown.length - 1 : found;
  };
  const say = () => { const all = pages().length; at.textContent = all ? at.dataset.words.replace("{n}", here() + 1).replace("{all}", all) : ""; };
  const turn = (step) => {
    const to = pages()[here() + step];
    if (to) pane.scrollTop += to.getBoundingClientRect().top - pane.getBoundingClientRect().top;
    say();
  };
  const size = () => {
    const before = here();
    pane.className = `paper-pane paper-pane--${WIDTHS[width]}`;
    const to = pages()[before];
    if (to) pane.scrollTop += to.getBoundingClientRect().top - pane.getBoundingClientRect().top;
  };
  const close = () => {
    const back = open || last;
    open = null;
    pane.hidden = tools.hidden = true;
    links.forEach((link) => link.removeAttribute("aria-current"));
    papers.classList.remove("is-open");
    back?.focus();
  };
  async function show(link) {
    if (open === link) { close(); return; }
    told.textContent = told.dataset.waits;
    try {
      const answer = await fetch(link.href, { redirect: "manual" });
      if (!answer.ok) throw new Error(String(answer.status));
      const found = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-pages]");
      pane.replaceChildren(...[...found.children].map((child) => document.importNode(child, true)));
    } catch {
      told.textContent = told.dataset.fails;
      return;
    }
    told.textContent = "";
    open = last = link;
    links.forEach((each) => (each === link ? each.setAttribute("aria-current", "true") : each.removeAttribute("aria-current")));
    pane.hidden = tools.hidden = false;
    papers.classList.add("is-open");
    pane.scrollTop = 0;
    size();
    say();
    pane.focus({ preventScroll: true });
    papers.scrollIntoView({ block: "nearest" });
  }
  links.forEach((link) => link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    show(link);
  }));
  tools.addEventListener("click", (event) => {
    const what = event.target.closest("[data-paper]")?.dataset.paper;
    if (what === "next") turn(1);
    else if (what === "previous") turn(-1);
    else if (what === "larger") { width = Math.min(width + 1, WIDTHS.length - 1); size(); }
    else if (what === "smaller") { width = Math.max(width - 1, 0); size(); }
    else if (what === "width") { width = 2; size(); }
    else if (what === "close") close();
  });
  pane.addEventListener("scroll", say, { passive: true });
  pane.addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });
  document.addEventListener("paper", () => { if (open) close(); else if (last) show(last); });
})();
