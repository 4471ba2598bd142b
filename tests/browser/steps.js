"use strict";
// Clicks through the report. Each step names what must be; what is wrong is written down, and nobody stops at it.
const outcome = [];
const all = (selector) => [...document.querySelectorAll(selector)];
const shown = (element) => element.getClientRects().length > 0;
const frame = () => new Promise((done) => setTimeout(done, 30));

async function step(name, act) {
  let wrong = null;
  try {
    await act();
  } catch (error) {
    wrong = String(error && error.stack || error);
  }
  outcome.push([name, wrong]);
}

function must(holds, words) {
  if (!holds) throw new Error(words);
}

function type(text) {
  const search = document.querySelector("#filter input[type=search]");
  search.value = text;
  search.dispatchEvent(new Event("input", { bubbles: true }));
}

function press(key) {
  (document.activeElement || document.body).dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
}

function luminance(color) {
  const parts = color.match(/[\d.]+/g).slice(0, 3).map((part) => part / 255)
    .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
}

function contrast(one, other) {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

// The ground that an element is painted on.
function ground(element) {
  for (let around = element; around; around = around.parentElement) {
    const color = getComputedStyle(around).backgroundColor;
    if (color.startsWith("rgb(")) return color;
  }
  return "rgb(255, 255, 255)";
}

addEventListener("load", async () => {
  await step("the-filter-is-shown", () => must(shown(document.getElementById("filter")), "it is hidden"));
  await step("the-strip-shows-what-is-wrong", () => {
    const marks = all(".strip .repeated, .strip .missing, .strip .foreign, .strip .extra");
    must(marks.length > 0, "no strip has a mark");
    must(marks.some((mark) => mark.getBoundingClientRect().width >= 12), "no mark can be seen");
    for (const strip of all(".strip")) must(strip.querySelector("figcaption").textContent.length > 10, "a strip has no words");
  });
  await step("the-place-is-marked", () => must(all(".exchange mark").length > 0, "no exchange has a mark"));
  await step("search-leaves-what-matches", async () => {
    const before = all(".cell").filter((cell) => !cell.hidden).length;
    type("pag003");
    const left = all(".cell").filter((cell) => !cell.hidden);
    must(left.length > 0 && left.length < before, `${left.length} of ${before} are left`);
    must(left.every((cell) => cell.textContent.toLowerCase().includes("pag003")), "one does not match");
    must(all(".matrix tbody tr").some((row) => !row.hidden), "the matrix is empty");
    must(document.querySelector("#filter output").value.includes("shown"), "nobody says how many are left");
    type("nothing-matches-this");
    must(all(".cell, .operation, .defect").every((element) => element.hidden), "something is left");
    type("");
    must(all(".cell").filter((cell) => !cell.hidden).length === before, "not all came back");
  });
  await step("search-finds-text-in-exchanges", () => {
    type("content-length");
    must(all(".cell").some((cell) => !cell.hidden), "nothing was found");
    type("");
  });
  await step("signs-are-filtered", () => {
    const pass = document.querySelector("#filter input[value=pass]");
    pass.click();
    must(all(".cell").every((cell) => cell.hidden === (cell.dataset.signs === "pass")), "wrong cells are left");
    must(all(".matrix a.pass").every((link) => link.classList.contains("dim")), "the matrix shows them still");
    pass.click();
    must(all(".cell").every((cell) => !cell.hidden), "not all came back");
  });
  await step("a-cell-opens", async () => {
    for (const kind of ["fail", "pass"]) {
      const link = document.querySelector(`.matrix td a.${kind}`);
      link.click();
      await frame();
      const cell = document.getElementById(link.hash.slice(1)).closest("details");
      must(cell.open, `the ${kind} cell is closed`);
      const top = cell.getBoundingClientRect().top;
      must(top >= 0 && top < innerHeight, `the ${kind} cell is out of sight at ${top}`);
      must(cell.contains(document.activeElement), "the focus did not follow");
    }
  });
  await step("a-hidden-cell-opens", async () => {
    type("nothing-matches-this");
    const link = document.querySelector(".defect a[href^='#s']");
    location.hash = "";
    await frame();
    location.hash = link.hash;
    await frame();
    must(shown(document.getElementById(link.hash.slice(1))), "it is still hidden");
    type("");
  });
  await step("an-operation-leads-into-the-document", async () => {
    const link = document.querySelector(".operation a[href^='#d']");
    link.click();
    await frame();
    const line = document.getElementById(link.hash.slice(1));
    must(line.closest("details").open && shown(line), "the line is hidden");
    must(line.querySelector("a") !== null, "the line has no verdict");
  });
  await step("a-rule-is-explained", async () => {
    const link = document.querySelector(".cell a[href^='#rule-']");
    location.hash = link.hash;
    await frame();
    const rule = document.getElementById(link.hash.slice(1));
    must(shown(rule) && rule.textContent.includes("False alarms"), "it is not explained");
  });
  await step("keys-search-and-step", () => {
    document.activeElement.blur();
    press("/");
    const search = document.querySelector("#filter input[type=search]");
    must(document.activeElement === search, "the slash does not search");
    type("pag003");
    press("Escape");
    must(search.value === "" && document.activeElement !== search, "escape does not end the search");
    press("n");
    must(document.activeElement === document.querySelector(".defect"), "n does not lead to the first defect");
    press("p");
    must(document.activeElement === document.querySelector(".defect"), "p leaves the first defect");
  });
  await step("everything-has-a-name", () => {
    for (const field of all("input, button")) {
      const name = field.getAttribute("aria-label") || (field.closest("label") || field).textContent;
      must(name.trim().length > 0, field.outerHTML);
    }
    for (const graphic of all("svg")) {
      must(graphic.getAttribute("aria-hidden") === "true" || graphic.getAttribute("aria-label"), graphic.outerHTML.slice(0, 200));
    }
    for (const section of all("section[aria-labelledby], article[aria-labelledby]")) {
      must(document.getElementById(section.getAttribute("aria-labelledby")), section.id);
    }
    let level = 0;
    for (const heading of all("h1, h2, h3, h4")) {
      const own = Number(heading.tagName[1]);
      must(own <= level + 1, `${heading.tagName} after h${level}: ${heading.textContent}`);
      level = own;
    }
    must(document.documentElement.lang === "en" && all("main").length === 1 && all("h1").length === 1, "landmarks");
  });
  await step("texts-stand-out-from-their-ground", () => {
    for (const shade of ["light", "dark"]) {
      document.documentElement.style.colorScheme = shade;
      for (const element of all("h1, nav a, .faint, .defect h3, .level, summary span, .matrix td a, figcaption b, mark, pre i, .requires").slice(0, 4000)) {
        if (!shown(element)) continue;
        const color = getComputedStyle(element).color;
        const found = contrast(color, ground(element));
        must(found >= 4.5, `${shade}: ${found.toFixed(2)} of ${color} on ${ground(element)}: ${element.outerHTML.slice(0, 120)}`);
      }
    }
    document.documentElement.style.colorScheme = "";
  });
  await step("light-and-dark-can-be-chosen", () => {
    const before = getComputedStyle(document.body).backgroundColor;
    document.getElementById("shade").click();
    must(getComputedStyle(document.body).backgroundColor !== before, "nothing changed");
    document.getElementById("shade").click();
    must(getComputedStyle(document.body).backgroundColor === before, "it did not change back");
  });
  await step("nothing-sticks-out", () => {
    const width = document.documentElement.scrollWidth;
    must(width <= innerWidth, `${width} of ${innerWidth}`);
  });
  await step("nothing-went-wrong", () => {
    must(trouble.length === 0, trouble.join("\n"));
    must(all("script").length === 3, "there are scripts that nobody wrote");
    must(all("img, iframe, object, embed, link, form:not(#filter)").length === 0, "there are elements that nobody wrote");
  });
  const written = document.createElement("pre");
  written.id = "outcome";
  written.textContent = btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify(outcome))));
  document.body.replaceChildren(written);
});
