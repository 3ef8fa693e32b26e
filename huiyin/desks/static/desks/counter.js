/* Keys of the counter: lists by the first letters of the pinyin, and what comes after a slip. */
"use strict";
(() => {
  // "?" stands for a character whose first letter is not known.
  const begins = (letters, typed) => Array.from(typed).every((char, n) => letters[n] === char || letters[n] === "?");

  document.querySelectorAll("select[data-initials]").forEach((list) => {
    const known = list.dataset.initials.split(" ");
    let typed = "", last = 0;
    list.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || !/^[a-z0-9]$/i.test(event.key)) return;
      typed = (event.timeStamp - last < 1500 ? typed : "") + event.key.toLowerCase();
      last = event.timeStamp;
      const exact = known.findIndex((letters) => letters.startsWith(typed));
      const found = exact < 0 ? known.findIndex((letters) => begins(letters, typed)) : exact;
      if (found < 0) return;
      event.preventDefault();
      list.selectedIndex = found;
      list.dispatchEvent(new Event("change", { bubbles: true }));
    });
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
    document.querySelector(`[data-letter="${CSS.escape(event.key.toLowerCase())}"]`)?.click();
  });

  // What a phone hands over is shown as it comes.
  const arrived = document.querySelector("[data-arrived]");
  if (arrived?.querySelector("[data-waits]")) {
    const timer = setInterval(async () => {
      try {
        const answer = await fetch(arrived.dataset.arrived, { headers: { "X-Part": "arrived" }, cache: "no-store" });
        if (!answer.ok) return;
        arrived.innerHTML = await answer.text();
        if (arrived.querySelector("[data-waits]")) return;
        clearInterval(timer);
        document.querySelector("[data-scan]")?.remove();  // its address is dead now
      } catch { /* no network for a moment: the next look tells */ }
    }, 2000);
  }
})();
