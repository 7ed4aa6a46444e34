/* What is typed is kept in this tab until the server has it: over a lost connection, a session that ended, a page left by
   mistake. It goes when it is saved, at sign-out, when the application is sent, and with the tab (app.js, "data-forget"). */
(() => {
  "use strict";
  const form = document.querySelector("form[data-keep]");
  if (!form) return;
  const KEY = `typed:${location.pathname}`;
  const words = JSON.parse(form.dataset.keepWords);
  const HIDDEN = ["csrf_token", "revision", "seen"];
  const told = document.createElement("div");
  told.className = "notice notice--info keep-state";
  told.setAttribute("role", "status");
  told.hidden = true;
  form.before(told);
  told.tabIndex = -1;
  const say = (text) => {
    const held = told.contains(document.activeElement); // its button goes: the focus must not go with it
    told.textContent = text;
    told.hidden = !text;
    if (held) told.focus();
  };
  const fields = () => [...form.elements].filter((each) => each.name && !HIDDEN.includes(each.name) && !["file", "submit", "button"].includes(each.type));
  const typed = () => fields().map((each) => [each.name, each.type === "radio" || each.type === "checkbox" ? (each.checked ? each.value : null) : each.value.trim()]);
  const asText = (values) => JSON.stringify(values);
  const shown = asText(typed());
  const read = () => { try { return JSON.parse(sessionStorage.getItem(KEY)); } catch { return null; } };
  const write = (entry) => { try { if (entry) sessionStorage.setItem(KEY, JSON.stringify(entry)); else sessionStorage.removeItem(KEY); } catch { /* no storage: the page itself holds what is typed */ } };
  const hidden = (name) => form.querySelector(`[name="${name}"]`);
  const keep = (sent = false) => write({ values: typed(), seen: hidden("seen").value, revision: hidden("revision").value, at: Date.now(), sent });

  /* As the pages write it: 23.59 in Swedish, 23:59 in English. */
  const clock = (moment) => [moment.getHours(), moment.getMinutes()].map((each) => String(each).padStart(2, "0")).join(document.documentElement.lang === "sv" ? "." : ":");
  function putBack(entry) {
    fields().forEach((each, index) => {
      const [name, value] = entry.values[index] || [];
      if (name !== each.name) return;
      if (each.type === "radio" || each.type === "checkbox") each.checked = value !== null;
      else each.value = value;
      const find = each.dataset.replacedBy && document.getElementById(each.dataset.replacedBy);
      if (find) find.value = each.selectedOptions[0]?.text || "";
      each.dispatchEvent(new Event("input", { bubbles: true }));
    });
    // Based on what was shown then: if it was changed elsewhere since, the server says so and shows both.
    hidden("seen").value = entry.seen;
    hidden("revision").value = entry.revision;
    say(words.restored.replace("{time}", clock(new Date(entry.at))));
    const discard = document.createElement("button");
    discard.type = "button";
    discard.className = "button button--link";
    discard.textContent = words.discard;
    discard.addEventListener("click", () => { write(null); location.reload(); });
    told.append(" ", discard);
  }

  const before = read();
  const answered = document.querySelector("[data-error-summary]"); // the server has shown what was typed
  if (before && !answered) {
    const saved = before.sent && before.seen !== hidden("seen").value;
    if (saved || asText(before.values) === shown) write(null);
    else putBack(before);
  }

  let submitter = null;
  let timer = 0;
  const reachable = async () => {
    try { return (await fetch("/health", { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(8000) })).ok; } catch { return false; }
  };
  async function trySending() {
    clearTimeout(timer);
    if (!submitter) return;
    if (await reachable()) {
      const by = submitter;
      submitter = null;
      form.dataset.reached = "yes";
      form.requestSubmit(by === form ? undefined : by);
      return;
    }
    keep();
    say(words.waits);
    timer = setTimeout(trySending, 5000);
  }
  form.addEventListener("input", () => keep());
  form.addEventListener("change", () => keep());
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    if (form.dataset.reached) { delete form.dataset.reached; keep(true); return; }
    event.preventDefault();
    event.stopPropagation();
    const first = !submitter;
    submitter = event.submitter || form;
    if (first) trySending();
  });
  window.addEventListener("offline", () => say(words.offline));
  window.addEventListener("online", () => { if (submitter) trySending(); else if (!told.hidden && told.textContent === words.offline) say(words.online); });
})();
