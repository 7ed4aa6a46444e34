/* What is measured in an open page; sight.py says what for. */
({
  /* Lines of text that are cut off or lie on each other. What is hidden from sight on purpose is left out. */
  text: () => {
    const shown = (node) => {
      for (let each = node; each && each !== document.body; each = each.parentElement) {
        const style = getComputedStyle(each), box = each.getBoundingClientRect();
        if (style.visibility === "hidden" || style.display === "none" || style.opacity === "0") return false;
        if (style.clipPath !== "none" || (box.width <= 1 && box.height <= 1)) return false;
        if (each.closest("svg, select, textarea, .skip, [aria-hidden=true]") || each.matches("details:not([open]) > :not(summary)")) return false;
      }
      return true;
    };
    const cutting = (node) => {
      for (let each = node; each && each !== document.body; each = each.parentElement)
        if (getComputedStyle(each).overflowX !== "visible" || getComputedStyle(each).overflowY !== "visible") return each;
      return null;
    };
    const lines = [], wrong = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const text = walker.currentNode;
      if (!text.data.trim() || !shown(text.parentElement)) continue;
      const range = document.createRange();
      range.selectNodeContents(text);
      const cut = cutting(text.parentElement), edge = cut && cut.getBoundingClientRect();
      const scrolls = cut && /auto|scroll/.test(getComputedStyle(cut).overflowX + getComputedStyle(cut).overflowY);
      for (const box of range.getClientRects()) {
        const words = text.data.trim().slice(0, 30);
        if (cut && !scrolls && (box.right > edge.right + 1 || box.bottom > edge.bottom + 1 || box.left < edge.left - 1)) wrong.push(`cut: ${words}`);
        if (!cut && (box.left < -1 || box.right > innerWidth + 1)) wrong.push(`outside: ${words}`);
        if (!scrolls && box.width > 1) lines.push([text, box, words]);
      }
    }
    lines.sort((a, b) => a[1].top - b[1].top);
    lines.forEach(([one, box, words], index) => {
      for (const [other, beside, more] of lines.slice(index + 1)) {
        if (beside.top >= box.bottom) break;
        const wide = Math.min(box.right, beside.right) - Math.max(box.left, beside.left);
        const high = Math.min(box.bottom, beside.bottom) - Math.max(box.top, beside.top);
        if (one !== other && wide > 2 && high > box.height / 3) wrong.push(`${words} lies on ${more}`);
      }
    });
    return [...new Set(wrong)].slice(0, 5);
  },

  /* What can have the focus, shows it, and is not covered by anything while it has it (WCAG 2.4.7, 2.4.11). */
  focus: () => {
    const wrong = [];
    for (const each of document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")) {
      if (each.disabled || !each.checkVisibility() || each.closest("[hidden]")) continue;
      each.focus();
      if (document.activeElement !== each) continue;
      const label = each.closest("label") || each;
      const marked = [each, label, ...label.querySelectorAll("*")].some((node) => {
        const style = getComputedStyle(node);
        return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
      });
      const box = label.getBoundingClientRect();
      const y = (Math.max(box.top, 0) + Math.min(box.bottom, innerHeight)) / 2;
      const seen = [box.left + 6, (box.left + box.right) / 2, box.right - 6].some((x) => {
        const at = document.elementFromPoint(x, y);
        return at && (label.contains(at) || at.contains(label));
      });
      const name = `${each.tagName} ${each.name || each.textContent.trim().slice(0, 30)}`;
      if (!marked) wrong.push(`no mark of focus: ${name}`);
      if (!seen) wrong.push(`covered while it has the focus: ${name}`);
    }
    return wrong.slice(0, 5);
  },

  /* What moves though the person has asked that nothing should. */
  motion: () => [...document.querySelectorAll("*")].filter((each) => {
    const style = getComputedStyle(each);
    const lasting = [style.transitionDuration, style.animationName === "none" ? "0s" : style.animationDuration];
    return lasting.join(",").split(",").some((each) => parseFloat(each) > 0) || style.scrollBehavior === "smooth";
  }).slice(0, 5).map((each) => `moves: ${each.tagName}.${each.className}`),

  /* An error is said first in the title, has the focus, and leads to controls that say that they are wrong and why. */
  errors: (word) => {
    const summary = document.querySelector("[data-error-summary].error-summary");
    if (!summary) return document.title.startsWith(word) ? ["the title tells of an error"] : [];
    const wrong = document.title.startsWith(word) ? [] : [`the title is ${document.title}`];
    if (document.activeElement !== summary) wrong.push("the summary of errors has not the focus");
    for (const link of summary.querySelectorAll("a")) {
      const goal = document.getElementById(link.hash.slice(1));
      if (!goal) { wrong.push(`${link.hash} is not there`); continue; }
      const control = goal.dataset.replacedBy ? document.getElementById(goal.dataset.replacedBy) : goal;
      const group = control.closest("fieldset");
      const told = [control, group].filter(Boolean).flatMap((each) => (each.getAttribute("aria-describedby") || "").split(" "));
      if (!told.some((id) => id.endsWith("-error") && document.getElementById(id))) wrong.push(`${link.hash} does not say why`);
      if (control.type !== "radio" && control.getAttribute("aria-invalid") !== "true") wrong.push(`${link.hash} does not say that it is wrong`);
    }
    return wrong;
  },
})
