// The desk works without this file; it only makes it quicker: keys, picked rows that survive paging, a guard
// over what is typed and not saved, focus that stays in its row. Plain ES2019 for Chromium 86; no eval, no styles.
(function () {
  "use strict";
  const root = document.documentElement;
  root.classList.add("scripted");
  const all = (selector, within) => Array.from((within || document).querySelectorAll(selector));
  const first = (selector) => document.querySelector(selector);

  // ---- keys: never in a field, never while an input method is open ----
  const FIELDS = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";
  const typing = (event) => event.isComposing || event.keyCode === 229 || event.target.closest(FIELDS);
  const rows = () => all("main table.grid > tbody > tr").filter(
    (row) => row.offsetParent !== null && row.querySelector("a[href], input, button"));
  let last = null;

  function here() {
    const focused = document.activeElement && document.activeElement.closest("main table.grid > tbody > tr");
    return focused || first("main table.grid > tbody > tr.here");
  }
  function stand(row) {
    all("tr.here[data-keyed]").forEach((one) => { one.classList.remove("here"); delete one.dataset.keyed; });
    if (!row.classList.contains("here")) { row.classList.add("here"); row.dataset.keyed = "1"; }
    const target = row.querySelector("th a[href], td a[href]") || row.querySelector("input, button");
    if (target) target.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }
  function step(by) {
    const known = rows();
    if (!known.length) return;
    const at = known.indexOf(here());
    stand(known[Math.max(0, Math.min(known.length - 1, at < 0 ? (by > 0 ? 0 : known.length - 1) : at + by))]);
  }
  function pick(range) {
    const row = here();
    const box = row && row.querySelector("input[name=row]");
    if (!box) return;
    const known = rows();
    const from = range && last ? known.indexOf(last) : known.indexOf(row);
    const to = known.indexOf(row);
    const state = range ? true : !box.checked;
    known.slice(Math.min(from, to), Math.max(from, to) + 1).forEach((one) => {
      const other = one.querySelector("input[name=row]");
      if (other && other.checked !== state) { other.checked = state; changed(other); }
    });
    last = row;
  }
  const changed = (box) => box.dispatchEvent(new Event("change", { bubbles: true }));
  const go = (selector) => { const link = first(selector); if (link) link.click(); return Boolean(link); };
  const keys = {
    "/": () => { const field = first(".find input"); if (field) { field.focus(); field.select(); } },
    "j": () => step(1),
    "k": () => step(-1),
    "Enter": () => { const row = here(); const link = row && row.querySelector("a[href]"); if (link) link.click(); },
    "x": () => pick(false),
    "X": () => pick(true),
    "f": () => { const field = first("form.filters input:not([type=hidden]), form.filters select"); if (field) field.focus(); },
    "e": () => go("[data-key='e']"),
    "v": () => go("[data-key='v']"),
    "[": () => go("a[rel=prev]"),
    "]": () => go("a[rel=next]"),
    "?": () => open("keys"),
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { escape(event); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event) || first("dialog[open]")) return;
    if (root.classList.contains("keyless")) return;
    if (event.key === "Enter" && event.target !== document.body && event.target.id !== "main") return;
    const act = keys[event.key] || keys[event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    act();
  });
  function escape(event) {
    const menus = all("details.menu[open]");
    if (menus.length) {
      menus.forEach((menu) => { menu.open = false; menu.querySelector("summary").focus(); });
    } else if (location.hash === "#rail") {
      location.hash = "#main";
    } else if (event.target.closest(FIELDS) && !event.isComposing) {
      event.target.blur();
    } else if (!first("dialog[open]")) {
      all("[data-pick-none]:not([hidden])").forEach((button) => button.click());
    }
  }

  // ---- menus and dialogs ----
  document.addEventListener("click", (event) => {
    all("details.menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
    const opener = event.target.closest("[data-opens]");
    if (opener && open(opener.dataset.opens)) event.preventDefault();
    const printer = event.target.closest("[data-prints]");
    if (printer) window.print();
    const copier = event.target.closest("[data-copies-address]");
    if (copier) copy(copier);
  });
  function open(name) {
    const sheet = document.getElementById(name);
    if (!sheet || !sheet.showModal) return false;
    if (!sheet.open) sheet.showModal();
    return true;
  }
  function copy(button) {
    const field = document.createElement("textarea"); // the clipboard API is absent on plain HTTP in a LAN
    field.value = location.href;
    field.className = "unseen";
    document.body.appendChild(field);
    field.select();
    document.execCommand("copy");
    field.remove();
    button.focus();
    const menu = button.closest("details.menu");
    if (menu) menu.open = false;
  }
  const reveal = (within) => all("[data-prints][hidden], [data-copies-address][hidden]", within).forEach(
    (button) => { button.hidden = false; });

  // ---- picked rows: kept over pages of the same list, until something is done with them ----
  const store = (form) => "picked " + location.pathname + " " + form.dataset.bulk;
  const read = (form) => { try { return JSON.parse(sessionStorage.getItem(store(form)) || "[]"); } catch (_) { return []; } };
  const keep = (form, ids) => { try { sessionStorage.setItem(store(form), JSON.stringify(ids)); } catch (_) { /* full or closed */ } };
  function show(form) {
    const ids = read(form);
    const whole = form.querySelector("input[name=all]");
    const everything = whole && whole.checked;
    const boxes = all("input[name=row]", form);
    boxes.forEach((box) => {
      box.checked = ids.indexOf(box.value) >= 0;
      const row = box.closest("tr");
      if (row) row.setAttribute("aria-selected", String(box.checked));
    });
    const head = form.querySelector("[data-pick-page]");
    if (head) {
      const count = boxes.filter((box) => box.checked).length;
      head.hidden = false;
      head.checked = count > 0 && count === boxes.length;
      head.indeterminate = count > 0 && count < boxes.length;
    }
    const bar = form.querySelector(".bulk");
    if (!bar) return;
    const said = bar.querySelector("[data-picked]");
    said.textContent = everything ? bar.querySelector(".unscripted").textContent.trim()
      : said.dataset.picked.replace("{n}", String(ids.length));
    bar.hidden = !ids.length && !everything;
    const most = bar.querySelector("[data-pick-everything]");
    if (most) most.hidden = everything;
    const none = bar.querySelector("[data-pick-none]");
    if (none) none.hidden = false;
  }
  function note(form) {
    const boxes = all("input[name=row]", form);
    const page = boxes.map((box) => box.value);
    const others = read(form).filter((id) => page.indexOf(id) < 0);
    keep(form, others.concat(boxes.filter((box) => box.checked).map((box) => box.value)));
    show(form);
  }
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-bulk]");
    if (!form) return;
    if (event.target.matches("[data-pick-page]")) {
      all("input[name=row]", form).forEach((box) => { box.checked = event.target.checked; });
      note(form);
    } else if (event.target.name === "row") {
      last = event.target.closest("tr");
      note(form);
    }
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-pick-everything], [data-pick-none]");
    if (!button) return;
    const form = button.closest("form");
    form.querySelector("input[name=all]").checked = button.hasAttribute("data-pick-everything");
    if (button.hasAttribute("data-pick-none")) keep(form, []);
    show(form);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.matches("form[data-bulk]")) {
      const page = all("input[name=row]", form).map((box) => box.value);
      read(form).filter((id) => page.indexOf(id) < 0).forEach((id) => {
        const more = document.createElement("input");
        more.type = "hidden"; more.name = "row"; more.value = id;
        form.appendChild(more);
      });
      keep(form, []);
    }
    form.dataset.saved = "1";
  });

  // ---- what is typed and not saved ----
  const written = (form) => new URLSearchParams(
    Array.from(new FormData(form)).filter((pair) => typeof pair[1] === "string" && pair[0] !== "csrfmiddlewaretoken")).toString();
  const guarded = () => all("form[data-guard]");
  function watch(within) {
    all("form[data-guard]", within).forEach((form) => {
      if (form.dataset.before === undefined) form.dataset.before = form.dataset.guard === "dirty" ? "" : written(form);
    });
  }
  window.addEventListener("beforeunload", (event) => {
    if (guarded().some((form) => !form.dataset.saved && written(form) !== form.dataset.before)) {
      event.preventDefault();
      event.returnValue = "";
    }
  });

  document.addEventListener("htmx:configRequest", (event) => {
    const token = first("input[name=csrfmiddlewaretoken]");
    if (token) event.detail.headers["X-CSRFToken"] = token.value;
  });

  const trouble = (shown) => { const note = first("#trouble"); if (note) note.hidden = !shown; };
  document.addEventListener("htmx:sendError", () => trouble(true));
  document.addEventListener("htmx:responseError", () => trouble(true));
  document.addEventListener("htmx:beforeSwap", (event) => { if (event.detail.shouldSwap) trouble(false); });

  // ---- partial updates: focus and the open row stay where they were ----
  let kept = null;
  document.addEventListener("htmx:beforeSwap", () => {
    const active = document.activeElement;
    const row = active && active.closest("tr[id]");
    kept = active && active.id ? "#" + CSS.escape(active.id) : row ? "#" + CSS.escape(row.id) + " a[href]" : null;
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    prepare(event.target);
    const target = kept && document.activeElement === document.body && first(kept);
    if (target) target.focus({ preventScroll: true });
    kept = null;
  });
  // ---- a picture of places: arrows go from square to square; a square marks its row, and a row its square ----
  const PLACED = ".pictured .tiles a, .pictured .areas a, .pictured tbody th a";
  function twins(event) {
    const link = event.target.closest && event.target.closest(PLACED);
    if (!link) return;
    all(".pictured .here").forEach((one) => one.classList.remove("here"));
    all(PLACED).filter((one) => one.getAttribute("href") === link.getAttribute("href"))
      .forEach((one) => (one.closest("tr, li") || one).classList.add("here"));
  }
  ["focusin", "mouseover"].forEach((kind) => document.addEventListener(kind, twins));
  document.addEventListener("keydown", (event) => {
    const link = event.target.closest && event.target.closest(".pictured .tiles a, .pictured .areas a");
    const squares = link && link.closest(".tiles") ? all(".pictured .tiles a") : all(".pictured .areas a");
    const across = squares.filter((one) => one.offsetTop === squares[0].offsetTop).length;
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -across, ArrowDown: across };
    const next = link && steps[event.key] && squares[squares.indexOf(link) + steps[event.key]];
    if (next) { event.preventDefault(); next.focus(); }
  });

  // ---- what brings itself up to date says so when it did not ----
  setInterval(() => all("[data-stale]").forEach((one) => {
    one.hidden = Date.now() - one.since < 1000 * one.dataset.stale;
  }), 15000);

  function prepare(within) {
    reveal(within);
    watch(within);
    all("[data-stale]").forEach((one) => { one.since = one.since || Date.now(); });
    all("form[data-bulk]").forEach(show);
  }
  window.addEventListener("pageshow", () => { guarded().forEach((form) => { delete form.dataset.saved; }); });
  prepare(document);
})();
