/* Keeps the outreach page for a village without a network. Only the page and what it is made of: no note, no answer. */
"use strict";

const own = (url) => KEPT.includes(url.pathname);
const usable = (answer) => answer.ok && !answer.redirected;

self.addEventListener("install", (event) => event.waitUntil((async () => {
  const cache = await caches.open(VERSION);
  await Promise.all(KEPT.map(async (path) => {
    const answer = await fetch(path, { cache: "no-cache" });
    if (!usable(answer)) throw new Error(`not kept: ${path}`);
    await cache.put(path, answer);
  }));
  await self.skipWaiting();
})()));

self.addEventListener("activate", (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name !== VERSION) await caches.delete(name);
  await self.clients.claim();
})()));

// What is kept answers at once, whether or not there is a network or a log-in; it is made new behind the reader's back.
self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin || !own(url)) return;
  event.respondWith((async () => {
    const cache = await caches.open(VERSION), held = await cache.match(url.pathname);
    const fresh = fetch(event.request).then(async (answer) => {
      if (usable(answer)) await cache.put(url.pathname, answer.clone());
      return answer;
    });
    if (!held) return fresh;
    event.waitUntil(fresh.catch(() => {}));
    return held;
  })());
});
