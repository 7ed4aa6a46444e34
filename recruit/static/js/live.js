/* A GET form that shows its answer as it is changed: `form[data-live="id …"]` fetches its own address and puts that
   page's elements with those ids in place of this one's; of a role="status" only the words, so that they are read
   out. Without script, or when that fails, its button does the same. */
(() => {
  "use strict";
  const PAUSE = 200; // ms after the last change

  /* Folded parts stay as they were. */
  function put(old, fresh) {
    if (old.getAttribute("role") === "status") {
      old.textContent = fresh.textContent;
      old.classList.remove("is-waiting");
      return;
    }
    const open = [...old.querySelectorAll("details")].map((each) => each.open);
    old.replaceWith(document.adoptNode(fresh));
    [...fresh.querySelectorAll("details")].forEach((each, i) => { each.open = open[i] ?? each.open; });
  }

  function live(form) {
    const ids = form.dataset.live.split(" ");
    const here = () => ids.map((id) => document.getElementById(id));
    let timer = 0;
    let asked = null;
    const address = () => {
      const url = new URL(form.action);
      url.search = new URLSearchParams(new FormData(form)).toString();
      return url;
    };
    const show = async () => {
      asked?.abort();
      asked = new AbortController();
      const url = address();
      here().forEach((each) => each.classList.add("is-waiting"));
      try {
        const response = await fetch(url, { signal: asked.signal, credentials: "same-origin" });
        const page = new DOMParser().parseFromString(await response.text(), "text/html");
        if (!ids.every((id) => page.getElementById(id))) throw new Error("no answer");
        here().forEach((old) => put(old, page.getElementById(old.id)));
        history.replaceState(null, "", url);
      } catch (error) {
        if (error.name === "AbortError") return;
        here().forEach((each) => each.classList.remove("is-waiting"));
        delete form.dataset.liveOn;
      }
    };
    const outputs = () => {
      for (const output of form.querySelectorAll("output[for]")) {
        const control = document.getElementById(output.htmlFor.value);
        output.textContent = Number(control.value) === 0 ? output.dataset.zero : control.value.replace(".", output.dataset.mark);
      }
    };
    form.dataset.liveOn = "";
    form.addEventListener("input", () => { outputs(); clearTimeout(timer); timer = setTimeout(show, PAUSE); });
    form.addEventListener("submit", (event) => {
      if (!("liveOn" in form.dataset)) return;
      event.preventDefault();
      clearTimeout(timer);
      show();
    });
    outputs();
  }

  document.querySelectorAll("form[data-live]").forEach(live);
})();
