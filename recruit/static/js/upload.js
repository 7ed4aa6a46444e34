/* Files are sent by themselves, with progress, so that a lost connection loses neither them nor what is typed beside them.
   Without this script the field sends its files with its form. */
(() => {
  "use strict";
  const PREVIEW = 96; // px
  const MAKE = (tag, attributes = {}, text = "") => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.textContent = text;
    return node;
  };
  const size = (octets) => (octets < 1048576 ? `${Math.max(Math.round(octets / 1024), 1)} kB` : `${(octets / 1048576).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 })} MB`);
  const token = () => document.querySelector("[name=csrf_token]");

  /* A small picture of a chosen photo, drawn in the page: nothing leaves the machine for it. */
  async function picture(file, into) {
    if (!file.type.startsWith("image/") || !window.createImageBitmap) return;
    try {
      const image = await createImageBitmap(file);
      const scale = Math.min(PREVIEW / image.width, PREVIEW / image.height, 1);
      const canvas = MAKE("canvas", { width: Math.max(Math.round(image.width * scale), 1), height: Math.max(Math.round(image.height * scale), 1), "aria-hidden": "true" });
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      into.prepend(canvas);
    } catch { /* not a picture that the browser knows: the name and size say enough */ }
  }

  /* Signed in again in another tab: that session has another token. */
  async function pageAnew() {
    const answer = await fetch(location.href, { redirect: "manual" });
    if (!answer.ok) return null;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const found = page.querySelector("[name=csrf_token]");
    if (found) document.querySelectorAll("[name=csrf_token]").forEach((each) => { each.value = found.value; });
    return page;
  }
  async function refreshLists() {
    const page = await pageAnew().catch(() => null);
    const anew = page ? [...page.querySelectorAll("[data-files]")] : [];
    document.querySelectorAll("[data-files]").forEach((old, index) => {
      if (!anew[index]) return;
      const held = old.contains(document.activeElement) ? document.activeElement.textContent : null;
      old.replaceChildren(...anew[index].childNodes);
      if (held !== null) [...old.querySelectorAll("a, summary")].find((each) => each.textContent === held)?.focus();
    });
  }

  function uploads(box) {
    const words = JSON.parse(box.dataset.words);
    const input = box.querySelector("input[type=file]");
    const form = input.form;
    const kind = box.dataset.kindFrom && document.getElementById(box.dataset.kindFrom);
    const list = MAKE("ul", { class: "uploads list-plain" });
    const told = MAKE("p", { class: "visually-hidden", role: "status" });
    box.append(MAKE("p", { class: "hint upload-drop", "aria-hidden": "true" }, words.drop), list, told);
    const items = new Set(); // files that are not kept yet
    let afterwards = null; // the button that was pressed while files were on their way
    const say = (text, file) => text.replace("{name}", file.name);

    const busy = () => [...items].some((item) => item.state === "sending");
    function settled() {
      if (busy()) return;
      if (afterwards && ![...items].some((item) => item.state !== "refused")) { const by = afterwards; afterwards = null; form.requestSubmit(by === form ? undefined : by); return; }
      afterwards = null;
    }

    function show(item, text, { problem = false, progress = false, actions = [] } = {}) {
      item.words.textContent = text;
      item.node.classList.toggle("is-problem", problem);
      item.bar.hidden = !progress;
      const held = item.actions.contains(document.activeElement); // its button goes: the focus must not go with it
      item.actions.replaceChildren(...actions.map(([label, act]) => {
        const button = MAKE("button", { type: "button", class: "button button--link" }, label);
        button.append(MAKE("span", { class: "visually-hidden" }, ` ${item.file.name}`));
        button.addEventListener("click", act);
        return button;
      }));
      if (held) (item.actions.querySelector("button") || input).focus();
      if (!progress) told.textContent = text;
    }
    const drop = (item) => { items.delete(item); item.node.remove(); told.textContent = say(words.cancelled, item.file); input.focus(); settled(); };
    const problem = (item, state, text, again) => {
      item.state = state;
      show(item, text, { problem: true, actions: [...(again ? [[words.again, () => send(item)]] : []), [words.remove, () => drop(item)]] });
      settled();
    };

    async function kept(item, message) {
      items.delete(item);
      item.state = "kept";
      show(item, message);
      item.node.classList.add("is-kept");
      if (box.dataset.after && !items.size) { location.href = box.dataset.after; return; }
      await refreshLists();
      settled();
    }

    function send(item) {
      if (kind && !kind.value) { show(item, words.kind, { problem: true, actions: [[words.remove, () => drop(item)]] }); kind.focus(); return; }
      const data = new FormData();
      data.set("csrf_token", token().value);
      data.set("kind", kind ? kind.value : box.dataset.kind);
      data.set("file", item.file);
      const request = new XMLHttpRequest();
      item.state = "sending";
      item.bar.value = 0;
      const cancel = [[words.cancel, () => { request.abort(); drop(item); }]];
      show(item, say(words.sending, item.file).replace("{percent}", 0), { progress: true, actions: cancel });
      request.upload.addEventListener("progress", (event) => {
        if (!event.lengthComputable || item.state !== "sending") return;
        const percent = Math.floor((100 * event.loaded) / event.total);
        item.bar.value = percent;
        item.words.textContent = percent < 100 ? say(words.sending, item.file).replace("{percent}", percent) : say(words.checking, item.file);
      });
      request.addEventListener("error", () => problem(item, "lost", say(words.lost, item.file), true));
      request.addEventListener("load", async () => {
        let answer = null;
        try { answer = JSON.parse(request.responseText); } catch { /* a page, not an answer */ }
        if (answer?.state === "kept" || answer?.state === "same") kept(item, answer.message);
        else if (answer?.state === "full") problem(item, "failed", answer.message, true);
        else if (answer?.state === "refused") problem(item, "refused", answer.message, false);
        else if (/\/login(\?|$)/.test(request.responseURL) || request.status === 400) { await pageAnew().catch(() => null); problem(item, "out", words.out, true); }
        else problem(item, "failed", say(words.failed, item.file), true);
      });
      request.open("POST", box.dataset.url);
      request.setRequestHeader("Accept", "application/json");
      request.send(data);
    }

    function add(files) {
      for (const file of input.multiple ? files : files.slice(0, 1)) {
        const node = MAKE("li", { class: "upload-file" });
        const item = { file, node, state: "waiting", words: MAKE("span"), actions: MAKE("span", { class: "row" }), bar: MAKE("progress", { max: 100, "aria-label": say(words.progress, file) }) };
        const name = MAKE("p", { class: "file-name" });
        name.append(MAKE("bdi", {}, file.name), MAKE("span", { class: "hint" }, ` ${size(file.size)}`));
        const line = MAKE("p", { class: "row row--between" });
        line.append(item.words, item.actions);
        node.append(name, item.bar, line);
        picture(file, node);
        list.append(node);
        items.add(item);
        if (file.size > Number(box.dataset.most)) problem(item, "refused", say(words.large, file), false);
        else if (!/\.(pdf|png|jpe?g)$/i.test(file.name)) problem(item, "refused", say(words.type, file), false);
        else if (kind) show(item, say(words.waiting, file), { actions: [[words.remove, () => drop(item)]] });
        else send(item);
      }
    }

    const take = () => { add([...input.files]); input.value = ""; };
    input.addEventListener("change", take);
    box.addEventListener("dragover", (event) => { if (event.dataTransfer.types.includes("Files")) { event.preventDefault(); box.classList.add("is-over"); } });
    for (const name of ["dragleave", "drop"]) box.addEventListener(name, () => box.classList.remove("is-over"));
    box.addEventListener("drop", (event) => { if (event.dataTransfer.files.length) { event.preventDefault(); add([...event.dataTransfer.files]); } });
    window.addEventListener("online", () => { for (const item of items) if (item.state === "lost") send(item); });
    window.addEventListener("beforeunload", (event) => { if (busy()) event.preventDefault(); });

    /* The form's own button: where the sort is chosen it sends what waits; elsewhere the page goes when the files have come in. */
    form.addEventListener("submit", (event) => {
      const waiting = [...items].filter((item) => item.state === "waiting");
      if (kind && items.size) {
        event.preventDefault();
        event.stopPropagation();
        waiting.forEach(send);
      } else if (!kind && busy()) {
        event.preventDefault();
        event.stopPropagation();
        afterwards = event.submitter || form;
        told.textContent = words.first;
      }
    });
    if (input.files.length) take(); // chosen before this script had come
  }

  document.querySelectorAll("[data-upload]").forEach(uploads);
})();
