// Offers messages of this browser where it can have them, and subscribes when the box is ticked.
"use strict";
(() => {
  const choice = document.getElementById("push");
  if (!choice || !isSecureContext || !("serviceWorker" in navigator) || !("PushManager" in window)) return;
  const box = choice.querySelector("input");
  const field = document.getElementById("subscription");
  const refused = document.getElementById("push-refused");
  const key = Uint8Array.from(atob(choice.dataset.pushKey.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  choice.hidden = false;

  const subscribe = async () => {
    await navigator.serviceWorker.register("/case/push-worker.js", { scope: "/case/" });
    const ready = await navigator.serviceWorker.ready;
    const made = await ready.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
    field.value = JSON.stringify(made);
  };

  box.addEventListener("change", async () => {
    refused.hidden = true;
    if (!box.checked) {
      field.value = "";
      return;
    }
    box.disabled = true; // until the browser has answered, the form cannot be sent half done
    try {
      await subscribe();
    } catch {
      box.checked = false;
      refused.hidden = false;
    }
    box.disabled = false;
  });
})();
