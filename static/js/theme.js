/* Puts the remembered colours on the page before it is painted. Without this script the page
   follows the system's setting, which is also the default. The key is the one that Django's admin
   uses, so that one choice holds for both. */
(function () {
  "use strict";
  var KEY = "theme";
  var root = document.documentElement;
  function remembered() {
    try {
      return localStorage.getItem(KEY) || "auto";
    } catch (error) {
      return "auto"; /* storage can be forbidden: then the system's setting holds */
    }
  }
  function apply(choice) {
    if (choice === "light" || choice === "dark") {
      root.setAttribute("data-bs-theme", choice);
    } else {
      root.removeAttribute("data-bs-theme");
    }
  }
  apply(remembered());
  window.addEventListener("storage", function (event) {
    if (event.key === KEY) apply(event.newValue);
  });
  window.myelinTheme = {
    current: remembered,
    choose: function (choice) {
      try {
        localStorage.setItem(KEY, choice);
      } catch (error) {
        /* not remembered, but still applied to this page */
      }
      apply(choice);
    }
  };
})();
