// Asks a passkey in the browser's own words. Without this script a code does the same.
const word = document.querySelector('meta[name="csrf"]')?.content ?? "";
const post = async (path, body) => {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRF-Token": word, Accept: "application/json" },
    body: JSON.stringify(body ?? {}),
  });
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.detail);
  return said;
};

for (const button of document.querySelectorAll("button[data-passkey]")) {
  if (!window.PublicKeyCredential?.parseRequestOptionsFromJSON) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const path = button.dataset.passkey;
    const says = document.getElementById("passkey-says");
    try {
      const question = await post(path + "/question");
      const key = button.dataset.does === "add"
        ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(question) })
        : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(question) });
      window.location.assign((await post(path, key.toJSON())).go);
    } catch (why) {
      says.textContent = why.name === "NotAllowedError" ? "No passkey answered; try again, or use a code." : why.message;
    }
  });
}
