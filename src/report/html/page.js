"use strict";
// The page is whole without this script; it adds a filter, and opens what a link leads to.
const filter = document.getElementById("filter");
const words = filter.querySelector("input[type=search]");
const boxes = [...filter.querySelectorAll("input[type=checkbox]")];
function apply() {
  const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
  const signs = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
  for (const element of document.querySelectorAll("[data-signs]")) {
    const text = element.dataset.words.toLowerCase();
    const shown = element.dataset.signs.split(" ").some((sign) => signs.has(sign))
      && wanted.every((word) => text.includes(word));
    element.hidden = !shown;
  }
}
function open() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target instanceof HTMLDetailsElement) {
    target.hidden = false;
    target.open = true;
    target.scrollIntoView();
  }
}
filter.hidden = false;
filter.addEventListener("input", apply);
addEventListener("hashchange", open);
open();
