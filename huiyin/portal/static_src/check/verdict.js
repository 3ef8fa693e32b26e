// From files to findings: an ordered list of {ok, key, args}; `key` names a sentence that the page holds.

import { areWords, Fault, isIncluded, openNote, readCheckpoint, readEntry, readKey, readOpening, readPromise, readProof } from "./log.js";

const KINDS = [
  ["proof", /\.tlog-proof/i, /^c2sp\.org\/tlog-proof@/],
  ["promise", /\.promise/i, /^huiyin\.promise\//],
  ["opening", /\.opening/i, /^\s*\{\s*"p(ublic|rivate)"/],
  ["words", /\.words/i, /^/],
];

// What a file is: by its name, else by how it begins, because phones rename what they save.
export function kindOf(name, bytes) {
  const start = String.fromCharCode.apply(null, Array.from(bytes.subarray(0, 64)));
  const found = KINDS.find(([, ending]) => ending.test(name)) || KINDS.find(([, , begins]) => begins.test(start));
  return found[0];
}

// `files`: bytes by kind. `expected`: the entry number a slip names, or null.
export function judge(files, vkey, expected) {
  const findings = [];
  const say = (ok, key, args) => findings.push({ ok, key, args: args || {} });
  try {
    if (!files.proof && !files.promise) throw new Fault("no_proof");
    const key = readKey(vkey.trim());
    const entry = files.proof ? provenEntry(files.proof, key, expected, say) : promisedEntry(files.promise, key, say);
    if (files.opening) opened(files, entry, say);
    else if (files.words) say(false, "no_opening");
  } catch (fault) {
    say(false, fault instanceof Fault ? fault.key : "broken");
  }
  return findings;
}

function provenEntry(file, key, expected, say) {
  const proof = readProof(file);
  const tree = readCheckpoint(openNote(proof.note, key), key);
  say(true, "signed", { log: key.name, size: tree.size });
  if (!isIncluded(proof, tree)) throw new Fault("not_included");
  say(true, "included", { index: proof.index });
  if (expected !== null && expected !== proof.index) throw new Fault("other_index");
  return readEntry(proof.entry);
}

function promisedEntry(file, key, say) {
  const promise = readPromise(file, key);
  const entry = readEntry(promise.entry);
  say(true, "promised", Object.assign({ log: key.name }, beijing(promise.until * 1000)));
  return entry;
}

function opened(files, entry, say) {
  const opening = readOpening(files.opening, entry);
  say(true, "opened", beijing(opening.private.data.recorded_at));
  if (!files.words) return;
  if (!areWords(files.words, opening.private)) throw new Fault("other_words");
  say(true, "words");
}

// The office's own time, as on the slip, wherever the device thinks it is.
function beijing(at) {
  const time = new Date(new Date(at).getTime() + 8 * 3600e3);
  if (isNaN(time)) throw new Fault("bad_opening");
  const [date, clock] = time.toISOString().split("T");
  const [year, month, day] = date.split("-").map(Number);
  return { year, month, day, time: clock.slice(0, 8) };
}
