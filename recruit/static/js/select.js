/* Rows of a table that something is done with, `form[data-select]`: the head ticks the whole page, shift ticks a
   stretch, and the bar sticks to the foot of the window and says how many there are. Without script the bar stands
   below the table and the same choices are there. */
(() => {
  "use strict";
  function select(form) {
    const boxes = [...form.querySelectorAll('input[name="code"]')];
    const all = form.querySelector("[data-select-all]");
    const bar = form.querySelector("[data-select-bar]");
    const count = form.querySelector("[data-select-count]");
    const ticked = form.querySelector('input[name="scope"][value="ticked"]');
    const plain = count.textContent;
    let last = null;

    function show() {
      const number = boxes.filter((each) => each.checked).length;
      const other = !ticked.checked;
      count.textContent = number === 0 ? plain : number === 1 ? count.dataset.one : count.dataset.many.replace("{n}", number);
      bar.classList.toggle("is-live", number > 0 || other);
      all.checked = number > 0 && number === boxes.length;
      all.indeterminate = number > 0 && number < boxes.length;
      boxes.forEach((each) => each.closest("tr").classList.toggle("row--selected", each.checked));
    }

    boxes.forEach((box, i) => box.addEventListener("click", (event) => {
      if (event.shiftKey && last !== null) {
        const [from, to] = [Math.min(last, i), Math.max(last, i)];
        boxes.slice(from, to + 1).forEach((each) => { each.checked = box.checked; });
      }
      last = i;
      ticked.checked = true;
      show();
    }));
    all.hidden = boxes.length === 0;
    all.addEventListener("change", () => {
      boxes.forEach((each) => { each.checked = all.checked; });
      ticked.checked = true;
      show();
    });
    form.addEventListener("change", show);
    count.setAttribute("aria-live", "polite");
    show();
  }
  /* A box in the head of a table, `[data-tick-all]`, that ticks or clears all boxes below it. */
  function tickAll(all) {
    const boxes = [...all.closest("table").querySelectorAll('tbody input[type="checkbox"]')];
    function show() {
      const number = boxes.filter((each) => each.checked).length;
      all.checked = number === boxes.length;
      all.indeterminate = number > 0 && number < boxes.length;
    }
    all.hidden = boxes.length < 2;
    all.addEventListener("change", () => boxes.forEach((each) => { each.checked = all.checked; }));
    boxes.forEach((box) => box.addEventListener("change", show));
    show();
  }
  document.querySelectorAll("form[data-select]").forEach(select);
  document.querySelectorAll("[data-tick-all]").forEach(tickAll);
})();
