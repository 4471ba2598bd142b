"use strict";
(() => {
  // The page is whole without this script; it adds search and filter, opens what a link leads to, and listens to a few keys.
  const filter = document.getElementById("filter");
  const search = filter.querySelector("input");
  const boxes = [...filter.querySelectorAll("input[type=checkbox]")];
  const status = filter.querySelector("output");
  const lowered = new Map();

  // The text of an element in small letters, read once.
  function text(element) {
    let known = lowered.get(element);
    if (known === undefined) {
      const around = element.closest("[data-words]");
      known = ((around ? around.dataset.words + " " : "") + element.textContent).toLowerCase();
      lowered.set(element, known);
    }
    return known;
  }

  function apply() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const signs = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    const matches = (element) => words.every((word) => text(element).includes(word));
    const shown = new Set();
    const cells = document.querySelectorAll(".cell");
    for (const cell of cells) {
      cell.hidden = !(signs.has(cell.dataset.signs) && matches(cell));
      if (!cell.hidden) shown.add("#" + cell.querySelector("div").id);
    }
    for (const defect of document.querySelectorAll(".defect")) {
      defect.hidden = !(signs.has(defect.dataset.signs) && matches(defect));
    }
    for (const row of document.querySelectorAll(".matrix tbody tr")) {
      let any = false;
      for (const link of row.querySelectorAll("td a")) {
        const on = shown.has(link.hash);
        link.classList.toggle("dim", !on);
        any = any || on;
      }
      row.hidden = !any;
    }
    for (const operation of document.querySelectorAll(".operation")) {
      const own = operation.querySelectorAll(".cell");
      operation.hidden = own.length > 0 && [...own].every((cell) => cell.hidden);
    }
    for (const rule of document.querySelectorAll(".rule")) rule.hidden = !matches(rule);
    status.value = shown.size === cells.length ? "" : `${shown.size} of ${cells.length} shown`;
  }

  // Opens what the address points at, whatever hides it.
  function open() {
    const id = decodeURIComponent(location.hash.slice(1));
    const target = id && document.getElementById(id);
    if (!target) return;
    for (let around = target; around; around = around.parentElement) {
      around.hidden = false;
      if (around instanceof HTMLDetailsElement) around.open = true;
    }
    const details = target.closest("details");
    (details && !details.classList.contains("document") ? details : target).scrollIntoView();
    const summary = details && details.querySelector("summary");
    if (summary) summary.focus({ preventScroll: true });
  }

  // The next or the previous defect that is shown.
  function step(by) {
    const defects = [...document.querySelectorAll(".defect")].filter((defect) => !defect.hidden);
    if (defects.length === 0) return;
    const at = defects.indexOf(document.activeElement);
    const next = at < 0 ? (by > 0 ? 0 : defects.length - 1) : Math.min(Math.max(at + by, 0), defects.length - 1);
    defects[next].focus();
    defects[next].scrollIntoView();
  }

  function key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target === search) {
      if (event.key === "Escape") { search.value = ""; apply(); search.blur(); }
      return;
    }
    if (event.key === "/") { event.preventDefault(); search.focus(); }
    else if (event.key === "n") step(1);
    else if (event.key === "p") step(-1);
  }

  filter.hidden = false;
  filter.addEventListener("input", apply);
  filter.addEventListener("submit", (event) => event.preventDefault());
  document.getElementById("shade").addEventListener("click", () => {
    const root = document.documentElement;
    const dark = root.style.colorScheme
      ? root.style.colorScheme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.style.colorScheme = dark ? "light" : "dark";
  });
  addEventListener("keydown", key);
  addEventListener("hashchange", open);
  addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll(".cell[open] .exchange")) details.open = true;
  });
  open();
})();
