/* What is set is saved as it is set, one request at a time. Nothing typed is kept in the browser: it stands in the page
   until the server has it, and the page says so. */
(() => {
  "use strict";
  const form = document.querySelector("form[data-judge]");
  const state = document.querySelector("[data-saving-state]");
  if (!form || !state) return;
  const words = state.dataset;
  const undo = document.querySelector("form[data-undo]");
  const PAUSE = 900; // ms without a key before a rationale is saved
  const AGAIN = [2000, 4000, 8000, 15000]; // ms until the next try
  const dirty = new Set(); // criteria, and "told" for the two ticks
  let sending = null;
  let tries = 0;
  let timer = 0;
  let leaving = false;
  let gone = false;

  const say = (text, kind = "", link = null) => {
    state.className = `saving-state${kind ? ` saving-state--${kind}` : ""}`;
    state.replaceChildren(text);
    if (link) {
      const a = document.createElement("a");
      a.href = link.href;
      a.textContent = link.text;
      if (link.apart) { a.target = "_blank"; a.rel = "noopener"; }
      state.append(" ", a);
      if (link.after) state.append(". ", link.after);
    }
  };
  const section = (key) => form.querySelector(`[data-criterion="${CSS.escape(key)}"]`);
  const token = () => form.querySelector("[name=csrf_token]");

  const body = (keys) => {
    const data = new URLSearchParams({ csrf_token: token().value, stage: form.dataset.stage });
    for (const name of ["recognised", "told_country"]) if (form.elements[name]?.checked) data.set(name, "y");
    for (const key of keys) {
      const part = section(key);
      if (!part) continue;
      data.set(`level-${key}`, part.querySelector("input[type=radio]:checked")?.value ?? "");
      data.set(`note-${key}`, part.querySelector("[data-rationale]")?.value ?? "");
      data.set(`revision-${key}`, part.querySelector(`[name="revision-${CSS.escape(key)}"]`)?.value ?? "0");
    }
    return data;
  };

  const later = (wait) => { clearTimeout(timer); timer = setTimeout(() => send(), wait); };
  const failed = (text, kind, link) => {
    say(text, kind, link);
    later(AGAIN[Math.min(tries, AGAIN.length - 1)]);
    tries += 1;
    return false;
  };

  /* Signed in again in another tab: that session has another token. The page is fetched only to learn it. */
  async function freshToken() {
    const answer = await fetch(location.href, { redirect: "manual" });
    if (!answer.ok) return false;
    const found = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("form[data-judge] [name=csrf_token]");
    if (!found || found.value === token().value) return false;
    document.querySelectorAll("[name=csrf_token]").forEach((field) => { field.value = found.value; });
    return true;
  }
  const signedOut = () => failed(words.out, "problem", { href: words.login, text: words.signIn, apart: true, after: words.again });

  async function answered(answer, keys) {
    if (answer.type === "opaqueredirect" || answer.status === 400 || answer.status === 401) {
      keys.forEach((key) => dirty.add(key));
      return (await freshToken()) ? request() : signedOut();
    }
    const told = await answer.json().catch(() => null);
    if (!told) { keys.forEach((key) => dirty.add(key)); return failed(words.offline, "problem"); }
    tries = 0;
    if (told.state === "saved") {
      for (const [key, number] of Object.entries(told.revisions)) {
        const field = form.elements[`revision-${key}`];
        // Only what this page has sent: another window's change of another criterion stays to be told.
        if (field && keys.includes(key)) field.value = number;
      }
      keys.forEach((key) => { const alert = section(key)?.querySelector("[data-elsewhere]"); if (alert) alert.hidden = true; });
      say(words.saved.replace("{time}", told.time), "done");
      if (undo) undo.hidden = Object.keys(told.revisions).length === 0;
      return true;
    }
    if (told.state === "elsewhere") {
      for (const [key, there] of Object.entries(told.there)) {
        const part = section(key);
        const alert = part?.querySelector("[data-elsewhere]");
        if (!alert) continue;
        alert.textContent = there.message;
        alert.hidden = false;
        part.querySelector(`[name="revision-${CSS.escape(key)}"]`).value = there.revision;
      }
      keys.filter((key) => !told.there[key]).forEach((key) => dirty.add(key));
      say(told.message, "problem");
      return false;
    }
    if (told.state === "gone") {
      gone = true;
      say(words.gone, "problem", { href: words.queue, text: words.next });
      return false;
    }
    say(told.message, "problem");
    return false;
  }

  async function request() {
    const keys = [...dirty];
    dirty.clear();
    say(words.waits);
    try {
      return await answered(await fetch(form.dataset.save, { method: "POST", body: body(keys), headers: { Accept: "application/json" }, redirect: "manual" }), keys);
    } catch {
      keys.forEach((key) => dirty.add(key));
      return failed(words.offline, "problem");
    }
  }

  /* One at a time; what is set meanwhile goes with the next. Gives whether everything is saved. */
  async function send() {
    clearTimeout(timer);
    if (sending) { await sending; }
    if (gone || !dirty.size) return !gone && !dirty.size;
    sending = request();
    const saved = await sending;
    sending = null;
    return saved && dirty.size ? send() : saved;
  }

  const changed = (target, wait) => {
    const part = target.closest("[data-criterion]");
    dirty.add(part ? part.dataset.criterion : "told");
    if (!gone) later(wait);
  };
  form.addEventListener("change", (event) => changed(event.target, event.target.matches("textarea") ? 0 : 50));
  form.addEventListener("input", (event) => { if (event.target.matches("textarea")) changed(event.target, PAUSE); });
  window.addEventListener("online", () => { if (dirty.size) send(); });
  document.addEventListener("visibilitychange", () => { if (dirty.size) send(); });
  window.addEventListener("beforeunload", (event) => { if (!leaving && dirty.size) event.preventDefault(); });

  /* Going on or submitting waits until the server has everything: a lost connection or session leaves the page standing. */
  const guarded = (which) => which?.addEventListener("submit", async (event) => {
    if (event.defaultPrevented || leaving) return;
    if (!dirty.size && !sending) { leaving = true; return; }
    event.preventDefault();
    event.stopPropagation();
    const by = event.submitter;
    if (by) by.dataset.confirmed = "yes";
    const saved = await send();
    if (saved) { leaving = true; which.requestSubmit(by || undefined); }
    if (by) delete by.dataset.confirmed;
  });
  guarded(form);
  guarded(undo);
  window.addEventListener("pageshow", () => { leaving = false; });
})();
