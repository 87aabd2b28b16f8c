// Lets the server call this browser. Without this script every other channel does the same.
const box = document.getElementById("this-device");
const words = box.dataset;
const button = box.querySelector("button");
const word = document.querySelector('meta[name="csrf"]')?.content ?? "";
const HEADERS = { "Content-Type": "application/json", "X-CSRF-Token": word, Accept: "application/json" };

box.hidden = false;
button.addEventListener("click", async () => {
  button.disabled = true;
  say(words.asking);
  try {
    await subscribe();
    window.location.assign("/settings/alerts?called=this-device");
  } catch (why) {
    say(why.said ?? words.failed);
  }
  button.disabled = false;
});
if (new URLSearchParams(window.location.search).has("called")) say(words.done);

async function subscribe() {
  if (!navigator.serviceWorker || !window.PushManager) throw unable(words.unable);
  if ((await Notification.requestPermission()) !== "granted") throw unable(words.denied);
  const answer = await fetch("/api/v1/web-push/key", { headers: HEADERS });
  if (!answer.ok) throw unable(words.none);
  await navigator.serviceWorker.register("/sw.js");
  const { pushManager } = await navigator.serviceWorker.ready;
  const made = await subscription(pushManager, bytesOf((await answer.json()).key));
  const { endpoint, keys } = made.toJSON();
  const kept = await fetch("/api/v1/web-push/subscriptions", {
    method: "POST",
    headers: HEADERS,
    body: JSON.stringify({ endpoint, keys }),
  });
  if (!kept.ok) throw unable((await kept.json().catch(() => ({}))).detail);
}

// One that was made for another key of the server is of no use; a new one takes its place.
async function subscription(pushManager, applicationServerKey) {
  const asked = { userVisibleOnly: true, applicationServerKey };
  try {
    return await pushManager.subscribe(asked);
  } catch (why) {
    if (why.name !== "InvalidStateError") throw why;
    await (await pushManager.getSubscription())?.unsubscribe();
    return pushManager.subscribe(asked);
  }
}

function bytesOf(key) {
  const plain = atob(key.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function unable(said) {
  return Object.assign(new Error(said), { said });
}

function say(sentence) {
  box.querySelector("[role=status]").textContent = sentence;
}
