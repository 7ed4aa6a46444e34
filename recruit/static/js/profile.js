/* The sum of the weights and their shares of each stage, as they are typed. The server says the same after a save. */
(() => {
  "use strict";
  const form = document.querySelector("form[data-weights]");
  const boxes = [...document.querySelectorAll("[data-weight]")];
  const sum = document.querySelector("[data-sum]");
  if (!form || !sum) return;
  const mark = form.dataset.mark;
  const read = (box) => { const text = box.value.trim().replace(",", "."); return /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN; };
  const words = (number, digits) => String(Number(number.toFixed(digits))).replace(".", mark);
  function show() {
    const values = new Map(boxes.map((box) => [box.dataset.weight, read(box)]));
    const total = [...values.values()].reduce((a, b) => a + b, 0);
    sum.textContent = Number.isNaN(total) ? "–" : words(total, 4);
    sum.classList.toggle("is-whole", Math.abs(total - 100) < 1e-9);
    sum.classList.toggle("is-not-whole", !(Math.abs(total - 100) < 1e-9));
    for (const stage of ["screening", "interview"]) {
      const counting = boxes.filter((box) => stage === "interview" || box.dataset.stage === "screening").filter((box) => values.get(box.dataset.weight) > 0);
      const whole = counting.reduce((a, box) => a + values.get(box.dataset.weight), 0);
      const shares = new Map(counting.map((box) => [box.dataset.weight, words(values.get(box.dataset.weight) * 100 / whole, 1)]));
      for (const output of document.querySelectorAll(`[data-rescaled="${stage}"]`)) output.textContent = shares.get(output.dataset.for) ?? "–";
    }
  }
  for (const box of boxes) box.addEventListener("input", show);
})();
