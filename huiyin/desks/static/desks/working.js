/* What is typed is kept, and one key opens a line. Every page works without this file. */
"use strict";
(() => {
  const typing = (target) => target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], dialog");

  // Drafts: a form is kept a few seconds after it changed, and says now and then that it is still open.
  const KEPT_AFTER = 3000, ALIVE_EVERY = 25000;
  const form = document.querySelector("form[data-keep]");
  if (form) {
    const said = form.querySelector("[data-kept]");
    let waiting, over = false;
    const post = async (body, keepalive = false) => {
      try {
        const answer = await fetch(form.dataset.keep, { method: "POST", body, keepalive, headers: { Quiet: "1" } });
        if (over) return;
        // A login page in the answer: the session is over, and nothing was kept.
        if (answer.redirected || answer.status === 403) throw new Error("not kept");
        if (answer.ok || answer.status === 422) said.innerHTML = await answer.text();
      } catch { if (!over) said.textContent = said.dataset.lost; }
    };
    const keep = (keepalive) => {
      clearTimeout(waiting);
      waiting = undefined;
      const body = new FormData(form);
      Array.from(body).forEach(([name, value]) => { if (value instanceof File) body.delete(name); });
      return post(body, keepalive);
    };
    const changed = () => { waiting ??= setTimeout(keep, KEPT_AFTER); };
    form.addEventListener("input", changed);
    form.addEventListener("change", changed);
    form.addEventListener("submit", () => { over = true; clearTimeout(waiting); });
    window.addEventListener("pageshow", () => { over = false; });
    document.addEventListener("visibilitychange", () => { if (document.hidden && waiting && !over) keep(true); });
    if ("stays" in form.dataset) setInterval(() => {
      if (over || document.hidden || waiting) return;
      const body = new FormData();
      body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
      body.set("alive", "1");
      post(body);
    }, ALIVE_EVERY);
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
    const box = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    const goes = document.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
    if (box && event.key !== "/") { event.preventDefault(); box.focus(); }
    else if (goes) { event.preventDefault(); goes.click(); }
  });
})();
