/* Lists of work from the keyboard. Tab and Enter do everything; this only spares key strokes.
   Inside a list: j or the arrow down goes to the next row, k or the arrow up to the one before,
   x chooses the row. Keys count only while the focus is in a list, and never while typing. */
(function () {
  "use strict";

  document.querySelectorAll("[data-keys]").forEach(function (note) { note.hidden = false; });

  document.querySelectorAll("[data-rows]").forEach(function (list) {
    var all = list.querySelector("[data-all]");
    var boxes = Array.from(list.querySelectorAll("input[type=checkbox][name=key]"));
    if (all && boxes.length > 1) {
      all.parentElement.hidden = false;
      all.addEventListener("change", function () {
        boxes.forEach(function (box) { box.checked = all.checked; });
      });
      list.addEventListener("change", function (event) {
        if (event.target.name === "key") {
          all.checked = boxes.every(function (box) { return box.checked; });
        }
      });
    }
  });

  document.addEventListener("keydown", function (event) {
    var row = event.target.closest && event.target.closest("[data-row]");
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    var step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
    if (step) {
      var rows = Array.from(document.querySelectorAll("[data-row]"));
      var other = rows[rows.indexOf(row) + step];
      if (!other) return;
      event.preventDefault();
      (other.querySelector("input[name=key]") || other.querySelector("a")).focus();
    } else if (event.key === "x") {
      var box = row.querySelector("input[name=key]");
      if (box) box.click();
    }
  });
})();
