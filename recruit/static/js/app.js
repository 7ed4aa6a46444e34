/* Small things on top of pages that work without them. Loaded with `defer`; needs no other script. */
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("js");
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const element = (tag, attributes = {}, text = "") => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.textContent = text;
    return node;
  };

  /* The error summary takes focus, and its links put the cursor in the control. */
  function focusErrors() {
    const summary = document.querySelector("[data-error-summary]");
    if (!summary) return;
    summary.focus();
    summary.addEventListener("click", (event) => {
      const link = event.target.closest("a[href^='#']");
      const control = link && document.getElementById(link.getAttribute("href").slice(1));
      if (!control) return;
      event.preventDefault();
      (control.closest(".field") || control).scrollIntoView({ block: "start" });
      (control.dataset.replacedBy ? document.getElementById(control.dataset.replacedBy) : control).focus({ preventScroll: true });
    });
  }

  /* The names of the files that are chosen, in the words of the page. */
  function nameFiles() {
    for (const input of all(".file input[type=file]")) {
      const told = input.parentElement.querySelector(".file-chosen");
      const tell = () => {
        const names = [...(input.files || [])].map((file) => element("bdi", {}, file.name));
        told.replaceChildren(...(names.length ? names.flatMap((name, index) => (index ? [", ", name] : [name])) : [told.dataset.none]));
      };
      if (!told) continue;
      input.addEventListener("change", tell);
      tell();
    }
  }

  /* Characters left, told politely after a pause. */
  function countCharacters() {
    for (const area of all("textarea[data-limit]")) {
      const note = document.getElementById(`${area.id}-limit`);
      if (!note) continue;
      const limit = Number(area.dataset.limit);
      const spoken = element("span", { class: "visually-hidden", "aria-live": "polite" });
      note.after(spoken);
      let timer = 0;
      const tell = () => {
        const left = limit - [...area.value].length;
        note.textContent = (left < 0 ? note.dataset.over : note.dataset.left).replace("{n}", Math.abs(left));
        note.classList.toggle("limit--over", left < 0);
        clearTimeout(timer);
        timer = setTimeout(() => { spoken.textContent = note.textContent; }, 1000);
      };
      area.addEventListener("input", tell);
      tell();
    }
  }

  /* A button with data-confirm asks first. */
  function confirmFirst() {
    document.addEventListener("click", (event) => {
      const button = event.target.closest("button[data-confirm]");
      if (!button || button.dataset.confirmed || !window.HTMLDialogElement) return;
      event.preventDefault();
      const dialog = element("dialog", { "aria-labelledby": "confirm-question" });
      const yes = element("button", { type: "button", class: `button${button.classList.contains("button--warning") ? " button--warning" : ""}` }, button.dataset.confirmYes || button.textContent);
      const no = element("button", { type: "button", class: "button button--secondary" }, button.dataset.confirmNo || "×");
      const row = element("div", { class: "buttons" });
      row.append(yes, no);
      dialog.append(element("p", { id: "confirm-question" }, button.dataset.confirm), row);
      no.addEventListener("click", () => dialog.close());
      yes.addEventListener("click", () => {
        dialog.close();
        button.dataset.confirmed = "yes";
        button.click();
        delete button.dataset.confirmed;
      });
      dialog.addEventListener("close", () => { dialog.remove(); button.focus(); });
      document.body.append(dialog);
      dialog.showModal();
      no.focus();
    });
  }

  /* Type to find, over a select. Letters are compared without accents: "osterrike" finds Österrike. */
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase();
  function combobox(select) {
    const options = [...select.options].filter((option) => option.value !== "").map((option) => ({ option, text: option.text, key: plain(option.text) }));
    const id = `${select.id}-find`;
    const input = element("input", { class: "input", type: "text", id, role: "combobox", autocomplete: "off", "aria-expanded": "false", "aria-controls": `${id}-list`, "aria-autocomplete": "list" });
    for (const name of ["aria-describedby", "aria-invalid"]) if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
    const list = element("ul", { class: "combobox-list", id: `${id}-list`, role: "listbox" });
    const told = element("span", { class: "visually-hidden", role: "status" });
    const box = element("div", { class: "combobox" });
    const label = document.querySelector(`label[for="${CSS.escape(select.id)}"]`);
    if (label) { label.htmlFor = id; list.setAttribute("aria-label", label.textContent.trim()); }
    select.before(box);
    box.append(input, list, told, select);
    select.hidden = true;
    select.dataset.replacedBy = id;
    list.hidden = true;
    const chosen = () => (select.value ? select.selectedOptions[0].text : "");
    input.value = chosen();
    let shown = [];
    let at = -1;
    const close = () => { list.hidden = true; at = -1; input.setAttribute("aria-expanded", "false"); input.removeAttribute("aria-activedescendant"); };
    const mark = () => {
      [...list.children].forEach((item, i) => item.setAttribute("aria-selected", String(i === at)));
      if (at >= 0) { input.setAttribute("aria-activedescendant", list.children[at].id); list.children[at].scrollIntoView({ block: "nearest" }); }
      else input.removeAttribute("aria-activedescendant");
    };
    const open = (query) => {
      const key = plain(query.trim());
      shown = options.filter((o) => o.key.includes(key)).sort((a, b) => b.key.startsWith(key) - a.key.startsWith(key));
      list.replaceChildren(...shown.map((o, i) => element("li", { role: "option", id: `${id}-${i}`, "aria-selected": "false" }, o.text)));
      told.textContent = shown.length ? select.dataset.combobox.replace("{n}", shown.length) : select.dataset.comboboxEmpty;
      if (!shown.length) list.append(element("li", { class: "combobox-empty", role: "option", "aria-disabled": "true", "aria-selected": "false" }, select.dataset.comboboxEmpty));
      list.hidden = false;
      at = key && shown.length ? 0 : -1;
      input.setAttribute("aria-expanded", "true");
      mark();
    };
    const choose = (o) => { select.value = o.option.value; input.value = o.text; select.dispatchEvent(new Event("change", { bubbles: true })); close(); };
    const settle = () => {
      const exact = options.find((o) => o.key === plain(input.value.trim()));
      if (exact) choose(exact);
      else if (!input.value.trim()) { select.value = ""; close(); }
      else { input.value = chosen(); close(); }
    };
    input.addEventListener("input", () => open(input.value));
    input.addEventListener("click", () => { if (list.hidden) open(""); });
    input.addEventListener("blur", () => setTimeout(settle, 120));
    input.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (list.hidden) { open(""); return; }
        if (shown.length) at = (at + (event.key === "ArrowDown" ? 1 : -1) + shown.length) % shown.length;
        mark();
      } else if (event.key === "Enter" && !list.hidden && at >= 0) { event.preventDefault(); choose(shown[at]); }
      else if (event.key === "Escape" && !list.hidden) { event.stopPropagation(); input.value = chosen(); close(); }
    });
    list.addEventListener("mousedown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => { const i = [...list.children].indexOf(event.target.closest("li")); if (shown[i]) choose(shown[i]); });
  }

  /* On a phone a menu is one row that scrolls: the page one is on stands in sight. */
  function showWhere() {
    for (const menu of all(".menu, .subnav, .meeting-steps")) {
      const here = menu.querySelector("[aria-current]");
      if (here) menu.scrollLeft += here.getBoundingClientRect().right - menu.getBoundingClientRect().right + menu.clientWidth / 4;
    }
  }

  /* A form is sent once, however often the button is pressed. */
  function sendOnce() {
    document.addEventListener("submit", (event) => {
      if (event.defaultPrevented || event.target.method !== "post") return;
      if (event.target.dataset.sent) { event.preventDefault(); return; }
      const form = event.target;
      form.dataset.sent = "yes";
      setTimeout(() => delete form.dataset.sent, 5000); // a download leaves the page standing
    });
    window.addEventListener("pageshow", () => all("form[data-sent]").forEach((form) => delete form.dataset.sent));
  }

  /* A link to a field of another page puts the cursor in its control. */
  function focusField() {
    const field = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!field || !field.closest("main form")) return;
    const control = (field.dataset.replacedBy && document.getElementById(field.dataset.replacedBy)) || field.querySelector("input, select, textarea") || field;
    (control.closest(".field") || control).scrollIntoView({ block: "start" });
    control.focus({ preventScroll: true });
  }

  /* Signing out and sending the application take along what was typed and not saved (keep.js). */
  function forgetTyped() {
    document.addEventListener("submit", (event) => {
      if (!event.target.matches("[data-forget], [action$='/logout']")) return;
      try { Object.keys(sessionStorage).filter((key) => key.startsWith("typed:")).forEach((key) => sessionStorage.removeItem(key)); } catch { /* no storage, nothing kept */ }
    });
  }

  focusErrors();
  forgetTyped();
  nameFiles();
  countCharacters();
  confirmFirst();
  all("select[data-combobox]").forEach(combobox);
  focusField();
  sendOnce();
  showWhere();
  all("[data-print]").forEach((button) => button.addEventListener("click", () => window.print()));
})();
