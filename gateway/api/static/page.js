// What the page can do without this script, it does without it: here is only dropping a file anywhere on it.
"use strict";

const file = document.querySelector("input[type=file]");
const page = document.documentElement;

document.querySelector("#drop").hidden = false;

document.addEventListener("dragover", (event) => {
  event.preventDefault();
  page.classList.add("dragging");
});

document.addEventListener("dragleave", (event) => {
  if (event.relatedTarget === null) page.classList.remove("dragging");
});

document.addEventListener("drop", (event) => {
  event.preventDefault();
  page.classList.remove("dragging");
  if (event.dataTransfer.files.length > 0) {
    file.files = event.dataTransfer.files;
    file.focus();
  }
});

document.querySelector("#answer")?.focus();
