/* Shortcuts and comforts. Every page works without this file; everything is also reached with Tab. */
"use strict";
(() => {
  const all = (selector) => Array.from(document.querySelectorAll(selector));
  const typing = (target) => target.closest("input, textarea, select, [contenteditable]");

  all("[data-js], [data-print]").forEach((node) => { node.hidden = false; });
  all("[data-print]").forEach((node) => node.addEventListener("click", () => window.print()));

  const rows = all("[data-cases] .cases__title a");
  const move = (by) => {
    const at = rows.indexOf(document.activeElement);
    const next = at < 0 ? (by > 0 ? 0 : rows.length - 1) : at + by;
    if (rows[next]) rows[next].focus();
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const form = event.target.closest("form") || document.querySelector("[data-send]")?.form;
      const send = form?.querySelector("[data-send]");
      if (send) { event.preventDefault(); form.requestSubmit(send); }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key === "j" && rows.length) { event.preventDefault(); move(1); }
    if (event.key === "k" && rows.length) { event.preventDefault(); move(-1); }
    if (event.key === "/") {
      const box = document.querySelector("[data-key='/']");
      if (box) { event.preventDefault(); box.focus(); box.select(); }
    }
  });

  // A second click while the first is under way sends nothing; the server's token is the real guard.
  all("form[data-once]").forEach((form) => form.addEventListener("submit", (event) => {
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    form.setAttribute("aria-busy", "true");
  }));
  window.addEventListener("pageshow", () => all("form[data-once]").forEach((form) => { delete form.dataset.sent; }));

  // Says early what the server will refuse: a telephone, identity or card number in a public text.
  const numbers = document.querySelector("[data-numbers]");
  numbers?.closest("form").addEventListener("input", (event) => {
    const words = Array.from(event.currentTarget.querySelectorAll("input[type=text], textarea"), (box) => box.value);
    numbers.hidden = !words.some((text) => /[0-9０-９](?:[ -]?[0-9０-９]){6,}/.test(text));
  });

  // While a matter is typed: matters like it, by its words alone. Nothing of the person is sent.
  const alike = document.querySelector("[data-alike]");
  if (alike) {
    const form = alike.closest("form");
    let waiting, asked;
    const ask = async () => {
      const sent = new FormData();
      ["title", "body", "csrfmiddlewaretoken"].forEach((name) => sent.set(name, form.elements[name].value));
      asked?.abort();
      asked = new AbortController();
      try {
        const answer = await fetch(alike.dataset.alike, { method: "POST", body: sent, signal: asked.signal });
        alike.innerHTML = answer.ok ? await answer.text() : "";
        alike.hidden = !alike.innerHTML.trim();
      } catch { /* aborted, or no network: a hint is no more than a hint */ }
    };
    form.addEventListener("input", (event) => {
      if (!["title", "body"].includes(event.target.name)) return;
      clearTimeout(waiting);
      waiting = setTimeout(ask, 700);
    });
  }

  const errors = document.querySelector("[data-focus]");
  const first = document.querySelector("[data-start] :is(input:checked, input:not([type=hidden]), textarea, select)");
  (errors || first)?.focus({ preventScroll: !errors });

  // The slip: reloading this page must not send the form again, and a screen left alone forgets the code.
  const slip = document.querySelector("[data-forget]");
  if (slip) {
    const away = slip.dataset.forget;
    history.replaceState(null, "", away);
    setTimeout(() => location.replace(away), 10 * 60 * 1000);
    window.addEventListener("pagehide", () => slip.querySelector("[data-code]")?.remove());
  }
})();
