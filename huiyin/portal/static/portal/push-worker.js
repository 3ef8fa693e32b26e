// Shows that there is news, and opens the page that asks for the code. Keeps nothing.
"use strict";
self.addEventListener("push", (event) => {
  const news = event.data ? event.data.json() : {};
  event.waitUntil(self.registration.showNotification(news.text || "回音 Huiyin", { tag: news.id, icon: "/static/look/mark.svg" }));
});
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(self.clients.openWindow("/case/"));
});
