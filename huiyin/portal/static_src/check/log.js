// C2SP signed notes, checkpoints and tlog-proofs, and RFC 9162 inclusion. Pure: bytes in, facts or an error out.

import { verify } from "@stablelib/ed25519";
import { hash } from "@stablelib/sha256";
import { join, same, strictBase64, text, utf8 } from "./bytes.js";

const ED25519 = 1;
// The order of the Ed25519 group, little-endian. A signature's second half must be below it: RFC 8032 5.1.7.
const ORDER = [
  0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

export class Fault extends Error {
  constructor(key) {
    super(key);
    this.key = key;
  }
}

function refuse(unless, key) {
  if (!unless) throw new Fault(key);
}

function decode(written, key) {
  try {
    return strictBase64(written);
  } catch {
    throw new Fault(key);
  }
}

// A verifier key line: name+hex(id)+base64(type, key).
export function readKey(line) {
  const [name, id, ...rest] = line.split("+");
  refuse(name && id && rest.length && !/\s/.test(name), "bad_key");
  const data = decode(rest.join("+"), "bad_key");
  refuse(data.length === 33 && data[0] === ED25519, "bad_key");
  const stamp = hash(join(utf8(name + "\n"), data)).subarray(0, 4);
  const hex = Array.from(stamp, (byte) => (byte < 16 ? "0" : "") + byte.toString(16)).join("");
  refuse(hex === id, "bad_key");
  return { name, stamp, key: data.subarray(1) };
}

function below(scalar, order) {
  for (let at = 31; at >= 0; at--) {
    if (scalar[at] !== order[at]) return scalar[at] < order[at];
  }
  return false;
}

// The text of a note that `key` signed. Other signers are passed over; a wrong signature by `key` refuses it.
export function openNote(bytes, key) {
  let whole;
  try {
    whole = text(bytes);
  } catch {
    throw new Fault("bad_note");
  }
  const end = whole.lastIndexOf("\n\n");
  refuse(end >= 0 && whole.endsWith("\n") && !/[\0-\x09\x0b-\x1f]/.test(whole), "bad_note");
  const body = whole.slice(0, end + 1);
  let signed = false;
  for (const line of whole.slice(end + 2, -1).split("\n")) {
    const [dash, name, data, more] = line.split(" ");
    refuse(dash === "—" && name && data && more === undefined, "bad_note");
    const stamp = decode(data, "bad_note");
    refuse(stamp.length >= 5, "bad_note");
    if (name !== key.name || !same(stamp.subarray(0, 4), key.stamp)) continue;
    const signature = stamp.subarray(4);
    refuse(signature.length === 64 && below(signature.subarray(32), ORDER), "bad_signature");
    refuse(verify(key.key, utf8(body), signature), "bad_signature");
    signed = true;
  }
  refuse(signed, "other_key");
  return body;
}

function number(written, key) {
  refuse(/^(0|[1-9][0-9]{0,15})$/.test(written), key);
  const value = Number(written);
  refuse(value <= Number.MAX_SAFE_INTEGER, key);
  return value;
}

export function readCheckpoint(body, key) {
  const [origin, size, root, ...rest] = body.split("\n");
  refuse(origin === key.name && rest.length > 0, "bad_checkpoint");
  const tree = { size: number(size, "bad_checkpoint"), root: decode(root, "bad_checkpoint") };
  refuse(tree.root.length === 32, "bad_checkpoint");
  return tree;
}

export function readProof(bytes) {
  let whole;
  try {
    whole = text(bytes);
  } catch {
    throw new Fault("bad_proof");
  }
  const end = whole.indexOf("\n\n");
  const [header, extra, index, ...hashes] = whole.slice(0, Math.max(end, 0)).split("\n");
  refuse(end > 0 && header === "c2sp.org/tlog-proof@v1" && extra && index, "bad_proof");
  refuse(extra.startsWith("extra ") && index.startsWith("index ") && hashes.length < 64, "bad_proof");
  const path = hashes.map((line) => decode(line, "bad_proof"));
  refuse(path.every((step) => step.length === 32), "bad_proof");
  return {
    entry: decode(extra.slice(6), "bad_proof"),
    index: number(index.slice(6), "bad_proof"),
    path,
    note: utf8(whole.slice(end + 2)),
  };
}

const leaf = (entry) => hash(join([0], entry));
const node = (left, right) => hash(join([1], left, right));

// RFC 9162 2.1.3.2, with divisions instead of shifts: numbers here may exceed 32 bits.
export function isIncluded({ entry, index, path }, { size, root }) {
  if (index >= size) return false;
  let [here, last, found] = [index, size - 1, leaf(entry)];
  for (const step of path) {
    if (last === 0) return false;
    if (here % 2 === 1 || here === last) {
      found = node(step, found);
      while (here % 2 === 0 && here !== 0) {
        here = here / 2;
        last = Math.floor(last / 2);
      }
    } else {
      found = node(found, step);
    }
    here = Math.floor(here / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && same(found, root);
}

// The two commitments of an entry, spelled exactly as the log writes it.
export function readEntry(bytes) {
  const lines = /^huiyin\.entry\/1\npublic (\S{44})\nprivate (\S{44})\n$/.exec(text(bytes));
  refuse(lines, "bad_entry");
  return { public: decode(lines[1], "bad_entry"), private: decode(lines[2], "bad_entry") };
}

// A signed promise to enter an entry by a time: `until` in seconds since 1970.
export function readPromise(bytes, key) {
  const lines = openNote(bytes, key).split("\n");
  refuse(lines.length === 5 && lines[0] === "huiyin.promise/1" && lines[1] === key.name, "bad_promise");
  refuse(lines[2].startsWith("entry ") && lines[3].startsWith("integrated-by "), "bad_promise");
  return { entry: decode(lines[2].slice(6), "bad_promise"), until: number(lines[3].slice(14), "bad_promise") };
}

const commits = (salt, content, commitment) => same(hash(join(salt, content)), commitment);

// Both parts of an opening, each checked against its commitment in the entry.
export function readOpening(bytes, entry) {
  let given;
  try {
    given = JSON.parse(text(bytes));
  } catch {
    throw new Fault("bad_opening");
  }
  const part = (name) => {
    const { salt, content } = (given && given[name]) || {};
    refuse(typeof salt === "string" && typeof content === "string", "bad_opening");
    const salted = decode(salt, "bad_opening");
    refuse(salted.length === 32 && commits(salted, utf8(content), entry[name]), "other_" + name);
    try {
      return { salt: salted, data: JSON.parse(content) };
    } catch {
      throw new Fault("bad_opening");
    }
  };
  return { public: part("public"), private: part("private") };
}

export function areWords(bytes, opened) {
  const stated = opened.data.words_sha256;
  return typeof stated === "string" && commits(opened.salt, bytes, decode(stated, "bad_opening"));
}
