// The list under the search field: arrow keys choose, Enter opens, Esc closes. Without it the form sends.
(function () {
  "use strict";
  const field = document.getElementById("search-field");
  const list = document.getElementById("found");
  if (!field || !list) return;
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-controls", "found");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-expanded", "false");
  let composing = false;
  const options = () => Array.from(list.querySelectorAll("[role=option]"));
  const chosen = () => list.querySelector("[aria-selected=true]");

  function show(open) {
    list.hidden = !open;
    field.setAttribute("aria-expanded", open ? "true" : "false");
    if (!open) choose(null);
  }
  function choose(option) {
    options().forEach((one) => one.setAttribute("aria-selected", one === option ? "true" : "false"));
    if (option) {
      field.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else {
      field.removeAttribute("aria-activedescendant");
    }
  }
  field.addEventListener("compositionstart", () => { composing = true; });
  field.addEventListener("compositionend", () => { composing = false; });
  field.addEventListener("htmx:beforeRequest", (event) => { if (composing) event.preventDefault(); });
  list.addEventListener("htmx:afterSwap", () => {
    show(document.activeElement === field && list.childElementCount > 0 && field.value.trim() !== "");
  });
  field.addEventListener("input", () => { if (field.value.trim() === "") { list.textContent = ""; show(false); } });
  field.addEventListener("focus", () => { if (list.childElementCount && field.value.trim() !== "") show(true); });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    const known = options();
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!known.length) return;
      event.preventDefault();
      show(true);
      const at = known.indexOf(chosen());
      const next = event.key === "ArrowDown" ? at + 1 : at < 0 ? known.length - 1 : at - 1;
      choose(next < 0 || next >= known.length ? null : known[next]);
    } else if (event.key === "Enter" && !list.hidden && chosen()) {
      event.preventDefault();
      chosen().click();
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      event.stopPropagation();
      show(false);
    }
  });
  document.addEventListener("click", (event) => { if (!event.target.closest(".find")) show(false); });
  field.form.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !event.relatedTarget.closest(".find")) show(false);
  });
})();
