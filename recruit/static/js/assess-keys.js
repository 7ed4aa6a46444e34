/* Scoring with the keyboard: one criterion in focus, its evidence lit, single keys that can be switched off. */
(() => {
  "use strict";
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const criteria = all("[data-criterion]");
  if (!criteria.length) return;
  const toggle = document.querySelector("[data-shortcuts-switch]");
  const help = document.querySelector("[data-keys-help]");
  const store = "recruit.single-keys";
  const read = () => { try { return localStorage.getItem(store) !== "off"; } catch { return true; } };
  let keys = read();
  if (toggle) {
    toggle.checked = keys;
    toggle.addEventListener("change", () => { keys = toggle.checked; try { localStorage.setItem(store, keys ? "on" : "off"); } catch { /* kept for this page only */ } });
  }
  let current = criteria.find((c) => c.classList.contains("is-current")) || criteria.find((c) => !c.querySelector("input[type=radio]:checked")) || criteria[0];
  /* The levels scroll in a place of their own where there is one: the page itself stays where it is. */
  const reveal = () => {
    const place = current.closest(".judge-levels");
    const own = place && /auto|scroll/.test(getComputedStyle(place).overflowY) && place.scrollHeight > place.clientHeight + 1;
    if (!own) return false;
    const bar = place.querySelector(".saving");
    const above = bar && getComputedStyle(bar).position === "sticky" ? bar.offsetHeight : 0;
    const part = current.getBoundingClientRect();
    const seen = place.getBoundingClientRect();
    place.scrollTop += part.top - seen.top - above - 8;
    return true;
  };
  const light = () => {
    criteria.forEach((c) => c.classList.toggle("is-current", c === current));
    all("[data-evidence]").forEach((e) => e.classList.toggle("is-lit", e.dataset.evidence.split(" ").includes(current.dataset.criterion)));
  };
  const go = (step) => {
    const next = criteria[criteria.indexOf(current) + step];
    if (!next) return;
    current = next;
    light();
    const level = current.querySelector("input[type=radio]:checked") || current.querySelector("input[type=radio]");
    (level || current).focus({ preventScroll: true });
    if (!reveal()) current.scrollIntoView({ block: "nearest" });
  };
  criteria.forEach((c) => {
    c.addEventListener("focusin", () => { if (current !== c) { current = c; light(); } });
    c.addEventListener("click", () => { if (current !== c) { current = c; light(); } });
  });
  light();
  // Once the other criteria are folded; what the form counted comes first where there is room for it.
  requestAnimationFrame(() => { if (current !== criteria[0] || window.innerWidth < 1024) reveal(); });
  const press = (selector) => { const button = document.querySelector(selector); if (button && !button.closest("[hidden]")) button.click(); };
  const commands = {
    j: () => go(1),
    k: () => go(-1),
    m: () => current.querySelector("[data-rationale]:not(:disabled)")?.focus(),
    u: () => document.querySelector(`[data-evidence~="${CSS.escape(current.dataset.criterion)}"]`)?.scrollIntoView({ block: "start" }),
    z: () => press("[data-undo] button"),
    d: () => document.dispatchEvent(new CustomEvent("paper", { detail: "toggle" })),
    n: () => press("[data-paper=next]"),
    p: () => press("[data-paper=previous]"),
    w: () => press("[data-paper=width]"),
    "+": () => press("[data-paper=larger]"),
    "-": () => press("[data-paper=smaller]"),
    "?": () => help?.showModal?.(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target.matches?.("[data-rationale]")) {
      (current.querySelector("input[type=radio]:checked") || current.querySelector("input[type=radio]"))?.focus({ preventScroll: true });
      return;
    }
    if (!keys || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector("dialog[open]")) return;
    if (event.target.closest("textarea, select, [contenteditable], input:not([type=radio]):not([type=checkbox])")) return;
    const key = event.key.toLowerCase();
    if (/^[0-4]$/.test(key)) {
      const level = current.querySelector(`input[type=radio][value="${key}"]:not(:disabled)`);
      if (level) { level.checked = true; level.dispatchEvent(new Event("change", { bubbles: true })); level.focus({ preventScroll: true }); }
    } else if (commands[key]) commands[key]();
    else if (key === "enter" && !event.target.closest("a, button, summary, input[type=checkbox]")) {
      const form = current.closest("form");
      const next = form?.querySelector("[data-save-next]");
      if (!next) return;
      event.preventDefault();
      form.requestSubmit(next);
      return;
    } else return;
    event.preventDefault();
  });
})();
