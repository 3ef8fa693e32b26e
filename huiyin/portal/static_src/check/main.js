// The page "check my receipt": reads the chosen files, judges them here, and shows sentences. No network.

import { judge, kindOf } from "./verdict.js";

const byId = (id) => document.getElementById(id);
const form = byId("check-form");
const MOST = 4 * 1024 * 1024;

function sentence(key, args) {
  const found = document.querySelector('#says [data-key="' + key + '"]');
  return (found ? found.textContent : key).replace(/\{(\w+)\}/g, (_whole, name) => String(args[name]));
}

function element(tag, cls, content) {
  const made = document.createElement(tag);
  if (cls) made.className = cls;
  if (content) made.textContent = content;
  return made;
}

function read(file) {
  return new Promise((done, failed) => {
    if (file.size > MOST) return failed(new Error("too large"));
    const reader = new FileReader();
    reader.onload = () => done({ name: file.name, bytes: new Uint8Array(reader.result) });
    reader.onerror = () => failed(reader.error);
    return reader.readAsArrayBuffer(file);
  });
}

function slipIndex() {
  const found = /[#&]i=(\d{1,15})(&|$)/.exec(location.hash);
  return found ? Number(found[1]) : null;
}

function show(findings, files) {
  const good = findings.length > 0 && findings.every((finding) => finding.ok);
  const whole = good && files.proof && files.opening && files.words;
  const box = element("div", "notice notice--" + (good ? "ok" : "bad"));
  box.dataset.verdict = good ? "good" : "bad";
  const title = good ? (whole ? "good" : files.proof ? "good_part" : "good_promise") : "bad";
  box.appendChild(element("h2", "", sentence(title, {})));
  const list = element("ul", "verdict");
  for (const { ok, key, args } of findings) {
    const line = element("li", ok ? "is-good" : "is-bad");
    line.dataset.key = key;
    line.appendChild(element("span", "verdict__mark", ok ? "✓ " : "✗ "));
    line.appendChild(element("span", "", sentence(key, args)));
    list.appendChild(line);
  }
  box.appendChild(list);
  if (!good) box.appendChild(element("p", "", sentence("advice", {})));
  const result = byId("result");
  result.replaceChildren ? result.replaceChildren(box) : ((result.textContent = ""), result.appendChild(box));
  result.focus();
}

async function check(event) {
  event.preventDefault();
  const files = {};
  try {
    for (const { name, bytes } of await Promise.all(Array.from(byId("files").files, read))) {
      files[kindOf(name, bytes)] = bytes;
    }
  } catch {
    return show([{ ok: false, key: "unreadable", args: {} }], files);
  }
  return show(judge(files, byId("vkey").value, slipIndex()), files);
}

if (form) {
  form.hidden = false;
  form.addEventListener("submit", check);
  const index = slipIndex();
  if (index !== null) {
    const note = byId("slip");
    note.textContent = sentence("slip", { index });
    note.hidden = false;
  }
}
