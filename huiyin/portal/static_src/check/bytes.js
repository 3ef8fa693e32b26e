// Bytes as the log's formats spell them: strict, so that no two spellings mean the same receipt.

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

export function join(...parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function same(a, b) {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

export function utf8(text) {
  return new TextEncoder().encode(text);
}

// Throws on bytes that are no UTF-8; keeps a byte order mark, which was signed or committed too.
export function text(bytes) {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
}

export function base64(bytes) {
  let out = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const [a, b, c] = [bytes[at], bytes[at + 1], bytes[at + 2]];
    out += ALPHABET[a >> 2] + ALPHABET[((a & 3) << 4) | (b >> 4)];
    out += b === undefined ? "=" : ALPHABET[((b & 15) << 2) | (c >> 6)];
    out += c === undefined ? "=" : ALPHABET[c & 63];
  }
  return out;
}

// Standard base64 in its one canonical spelling; throws on any other.
export function strictBase64(written) {
  const letters = written.replace(/=+$/, "");
  const bytes = new Uint8Array(Math.floor((letters.length * 3) / 4));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const letter of letters) {
    const value = ALPHABET.indexOf(letter);
    if (value < 0) throw new Error("not base64");
    held = ((held << 6) | value) & 0xfff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = (held >> bits) & 255;
    }
  }
  if (base64(bytes) !== written) throw new Error("not canonical base64");
  return bytes;
}
