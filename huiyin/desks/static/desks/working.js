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

  // Texts and macros of the office: Alt and a digit, or a click, puts one into the form without a page load.
  const put = (link) => {
    const values = JSON.parse(link.dataset.values);
    const at = [last, ...document.querySelectorAll("form[data-keep] textarea")].find((box) => box?.matches("textarea"));
    for (const [name, given] of Object.entries(values)) {
      if (!name) { at?.setRangeText(given[0], at.selectionStart, at.selectionEnd, "end"); at?.focus(); continue; }
      document.querySelectorAll(`form[data-keep] [name="${CSS.escape(name)}"]`).forEach((box) => {
        if (box.matches("[type=radio], [type=checkbox]")) box.checked = given.includes(box.value);
        else box.value = given[0];
      });
    }
    form?.dispatchEvent(new Event("input"));
  };
  const offered = Array.from(document.querySelectorAll("[data-offered] a"));
  let last;
  document.addEventListener("focusin", (event) => { if (event.target.matches("form[data-keep] textarea")) last = event.target; });
  offered.forEach((link) => link.addEventListener("click", (event) => { event.preventDefault(); put(link); }));

  // Cases of a list, chosen for one step.
  const picks = Array.from(document.querySelectorAll(".cases__pick"));
  document.querySelector("[data-pick-all]")?.addEventListener("click", () => {
    const all = picks.every((box) => box.checked);
    picks.forEach((box) => { box.checked = !all; });
  });

  // A macro for what is chosen, or for the whole page: looked at and carried out over the list.
  const over = document.querySelector("dialog[data-over]");
  let under, done, unasked;
  const send = async (body, otherwise) => {
    if (under) return;
    under = true;
    try {
      const answer = await fetch(picks[0].form.action, { method: "POST", body, headers: { Quiet: "1" } });
      if (answer.redirected) { location.reload(); return; }
      if (!answer.ok) throw new Error("not answered");
      over.innerHTML = await answer.text();
      done = body.has("act");
      if (!over.open) over.showModal();
      over.querySelector("[data-send], [data-leave]").focus();
    } catch { otherwise(); } finally { under = false; }
  };
  document.querySelectorAll("button[data-over]").forEach((button) => button.addEventListener("click", (event) => {
    event.preventDefault();
    unasked = picks.every((box) => !box.checked);
    if (unasked) picks.forEach((box) => { box.checked = true; });
    const body = new FormData(button.form);
    body.set(button.name, button.value);
    send(body, () => button.form.requestSubmit(button));
  }));
  over?.addEventListener("submit", (event) => { event.preventDefault(); send(new FormData(event.target), () => event.target.submit()); });
  over?.addEventListener("click", (event) => { if (event.target.matches("[data-leave]")) { event.preventDefault(); over.close(); } });
  over?.addEventListener("close", () => {
    if (done) location.reload();
    else if (unasked) picks.forEach((box) => { box.checked = false; });
  });

  // The palette: asks the server while one types; the first line, or the one the arrows reach, opens with Enter.
  const palette = document.querySelector("[data-palette]"), keys = document.querySelector("dialog[data-keys]");
  const box = palette?.querySelector("input"), list = palette?.querySelector("div");
  let soon, asked;
  const ask = async () => {
    asked?.abort();
    asked = new AbortController();
    const typed = box.value, query = new URLSearchParams({ q: typed, case: palette.dataset.case });
    try {
      const answer = await fetch(`${palette.dataset.palette}?${query}`, { headers: { Quiet: "1" }, signal: asked.signal });
      if (answer.redirected) location.reload();
      if (answer.ok) list.innerHTML = await answer.text();
      list.dataset.of = typed;
      list.querySelector("[data-exact]")?.click();
    } catch { /* overtaken by the next letter, or no network */ }
  };
  const links = () => Array.from(list.querySelectorAll("a"));
  box?.addEventListener("input", () => { clearTimeout(soon); soon = setTimeout(ask, 120); });
  palette?.addEventListener("keydown", async (event) => {
    if (event.isComposing || !["ArrowDown", "ArrowUp", "Enter"].includes(event.key)) return;
    event.preventDefault();
    clearTimeout(soon);
    if (list.dataset.of !== box.value) await ask();
    const all = links(), at = all.indexOf(document.activeElement);
    if (event.key === "Enter") all[Math.max(at, 0)]?.click();
    else if (event.key === "ArrowDown") all[Math.min(at + 1, all.length - 1)]?.focus();
    else (all[at - 1] || box).focus();
  });
  const open = (dialog) => { if (!dialog || dialog.open) return; dialog.showModal(); if (dialog === palette) { box.value = ""; ask(); box.focus(); } };

  document.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") { event.preventDefault(); open(palette); return; }
    if (event.altKey && /^Digit[1-9]$/.test(event.code) && offered[event.code.slice(5) - 1]) {
      event.preventDefault();
      put(offered[event.code.slice(5) - 1]);
      return;
    }
    const jump = event.altKey && document.querySelector(`[data-alt="${CSS.escape(event.key.toLowerCase())}"]`);
    if (jump) { event.preventDefault(); jump.focus(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const field = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    const goes = document.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
    const pick = event.target.closest("tr")?.querySelector(".cases__pick");
    if (event.key === "?") { event.preventDefault(); open(keys); }
    else if (event.key === "/") { if (!field) { event.preventDefault(); open(palette); } }
    else if (event.key === "x" && pick) { event.preventDefault(); pick.checked = !pick.checked; }
    else if (field) { event.preventDefault(); field.focus(); }
    else if (goes) { event.preventDefault(); goes.click(); }
  });
})();
