/* The safe of one officer on this device: notes in IndexedDB, each sealed with AES-GCM.

   The key is 32 random bytes, never extractable once it is in use; what is stored of it is wrapped under a key
   derived from the officer's passphrase (PBKDF2-SHA-256). A forgotten passphrase opens nothing again. */
const ROUNDS = 600_000;
const text = new TextEncoder(), words = new TextDecoder();

export class Full extends Error {}
export class Wrong extends Error {}

const answered = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

export class Safe {
  constructor(login) { this.name = `outreach-${login}`; this.key = null; }

  async open() {
    const request = indexedDB.open(this.name, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("lock");
      request.result.createObjectStore("notes", { keyPath: "token" });
    };
    this.held = await answered(request);
    return (await this.#read("lock", "key")) !== undefined;
  }

  #read(store, key) { return answered(this.held.transaction(store).objectStore(store).get(key)); }

  // Resolves when it is on the disk, or throws Full and keeps what was there before.
  #write(store, change) {
    return new Promise((resolve, reject) => {
      const within = this.held.transaction(store, "readwrite", { durability: "strict" });
      within.oncomplete = () => resolve();
      within.onabort = within.onerror = () => {
        const fault = within.error;
        reject(fault?.name === "QuotaExceededError" ? new Full() : fault ?? new Error("not kept"));
      };
      try { change(within.objectStore(store)); } catch (fault) { within.abort(); reject(fault); }
    });
  }

  async #wrapping(passphrase, salt, rounds) {
    const typed = await crypto.subtle.importKey("raw", text.encode(passphrase.normalize("NFKC")), "PBKDF2", false, ["deriveKey"]);
    const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds };
    return crypto.subtle.deriveKey(how, typed, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  }

  async #use(raw) {
    this.key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
    raw.fill(0);
  }

  async begin(passphrase) {
    const salt = crypto.getRandomValues(new Uint8Array(16)), iv = crypto.getRandomValues(new Uint8Array(12));
    const raw = crypto.getRandomValues(new Uint8Array(32));
    const wrapping = await this.#wrapping(passphrase, salt, ROUNDS);
    const wrapped = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, wrapping, raw);
    await this.#write("lock", (store) => store.put({ salt, iv, wrapped, rounds: ROUNDS }, "key"));
    await this.#use(raw);
  }

  async unlock(passphrase) {
    const { salt, iv, wrapped, rounds } = await this.#read("lock", "key");
    const wrapping = await this.#wrapping(passphrase, salt, rounds);
    let raw;
    try { raw = new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, wrapping, wrapped)); } catch { throw new Wrong(); }
    await this.#use(raw);
  }

  lock() { this.key = null; }

  async forget() {
    this.key = null;
    await this.#write("notes", (store) => store.clear());
    await this.#write("lock", (store) => store.clear());
  }

  async keep(note) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const how = { name: "AES-GCM", iv, additionalData: text.encode(note.token) };
    const blob = await crypto.subtle.encrypt(how, this.key, text.encode(JSON.stringify(note)));
    await this.#write("notes", (store) => store.put({ token: note.token, iv, blob }));
  }

  async notes() {
    const found = await answered(this.held.transaction("notes").objectStore("notes").getAll());
    return Promise.all(found.map(async ({ token, iv, blob }) => {
      const how = { name: "AES-GCM", iv, additionalData: text.encode(token) };
      return JSON.parse(words.decode(await crypto.subtle.decrypt(how, this.key, blob)));
    }));
  }

  wipe(token) { return this.#write("notes", (store) => store.delete(token)); }
}
