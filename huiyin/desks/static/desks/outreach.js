/* Outreach notes: written without a network, kept sealed on the device (outreach_safe.js), filed on return. */
import { Full, Safe, Wrong } from "./outreach_safe.js";

const root = document.querySelector("[data-outreach]");
const says = JSON.parse(document.getElementById("says").textContent);
const at = (name) => root.querySelector(`[data-${name}]`);
const view = (name) => root.querySelector(`[data-view="${name}"]`);
const form = view("note"), owner = root.dataset.outreach;
const IDLE = 10 * 60 * 1000, WRONG_CLOCK = 5 * 60 * 1000;
const safe = new Safe(owner);
let note = null, saving = Promise.resolve(), later, idle;

const show = (name) => root.querySelectorAll("[data-view]").forEach((one) => { one.hidden = one.dataset.view !== name; });
const alertOf = (words, link) => {
  const box = at("alert");
  box.hidden = !words;
  box.replaceChildren(words ?? "");
  if (link) {
    const to = document.createElement("a");
    to.href = `/desk/login/?next=${encodeURIComponent(location.pathname)}`;
    to.textContent = " → ";
    to.append(link);
    box.append(to);
  }
  if (words) box.scrollIntoView({ block: "nearest" });
};
const hex = (bytes) => Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
const two = (n) => String(n).padStart(2, "0");
const local = (when) => `${when.getFullYear()}-${two(when.getMonth() + 1)}-${two(when.getDate())}T${two(when.getHours())}:${two(when.getMinutes())}`;
// The device's own time with its offset, as it stood when the note was taken.
const stamped = (value) => {
  const when = new Date(value);
  if (Number.isNaN(when.getTime())) return "";
  const off = -when.getTimezoneOffset();
  return `${value.slice(0, 16)}:00${off < 0 ? "-" : "+"}${two(Math.trunc(Math.abs(off) / 60))}:${two(Math.abs(off) % 60)}`;
};
const promised = async (one) => {
  const words = [one.token, one.occurred_at, one.title, one.body, one.requests].join("\n");
  return hex(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(words)));
};

// --- one note -----------------------------------------------------------------------------------

const blank = () => ({ token: hex(crypto.getRandomValues(new Uint8Array(16))), title: "", body: "", requests: "", occurred_at: stamped(local(new Date())), respondents: [] });

const read = () => {
  const data = new FormData(form);
  for (const [name, value] of data) if (name !== "respondents") note[name] = String(value).replaceAll("\r\n", "\n");
  note.occurred_at = stamped(data.get("occurred_at"));
  note.respondents = data.getAll("respondents");
};

const fill = () => {
  form.reset();
  for (const name of ["body", "requests", "category", "purpose", "place", "place_detail", "name", "phone", "address", "people"]) if (form.elements[name]) form.elements[name].value = note[name] ?? "";
  form.elements.occurred_at.value = note.occurred_at.slice(0, 16);
  form.querySelectorAll("[name=respondents]").forEach((box) => { box.checked = note.respondents.includes(box.value); });
};

const promise = async () => {
  root.querySelector("[data-p=at]").textContent = note.occurred_at.replace("T", " ").slice(0, 16);
  root.querySelector("[data-p=digest]").textContent = await promised(note);
};

const keep = async () => {
  clearTimeout(later);
  if (!note || !safe.key) return;
  read();
  const one = { ...note };
  saving = saving.then(() => safe.keep(one)).then(() => {
    at("kept").textContent = says.kept;
    alertOf("");
  }).catch((fault) => {
    at("kept").textContent = "";
    alertOf(fault instanceof Full || fault.name === "QuotaExceededError" ? says.full : says.failed);
  });
  await Promise.all([saving, promise()]);
};

const edit = async (one) => {
  note = one;
  fill();
  blame({});
  show("note");
  alertOf("");
  await promise();
  form.elements.body.focus();
};

const blame = (faults) => {
  form.querySelectorAll(".error").forEach((said) => said.remove());
  form.querySelectorAll(".field--bad").forEach((field) => field.classList.remove("field--bad"));
  const stray = [];
  for (const [name, words] of Object.entries(faults)) {
    const control = form.querySelector(`[name="${CSS.escape(name)}"]`), field = control?.closest(".field");
    if (!field) { stray.push(words); continue; }
    const said = document.createElement("p");
    said.className = "error";
    said.textContent = words;
    said.id = `error-${name}`;
    control.setAttribute("aria-describedby", said.id);
    field.classList.add("field--bad");
    field.querySelector(".label, legend")?.after(said);
    field.closest("details")?.setAttribute("open", "");
  }
  if (Object.keys(faults).length) alertOf([says.faults, ...stray].join(" "));
  form.querySelector(".field--bad :is(input, select, textarea)")?.focus();
};

// --- the list -----------------------------------------------------------------------------------

const list = async () => {
  await keep();
  note = null;
  const notes = (await safe.notes()).sort((a, b) => (a.occurred_at < b.occurred_at ? 1 : -1));
  at("notes").replaceChildren(...notes.map((one) => {
    const line = document.createElement("li"), open = document.createElement("button"), state = document.createElement("span");
    open.type = "button";
    open.className = "button button--plain";
    open.textContent = `${one.occurred_at.replace("T", " ").slice(0, 16)} ${one.body.slice(0, 24) || says.untitled}`;
    open.addEventListener("click", () => edit(one));
    state.className = "tag tag--warn";
    state.textContent = says.waiting;
    line.append(open, state);
    return line;
  }));
  root.querySelector("[data-do=file-all]").hidden = notes.length < 2;
  show("list");
  network();
  return notes;
};

