/* Small comforts for the portal's forms. Every page works without this file. */
(function () {
  "use strict";
  function each(selector, act) {
    Array.prototype.forEach.call(document.querySelectorAll(selector), act);
  }

  // Fields that only some answers need are shown for those answers.
  each("[data-needs]", function (part) {
    var need = part.getAttribute("data-needs").split("=");
    var wanted = need[1].split(",");
    function show() {
      var chosen = document.querySelector('input[name="' + need[0] + '"]:checked');
      part.hidden = !chosen || wanted.indexOf(chosen.value) < 0;
    }
    each('input[name="' + need[0] + '"]', function (input) {
      input.addEventListener("change", show);
    });
    show();
  });

  // A second press of a sending button does nothing; the server would answer it with the same case anyway.
  each("form[data-once]", function (form) {
    var pressed = null;
    function again() {
      if (pressed && pressed.hasAttribute("data-says")) {
        pressed.textContent = pressed.getAttribute("data-says");
        pressed.removeAttribute("aria-disabled");
      }
      pressed = null;
    }
    form.addEventListener("submit", function (event) {
      if (pressed) {
        event.preventDefault();
        return;
      }
      pressed = event.submitter || form;
      if (pressed.value === "send" || pressed.value === "") {
        pressed.setAttribute("data-says", pressed.textContent);
        pressed.setAttribute("aria-disabled", "true");
        pressed.textContent = form.getAttribute("data-busy");
      }
      window.setTimeout(again, 8000);
    });
    // Whoever comes back to the page by the browser's own button finds it ready.
    window.addEventListener("pageshow", again);
  });

  // Too many or too large papers are named before they are sent.
  each("input[type=file][data-limit]", function (input) {
    input.addEventListener("change", function () {
      var limit = Number(input.getAttribute("data-limit"));
      var files = Array.prototype.slice.call(input.files);
      var bad = files.length > Number(input.getAttribute("data-count")) || files.some(function (f) { return f.size > limit; });
      input.setCustomValidity(bad ? input.getAttribute("data-says") : "");
      var note = document.getElementById(input.id + "-now") || input.parentNode.appendChild(document.createElement("p"));
      note.id = input.id + "-now";
      note.className = bad ? "error" : "hint";
      note.setAttribute("role", "status");
      note.textContent = bad ? input.getAttribute("data-says") : files.map(function (f) { return f.name; }).join(" · ");
    });
  });

  each("[data-print]", function (button) {
    button.hidden = false;
    button.addEventListener("click", function () { window.print(); });
  });

  each("[data-copy]", function (button) {
    if (!navigator.clipboard) return;
    button.hidden = false;
    button.addEventListener("click", function () {
      var groups = document.querySelector(button.getAttribute("data-copy")).children;
      var code = Array.prototype.map.call(groups, function (g) { return g.textContent; }).join(" ");
      navigator.clipboard.writeText(code).then(function () { button.textContent = button.getAttribute("data-done"); });
    });
  });

  var summary = document.getElementById("error-summary");
  if (summary) summary.focus();
})();
