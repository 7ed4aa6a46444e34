/* A part of a page that follows along: `[data-follow]` with an id fetches its own page every other second and puts what
   stands there in its place, of a role="status" only where the words differ. When that page has no such part any more,
   what was waited for has come, and the whole page is loaded anew. */
(() => {
  "use strict";
  const EVERY = 2000; // ms

  async function look(part) {
    try {
      const response = await fetch(location.href, { credentials: "same-origin" });
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const fresh = page.getElementById(part.id);
      if (!response.ok || !fresh) {
        location.reload();
        return;
      }
      part.replaceWith(document.adoptNode(fresh));
      setTimeout(look, EVERY, fresh);
    } catch {
      setTimeout(look, 3 * EVERY, part); // the server is away for a moment
    }
  }

  for (const part of document.querySelectorAll("[data-follow]")) setTimeout(look, EVERY, part);
})();
