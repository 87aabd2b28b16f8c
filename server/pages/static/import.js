// Sends files one by one and says of each how far it is. Without this script the form sends them all at once.
const form = document.getElementById("bring");
const words = form.dataset;
const input = form.querySelector("input[type=file]");
const drop = form.querySelector(".drop");
const outcomes = document.getElementById("outcomes");
const word = document.querySelector('meta[name="csrf"]')?.content ?? "";
const AT_ONCE = 2;
const waiting = [];
let underWay = 0;

form.querySelector("[data-drop]").hidden = false;
form.querySelector("button").hidden = true; // a chosen file is on its way at once
input.addEventListener("change", () => {
  take(input.files);
  input.value = "";
});
for (const name of ["dragenter", "dragover"]) document.addEventListener(name, (event) => over(event, true));
for (const name of ["dragleave", "drop"]) document.addEventListener(name, (event) => over(event, false));
document.addEventListener("drop", (event) => take(event.dataTransfer.files));
window.addEventListener("beforeunload", (event) => {
  if (underWay > 0) event.preventDefault();
});

function over(event, isOver) {
  event.preventDefault();
  drop.classList.toggle("over", isOver);
}

function take(files) {
  for (const file of files) waiting.push({ file, row: rowOf(file) });
  outcomes.hidden = outcomes.querySelector("ul").children.length === 0;
  next();
}

function next() {
  while (underWay < AT_ONCE && waiting.length > 0) {
    underWay += 1;
    send(waiting.shift());
  }
}

function send({ file, row }) {
  const request = new XMLHttpRequest(); // fetch tells nobody how far it is
  request.open("POST", `${words.to}?name=${encodeURIComponent(file.name)}`);
  request.setRequestHeader("X-CSRF-Token", word);
  request.setRequestHeader("Accept", "application/json");
  request.responseType = "json";
  request.upload.addEventListener("progress", (event) => row.far(event.loaded / event.total));
  request.upload.addEventListener("load", () => row.far(null));
  request.addEventListener("load", () => row.end(request.status < 300, sentenceOf(request)));
  request.addEventListener("error", () => row.end(false, words.away, () => take([file])));
  request.addEventListener("loadend", () => {
    underWay -= 1;
    next();
    if (underWay === 0) document.getElementById("bring-says").textContent = words.done;
  });
  request.send(file);
}

function sentenceOf(request) {
  if (request.status === 200) return words.same;
  const { runs, detail } = request.response ?? {};
  if (request.status !== 201) return detail ?? words.away;
  return runs === 1 ? words.takenOne : words.takenMany;
}

function rowOf(file) {
  const row = document.createElement("li");
  const bar = Object.assign(document.createElement("progress"), { max: 1, value: 0 });
  const says = paragraph(words.waiting);
  bar.setAttribute("aria-label", file.name);
  row.append(paragraph(file.name, "strong"), bar, says);
  outcomes.querySelector("ul").append(row);
  return {
    far(share) {
      if (share === null) bar.removeAttribute("value");
      else bar.value = share;
      says.textContent = share === null ? words.reading : words.sending;
    },
    end(isTaken, sentence, again) {
      bar.remove();
      says.setAttribute("role", "status");
      says.textContent = `${isTaken ? "✓" : "✕"} ${sentence}`;
      if (again) row.append(button(words.again, () => (row.remove(), again())));
    },
  };
}

function paragraph(text, tag) {
  const made = document.createElement("p");
  if (tag) made.append(Object.assign(document.createElement(tag), { textContent: text }));
  else made.textContent = text;
  return made;
}

function button(text, does) {
  const made = Object.assign(document.createElement("button"), { type: "button", textContent: text });
  made.addEventListener("click", does);
  return made;
}
