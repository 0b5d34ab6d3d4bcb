/* Small improvements. Every page works without them. */
(function () {
  "use strict";

  /* Colours: the footer's three buttons, which stay hidden without scripts. */
  document.querySelectorAll("[data-theme-choice]").forEach(function (group) {
    var buttons = Array.from(group.querySelectorAll("button[data-theme]"));
    function show() {
      buttons.forEach(function (button) {
        button.setAttribute("aria-pressed", String(button.dataset.theme === window.myelinTheme.current()));
      });
    }
    group.hidden = false;
    group.addEventListener("click", function (event) {
      var button = event.target.closest("button[data-theme]");
      if (!button) return;
      window.myelinTheme.choose(button.dataset.theme);
      show();
    });
    show();
  });

  /* Menus made of <details>: Escape and a click elsewhere close them. */
  document.addEventListener("click", function (event) {
    document.querySelectorAll("details[data-menu][open]").forEach(function (menu) {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    document.querySelectorAll("details[data-menu][open]").forEach(function (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  });

  /* Unsaved entries: <form data-unsaved> says so, in its [data-unsaved-note] and before leaving. */
  var forms = Array.from(document.querySelectorAll("form[data-unsaved]"));
  forms.forEach(function (form) {
    var before = entries(form);
    var note = form.querySelector("[data-unsaved-note]");
    function look() {
      var changed = entries(form) !== before;
      form.toggleAttribute("data-changed", changed);
      if (note) note.hidden = !changed;
    }
    form.addEventListener("input", look);
    form.addEventListener("change", look);
    form.addEventListener("submit", function () {
      form.removeAttribute("data-changed");
    });
    /* Written down elsewhere, for example by a partial save: what is there now is the new start. */
    form.addEventListener("myelin:saved", function () {
      before = entries(form);
      look();
    });
  });
  if (forms.length) {
    window.addEventListener("beforeunload", function (event) {
      if (forms.some(function (form) { return form.hasAttribute("data-changed"); })) {
        event.preventDefault();
      }
    });
  }

  function entries(form) {
    var pairs = [];
    new FormData(form).forEach(function (value, key) {
      if (key !== "csrfmiddlewaretoken") {
        pairs.push([key, typeof value === "string" ? value : value.name + ":" + value.size]);
      }
    });
    return JSON.stringify(pairs);
  }

  /* A button that was pressed shows that its work is under way, and cannot be pressed twice.
     Done after the submit event, so that the button's own name and value are still sent. */
  document.addEventListener("submit", function (event) {
    var button = event.submitter;
    if (event.defaultPrevented || !button || event.target.method !== "post") return;
    setTimeout(function () {
      button.setAttribute("aria-disabled", "true");
      button.setAttribute("data-busy", "");
    }, 0);
    event.target.addEventListener("submit", refuse);
  });
  function refuse(event) {
    event.preventDefault();
  }
  window.addEventListener("pageshow", function (event) {
    if (!event.persisted) return;
    document.querySelectorAll("[data-busy]").forEach(function (button) {
      button.removeAttribute("data-busy");
      button.removeAttribute("aria-disabled");
      if (button.form) button.form.removeEventListener("submit", refuse);
    });
  });

  /* The same where htmx sends the form: a second press while the first is under way does nothing.
     What is being saved in the background is answered first, so that no save clashes with it. */
  document.addEventListener("submit", function (event) {
    var form = event.target;
    var under = form.dataset.underWay;
    if (!under) return;
    event.preventDefault();
    event.stopPropagation();
    if (under === "submit") return;
    form.addEventListener("htmx:afterRequest", function () {
      form.requestSubmit(event.submitter);
    }, { once: true });
  }, true);
  document.addEventListener("htmx:beforeRequest", function (event) {
    var form = event.target.closest("form");
    var cause = event.detail.requestConfig.triggeringEvent;
    if (!form || !cause) return;
    if (cause.type === "change") event.detail.xhr.sent = entries(form);
    if (form === event.target) form.dataset.underWay = cause.type;
  });
  document.addEventListener("htmx:afterRequest", function (event) {
    delete event.target.dataset.underWay;
  }, true);
  /* Inputs are not replaced over what was typed while their answer was under way: asked again. */
  document.addEventListener("htmx:beforeSwap", function (event) {
    var asked = event.detail.requestConfig.elt;
    var form = asked.closest("form");
    var sent = event.detail.xhr.sent;
    if (!form || !sent || !event.detail.target.contains(form) || entries(form) === sent) return;
    event.detail.shouldSwap = false;
    window.htmx.trigger(asked, "change");
  });

  /* Rows of a repeating group: <template data-row> copied by a [data-add-row] button, when a page
     offers one. The server always renders at least one empty row, so nothing depends on it. */
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-add-row]");
    if (!button) return;
    var group = document.getElementById(button.dataset.addRow);
    var template = group && group.querySelector("template[data-row]");
    var total = group && group.querySelector("input[name$='-TOTAL_FORMS']");
    if (!template || !total) return;
    event.preventDefault();
    var holder = document.createElement("div");
    holder.innerHTML = template.innerHTML.replaceAll("__prefix__", total.value);
    total.value = String(Number(total.value) + 1);
    var row = holder.firstElementChild;
    template.before(row);
    var first = row.querySelector("input:not([type=hidden]), select, textarea");
    if (first) first.focus();
  });

  /* The same page in other words: go on where the reader is. */
  document.addEventListener("click", function (event) {
    var link = event.target.closest("[data-keep-place] a");
    if (!link || window.scrollY < 200) return;
    var places = Array.from(document.querySelectorAll("main section [id], main section[id]"));
    var here = places.find(function (place) { return place.getBoundingClientRect().bottom > 96; });
    if (here) link.hash = here.id;
  });

  /* Printing opens what is folded away, and folds it again. */
  var opened = [];
  window.addEventListener("beforeprint", function () {
    opened = Array.from(document.querySelectorAll("main details:not([open])"));
    opened.forEach(function (part) { part.open = true; });
  });
  window.addEventListener("afterprint", function () {
    opened.forEach(function (part) { part.open = false; });
  });
})();