const network = () => { at("net").textContent = navigator.onLine ? says.online : says.offline; };

// --- filing -------------------------------------------------------------------------------------

// Who is logged in, with a fresh token; null when nobody of these notes is, and the page then says why.
const session = async () => {
  let answer;
  try { answer = await fetch(root.dataset.session, { redirect: "manual", cache: "no-store" }); } catch { alertOf(says.offline); return null; }
  if (!answer.ok) { alertOf(says.login, says.go); return null; }
  const found = await answer.json(), off = Date.now() - Date.parse(found.now);
  at("clock").hidden = Math.abs(off) < WRONG_CLOCK;
  at("clock").textContent = says.clock.replace("{minutes}", Math.round(off / 60000));
  if (found.login !== owner) { alertOf(says.other.replace("{login}", owner)); return null; }
  return found;
};

const send = async (one, csrf) => {
  const headers = { "Content-Type": "application/json", "X-CSRFToken": csrf };
  const answer = await fetch(root.dataset.file, { method: "POST", headers, body: JSON.stringify(one), redirect: "manual" });
  return { status: answer.status, told: [200, 422].includes(answer.status) ? await answer.json() : {} };
};

// True when it is filed and wiped; otherwise the note stays, and the page says what to mend.
const file = async (one, csrf) => {
  let status, told;
  try { ({ status, told } = await send(one, csrf)); } catch { alertOf(says.failed); return false; }
  if (status === 422) { await edit(one); blame(told.faults); return false; }
  if (status !== 200) { alertOf(says.failed); return false; }
  if (note?.token === one.token) note = null;
  await safe.wipe(one.token);
  result(told, csrf);
  return true;
};

const result = (told, csrf) => {
  const made = root.querySelector("[data-result]").content.cloneNode(true);
  const part = (name) => made.querySelector(`[data-r=${name}]`);
  part("said").textContent = told.again ? says.again : says.filed;
  part("number").textContent = told.number;
  part("index").textContent = told.index ?? says.promised;
  part("promise").textContent = told.promise;
  part("code").append(...(told.code || "—").split(" ").map((group) => Object.assign(document.createElement("span"), { textContent: group })));
  part("case").href = told.case;
  part("case").hidden = !told.case;
  part("print").addEventListener("click", () => window.print());
  if (told.known) {
    const same = part("same");
    same.hidden = false;
    same.action = root.dataset.same;
    same.elements.csrfmiddlewaretoken.value = csrf;
    same.elements.case.value = told.known;
  }
  at("filed").prepend(made);
};

const fileThese = async (notes) => {
  const who = await session();
  if (!who) return;
  for (const one of notes) if (!(await file(one, who.csrf))) return;
  await list();
};

// --- doors --------------------------------------------------------------------------------------

const lock = () => {
  note = null;
  safe.lock();
  at("filed").replaceChildren();
  at("notes").replaceChildren();
  form.reset();
  show("unlock");
};

const awake = () => {
  clearTimeout(idle);
  idle = setTimeout(async () => { if (safe.key) { await keep(); lock(); } }, IDLE);
};

view("begin").addEventListener("submit", async (event) => {
  event.preventDefault();
  const [first, second] = view("begin").querySelectorAll("input");
  if (first.value.length < 8) return alertOf(says.short);
  if (first.value !== second.value) return alertOf(says.differ);
  try { await safe.begin(first.value); } catch (fault) { return alertOf(fault instanceof Full ? says.full : says.failed); }
  view("begin").reset();
  alertOf("");
  await list();
});

view("unlock").addEventListener("submit", async (event) => {
  event.preventDefault();
  const typed = view("unlock").querySelector("input");
  try { await safe.unlock(typed.value); } catch (fault) { return alertOf(fault instanceof Wrong ? says.wrong : says.failed); }
  view("unlock").reset();
  alertOf("");
  await list();
});

const acts = {
  new: () => edit(blank()),
  back: list,
  lock: async () => { await keep(); lock(); },
  anew: async () => { if (confirm(says.begin)) { await safe.forget(); alertOf(""); show("begin"); } },
  file: async () => { await keep(); await fileThese([{ ...note }]); },
  "file-all": async () => fileThese(await safe.notes()),
  delete: async () => {
    if (!confirm(says.erase)) return;
    const { token } = note;
    note = null;
    await saving;
    await safe.wipe(token);
    await list();
  },
};
root.addEventListener("click", (event) => acts[event.target.closest("[data-do]")?.dataset.do]?.());
at("print").addEventListener("click", () => window.print());
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("input", () => {
  at("kept").textContent = "";
  clearTimeout(later);
  later = setTimeout(keep, 400);
});
["pointerdown", "keydown"].forEach((kind) => addEventListener(kind, awake));
["online", "offline"].forEach((kind) => addEventListener(kind, network));
addEventListener("visibilitychange", () => { if (document.hidden && note) keep(); });

const begin = async () => {
  if (!window.isSecureContext || !navigator.serviceWorker) { at("insecure").hidden = false; return; }
  at("insecure").hidden = true;
  navigator.serviceWorker.register(root.dataset.worker, { scope: root.dataset.scope }).catch(() => {});
  navigator.storage?.persist?.();
  show((await safe.open()) ? "unlock" : "begin");
  awake();
};
begin();
