/* Suggestions of institutions follow the country that is chosen; with none of that country, all are offered. */
(() => {
  "use strict";
  const input = document.querySelector("input[data-of-country]");
  const country = input && document.getElementById(input.dataset.ofCountry);
  if (!country || !input.list) return;
  const all = [...input.list.options];
  const offer = () => {
    const here = all.filter((option) => option.dataset.country === country.value);
    input.list.replaceChildren(...(here.length ? here : all));
  };
  country.addEventListener("change", offer);
  offer();
})();
