// What a page does more where scripts are on: it follows a run while it goes on. Every page works without it.
"use strict";

const live = document.getElementById("live");
if (live) follow(live);

function follow(page) {
  const said = page.dataset, state = document.getElementById("live-state");
  const speeds = [];
  let lastAt = null, heardAt = null;
  const source = new EventSource(said.from);
  source.addEventListener("values", (event) => {
    const glance = JSON.parse(event.data);
    heardAt = Date.now();
    lastAt = glance.at;
    if (Number.isFinite(glance.speed_mps)) speeds.push(glance.speed_mps); else speeds.length = 0;
    if (speeds.length > 3) speeds.shift();
    tell("on", said.on);
    for (const place of page.querySelectorAll("[data-of]")) place.textContent = written(place.dataset.of, glance[place.dataset.of]);
    // The limit of speed is one of three seconds.
    const now = { running_s: glance.running_s, speed_mps: speeds.length === 3 ? mean(speeds) : null };
    for (const line of page.querySelectorAll("[data-limit-of]")) judge(line, now[line.dataset.limitOf]);
  });
  source.addEventListener("silent", stopped);
  setInterval(() => { if (heardAt !== null && Date.now() - heardAt > 1000 * Number(said.silent)) stopped(); }, 1000);

  function stopped() {
    if (lastAt === null) return;
    speeds.length = 0;
    tell("stopped", said.stopped);
    for (const place of page.querySelectorAll("[data-of]")) place.textContent = said.nothing;
    for (const line of page.querySelectorAll("[data-limit-of]")) judge(line, null);
  }

  function tell(name, sentence) {
    const when = new Date(lastAt).toLocaleTimeString(said.lang, { timeZone: said.zone, hour12: false });
    state.className = "live-state " + name;
    const words = sentence.replace("{when}", when);
    if (state.textContent !== words) state.textContent = words;
  }

  function judge(line, value) {
    const most = Number(line.dataset.most), near = Number(line.dataset.near);
    const name = !Number.isFinite(value) ? "cannot-tell" : value > most ? "passed" : value >= near ? "near" : "within";
    if (line.className === name) return;
    line.className = name;
    line.querySelector("b").textContent = page.getAttribute("data-word-" + name);
  }

  function written(name, value) {
    if (!Number.isFinite(value)) return said.nothing;
    if (name === "running_s") return Math.floor(value / 60) + " min";
    if (name === "grade") return (100 * value).toLocaleString(said.lang, { maximumFractionDigits: 1 }) + " %";
    if (name === "heart_rate_bpm") return Math.round(value) + " " + said.beats;
    if (value <= 0) return said.nothing;
    const metres = Number(said.metres);
    if (said.bySpeed === "yes") return (value * 3600 / metres).toLocaleString(said.lang, { maximumFractionDigits: 1 }) + " " + said.pace;
    const seconds = Math.round(metres / value);
    return Math.floor(seconds / 60) + ":" + String(seconds % 60).padStart(2, "0") + " " + said.pace;
  }
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
