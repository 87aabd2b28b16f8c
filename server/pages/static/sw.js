// Looks after the installed page. It keeps no page about anybody: offline it shows one that says that nothing can be told.
const SHELL = "stridegate-shell-1";
const KEPT = ["/offline", "/static/style.css", "/static/offline.js", "/static/icon.svg"];

self.addEventListener("install", (event) => {
  event.waitUntil(keepShell().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(forgetOlderShells().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (address.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(fetch(request).catch(() => shown("/offline")));
  else if (request.method === "GET" && KEPT.includes(address.pathname)) {
    event.respondWith(fetch(request).catch(() => shown(address.pathname)));
  }
});

self.addEventListener("push", (event) => {
  const said = event.data?.json() ?? {};
  event.waitUntil(
    self.registration.showNotification(said.title ?? "Stridegate", {
      body: said.text ?? "",
      tag: said.key,
      icon: "/static/icon-192.png",
      data: { link: said.link },
    }),
  );
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data?.link));
});

async function keepShell() {
  const cache = await caches.open(SHELL);
  // Without the cookie: what is kept must not know anybody.
  await Promise.all(KEPT.map(async (path) => cache.put(path, await fetched(path))));
}

async function fetched(path) {
  const answer = await fetch(path, { credentials: "omit", cache: "no-store" });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer;
}

async function shown(path) {
  const cache = await caches.open(SHELL);
  return (await cache.match(path)) ?? Response.error();
}

async function forgetOlderShells() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== SHELL).map((name) => caches.delete(name)));
}

async function open(link) {
  const address = new URL(link ?? "/alerts", self.location.origin);
  const target = address.origin === self.location.origin ? address.href : new URL("/alerts", self.location.origin).href;
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  if (windows.length === 0) return self.clients.openWindow(target);
  await windows[0].focus();
  return windows[0].navigate(target);
}
