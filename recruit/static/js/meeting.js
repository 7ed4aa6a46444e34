// The meeting: right and left arrow (and page down and up) go forward and back, as a presenter's remote sends them.
(() => {
  const keys = { ArrowRight: "next", PageDown: "next", ArrowLeft: "prev", PageUp: "prev" };
  // Page down and up scroll first, where there is more to see.
  const further = (key) => {
    const { scrollTop, scrollHeight, clientHeight } = document.documentElement;
    return key === "PageDown" ? scrollTop + clientHeight < scrollHeight - 4 : scrollTop > 4;
  };
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable], dialog")) return;
    const link = keys[event.key] && document.querySelector(`.meeting-foot a[rel="${keys[event.key]}"]`);
    if (!link || (event.key.startsWith("Page") && further(event.key))) return;
    event.preventDefault();
    link.click();
  });
})();
