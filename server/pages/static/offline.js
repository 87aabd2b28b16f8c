// Keeps a check-in on this phone until the server has it. Without this script the form is sent as any other.
const box = document.getElementById("kept-answers");
const words = box.dataset;
const runner = words.runner; // empty on the offline page, which knows nobody
const word = document.querySelector('meta[name="csrf"]')?.content ?? "";
const STORE = "stridegate-answers";
const PATIENCE_MS = 20000;
const AGAIN_MS = 10000; // a server that is away and a network that is slow to come back are announced by nobody
let isTouched = false; // somebody is filling in a form of this page

const stored = () => JSON.parse(localStorage.getItem(STORE) ?? "[]");
const store = (items) => localStorage.setItem(STORE, JSON.stringify(items));
const mine = () => stored().filter((item) => !runner || item.runner === runner);

navigator.serviceWorker?.register("/sw.js").catch(() => {});
for (const form of document.querySelectorAll('form[action$="/check-ins"]')) form.addEventListener("submit", take);
window.addEventListener("online", comeBack);
setInterval(comeBack, AGAIN_MS);
window.addEventListener("storage", show);
document.addEventListener("input", () => (isTouched = true));
if (sessionStorage.getItem(STORE)) say(words.sent);
sessionStorage.removeItem(STORE);
show();
if (runner) sendAll();

// The page of nobody becomes the one that was asked for; on every other one what is kept is sent.
async function comeBack() {
  if (!navigator.onLine) return;
  if (runner) return mine().some((item) => item.state === "away") && sendAll();
  const answer = await fetch("/healthz", { cache: "no-store" }).catch(() => null);
  if (answer?.ok) window.location.reload();
}

async function take(event) {
  const form = event.target;
  const fields = [...new FormData(form, event.submitter)].filter(([name]) => name !== "csrf");
  const { seq } = form.dataset; // what was stored last when this page was made
  const item = { id: crypto.randomUUID(), runner, action: new URL(form.action).pathname, at: Date.now(), seq, fields };
  try {
    keep(item, new Set([...form.elements].map((control) => control.name)));
  } catch {
    if (navigator.onLine) return; // this browser keeps nothing: the form goes its usual way
    event.preventDefault();
    return say(words.cannotKeep);
  }
  event.preventDefault();
  show();
  await sendNow(item.id);
}

// One run, one item: what is answered again before it was sent stands in the place of what was answered before.
function keep(item, asked) {
  const run = (one) => one.fields.find(([name]) => name === "session")?.[1];
  const isSame = (one) => one.runner === item.runner && one.action === item.action && run(one) === run(item);
  const before = stored().filter(isSame).flatMap((one) => one.fields.filter(([name]) => !asked.has(name)));
  store([...stored().filter((one) => !isSame(one)), { ...item, fields: [...before, ...item.fields] }]);
}

function change(id, how) {
  store(stored().flatMap((item) => (item.id === id ? how(item) : [item])));
  show();
}

// Sends one; gives the page that the server shows then, null where the answer stays here.
async function send(id) {
  const item = stored().find((one) => one.id === id);
  if (!item) return null;
  change(id, (one) => [{ ...one, state: "sending" }]);
  try {
    const answer = await fetch(item.action, {
      method: "POST",
      headers: headersOf(item),
      body: new URLSearchParams(item.fields),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (answer.redirected && answer.ok) {
      change(id, () => []);
      return answer.url;
    }
    const said = await answer.json().catch(() => ({}));
    const seq = said.seq ?? item.seq; // a refusal tells what it stands on: sent again, the answer is the later one
    change(id, (one) => [{ ...one, state: stateAfter(answer.status), said: said.detail, seq }]);
  } catch {
    change(id, (one) => [{ ...one, state: "away" }]);
  }
  return null;
}

function headersOf(item) {
  const headers = { "X-CSRF-Token": word, Accept: "application/json", "Kept-For": String((Date.now() - item.at) / 1000) };
  return item.seq === undefined ? headers : { ...headers, "Seen-Seq": String(item.seq) };
}

function stateAfter(status) {
  if (status === 401) return "login";
  if (status === 403) return "page"; // of a login that is over; the next page sends it with its own word
  return status >= 500 || status === 408 || status === 429 ? "away" : "refused";
}

async function sendNow(id) {
  const page = await inTurn(() => send(id));
  const item = stored().find((one) => one.id === id);
  if (page) goTo(page);
  else if (item) say(sentenceOf(item));
}

// What is shown here was decided without the answers that went now; a page that somebody fills in is left alone.
async function sendAll() {
  const sent = await inTurn(async () => {
    const pages = [];
    for (const item of mine()) if (item.state !== "refused") pages.push(await send(item.id));
    return pages.filter(Boolean).length;
  });
  if (sent > 0 && !isTouched) goTo(window.location.href);
  else if (sent > 0) say(words.sent);
}

function goTo(page) {
  sessionStorage.setItem(STORE, "sent");
  if (page === window.location.href) window.location.reload();
  else window.location.assign(page);
}

// Two windows must not send the same answer at the same moment.
function inTurn(work) {
  return navigator.locks ? navigator.locks.request(STORE, work) : work();
}

function show() {
  const list = box.querySelector("ul");
  list.replaceChildren(...mine().map(line));
  box.hidden = list.children.length === 0 && box.querySelector("[role=status]").textContent === "";
}

function say(sentence) {
  box.querySelector("[role=status]").textContent = sentence;
  box.hidden = false;
  box.scrollIntoView({ block: "nearest" });
}

function line(item) {
  const row = document.createElement("li");
  const when = new Date(item.at).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
  row.append(paragraph(`${words.answer} ${when}`), paragraph(sentenceOf(item)));
  if (item.state === "login") row.append(link("/login", words.logIn));
  if (item.state === "refused" && runner) {
    row.append(button(words.again, () => again(item.id)), button(words.away, () => change(item.id, () => [])));
  }
  return row;
}

function sentenceOf(item) {
  if (item.state === "sending") return words.sending;
  if (item.state === "login") return words.login;
  if (item.state === "page") return item.said ?? words.kept;
  if (item.state === "refused") return [item.said ?? words.refused, words.stays].join(" ");
  return words.kept;
}

// Who saw the refusal and sends it all the same says it now.
async function again(id) {
  change(id, (item) => [{ ...item, at: Date.now(), state: "away" }]);
  await sendNow(id);
}

function paragraph(text) {
  const made = document.createElement("p");
  made.textContent = text;
  return made;
}

function link(href, text) {
  const made = document.createElement("a");
  Object.assign(made, { href, textContent: text, className: "button" });
  return made;
}

function button(text, does) {
  const made = document.createElement("button");
  Object.assign(made, { type: "button", textContent: text });
  made.addEventListener("click", does);
  return made;
}
